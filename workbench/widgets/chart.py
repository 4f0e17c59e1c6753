"""A line chart that follows the theme: labelled axes, a legend with values, a crosshair, a marked best epoch."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QWidget

from workbench.theme import SPACE_1, SPACE_2, SPACE_4, Role, theme
from workbench.widgets.axes import EPOCHS, Write, XScale, plain_tick
from workbench.widgets.chart_menu import ChartMenu
from workbench.widgets.chart_plot import ChartPlot
from workbench.widgets.chart_series import Series
from workbench.widgets.curve import FloatArray, nearest, thinned
from workbench.widgets.figure import Figure, write_csv
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.numbers import decimal
from workbench.widgets.parts import Card

REDRAW_MS = 50
_GHOST = "ghost of an earlier run"  # its key in the legend
_BROKEN = "This chart cannot be drawn. The run goes on all the same; the log says more."

_log = logging.getLogger(__name__)


class _Words(QLabel):
    def hasHeightForWidth(self) -> bool:
        return False  # else the chart would ask for the height that a plot prefers, not for the least it can do with


class LineChart(Card):
    """Series by name over the epochs of a run, redrawn at most 20 times a second and only while visible.

    `pointed` tells the x that the person points at, None for none; `looked` the range of x that is looked into, None
    for all of it: charts that lie together follow each other by these. With the focus on the chart, the arrow keys
    point, + and - zoom, and Home shows everything.
    """

    pointed = Signal(object)
    looked = Signal(object)

    def __init__(
        self,
        title: str,
        y_label: str,
        *,
        name: str,
        caption: str = "",
        empty: str = "Points appear here while the run goes.",
        value: Callable[[float], str] = decimal,
        tick: Write = plain_tick,
        from_zero: bool = False,
        smooths: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`value` writes a y value in the legend, `tick` (value, distance of ticks) on the axis; `smooths`: lines
        and values are smoothed by what `set_smoothing` says."""
        super().__init__(title, caption, parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_margins(SPACE_4, SPACE_2, SPACE_1)
        self._value, self._from_zero, self._title_text, self._y_label = value, from_zero, title, y_label
        self._smooths, self._smoothing = smooths, 0.0
        self._series: dict[str, Series] = {}
        self._x = self._ghost_x = EPOCHS
        self._marker: float | None = None
        self._hover: float | None = None
        self._dirty = False
        self.is_logarithmic = False

        self._plot = ChartPlot(y_label, tick)
        self._plot.pointed.connect(self._point)
        self._plot.looked.connect(self._look)
        self.menu = ChartMenu(self, title)
        self.header.addWidget(self.menu)
        self._legend = Legend()
        self._legend.toggled.connect(lambda key: self.show_series(key, not self.is_shown(key)))
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

    # What it shows

    def add_series(
        self, key: str, name: str, role: Role, *, dashed: bool = False, width: float = 2, points: bool = True
    ) -> None:
        """Declare a series without points; its place in the legend is the order of declaration. `points`: the single
        ones are faint behind a smoothed line."""
        series = self._series[key] = Series(Entry(name, role, dashed), width, points)
        for item in series.items:
            self._plot.addItem(item)
        series.restyle(self.devicePixelRatioF())
        self._list_entries("")
        self._soon()

    def set_series(self, key: str, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Replace the points of a declared series; x and y (points,), sorted by x."""
        self._series[key].curve.replace(x, y)
        self._soon()

    def set_band(self, key: str, low: npt.ArrayLike, high: npt.ArrayLike) -> None:
        """Lay a band around a declared series; low and high (points,), at the x of its points."""
        series = self._series[key]
        for curve, y in ((series.low_curve, low), (series.high_curve, high)):
            curve.replace(series.curve.x, y)
        self._soon()

    def append(self, key: str, x: float, y: float) -> None:
        """Add one point to a declared series."""
        self._series[key].curve.append(x, y)
        self._soon()

    def remove_all(self) -> None:
        """Take away all series and the marker, and show all of what comes."""
        for series in self._series.values():
            for item in series.items:
                self._plot.removeItem(item)
        self._series.clear()
        self._marker = None
        self._plot.look_at(None)
        self._list_entries("")
        self._soon()

    def set_x(self, scale: XScale, ghost: XScale) -> None:
        """Show the points on this x axis, and those of the earlier run by a scale of its own."""
        if scale.kind != self._x.kind:
            self._plot.look_at(None)
            self._hover = None
        self._x, self._ghost_x = scale, ghost
        self._plot.set_x(scale)
        self._soon()

    def set_smoothing(self, weight: float) -> None:
        """How much of what was before a smoothed line keeps, from 0 to below 1."""
        self._smoothing = weight if self._smooths else 0.0
        self._soon()

    def set_ghost(self, name: str, points: dict[str, tuple[FloatArray, FloatArray]]) -> None:
        """Show an earlier run behind: series -> epochs and values (points,); none where there are no points."""
        for key, series in self._series.items():
            series.ghost_curve.replace(*points.get(key, ((), ())))
        self._list_entries(name if points else "")
        self._soon()

    def set_marker(self, epoch: float | None) -> None:
        """Mark an epoch (the best) by a thin vertical line with a dot on the first series."""
        self._marker = epoch
        self._soon()

    def set_empty_words(self, text: str) -> None:
        """What stands in the place of the chart while it has no points."""
        self._empty.setText(text)

    def set_logarithmic(self, on: bool) -> None:
        """Let the y axis count in powers of ten; values that are not above zero are left out."""
        self.is_logarithmic = self._plot.axes["left"].logarithmic = on
        self._plot.look_at(None)
        self._soon()

    def show_series(self, key: str, shown: bool) -> None:
        """Take a series out of the drawing, or back into it."""
        if key in self._series:
            self._series[key].entry.shown = shown
            self._soon()

    def set_compact(self, on: bool) -> None:
        """Show values without names, where the page names the strokes elsewhere."""
        self._legend.set_compact(on)

    def refresh(self) -> None:
        """Draw anew, for example when numbers are to be written in another form."""
        self._soon()

    # What is known of it

    def points(self, key: str) -> tuple[list[float], list[float]]:
        """The points of a series as they were given."""
        curve = self._series[key].curve
        return curve.x.tolist(), curve.y.tolist()

    def keys(self) -> list[str]:
        return list(self._series)

    def name_of(self, key: str) -> str:
        """What the legend calls a series."""
        return self._series[key].entry.name or self._title_text

    def is_shown(self, key: str) -> bool:
        return key not in self._series or self._series[key].entry.shown

    @property
    def has_points(self) -> bool:
        return any(len(series.curve) for series in self._series.values())

    @property
    def is_looked_into(self) -> bool:
        """Whether the person looks at a part of it."""
        return self._plot.is_looked_into

    def sizeHint(self) -> QSize:
        return QSize(360, 240)

    # Pointing and looking closer

    def show_whole(self) -> None:
        """Show everything again."""
        self._plot.show_whole()

    def look_at(self, x_range: tuple[float, float] | None) -> None:
        """Show only this range of x, or everything; does not tell so."""
        self._plot.look_at(x_range)
        self._soon()

    def point_at(self, x: float | None) -> None:
        """Show the values there; does not tell so."""
        self._hover = x
        self._show_values()

    def _look(self, x_range: tuple[float, float] | None) -> None:
        self._soon()
        self.looked.emit(x_range)

    def _point(self, x: float | None) -> None:
        self.point_at(x)
        self.pointed.emit(x)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self._point_beside(-1)
            case Qt.Key.Key_Right:
                self._point_beside(1)
            case Qt.Key.Key_Plus:
                self._plot.zoom(0.5, self._hover)
            case Qt.Key.Key_Minus:
                self._plot.zoom(2, self._hover)
            case Qt.Key.Key_Home:
                self.show_whole()
            case _:
                super().keyPressEvent(event)

    def _point_beside(self, by: int) -> None:
        places = next((series.places for series in self._series.values() if series.is_filled), np.empty(0))
        if len(places):
            at = len(places) - 1 if self._hover is None else (nearest(places, self._hover) or 0) + by
            self._point(float(places[min(max(at, 0), len(places) - 1)]))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self._redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    # Drawing

    def _soon(self) -> None:
        self._dirty = True
        if self.isVisible() and not self._clock.isActive():
            self._clock.start()

    def _redraw(self) -> None:
        self._dirty = False
        try:
            self._draw()
        except Exception:  # whatever it is, a chart must not disturb the run
            _log.exception("The chart “%s” cannot be drawn.", self._title_text)
            self._empty.setText(_BROKEN)
            self._stack.setCurrentIndex(0)

    def _draw(self) -> None:
        for series in self._series.values():
            series.place(self._x, self._smoothing)
        self._stack.setCurrentIndex(1 if self.has_points else 0)
        filled = [series for series in self._series.values() if series.is_filled]
        if filled:
            self._plot.fit(self._x_range(filled), self._y_range(filled))
        for series in self._series.values():
            series.draw(self._ghost_x, self._fit)
        marker = None if self._marker is None or not filled else self._place(self._marker)
        point = filled[0].value_at(marker) if marker is not None else None
        self._plot.set_marker(marker, None if point is None else float(self._scaled(np.array([point[1]]))[0]))
        self._plot.rewrite_axes()
        self._show_values()

    def _fit(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The points in view with one more at each side, few enough, and on the scale of the axis; all (points,)."""
        if self.is_looked_into:
            left, right = self._plot.x_range
            part = slice(max(np.searchsorted(x, left) - 1, 0), np.searchsorted(x, right, side="right") + 1)
            x, y = x[part], y[part]
        x, y = thinned(x, y)
        return x, self._scaled(y)

    def _scaled(self, y: FloatArray) -> FloatArray:
        return np.log10(np.where(y > 0, y, np.nan)) if self.is_logarithmic else y

    def _place(self, epoch: float) -> float:
        return float(self._x.place(np.array([epoch], dtype=np.float64))[0])

    def _x_range(self, filled: list[Series]) -> tuple[float, float]:
        left = min(float(series.places[0]) for series in filled)
        right = max(float(series.places[-1]) for series in filled)
        side = (right - left) * 0.02 or 0.5
        return left - side, right + side

    def _y_range(self, filled: list[Series]) -> tuple[float, float]:
        curves = [curve for each in filled for curve in (each.curve, each.ghost_curve, each.low_curve, each.high_curve)]
        values = self._scaled(np.concatenate([curve.y for curve in curves]))
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        from_zero = self._from_zero and not self.is_logarithmic
        low = min(low, 0.0) if from_zero else low
        room = (high - low) * 0.08 or abs(high) * 0.1 or 0.01
        return low if from_zero and low == 0 else low - room, high + room

    def _show_values(self) -> None:
        found = {key: point for key, series in self._series.items() if (point := series.value_at(self._hover))}
        at = next((x for x, _ in found.values()), None) if self._hover is not None else None
        self._plot.set_crosshair(at)
        values = {key: self._value(value) for key, (_, value) in found.items()}
        self._legend.set_values(values, "" if at is None else self._x.words(at))
        self.setAccessibleName(f"{self._title_text}: {self._legend.text()}")

    # Taking it along

    def figure(self) -> Figure:
        """What is in view, as a picture on white."""
        return Figure(
            self._title_text,
            self._x,
            self._y_label,
            self._plot.axes["left"].write,
            (self._plot.x_range, self._plot.y_range),
            [line for series in self._series.values() for line in series.lines()],
            self.is_logarithmic,
            None if self._marker is None else self._place(self._marker),
        )

    def export(self, file: Path) -> None:
        """Write a picture, .png or .svg, or all points as they were given, .csv. Raises OSError."""
        if file.suffix.lower() == ".csv":
            x_name = "seconds" if self._x.kind == "time" else self._x.kind
            places = {key: (self._x.place(each.curve.x), each.curve.y) for key, each in self._series.items()}
            write_csv(file, x_name, places)
        else:
            self.figure().save(file)

    # Looks

    def _list_entries(self, ghost: str) -> None:
        entries = {key: series.entry for key, series in self._series.items()}
        if ghost:
            entries[_GHOST] = Entry(ghost, Role.text_muted, dashed=True)
        self._legend.set_entries(entries)

    def _restyle(self) -> None:
        self._plot.restyle()
        for series in self._series.values():
            series.restyle(self.devicePixelRatioF())
        self._soon()
