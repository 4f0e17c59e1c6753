"""The stroke by which a run is known in every chart: its colour, solid or dashed; and a dot for a slice."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QIcon, QIconEngine, QPainter, QPen

from workbench.icons import PaintedIcon
from workbench.theme import Role, theme

LENGTH = 18
ROOM = 3  # pixels
DOT = 7
WIDTH = 3.0


def stroke_pen(role: Role, dashed: bool, width: float = WIDTH) -> QPen:
    """A pen of this stroke in the theme's present colour."""
    pen = QPen(theme().color(role), width)
    if dashed:
        pen.setDashPattern([1.6, 1.2])
    return pen


def stroke_brush(role: Role, dashed: bool) -> QBrush:
    """What a bar is filled with: plain, or hatched where the stroke is dashed."""
    return QBrush(theme().color(role), Qt.BrushStyle.BDiagPattern if dashed else Qt.BrushStyle.SolidPattern)


def paint_stroke(painter: QPainter, rect: QRect | QRectF, role: Role, dashed: bool) -> None:
    """Paint the stroke through the middle of `rect`, with a little room behind it."""
    painter.save()
    painter.setPen(stroke_pen(role, dashed))
    place = QRectF(rect)
    middle = round(place.center().y())
    painter.drawLine(round(place.left()), middle, round(place.right()) - ROOM, middle)
    painter.restore()


def stroke_icon(role: Role, dashed: bool) -> QIcon:
    """The stroke as an icon; it follows a change of theme by itself."""
    return QIcon(_Drawn(lambda painter, rect: paint_stroke(painter, rect, role, dashed)))


def dot_icon(role: Role) -> QIcon:
    """A dot of this colour; it follows a change of theme by itself."""

    def paint(painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(role))
        painter.drawEllipse(QRectF(rect).center(), DOT / 2, DOT / 2)

    return QIcon(_Drawn(paint))


class _Drawn(PaintedIcon):
    def __init__(self, draw: Callable[[QPainter, QRect], None]) -> None:
        super().__init__()
        self._draw = draw

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        self._draw(painter, rect)
        painter.restore()

    def clone(self) -> QIconEngine:
        return _Drawn(self._draw)
