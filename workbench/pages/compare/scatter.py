"""Head against tail: each run a dot, each series its mean, with the front that none of them dominates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.comparison.pareto import pareto_front
from workbench.pages.compare.selection import Line, Lines
from workbench.pages.compare.session import Measure
from workbench.theme import CAPTION, Role, font, theme
from workbench.widgets import numbers
from workbench.widgets.axes import Axis
from workbench.widgets.chart_plot import ZOOM_HELP, ZoomView
from workbench.widgets.label_places import label_places
from workbench.widgets.numbers import metric_tick
from workbench.widgets.plot_card import PlotCard

REACH = 14  # pixels around a dot in which the pointer means it
ROOM = 0.14  # of the range, around the dots
CORNERS = {
    (1, 1): "gains both",
    (0, 1): "gains tail, loses head",
    (1, 0): "gains head, loses tail",
    (0, 0): "loses both",
}


@dataclass(frozen=True)
class Dot:
    """A series' mean, or one of its runs; x is the metric for head targets, y for tail targets."""

    line: Line
    name: str
    x: float
    y: float
    is_mean: bool

    @property
    def words(self) -> str:
        return f"{self.name}: head {numbers.metric(self.x)}, tail {numbers.metric(self.y)}"


def dots_of(lines: Sequence[Line], measure: Measure) -> list[Dot]:
    """The runs of series with several seeds, then the means; series without test results have none."""
    singles, means = [], []
    for line in lines:
        head, tail = (line.series.test(measure.protocol, part, measure.metric) for part in ("head", "tail"))
        if head is None or tail is None:
            continue
        means.append(Dot(line, line.words, head.mean, tail.mean, True))
        for run in line.series.runs if len(line.series.runs) > 1 else ():
            parts = run.test[measure.protocol]
            name = f"{line.title}, seed {run.seed}"
            singles.append(Dot(line, name, parts["head"][measure.metric], parts["tail"][measure.metric], False))
    return singles + means


