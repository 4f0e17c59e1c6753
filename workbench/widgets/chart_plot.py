"""The field of a chart: axes, crosshair, the mark of the best epoch, and looking closer by mouse and keys."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from workbench.theme import CAPTION, Role, tabular, theme
from workbench.widgets.axes import EPOCHS, Axis, Write, XScale

BOTTOM_AXIS = 36  # pixels for the numbers and the label of the x axis
ZOOM_HELP = "Drag to look closer, with Shift to move; Ctrl and the wheel zoom; a double click shows everything"


class ChartPlot(pg.PlotWidget):
    """`pointed` tells the x under the mouse, None for none; `looked` the range of x that the person looks into, None
    for all of it. Until then whoever draws sets the ranges (`fit`)."""

    pointed = Signal(object)
    looked = Signal(object)

    def __init__(self, y_label: str, y_tick: Write, parent: QWidget | None = None) -> None:
        self.view = ZoomView()
        self.axes = {"bottom": Axis("bottom", EPOCHS.tick), "left": Axis("left", y_tick)}
        super().__init__(parent, viewBox=self.view, axisItems=self.axes, background=None, enableMenu=False)
        self.is_looked_into = False
        self.hideButtons()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(120, 64)
        self.setToolTip(ZOOM_HELP)
        self.setLabel("left", y_label)
        self.axes["bottom"].setHeight(BOTTOM_AXIS)
        self.crosshair = pg.InfiniteLine(angle=90)
        self.marker_line = pg.InfiniteLine(angle=90)
        self.marker_dot = pg.PlotDataItem(symbol="o", symbolSize=8, pen=None)
        for item in (self.crosshair, self.marker_line, self.marker_dot):
            item.setVisible(False)
            self.addItem(item, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._point)
        self.view.sigRangeChangedManually.connect(lambda *_: self._look())
        self.view.double_clicked.connect(self.show_whole)
        self.set_x(EPOCHS)
        self.restyle()

    @property
    def x_range(self) -> tuple[float, float]:
        left, right = self.view.viewRange()[0]
        return left, right

    @property
    def y_range(self) -> tuple[float, float]:
        low, high = self.view.viewRange()[1]
        return low, high

    def set_x(self, scale: XScale) -> None:
        """Write the x axis for this scale."""
        self.axes["bottom"].write, self.axes["bottom"].whole = scale.tick, scale.whole
        self.setLabel("bottom", scale.label)

    def fit(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        """Show these ranges, unless the person looks into another."""
        if not self.is_looked_into:
            self.setXRange(*x_range, padding=0)
            self.setYRange(*y_range, padding=0)

    def look_at(self, x_range: tuple[float, float] | None) -> None:
        """Look into a range of x, or at everything once more; does not tell so."""
        self.is_looked_into = x_range is not None
        if x_range is not None:
            self.setXRange(*x_range, padding=0)

    def zoom(self, factor: float, around: float | None) -> None:
        """Make the range of x larger or smaller around a place, by default its middle."""
        left, right = self.x_range
        middle, half = (left + right) / 2 if around is None else around, (right - left) / 2 * factor
        self.setXRange(middle - half, middle + half, padding=0)
        self._look()

    def show_whole(self) -> None:
        """Look at everything once more."""
        self.is_looked_into = False
        self.looked.emit(None)

    def set_crosshair(self, x: float | None) -> None:
        self.crosshair.setVisible(x is not None)
        if x is not None:
            self.crosshair.setValue(x)

    def set_marker(self, x: float | None, y: float | None) -> None:
        """A thin line at x with a dot at y, where there is one."""
        self.marker_line.setVisible(x is not None)
        self.marker_dot.setVisible(x is not None and y is not None)
        if x is not None:
            self.marker_line.setValue(x)
            self.marker_dot.setData([x], [0.0 if y is None else y])

    def rewrite_axes(self) -> None:
        """Write the ticks anew."""
        for axis in self.axes.values():
            axis.picture = None
            axis.update()

    def restyle(self) -> None:
        """Take the theme's colours."""
        colours = theme()
        self.setBackground(colours.color(Role.surface))
        for axis in self.axes.values():
            axis.setZValue(-10)  # the grid lies behind the curves
            axis.setPen(pg.mkPen(colours.color(Role.grid)))
            axis.setTickPen(pg.mkPen(colours.color(Role.grid)))
            axis.setTextPen(pg.mkPen(colours.color(Role.text_muted)))
            axis.setTickFont(tabular(CAPTION))
            axis.setStyle(tickLength=0, tickTextOffset=6, hideOverlappingLabels=True)
            axis.label.setFont(tabular(CAPTION))
        self.showGrid(x=False, y=True, alpha=1.0)
        self.crosshair.setPen(pg.mkPen(colours.color(Role.control_border), width=1, style=Qt.PenStyle.DotLine))
        self.marker_line.setPen(pg.mkPen(colours.color(Role.accent), width=1))
        self.marker_dot.setSymbolBrush(colours.color(Role.accent))
        self.marker_dot.setSymbolPen(pg.mkPen(colours.color(Role.surface), width=1.5))
        tint = colours.color(Role.accent)
        self.view.rbScaleBox.setPen(pg.mkPen(tint))
        tint.setAlphaF(0.15)
        self.view.rbScaleBox.setBrush(pg.mkBrush(tint))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def _point(self, place: QPointF) -> None:
        inside = self.view.sceneBoundingRect().contains(place)
        self.pointed.emit(self.view.mapSceneToView(place).x() if inside else None)

    def _look(self) -> None:
        self.is_looked_into = True
        self.looked.emit(self.x_range)


class ZoomView(pg.ViewBox):
    """The wheel alone scrolls the page, a drag zooms, a drag with Shift moves."""

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event, axis)
        else:
            event.ignore()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        moves = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.setMouseMode(pg.ViewBox.PanMode if moves else pg.ViewBox.RectMode)
        super().mouseDragEvent(event, axis)

    def mouseClickEvent(self, event: Any) -> None:
        if event.double():
            event.accept()
            self.double_clicked.emit()
