"""A still chart in a card: themed axes, a logarithmic one where wanted, words for what the pointer is on, and words in
its place where there is nothing to draw."""

import math
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedLayout, QWidget

from workbench.theme import CAPTION, SPACE_2, SPACE_4, Role, tabular, theme
from workbench.widgets.chart_plot import BOTTOM_AXIS
from workbench.widgets.parts import Card, label

WIDE = 2.5  # decades from which on an axis marks powers of ten alone


class Axis(pg.AxisItem):
    """Whole numbers with thousands separated. Logarithmic axes hold log10 of their values."""

    def __init__(self, orientation: str, logarithmic: bool) -> None:
        super().__init__(orientation)
        self.logarithmic = logarithmic
        self.enableAutoSIPrefix(False)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        if not self.logarithmic:
            return super().tickValues(minVal, maxVal, size)[:1]
        steps = (1,) if maxVal - minVal > WIDE else (1, 2, 5)
        powers = range(max(0, math.floor(minVal)), math.ceil(maxVal) + 1)
        ticks = [power + math.log10(step) for power in powers for step in steps]
        return [(1.0, [tick for tick in ticks if minVal <= tick <= maxVal])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{10**value if self.logarithmic else value:,.0f}" for value in values]


class DateAxis(pg.AxisItem):
    """Days where bins of dates begin, as many as there is room for. Its values are seconds since 1970."""

    ROOM = 70  # pixels for a date

    def __init__(self) -> None:
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)
        self._edges: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._form = ""

    def set_edges(self, edges: npt.NDArray[np.int64], form: str) -> None:
        """`edges` (bins + 1,) in seconds since 1970; `form` writes a date."""
        self._edges, self._form = edges, form
        self.picture = None

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        bins = max(1, len(self._edges) - 1)
        ticks = min(bins, max(1, int(size // self.ROOM)))
        places = ((np.arange(ticks) + 0.5) * bins / ticks).astype(np.int64)  # none at the ends, where it would not fit
        return [(1.0, [float(edge) for edge in self._edges[places]])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [date_words(value, self._form) for value in values]


def date_words(seconds: float, form: str) -> str:
    """A day in the calendar; beyond it, its year."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        return str(np.datetime64(int(seconds), "s").astype("datetime64[Y]"))


class PlotCard(Card):
    """Base of still charts. Subclasses draw into `plot`, in `paint`, and answer `words_at`.

    `bottom` and `left` are axes of another kind than of whole numbers, `view` a view that can be moved.
    """

    def __init__(
        self,
        name: str,
        title: str,
        x_label: str,
        y_label: str,
        *,
        log_x: bool = False,
        log_y: bool = False,
        bottom: pg.AxisItem | None = None,
        left: pg.AxisItem | None = None,
        view: pg.ViewBox | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, " ", parent)
        self.setObjectName(name)
        self.set_margins(SPACE_4, SPACE_2)
        self._resting = ""
        self.axes = {"bottom": bottom or Axis("bottom", log_x), "left": left or Axis("left", log_y)}
        self.plot = pg.PlotWidget(viewBox=view, axisItems=self.axes, background=None, enableMenu=False)
        self.plot.setMouseEnabled(view is not None, view is not None)
        self.plot.hideButtons()
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMinimumSize(120, 96)
        self.plot.setLabel("bottom", x_label)
        self.axes["bottom"].setHeight(BOTTOM_AXIS)
        self.plot.setLabel("left", y_label)
        self.plot.scene().sigMouseMoved.connect(self._point_at)
        self.plot.installEventFilter(self)
        self._crosshair = pg.InfiniteLine(angle=90)
        self._nothing = label("", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.plot)
        self._stack.addWidget(self._nothing)
        self.body.addWidget(place, 1)
        theme().changed.connect(self._restyle)
        self._restyle()

    def hasHeightForWidth(self) -> bool:
        return False  # else a scroll area around it would give it its preferred height, not the least it can do with

    def minimumSizeHint(self) -> QSize:
        least, layout = super().minimumSizeHint(), self.layout()
        if layout is not None and layout.hasHeightForWidth():
            least.setHeight(layout.minimumHeightForWidth(self.width()))
        return least

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()  # the words may take more lines now, or fewer

    def paint(self) -> None:
        """Draw everything anew in the theme's colours."""
        raise NotImplementedError

    def words_at(self, x: float) -> str:
        """What there is at `x` in the axis's own units; "" for nothing."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw what there is now, in the theme's colours."""
        self._stack.setCurrentIndex(0)
        self.plot.clear()
        self.paint()
        self._crosshair.hide()
        self._crosshair.setPen(pg.mkPen(theme().color(Role.control_border), width=1, style=Qt.PenStyle.DotLine))
        self.plot.addItem(self._crosshair, ignoreBounds=True)

    def say_nothing(self, why: str) -> None:
        """There is nothing to draw; say why."""
        self._nothing.setText(why)
        self._stack.setCurrentIndex(1)
        self.set_resting_words("")
        self.describe(why)

    def set_resting_words(self, text: str) -> None:
        """What stands beside the title while the pointer is elsewhere."""
        self._resting = text
        self.set_caption(text)
        self.describe(text)

    def describe(self, text: str) -> None:
        """What a screen reader says of the chart, after its title."""
        self.setAccessibleName(f"{self.title.text()}: {text}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._crosshair.hide()
            self.set_caption(self._resting)
        return False

    def words_for(self, place: QPointF) -> str:
        """What there is at a place of the scene; moves the crosshair there."""
        view = self.plot.getPlotItem().vb
        inside = view.sceneBoundingRect().contains(place)
        x = view.mapSceneToView(place).x()
        words = self.words_at(x) if inside else ""
        self._crosshair.setVisible(bool(words))
        self._crosshair.setValue(x)
        return words

    def _point_at(self, place: QPointF) -> None:
        self.set_caption(self.words_for(place) or self._resting)

    def _restyle(self) -> None:
        colours = theme()
        self.plot.setBackground(colours.color(Role.surface))
        for axis in self.axes.values():
            axis.setZValue(-10)
            axis.setPen(pg.mkPen(colours.color(Role.grid)))
            axis.setTextPen(pg.mkPen(colours.color(Role.text_muted)))
            axis.setTickFont(tabular(CAPTION))
            axis.setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=True)
            axis.label.setFont(tabular(CAPTION))
        self.plot.showGrid(x=False, y=True, alpha=1.0)
        if self._stack.currentIndex() == 0:
            self.redraw()