class ScatterCard(PlotCard):
    """`chosen(runs)`: a dot was clicked. With the focus on the chart, the arrow keys point from series to series and
    Enter chooses; + and - zoom, and Home shows everything."""

    chosen = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.dots: list[Dot] = []
        self.front: list[int] = []  # places of means, by rising head
        self._lines, self._measure = Lines(), Measure()
        self._pointed: int | None = None  # place among the means
        self._names: list[pg.TextItem] = []
        self._corners: list[pg.TextItem] = []
        self._later = QTimer(singleShot=True, interval=0)
        self._later.timeout.connect(self._place_names)
        view = ZoomView()
        super().__init__(
            "compare.scatter", "Head against tail", "Head", "Tail",
            bottom=Axis("bottom", metric_tick), left=Axis("left", metric_tick), view=view, parent=parent,
        )  # fmt: skip
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plot.setToolTip(ZOOM_HELP)
        view.double_clicked.connect(self.redraw)
        view.sigRangeChanged.connect(lambda *_: self._later.start())
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.axes["left"].setTickDensity(0.7)

    def show_lines(self, lines: Lines, measure: Measure) -> None:
        self._lines, self._measure = lines, measure
        self._pointed = None
        self.dots = dots_of(lines.compared, measure)
        means = self.means
        self.front = pareto_front(np.array([(dot.x, dot.y) for dot in means], dtype=np.float64).reshape(-1, 2))
        if not self.dots:
            self.say_nothing("None of these runs has test results for head and tail in this protocol.")
            return
        self.plot.setLabel("bottom", f"{measure.metric} for head targets")
        self.plot.setLabel("left", f"{measure.metric} for tail targets")
        on_front = ", ".join(means[place].line.title for place in self.front)
        self.set_resting_words("line: the front, where head can be raised only at the tail's cost")
        self.describe(f"{'; '.join(dot.words for dot in means)}. On the front: {on_front}")
        self.redraw()

    @property
    def means(self) -> list[Dot]:
        return [dot for dot in self.dots if dot.is_mean]

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self._point_beside(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self._point_beside(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._pointed is not None:
                self.chosen.emit(self.means[self._pointed].line.series.numbers)
            case Qt.Key.Key_Plus:
                self._zoom(0.5)
            case Qt.Key.Key_Minus:
                self._zoom(2)
            case Qt.Key.Key_Home:
                self.redraw()
            case _:
                super().keyPressEvent(event)

    def _point_beside(self, by: int) -> None:
        """Tell of the next series, by rising head."""
        order = sorted(range(len(self.means)), key=lambda place: self.means[place].x)
        if order:
            at = 0 if self._pointed not in order else order.index(self._pointed) + by
            self._pointed = order[at % len(order)]
            self.set_caption(self.means[self._pointed].words)
            self.describe(self.means[self._pointed].words)

    def _zoom(self, factor: float) -> None:
        """Look closer around the reference, or at more."""
        mine = next((dot for dot in self.means if dot.line is self._lines.reference), None)
        around = None if mine is None else pg.Point(mine.x, mine.y)
        self.plot.getPlotItem().vb.scaleBy((factor, factor), center=around)

    # Drawing

    def paint(self) -> None:
        if not self.dots:
            return
        places = np.array([(dot.x, dot.y) for dot in self.dots])
        low, high = places.min(axis=0), places.max(axis=0)
        room = np.maximum((high - low) * ROOM, 1e-4)
        low, high = np.maximum(low - room, -0.2 * room), high + room
        self.plot.setXRange(low[0], high[0], padding=0)
        self.plot.setYRange(low[1], high[1], padding=0)
        self._draw_reference()
        self._draw_front(low)
        surface = theme().color(Role.surface)
        for dot in self.dots:
            colour = theme().color(dot.line.role)
            if not dot.is_mean:
                colour.setAlphaF(0.55)
            self.plot.addItem(
                pg.ScatterPlotItem(
                    [dot.x], [dot.y], size=12 if dot.is_mean else 6, symbol="o", antialias=True,
                    brush=surface if dot.line.dashed else colour,
                    pen=pg.mkPen(colour if dot.line.dashed else surface, width=2 if dot.line.dashed else 1),
                )
            )  # fmt: skip
        self._add_names()

    def _draw_reference(self) -> None:
        self._corners = []
        mine = next((dot for dot in self.means if dot.line is self._lines.reference), None)
        if mine is None:
            return
        pen = pg.mkPen(theme().color(Role.control_border), width=1, style=Qt.PenStyle.DashLine)
        self.plot.addItem(pg.InfiniteLine(mine.x, angle=90, pen=pen), ignoreBounds=True)
        self.plot.addItem(pg.InfiniteLine(mine.y, angle=0, pen=pen), ignoreBounds=True)
        for (right, top), text in CORNERS.items():
            item = pg.TextItem(text, color=theme().color(Role.text_muted), anchor=(right, 1 - top))
            item.setFont(font(CAPTION))
            self.plot.addItem(item, ignoreBounds=True)
            self._corners.append(item)

    def _draw_front(self, low: npt.NDArray[np.float64]) -> None:
        """Stairs through the front: whatever lies below or left of them is dominated."""
        points = [self.means[place] for place in self.front]
        x, y = [low[0]], [points[0].y]
        for dot in points:
            x += [x[-1], dot.x]
            y += [dot.y, dot.y]
        x.append(x[-1])
        y.append(low[1])
        pen = pg.mkPen(theme().color(Role.accent), width=1.5)
        self.plot.addItem(pg.PlotCurveItem(x, y, pen=pen, antialias=True), ignoreBounds=True)

    def _add_names(self) -> None:
        self._names = []
        for dot in self.means:
            item = pg.TextItem(dot.line.title, color=theme().color(Role.text), anchor=(0, 0))
            item.setFont(font(CAPTION))
            item.textItem.document().setDocumentMargin(0)
            item.setZValue(5)
            self.plot.addItem(item, ignoreBounds=True)
            self._names.append(item)
        self._later.start()  # once the plot has its size

    def _place_names(self) -> None:
        """Find room for the names, and for what the four fields around the reference mean."""
        view = self.plot.getPlotItem().vb
        measure = QFontMetricsF(font(CAPTION))
        points = [view.mapViewToScene(QPointF(dot.x, dot.y)) for dot in self.means]
        sizes = [QSizeF(measure.horizontalAdvance(dot.line.title) + 2, measure.height()) for dot in self.means]
        places = label_places(points, sizes, QRectF(view.sceneBoundingRect()))
        bounds = QRectF(view.sceneBoundingRect())
        mine = next((dot for dot in self.means if dot.line is self._lines.reference), None)
        if mine is not None:
            across = view.mapViewToScene(QPointF(mine.x, mine.y))
            for ((right, top), text), item in zip(CORNERS.items(), self._corners, strict=False):
                width = bounds.right() - across.x() if right else across.x() - bounds.left()
                height = across.y() - bounds.top() if top else bounds.bottom() - across.y()
                corner = QPointF(bounds.right() if right else bounds.left(), bounds.top() if top else bounds.bottom())
                item.setPos(view.mapSceneToView(corner))
                item.setVisible(width > measure.horizontalAdvance(text) + REACH and height > 2 * measure.height())
        for item, place in zip(self._names, places, strict=False):
            item.setVisible(place is not None)
            if place is not None:
                item.setPos(view.mapSceneToView(place.topLeft()))

    # Pointing

    def words_at(self, x: float) -> str:
        return ""

    def words_for(self, place: QPointF) -> str:
        dot = self._dot_at(place)
        return "" if dot is None else dot.words

    def _dot_at(self, place: QPointF) -> Dot | None:
        """The dot under a place of the scene; means lie above single runs."""
        view = self.plot.getPlotItem().vb
        best: tuple[float, Dot] | None = None
        for dot in self.dots:
            away = view.mapViewToScene(QPointF(dot.x, dot.y)) - place
            distance = float(np.hypot(away.x(), away.y())) - (2 if dot.is_mean else 0)
            if distance <= REACH and (best is None or distance <= best[0]):
                best = distance, dot
        return None if best is None else best[1]

    def _click(self, event: Any) -> None:
        dot = self._dot_at(event.scenePos())
        if dot is not None:
            event.accept()
            self.chosen.emit(dot.line.series.numbers)
