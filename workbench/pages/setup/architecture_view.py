"""The small drawing of the model that is being configured."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.pages.setup.architecture import Box, Link, Sketch
from workbench.theme import CAPTION, LEVELS, RADIUS, SPACE_1, SPACE_2, SPACE_3, Role, font, theme

_ROW, _BETWEEN = 26, SPACE_3 + 2  # pixels of a box, and from one to the next
_MIDDLE, _SIDE = 34, 38  # pixels between the columns and beside them, where the weights stand
_STRIP = 4  # height of the strip of levels


class ArchitectureView(QWidget):
    """Draws a sketch from the top down; parts that are switched off are grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sketch = Sketch((), ())
        self.setObjectName("setup.architecture")
        self.setAccessibleName("The model")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_sketch(self, sketch: Sketch) -> None:
        self._sketch = sketch
        words = sketch.in_words()
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = 1 + max((box.row for box in self._sketch.boxes), default=0)
        return QSize(2 * _MIDDLE, rows * (_ROW + _BETWEEN) - _BETWEEN + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(CAPTION))
        places = {box.name: self._place(box) for box in self._sketch.boxes}
        for link in sorted(self._sketch.links, key=lambda link: link.on):  # what is on lies above what is off
            if link.loss:
                self._draw_loss(painter, link, places)
            else:
                _draw_line(painter, link, places)
        for box in self._sketch.boxes:
            _draw_box(painter, box, places[box.name])
        painter.end()

    def _place(self, box: Box) -> QRectF:
        whole = self.width() - 2.0 - _SIDE
        column = (whole - _MIDDLE) / 2
        left = 1 + (column + _MIDDLE if box.place == "right" else 0)
        width = whole if box.place == "wide" else column
        return QRectF(left, 1 + box.row * (_ROW + _BETWEEN), width, _ROW)

    def _draw_loss(self, painter: QPainter, link: Link, places: dict[str, QRectF]) -> None:
        """A dashed line between two parts, its weight beside it: across the middle, or down the side."""
        start, end = places[link.start], places[link.end]
        role = Role.accent if link.on else Role.text_disabled
        painter.setPen(QPen(theme().color(role), 1.2, Qt.PenStyle.DashLine))
        if start.top() == end.top():
            painter.drawLine(QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()))
            words = QRectF(start.right(), start.top() - 1, end.left() - start.right(), _ROW / 2)
        else:
            side = end.right() + SPACE_2 - 2
            painter.drawPolyline(
                [
                    QPointF(start.right(), start.center().y()),
                    QPointF(side, start.center().y()),
                    QPointF(side, end.center().y()),
                    QPointF(end.right(), end.center().y()),
                ]
            )
            words = QRectF(side + SPACE_1 - 1, (start.top() + end.bottom()) / 2 - _ROW / 2, self.width() - side, _ROW)
        painter.setPen(theme().color(role))
        across = Qt.AlignmentFlag.AlignHCenter if start.top() == end.top() else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, across | Qt.AlignmentFlag.AlignVCenter, link.loss)


def _draw_line(painter: QPainter, link: Link, places: dict[str, QRectF]) -> None:
    """From the bottom of one box to the top of another; from one column to the other, between the rows."""
    start, end = places[link.start], places[link.end]
    painter.setPen(QPen(theme().color(Role.text_muted if link.on else Role.border), 1.2))
    narrow = min(start, end, key=QRectF.width)
    if start.left() < end.right() and end.left() < start.right():
        begin, goal = QPointF(narrow.center().x(), start.bottom()), QPointF(narrow.center().x(), end.top())
    else:
        inward = 1 if end.center().x() > start.center().x() else -1
        begin = QPointF(start.center().x() + inward * start.width() / 3, start.bottom())
        goal = QPointF(end.center().x() - inward * end.width() / 3, end.top())
    path = QPainterPath(begin)
    path.lineTo(goal)
    painter.drawPath(path)
    tip = QPainterPath(goal)
    tip.lineTo(goal + QPointF(-3, -4))
    tip.lineTo(goal + QPointF(3, -4))
    tip.closeSubpath()
    painter.fillPath(tip, painter.pen().color())


def _draw_box(painter: QPainter, box: Box, place: QRectF) -> None:
    outline = QPen(theme().color(Role.control_border if box.on else Role.border), 1.2)
    outline.setStyle(Qt.PenStyle.SolidLine if box.on else Qt.PenStyle.DashLine)
    painter.setPen(outline)
    painter.setBrush(theme().color(Role.surface_raised if box.on else Role.surface))
    painter.drawRoundedRect(place, RADIUS, RADIUS)
    words = place
    if box.levels:
        words = place.adjusted(0, 0, 0, -_STRIP)
        step = (place.width() - 2 * RADIUS) / box.levels
        for level in range(box.levels):
            cell = QRectF(place.left() + RADIUS + level * step + 1, place.bottom() - _STRIP - 3, step - 2, _STRIP)
            painter.fillRect(cell, theme().color(LEVELS[level % len(LEVELS)] if box.on else Role.border))
    painter.setPen(theme().color(Role.text if box.on else Role.text_disabled))
    text = painter.fontMetrics().elidedText(box.text, Qt.TextElideMode.ElideRight, int(words.width()) - 2)
    painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)
