"""One series of a chart: its points, those of an earlier run, and the lines that draw them."""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from workbench.theme import theme
from workbench.widgets.axes import XScale
from workbench.widgets.curve import Curve, FloatArray, nearest, smoothed
from workbench.widgets.figure import Line
from workbench.widgets.legend import Entry

Fit = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


class Series:
    """Points over epochs. `places` and `values` (points,) are where the line goes: on the x axis that was chosen, and
    smoothed where that is wanted, with the single points faint behind; the earlier run is dashed. A mean may have a
    band between two more curves, which is smoothed as the line is."""

    def __init__(self, entry: Entry, width: float, points: bool = True) -> None:
        self.entry, self._width, self._has_points = entry, width, points
        self.curve, self.ghost_curve = Curve(), Curve()
        self.low_curve, self.high_curve = Curve(), Curve()
        self.places, self.values = np.empty(0), np.empty(0)
        self.is_smoothed = False
        self.line = pg.PlotCurveItem(antialias=True, connect="finite")
        self.faint = pg.PlotCurveItem(connect="finite")
        self.ghost = pg.PlotCurveItem(antialias=True, connect="finite")
        self.low, self.high = pg.PlotCurveItem(pen=None), pg.PlotCurveItem(pen=None)
        self.band = pg.FillBetweenItem(self.low, self.high)
        self.band.setZValue(-5)
        self.items = (self.ghost, self.faint, self.low, self.high, self.band, self.line)
        self._smoothing = 0.0

    @property
    def is_filled(self) -> bool:
        """Whether there is something to be seen of it."""
        return self.entry.shown and len(self.curve) > 0

    def place(self, scale: XScale, smoothing: float) -> None:
        """Find `places` and `values`."""
        self._smoothing = smoothing
        self.is_smoothed = smoothing > 0 and len(self.curve) > 0
        self.places = scale.place(self.curve.x)
        self.values = smoothed(self.curve.y, smoothing) if self.is_smoothed else self.curve.y

    def draw(self, ghost_scale: XScale, fit: Fit) -> None:
        """Hand the lines what of x and y (points,) `fit` leaves."""
        for item in self.items:
            item.setVisible(self.entry.shown)
        self.line.setData(*fit(self.places, self.values))
        if self.is_smoothed and self._has_points:
            self.faint.setData(*fit(self.places, self.curve.y))
        else:
            self.faint.setData([], [])
        for item, curve in ((self.low, self.low_curve), (self.high, self.high_curve)):
            edge = smoothed(curve.y, self._smoothing) if self._smoothing > 0 else curve.y
            x, y = fit(self.places[: len(edge)], edge)
            known = np.isfinite(y)
            item.setData(x[known], y[known])
        self.ghost.setData(*fit(ghost_scale.place(self.ghost_curve.x), self.ghost_curve.y))

    def value_at(self, x: float | None) -> tuple[float, float] | None:
        """The point nearest to x, by default the last one; None where there is none or it is not shown."""
        if not self.is_filled:
            return None
        index = len(self.places) - 1 if x is None else nearest(self.places, x)
        return None if index is None else (float(self.places[index]), float(self.values[index]))

    def lines(self) -> list[Line]:
        """What is drawn of it, for a figure."""
        if not self.entry.shown:
            return []
        return [
            self._line(self.ghost, 1.5, dashed=True, faint=True),
            self._line(self.faint, 1.0, faint=True),
            self._line(self.low, 1.0, faint=True),
            self._line(self.high, 1.0, faint=True),
            self._line(self.line, 2.0, dashed=self.entry.dashed),
        ]

    def _line(self, item: pg.PlotCurveItem, width: float, *, dashed: bool = False, faint: bool = False) -> Line:
        x, y = item.getData()
        nothing = np.empty(0)
        return Line(
            self.entry.name,
            self.entry.role,
            nothing if x is None else x,
            nothing if y is None else y,
            width,
            dashed,
            faint,
        )

    def restyle(self, sharpness: float) -> None:
        """Take the theme's colours; pens of charts count in pixels of the device, `sharpness` of them to ours."""
        style = Qt.PenStyle.DashLine if self.entry.dashed else Qt.PenStyle.SolidLine
        colour = theme().color(self.entry.role)
        self.line.setPen(pg.mkPen(colour, width=self._width * sharpness, style=style))
        colour.setAlphaF(0.55)
        self.ghost.setPen(pg.mkPen(colour, width=sharpness, style=Qt.PenStyle.DashLine))
        colour.setAlphaF(0.15)
        self.band.setBrush(pg.mkBrush(colour))
        self.faint.setPen(pg.mkPen(colour, width=1))
