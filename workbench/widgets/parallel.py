"""Parallel coordinates: an upright axis for every quantity, a line through all of them for every run."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.theme import CAPTION, LEVELS, RADIUS, SPACE_1, SPACE_2, SPACE_3, SPACE_4, Role, font, tabular, theme

TOP, BOTTOM, LEFT, RIGHT = 48, 20, 124, 168  # pixels around the axes; at the right stand the names
GRIP = 16  # pixels beside an axis in which a drag marks a range of it
REACH = 6.0  # pixels from a line at which the pointer means it
LEAST_BRUSH = 0.015  # of an axis; a shorter drag is a click


@dataclass(frozen=True)
class Axis:
    """`places` (lines,) from 0, below, to 1, None where a line has no value; `ticks` are places and their words."""

    title: str
    places: tuple[float | None, ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Strand:
    """A line: its name, and how good it is among all from 0 to 1, which gives its colour; None without a value."""

    name: str
    worth: float | None


@dataclass
class _Brushes:
    """Which range of each axis is marked, by the axis's number."""

    ranges: dict[int, tuple[float, float]] = field(default_factory=dict)

    def keeps(self, axes: Sequence[Axis], line: int) -> bool:
        for axis, (low, high) in self.ranges.items():
            place = axes[axis].places[line]
            if place is None or not low <= place <= high:
                return False
        return True


