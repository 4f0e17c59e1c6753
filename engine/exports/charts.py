"""Curves and bars as shapes in a coordinate system, for drawing without a script."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 560, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 10, 34
_MOST_POINTS = 500
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """A curve: x and y (points,), and the name of its style."""

    name: str
    style: str
    x: FloatArray
    y: FloatArray


@dataclass(frozen=True)
class Line:
    """`points` are pixels, as SVG's polyline takes them."""

    name: str
    style: str
    points: str


@dataclass(frozen=True)
class Chart:
    """Lines in a frame; ticks are (pixel, words)."""

    title: str
    x_title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def chart(title: str, x_title: str, series: Sequence[Series]) -> Chart | None:
    """The chart of some curves from 0 up; None when there is no point to draw."""
    cleaned = [(each, np.isfinite(each.x) & np.isfinite(each.y)) for each in series]
    shown = [(each, each.x[kept], each.y[kept]) for each, kept in cleaned if kept.any()]
    if not shown:
        return None
    x_ticks = _ticks(min(0.0, *(float(x.min()) for _, x, _ in shown)), max(float(x.max()) for _, x, _ in shown))
    y_ticks = _ticks(min(0.0, *(float(y.min()) for _, _, y in shown)), max(float(y.max()) for _, _, y in shown))
    x_span, y_span = (x_ticks[0], x_ticks[-1]), (y_ticks[0], y_ticks[-1])

    def across(value: FloatArray) -> FloatArray:
        return _LEFT + (value - x_span[0]) / (x_span[1] - x_span[0]) * (WIDTH - _LEFT - _RIGHT)

    def up(value: FloatArray) -> FloatArray:
        return HEIGHT - _BOTTOM - (value - y_span[0]) / (y_span[1] - y_span[0]) * (HEIGHT - _TOP - _BOTTOM)

    return Chart(
        title,
        x_title,
        tuple(Line(each.name, each.style, _points(across(x), up(y))) for each, x, y in shown),
        _marked(x_ticks, across),
        _marked(y_ticks, up),
    )


def _points(x: FloatArray, y: FloatArray) -> str:
    stride = max(1, math.ceil(len(x) / _MOST_POINTS))
    places = [*range(0, len(x), stride)]
    if places[-1] != len(x) - 1:
        places.append(len(x) - 1)
    if len(places) == 1:  # a point alone is a line of no length, which round caps show
        places *= 2
    return " ".join(f"{x[place]:.1f},{y[place]:.1f}" for place in places)


def _marked(ticks: list[float], place: Callable[[FloatArray], FloatArray]) -> tuple[tuple[float, str], ...]:
    return tuple((round(float(at), 1), f"{tick:g}") for tick, at in zip(ticks, place(np.array(ticks)), strict=True))


def _ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers around the range, about as many as wished."""
    if not high > low:
        high = low + 1
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]
