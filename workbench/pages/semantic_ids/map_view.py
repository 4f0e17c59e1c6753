"""A map of items as points: moved and zoomed by mouse and keys, some points brought out, one marked."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QFrame, QWidget

from workbench.theme import Role, theme

NEAR = 8  # pixels within which a point is pointed at
MANY = 3000  # points from which on they are drawn small
SMALL, LARGE, BROUGHT_OUT, RING = 4, 7, 3, 14  # pixels: widths of points, and what is added to those brought out
RARE = 0.05  # share of the points below which a group is drawn over the others
_STEP = 0.1  # of the view, by an arrow key
_KEYS = {
    Qt.Key.Key_Left: (-_STEP, 0.0),
    Qt.Key.Key_Right: (_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, _STEP),
    Qt.Key.Key_Down: (0.0, -_STEP),
}
HELP = (
    "Drag to move, wheel to zoom, click a point to choose it; a double click shows everything. Keys: arrows move, + and "
    "- zoom, Home shows everything"
)

Points = npt.NDArray[np.floating]
Rows = npt.NDArray[np.int64]


class MapView(pg.PlotWidget):
    """`pointed(row)` at an item, None at none; `clicked(row)`. Every item is a row of `points`."""

    pointed = Signal(object)
    clicked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, enableMenu=False)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(200, 160)
        self.hideButtons()
        for side in ("left", "bottom"):
            self.hideAxis(side)
        self.view = self.getPlotItem().vb
        self.view.setAspectLocked(True)  # distances mean the same in both directions
        self.points: Points = np.empty((0, 2), dtype=np.float32)
        self._groups: Rows = np.empty(0, dtype=np.int64)
        self._colours: list[QColor] = []
        self._shown: npt.NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._chosen: Rows | None = None
        self._marked: int | None = None
        self._pointed: int | None = None
        self._grey, self._all, self._some, self._ring = (pg.ScatterPlotItem(pen=None, pxMode=True) for _ in range(4))
        for depth, item in enumerate((self._grey, self._all, self._some, self._ring)):
            item.setZValue(depth)
            self.addItem(item)
        self.scene().sigMouseMoved.connect(self._point)
        self.scene().sigMouseClicked.connect(self._click)
        theme().changed.connect(self.restyle)

    def set_points(self, points: Points) -> None:
        """(items, 2) where the items are, drawn with the next `set_colours`; everything is in view afterwards."""
        self.points = points.astype(np.float64)  # what ranges are kept in
        if len(self._groups) != len(points):
            self._groups, self._shown = np.zeros(len(points), dtype=np.int64), np.ones(len(points), dtype=bool)
            self._chosen = self._marked = None
        self.mark(self._marked)
        self.show_whole()

    def set_colours(self, groups: Rows, colours: list[QColor], shown: npt.NDArray[np.bool_]) -> None:
        """`groups` (items,) point into `colours`; items that are not `shown` (items,) are left out."""
        self._groups, self._colours, self._shown = groups, colours, shown
        self._draw()

    def bring_out(self, rows: Rows | None) -> None:
        """Let these items alone have their colours, the others grey; None gives all their colours back."""
        if rows is not None or self._chosen is not None:
            self._chosen = rows
            self._draw_chosen()

    @property
    def brought_out(self) -> Rows | None:
        return self._chosen

    def mark(self, row: int | None) -> None:
        """Put a ring around an item, and bring it into view."""
        self._marked = row
        if row is None or row >= len(self.points):
            self._ring.clear()
            return
        x, y = map(float, self.points[row])
        pen = pg.mkPen(theme().color(Role.text), width=2)
        self._ring.setData([x], [y], size=RING, brush=None, pen=pen)
        (left, right), (low, high) = self.view.viewRange()
        if not (left <= x <= right and low <= y <= high):
            self.view.translateBy(x=x - (left + right) / 2, y=y - (low + high) / 2)

    def show_whole(self) -> None:
        if len(self.points):
            (left, low), (right, high) = self.points.min(axis=0), self.points.max(axis=0)
            self.view.setRange(xRange=(float(left), float(right)), yRange=(float(low), float(high)), padding=0.03)

    def item_at(self, place: QPointF) -> int | None:
        """The item within reach of a place in the scene, one that is brought out first."""
        if not len(self.points):
            return None
        at = self.view.mapSceneToView(place)
        across, down = self.view.viewPixelSize()
        apart = np.hypot((self.points[:, 0] - at.x()) / across, (self.points[:, 1] - at.y()) / down)
        apart[~self._shown] = np.inf
        for rows in (self._chosen, None):
            nearest = int(rows[np.argmin(apart[rows])]) if rows is not None and len(rows) else int(np.argmin(apart))
            if apart[nearest] <= NEAR:
                return nearest
        return None

    def restyle(self) -> None:
        """Take the theme's colours, but for those of the groups."""
        self.setBackground(theme().color(Role.surface))
        self.mark(self._marked)

    def take_key(self, key: int) -> bool:
        """Move or zoom by a key; whether it was one of those."""
        (left, right), (low, high) = self.view.viewRange()
        if key in _KEYS:
            across, up = _KEYS[Qt.Key(key)]
            self.view.translateBy(x=across * (right - left), y=up * (high - low))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.view.scaleBy((0.8, 0.8))
        elif key == Qt.Key.Key_Minus:
            self.view.scaleBy((1.25, 1.25))
        elif key == Qt.Key.Key_Home:
            self.show_whole()
        else:
            return False
        return True

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._tell(None)

    def _draw(self) -> None:
        if len(self.points) != len(self._groups) or not self._colours:
            return
        size = SMALL if len(self.points) > MANY else LARGE
        rows = self._rare_last(np.flatnonzero(self._shown))
        self._all.setData(*self.points[rows].T, size=size, brush=self._brushes(rows))
        self._grey.clear()
        self._draw_chosen()

    def _draw_chosen(self) -> None:
        chosen = self._chosen
        self._all.setVisible(chosen is None)
        self._grey.setVisible(chosen is not None)
        if chosen is None or len(self.points) != len(self._groups) or not self._colours:
            self._some.clear()
            return
        size = SMALL if len(self.points) > MANY else LARGE
        if not len(self._grey.data):
            grey = QBrush(theme().color(Role.border))
            self._grey.setData(*self.points[self._shown].T, size=size, brush=grey)
        rows = self._rare_last(chosen[self._shown[chosen]])
        self._some.setData(*self.points[rows].T, size=size + BROUGHT_OUT, brush=self._brushes(rows))

    def _brushes(self, rows: Rows) -> list[QBrush]:
        brushes = [QBrush(colour) for colour in self._colours]
        return [brushes[group] for group in self._groups[rows].tolist()]

    def _rare_last(self, rows: Rows) -> Rows:
        """The same rows, those of the smallest groups last, so that the others do not cover them."""
        groups = self._groups[rows]
        return rows[np.argsort(np.bincount(groups, minlength=1)[groups] < RARE * len(rows), kind="stable")]

    def _point(self, place: QPointF) -> None:
        inside = self.view.sceneBoundingRect().contains(place)
        self._tell(self.item_at(place) if inside else None)

    def _tell(self, row: int | None) -> None:
        if row != self._pointed:
            self._pointed = row
            self.pointed.emit(row)

    def _click(self, event: "pg.GraphicsScene.mouseEvents.MouseClickEvent") -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.show_whole()
        elif (row := self.item_at(event.scenePos())) is not None:
            self.clicked.emit(row)
