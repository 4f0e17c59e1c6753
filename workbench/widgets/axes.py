"""What the axes of charts show: ticks in a chart's own words, powers of ten where the scale is logarithmic, and the
x of a run as epochs, steps or time."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pyqtgraph as pg

from engine.events import Event, Loss, TrainingFigures
from workbench.widgets.curve import FloatArray
from workbench.widgets.numbers import count, duration

_WIDE = 2.5  # decades from which on an axis marks powers of ten alone

Write = Callable[[float, float], str]
XKind = Literal["epoch", "step", "time"]


class Axis(pg.AxisItem):
    """`write` gives the words of a tick for its value and the distance of ticks. On a `logarithmic` axis the places
    are log10 of the values; on a `whole` one ticks stand at whole numbers only."""

    def __init__(self, orientation: str, write: Write, *, whole: bool = False) -> None:
        super().__init__(orientation)
        self.write, self.whole, self.logarithmic = write, whole, False
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = super().tickSpacing(low, high, size)[:2]  # a third level is clutter
        return [(step, start) for step, start in found if step >= 1] or [(1, 0)] if self.whole else found

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if not self.logarithmic:
            found: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
            return found
        steps = (1,) if high - low > _WIDE else (1, 2, 5) if high - low > _WIDE / 5 else range(1, 10)
        powers = range(math.floor(low), math.ceil(high) + 1)
        ticks = [power + math.log10(step) for power in powers for step in steps]
        return [(1.0, [tick for tick in ticks if low <= tick <= high])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logarithmic:
            return [self.write(10**value, 10 ** math.floor(value)) for value in values]
        return [self.write(value, spacing) for value in values]


@dataclass(frozen=True)
class XScale:
    """Where points stand: `place` gives the x (points,) for epochs (points,); `words` name one x."""

    kind: XKind
    label: str
    place: Callable[[FloatArray], FloatArray]
    words: Callable[[float], str]
    tick: Write
    whole: bool


def plain_tick(value: float, spacing: float) -> str:
    """A number with no more decimals than the distance of the ticks needs."""
    digits = 0 if spacing >= 1 else min(6, len(f"{spacing:.6f}".rstrip("0").partition(".")[2]))
    return f"{value:,.{digits}f}"


EPOCHS = XScale("epoch", "Epoch", lambda epochs: epochs, lambda x: f"epoch {x:.4g}", plain_tick, whole=True)


class Points(Protocol):
    """A curve as the store gives it."""

    @property
    def steps(self) -> "np.typing.NDArray[np.int64]": ...
    @property
    def epochs(self) -> FloatArray: ...
    @property
    def values(self) -> FloatArray: ...


class Timeline:
    """Which step and which second of the training each epoch of a run was at, from what was reported of it."""

    def __init__(self) -> None:
        self._steps: list[tuple[float, float]] = [(0.0, 0.0)]
        self._seconds: list[tuple[float, float]] = [(0.0, 0.0)]

    @classmethod
    def of(cls, curves: Mapping[str, Points]) -> "Timeline":
        """From the curves of a past run."""
        made = cls()
        if (loss := curves.get("loss/total")) is not None:
            made._steps += zip(loss.epochs.tolist(), map(float, loss.steps), strict=True)
        if (seconds := curves.get("training/seconds")) is not None:
            made._seconds += zip(seconds.epochs.tolist(), seconds.values.tolist(), strict=True)
        return made

    def add(self, event: Event) -> None:
        """Take in what a run reports while it goes."""
        match event:
            case Loss(step, epoch, {"total": _}):
                self._steps.append((epoch, float(step)))
            case TrainingFigures(_, epoch, {"seconds": seconds}):
                self._seconds.append((epoch, seconds))

    def scale(self, kind: XKind) -> XScale:
        """Points on this axis; runs that were recorded before times were have no time, and stay on epochs."""
        if kind == "step" and len(self._steps) > 1:
            return XScale("step", "Step", _by(self._steps), lambda x: f"step {count(x)}", plain_tick, whole=True)
        if kind == "time" and len(self._seconds) > 1:
            return XScale("time", "Training time", _by(self._seconds), duration, lambda x, _: _short(x), whole=True)
        return EPOCHS


def _by(pairs: list[tuple[float, float]]) -> Callable[[FloatArray], FloatArray]:
    known, places = np.array(pairs).T

    def place(epochs: FloatArray) -> FloatArray:
        return np.interp(epochs, known, places)

    return place


def _short(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = f"{whole // 60} min" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02d}"
    return minutes if whole >= 3600 or whole % 60 == 0 else f"{whole // 60}:{whole % 60:02d} min"
