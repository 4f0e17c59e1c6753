"""A line chart that follows the theme: labelled axes, a legend with values, a crosshair, a marked best epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QWidget

from workbench.theme import CAPTION, SPACE_1, SPACE_2, SPACE_4, Role, tabular, theme
from workbench.widgets.curve import Curve
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.numbers import decimal
from workbench.widgets.parts import Card

REDRAW_MS = 50
BOTTOM_AXIS = 36  # pixels for the numbers and the label of the x axis


@dataclass
class _Series:
    entry: Entry
    curve: Curve
    line: pg.PlotCurveItem
    faint: pg.PlotCurveItem | None  # the single points behind a line of means
    width: float


class _Axis(pg.AxisItem):
    """An axis whose tick labels are written by the chart's own format."""

    def __init__(self, orientation: str, write: Callable[[float, float], str], *, whole: bool = False) -> None:
        super().__init__(orientation)
        self.write, self.whole = write, whole
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        found: list[tuple[float, float]] = super().tickSpacing(low, high, size)[:2]  # a third level is clutter
        return [(step, start) for step, start in found if step >= 1] or [(1, 0)] if self.whole else found

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self.write(value, spacing) for value in values]


class _Words(QLabel):
    def hasHeightForWidth(self) -> bool:
        return False  # else the chart would ask for the height that a plot prefers, not for the least it can do with


