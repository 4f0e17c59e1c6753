"""A still chart in a card: themed axes, a logarithmic one where wanted, and words for what the pointer is on."""

import math

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtWidgets import QFrame, QWidget

from workbench.theme import CAPTION, SPACE_2, SPACE_4, Role, tabular, theme
from workbench.widgets.chart_plot import BOTTOM_AXIS
from workbench.widgets.parts import Card

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


class PlotCard(Card):
    """Base of the page's charts. Subclasses draw into `plot`, in `paint`, and answer `words_at`."""

    def __init__(
        self,
        name: str,
        title: str,
        x_label: str,
        y_label: str,
        *,
        log_x: bool,
        log_y: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, " ", parent)
        self.setObjectName(name)
        self.set_margins(SPACE_4, SPACE_2)
        self._resting = ""
        self.axes = {"bottom": Axis("bottom", log_x), "left": Axis("left", log_y)}
        self.plot = pg.PlotWidget(axisItems=self.axes, background=None, enableMenu=False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMinimumSize(140, 96)
        self.plot.setLabel("bottom", x_label)
        self.axes["bottom"].setHeight(BOTTOM_AXIS)
        self.plot.setLabel("left", y_label)
        self.plot.scene().sigMouseMoved.connect(self._point_at)
        self.plot.installEventFilter(self)
        self.body.addWidget(self.plot, 1)
        theme().changed.connect(self._restyle)
        self._restyle()

    def paint(self) -> None:
        """Draw everything anew in the theme's colours."""
        raise NotImplementedError

    def words_at(self, x: float) -> str:
        """What there is at `x` in the axis's own units; "" for nothing."""
        raise NotImplementedError

    def set_resting_words(self, text: str) -> None:
        """What stands beside the title while the pointer is elsewhere."""
        self._resting = text
        self.set_caption(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.set_caption(self._resting)
        return False

    def _point_at(self, place: QPointF) -> None:
        view = self.plot.getPlotItem().vb
        inside = view.sceneBoundingRect().contains(place)
        words = self.words_at(view.mapSceneToView(place).x()) if inside else ""
        self.set_caption(words or self._resting)

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
        self.plot.clear()
        self.paint()
