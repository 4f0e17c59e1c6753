"""The metric by how popular the target is: a group of bars for every popularity band."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from engine.comparison.series import bands
from engine.evaluation.slices import BANDS
from engine.groups import Spread
from workbench.pages.compare.selection import Line, Lines
from workbench.pages.compare.session import Measure
from workbench.pages.compare.words import slice_words
from workbench.theme import Role, theme
from workbench.widgets import numbers
from workbench.widgets.axes import Axis
from workbench.widgets.numbers import metric_tick
from workbench.widgets.plot_card import PlotCard
from workbench.widgets.strokes import stroke_brush

WIDTH = 0.82  # of the distance of two bands that their bars take


class BandCard(PlotCard):
    """Bars in the order of the series, with a whisker of one standard deviation where there are several seeds. As
    `is_difference`, the bars are what each series has more or less than the reference."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.is_difference = False
        self._lines, self._measure = Lines(), Measure()
        self._drawn: list[Line] = []
        self._values: dict[str, dict[str, tuple[int, Spread]]] = {}  # key of a line -> band -> users and value
        self._users: dict[str, int] = {}
        super().__init__(
            "compare.bands", "Popularity bands", "Training interactions of the target", "",
            left=Axis("left", metric_tick), parent=parent,
        )  # fmt: skip
        self.axes["left"].setStyle(maxTickLevel=0)

    @property
    def bands(self) -> list[str]:
        """The bands that hold a user, from rare to popular."""
        return [band for band in BANDS if band in self._users]

    def show_lines(self, lines: Lines, measure: Measure) -> None:
        self._lines, self._measure = lines, measure
        found = [(line, dict(bands(line.series, measure.protocol, measure.metric))) for line in lines.compared]
        self._drawn = [line for line, values in found if values]
        self._values = {line.key: values for line, values in found if values}
        self._users = {band: users for values in self._values.values() for band, (users, _) in values.items()}
        if not self._values:
            self.say_nothing("None of these runs has test results by popularity in this protocol.")
            return
        seeds = any(len(line.series.runs) > 1 for line in self._drawn)
        self.set_resting_words("whiskers: deviation over seeds" if seeds else "point at a band")
        self.describe("; ".join(self.band_words(band) for band in self.bands))
        self.redraw()

    def show_differences(self, on: bool) -> None:
        """Show what each has more or less than the reference, or the values themselves."""
        self.is_difference = on
        if self._values:
            self.redraw()

    def value(self, line: Line, band: str) -> float | None:
        """The height of a bar; None where there is none."""
        mine, reference = self._values.get(line.key, {}).get(band), self._lines.reference
        if mine is None or not self.is_difference:
            return None if mine is None else mine[1].mean
        base = None if reference is None else self._values.get(reference.key, {}).get(band)
        return None if base is None else mine[1].mean - base[1].mean

    def band_words(self, band: str) -> str:
        """What a band holds, series by series."""
        write = numbers.metric_points if self.is_difference else numbers.metric
        users = f"{slice_words(band)}, {numbers.count(self._users[band])} users"
        return f"{users}: " + ", ".join(f"{line.title} {write(self.value(line, band))}" for line in self._drawn)

    def sizeHint(self) -> QSize:
        return QSize(480, 300)

    def paint(self) -> None:
        if not self._values:
            return
        lines = [line for line in self._drawn if not (self.is_difference and line is self._lines.reference)]
        self.plot.setLabel("left", f"{self._measure.metric}{', less the reference' if self.is_difference else ''}")
        step = WIDTH / max(1, len(lines))
        heights = [0.0]
        for place, line in enumerate(lines):
            values = [self.value(line, band) or 0.0 for band in self.bands]
            spreads = [self._spread(line, band) for band in self.bands]
            x = np.arange(len(values)) + (place - (len(lines) - 1) / 2) * step
            pen = pg.mkPen(theme().color(line.role), width=1)
            self.plot.addItem(
                pg.BarGraphItem(
                    x=x, height=values, width=step * 0.86, brush=stroke_brush(line.role, line.dashed), pen=pen
                )
            )
            if any(spreads) and not self.is_difference:
                whisker = pg.mkPen(theme().color(Role.text_muted), width=1)
                self.plot.addItem(
                    pg.ErrorBarItem(x=x, y=np.array(values), height=2 * np.array(spreads), beam=step / 3, pen=whisker)
                )
            heights += [
                value + (0 if self.is_difference else spread) for value, spread in zip(values, spreads, strict=True)
            ]
        low, high = min(heights), max(heights)
        room = (high - low) * 0.06 or 0.001
        ticks = [(place, slice_words(band)) for place, band in enumerate(self.bands)]
        self.axes["bottom"].setTicks([ticks])
        self.plot.setXRange(-0.5, len(ticks) - 0.5, padding=0.01)
        self.plot.setYRange(low - (room if low < 0 else 0), high + room, padding=0)

    def words_at(self, x: float) -> str:
        place = round(x)
        return self.band_words(self.bands[place]) if 0 <= place < len(self.bands) else ""

    def _spread(self, line: Line, band: str) -> float:
        found = self._values[line.key].get(band)
        return 0.0 if found is None else found[1].deviation or 0.0