class LineChart(Card):
    """Series by name over a common x axis, redrawn at most 20 times a second and only while visible."""

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        *,
        name: str,
        caption: str = "",
        empty: str = "Points appear here while the run goes.",
        value: Callable[[float], str] = decimal,
        tick: Callable[[float, float], str] | None = None,
        from_zero: bool = False,
        whole_x: bool = False,
        mean_over: float = 0,
        parent: QWidget | None = None,
    ) -> None:
        """`value` writes a y value in the legend, `tick` (value, distance of ticks) on the axis; `whole_x`: ticks of
        the x axis stand at whole numbers only; `mean_over`: lines and values are means over the last so much of x,
        with the single points faint behind them."""
        super().__init__(title, caption, parent)
        self.setObjectName(name)
        self.set_margins(SPACE_4, SPACE_2)
        self._value, self._from_zero, self._title_text = value, from_zero, title
        self._mean_over = mean_over
        self._means: dict[str, Curve] = {}
        self._series: dict[str, _Series] = {}
        self._marker: float | None = None
        self._hover: float | None = None
        self._dirty = False
        self._x_name = x_label.lower()

        axes = {"bottom": _Axis("bottom", _plain_tick, whole=whole_x), "left": _Axis("left", tick or _plain_tick)}
        self._plot = pg.PlotWidget(axisItems=axes, background=None, enableMenu=False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMinimumSize(120, 64)
        self._plot.setLabel("bottom", x_label)
        axes["bottom"].setHeight(BOTTOM_AXIS)
        self._plot.setLabel("left", y_label)
        self._plot.scene().sigMouseMoved.connect(self._point_at)
        self._plot.installEventFilter(self)
        self._crosshair = pg.InfiniteLine(angle=90)
        self._marker_line = pg.InfiniteLine(angle=90)
        self._marker_dot = pg.PlotDataItem(symbol="o", symbolSize=8, pen=None)
        for item in (self._crosshair, self._marker_line, self._marker_dot):
            item.setVisible(False)
            self._plot.addItem(item, ignoreBounds=True)

        self._legend = Legend()
        self._empty = _Words(empty)
        self._empty.setProperty("kind", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._plot)
        self.body.setSpacing(SPACE_1)
        self.body.addWidget(self._legend)
        self.body.addWidget(place, 1)

        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(REDRAW_MS)
        self._clock.timeout.connect(self._redraw)
        theme().changed.connect(self._restyle)
        self._restyle()

    def add_series(self, key: str, name: str, role: Role, *, dashed: bool = False, width: float = 2) -> None:
        """Declare a series without points; its place in the legend is the order of declaration."""
        line = pg.PlotCurveItem(antialias=True, connect="finite")
        faint = pg.PlotCurveItem(connect="finite") if self._mean_over else None
        series = self._series[key] = _Series(Entry(name, role, dashed), Curve(), line, faint, width)
        for item in (faint, line):
            if item is not None:
                self._plot.addItem(item)
        self._legend.set_entries({each: series.entry for each, series in self._series.items()})
        self._style(series)
        self._soon()

    def set_series(self, key: str, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Replace the points of a declared series; x and y (points,), sorted by x."""
        self._series[key].curve.replace(x, y)
        self._soon()

    def append(self, key: str, x: float, y: float) -> None:
        """Add one point to a declared series."""
        self._series[key].curve.append(x, y)
        self._soon()

    def remove_all(self) -> None:
        """Take away all series and the marker."""
        for series in self._series.values():
            for item in (series.line, series.faint):
                if item is not None:
                    self._plot.removeItem(item)
        self._series.clear()
        self._means.clear()
        self._marker = None
        self._legend.set_entries({})
        self._soon()

    def set_marker(self, x: float | None) -> None:
        """Mark an x (the best epoch) by a thin vertical line with a dot on the first series."""
        self._marker = x
        self._soon()

    def set_empty_words(self, text: str) -> None:
        """What stands in the place of the chart while it has no points."""
        self._empty.setText(text)

    def points(self, key: str) -> tuple[list[float], list[float]]:
        """The points of a series as they were given."""
        curve = self._series[key].curve
        return curve.x.tolist(), curve.y.tolist()

    def keys(self) -> list[str]:
        return list(self._series)

    def refresh(self) -> None:
        """Draw anew, for example when numbers are to be written in another form."""
        self._soon()

    def sizeHint(self) -> QSize:
        return QSize(360, 240)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self._redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover = None
            self._show_values()
        return False

    def _soon(self) -> None:
        self._dirty = True
        if self.isVisible() and not self._clock.isActive():
            self._clock.start()

    def _redraw(self) -> None:
        self._dirty = False
        filled = [series for series in self._series.values() if len(series.curve)]
        self._stack.setCurrentIndex(1 if filled else 0)
        for key, series in self._series.items():
            self._means[key] = series.curve.mean_over(self._mean_over) if self._mean_over else series.curve
            series.line.setData(*self._means[key].drawn())
            if series.faint is not None:
                series.faint.setData(*series.curve.drawn())
        if filled:
            self._set_ranges(filled)
        self._draw_marker(filled)
        for axis in ("left", "bottom"):
            self._plot.getAxis(axis).picture = None
            self._plot.getAxis(axis).update()
        self._show_values()

    def _set_ranges(self, filled: list[_Series]) -> None:
        left = min(float(series.curve.x[0]) for series in filled)
        right = max(float(series.curve.x[-1]) for series in filled)
        low = min(float(series.curve.y.min()) for series in filled)
        high = max(float(series.curve.y.max()) for series in filled)
        low = min(low, 0.0) if self._from_zero else low
        room = (high - low) * 0.08 or abs(high) * 0.1 or 0.01
        bottom = low if self._from_zero and low == 0 else low - room
        side = (right - left) * 0.02 or 0.5
        self._plot.setXRange(left - side, right + side, padding=0)
        self._plot.setYRange(bottom, high + room, padding=0)

    def _draw_marker(self, filled: list[_Series]) -> None:
        shown = self._marker is not None and bool(filled)
        self._marker_line.setVisible(shown)
        self._marker_dot.setVisible(shown)
        if shown and self._marker is not None:
            self._marker_line.setValue(self._marker)
            place = filled[0].curve.nearest(self._marker)
            if place is not None:
                self._marker_dot.setData([filled[0].curve.x[place]], [filled[0].curve.y[place]])

    def _point_at(self, place: QPointF) -> None:
        view = self._plot.getPlotItem().vb
        inside = view.sceneBoundingRect().contains(place)
        self._hover = view.mapSceneToView(place).x() if inside else None
        self._show_values()

    def _show_values(self) -> None:
        values: dict[str, str] = {}
        at: float | None = None
        for key, series in self._series.items():
            shown = self._means.get(key, series.curve)
            size = len(shown)
            index = (size - 1 if size else None) if self._hover is None else shown.nearest(self._hover)
            if index is not None:
                values[key] = self._value(float(shown.y[index]))
                at = float(shown.x[index]) if at is None else at
        pointed = self._hover is not None and at is not None
        self._crosshair.setVisible(pointed)
        if pointed and at is not None:
            self._crosshair.setValue(at)
        self._legend.set_values(values, f"{self._x_name} {at:.4g}" if pointed else "")
        self.setAccessibleName(f"{self._title_text}: {self._legend.text()}")

    def _restyle(self) -> None:
        colours = theme()
        self._plot.setBackground(colours.color(Role.surface))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setZValue(-10)  # the grid lies behind the curves
            axis.setPen(pg.mkPen(colours.color(Role.grid)))
            axis.setTickPen(pg.mkPen(colours.color(Role.grid)))
            axis.setTextPen(pg.mkPen(colours.color(Role.text_muted)))
            axis.setTickFont(tabular(CAPTION))
            axis.setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=True)
            axis.label.setFont(tabular(CAPTION))
        self._plot.showGrid(x=False, y=True, alpha=1.0)
        for series in self._series.values():
            self._style(series)
        self._crosshair.setPen(pg.mkPen(colours.color(Role.control_border), width=1, style=Qt.PenStyle.DotLine))
        self._marker_line.setPen(pg.mkPen(colours.color(Role.accent), width=1))
        self._marker_dot.setSymbolBrush(colours.color(Role.accent))
        self._marker_dot.setSymbolPen(pg.mkPen(colours.color(Role.surface), width=1.5))
        self._soon()

    def _style(self, series: _Series) -> None:
        sharpness = self.devicePixelRatioF()  # pens of charts count in pixels of the device
        style = Qt.PenStyle.DashLine if series.entry.dashed else Qt.PenStyle.SolidLine
        colour = theme().color(series.entry.role)
        series.line.setPen(pg.mkPen(colour, width=series.width * sharpness, style=style))
        if series.faint is not None:
            colour.setAlphaF(0.15)
            series.faint.setPen(pg.mkPen(colour, width=1))


def _plain_tick(value: float, spacing: float) -> str:
    digits = 0 if spacing >= 1 else min(6, len(f"{spacing:.6f}".rstrip("0").partition(".")[2]))
    return f"{value:,.{digits}f}"