class ParallelCoordinates(QWidget):
    """A drag along an axis keeps the lines that pass through that range; a click on it lets go.

    `pointed(line)`: the number of the line under the pointer, -1 for none; `clicked(line)`: it was clicked. With the
    focus on it, the arrow keys point from line to line, and Enter clicks.
    """

    pointed = Signal(int)
    clicked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 180)
        self._axes: list[Axis] = []
        self._strands: list[Strand] = []
        self._brushes = _Brushes()
        self._drag: tuple[int, float] | None = None
        self.current = -1
        theme().changed.connect(self.update)

    def show_strands(self, axes: Sequence[Axis], strands: Sequence[Strand]) -> None:
        self._axes, self._strands = list(axes), list(strands)
        self._brushes = _Brushes()
        self.current = -1
        self.update()

    @property
    def kept(self) -> list[int]:
        """The lines that pass through all ranges that are marked."""
        return [line for line in range(len(self._strands)) if self._brushes.keeps(self._axes, line)]

    def brush(self, axis: int, low: float, high: float) -> None:
        """Keep the lines between two places of an axis."""
        self._brushes.ranges[axis] = (min(low, high), max(low, high))
        self.update()

    def release(self, axis: int) -> None:
        """Keep lines wherever they pass through this axis."""
        self._brushes.ranges.pop(axis, None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(800, 360)

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        axis = self._axis_at(event.position().x())
        if axis is not None:
            self._drag = axis, self._place_at(event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            axis, start = self._drag
            self.brush(axis, start, self._place_at(event.position().y()))
            return
        on_axis = self._axis_at(event.position().x()) is not None
        self.setCursor(Qt.CursorShape.SizeVerCursor if on_axis else Qt.CursorShape.ArrowCursor)
        self._point(-1 if on_axis else self._line_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            axis, start = self._drag
            self._drag = None
            if abs(self._place_at(event.position().y()) - start) < LEAST_BRUSH:
                self.release(axis)
        elif self.current >= 0:
            self.clicked.emit(self.current)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
        step, kept = steps.get(Qt.Key(event.key())), self.kept
        if step is not None and kept:
            at = kept.index(self.current) + step if self.current in kept else 0
            self._point(kept[at % len(kept)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.clicked.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _point(self, line: int) -> None:
        if line != self.current:
            self.current = line
            self.update()
            self.pointed.emit(line)

    # Geometry

    def _x(self, axis: int) -> float:
        width = self.width() - LEFT - RIGHT
        return LEFT + (width * axis / (len(self._axes) - 1) if len(self._axes) > 1 else width / 2)

    def _y(self, place: float) -> float:
        return self.height() - BOTTOM - place * (self.height() - TOP - BOTTOM)

    def _place_at(self, y: float) -> float:
        return min(1.0, max(0.0, (self.height() - BOTTOM - y) / (self.height() - TOP - BOTTOM)))

    def _axis_at(self, x: float) -> int | None:
        return next((axis for axis in range(len(self._axes)) if abs(self._x(axis) - x) <= GRIP / 2), None)

    def _points(self, line: int) -> list[QPointF]:
        places = [axis.places[line] for axis in self._axes]
        return [QPointF(self._x(at), self._y(place)) for at, place in enumerate(places) if place is not None]

    def _line_at(self, place: QPointF) -> int:
        """The line that passes under a place, -1 for none."""
        for line in self.kept:
            points = self._points(line)
            for one, other in itertools.pairwise(points):
                if one.x() <= place.x() <= other.x():
                    share = (place.x() - one.x()) / max(1.0, other.x() - one.x())
                    if abs(one.y() + share * (other.y() - one.y()) - place.y()) <= REACH:
                        return line
        return -1

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        kept = set(self.kept)
        for line in sorted(range(len(self._strands)), key=lambda line: (line in kept, line == self.current)):
            self._paint_strand(painter, line, kept=line in kept)
        for axis in range(len(self._axes)):
            self._paint_axis(painter, axis)
        self._paint_names(painter, kept)
        if self.hasFocus():
            painter.setPen(QPen(theme().color(Role.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
        painter.end()

    def _paint_strand(self, painter: QPainter, line: int, *, kept: bool) -> None:
        points = self._points(line)
        if len(points) < 2:
            return
        colour = theme().color(strand_role(self._strands[line].worth) if kept else Role.grid)
        path = QPainterPath(points[0])
        for one, other in itertools.pairwise(points):
            half = (other.x() - one.x()) / 2
            path.cubicTo(one.x() + half, one.y(), other.x() - half, other.y(), other.x(), other.y())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 3.5 if line == self.current else 2))
        painter.drawPath(path)

    def _paint_axis(self, painter: QPainter, number: int) -> None:
        axis, x = self._axes[number], self._x(number)
        painter.setPen(QPen(theme().color(Role.control_border), 1))
        painter.drawLine(QPointF(x, self._y(0)), QPointF(x, self._y(1)))
        if number in self._brushes.ranges:
            low, high = self._brushes.ranges[number]
            tint = theme().color(Role.accent)
            painter.setPen(QPen(tint, 1))
            tint.setAlphaF(0.2)
            painter.setBrush(tint)
            painter.drawRect(QRectF(x - 5, self._y(high), 10, self._y(low) - self._y(high)))
        room = self._room()
        painter.setFont(font(CAPTION, bold=True))
        painter.setPen(theme().color(Role.text))
        title = QRectF(x - room / 2, 0, room, TOP - SPACE_4)
        painter.drawText(
            title, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap, axis.title
        )
        painter.setFont(tabular(CAPTION))
        metrics = QFontMetrics(painter.font())
        for place, words in axis.ticks:
            before = LEFT - SPACE_3 if number == 0 else 0.6 * room
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(before))
            width = metrics.horizontalAdvance(shown) + 4
            box = QRectF(x - SPACE_1 - width, self._y(place) - metrics.height() / 2, width, metrics.height())
            ground = theme().color(Role.surface)
            ground.setAlphaF(0.8)
            painter.fillRect(box, ground)
            painter.setPen(theme().color(Role.text_muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_names(self, painter: QPainter, kept: set[int]) -> None:
        """The lines' names where they end, of those that would cover each other the first ones."""
        painter.setFont(font(CAPTION))
        metrics = QFontMetrics(painter.font())
        x, taken = self._x(len(self._axes) - 1) + SPACE_2, list[float]()
        for line in sorted(kept, key=lambda line: line != self.current):
            place = self._axes[-1].places[line]
            if place is None or any(abs(self._y(place) - other) < metrics.height() for other in taken):
                continue
            taken.append(self._y(place))
            shown = metrics.elidedText(self._strands[line].name, Qt.TextElideMode.ElideRight, RIGHT - SPACE_2)
            box = QRectF(x, self._y(place) - metrics.height() / 2, RIGHT - SPACE_2, metrics.height())
            painter.setPen(theme().color(Role.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _room(self) -> float:
        """Pixels between two axes."""
        return (self.width() - LEFT - RIGHT) / max(1, len(self._axes) - 1) - SPACE_2


def strand_role(worth: float | None) -> Role:
    """The colour of a line that is so good: dark for the worst, bright for the best; grey without a value."""
    return Role.control_border if worth is None else LEVELS[min(len(LEVELS) - 1, int(worth * len(LEVELS)))]
