"""A history as a strip, oldest to the left: how the gate weighs the levels at each place, and head or tail below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.palette import LEVELS
from workbench.theme import SPACE_1, Role, theme
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.slices import slice_role, slice_word

if TYPE_CHECKING:
    from engine.inspection import ItemCard

Gate = Sequence[Sequence[float] | None]

BARS, MARKS, GAP = 44, 6, 3  # heights in pixels: of the bars, of the marks, and between them
WIDEST, NARROWEST = 18.0, 4.0  # pixels per item


class HistoryStrip(QWidget):
    """`chosen(place)`: an item of the history was clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: Sequence[ItemCard] = ()
        self._gate: Gate | None = None
        self._current = -1
        self.setObjectName("inspector.strip")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_history(self, cards: "Sequence[ItemCard]", gate: Gate | None) -> None:
        """`gate`: for every card the weights of the levels, None where the model does not see it."""
        self._cards, self._gate = cards, gate
        heads = sum(card.is_head for card in cards)
        words = f"{heads} head and {len(cards) - heads} tail items"
        self.setAccessibleName(f"Timeline of {words}" + (", with the gate's weights" if gate else ""))
        self.updateGeometry()
        self.update()

    def set_current(self, place: int) -> None:
        self._current = place
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, MARKS + 2 * GAP + (BARS + GAP if self._gate is not None else 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def place_at(self, x: float) -> int | None:
        """Which item of the history lies at a horizontal pixel."""
        width, first = self._step()
        place = first + int(x // width)
        return place if first <= place < len(self._cards) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        width, first = self._step()
        for place in range(first, len(self._cards)):
            left = (place - first) * width
            cell = QRectF(left + 0.5, GAP, max(1.0, width - 1), BARS)
            top = float(GAP)
            if self._gate is not None:
                self._paint_weights(painter, cell, self._gate[place] if place < len(self._gate) else None)
                top = cell.bottom() + GAP
            painter.fillRect(
                QRectF(cell.left(), top, cell.width(), MARKS), theme().color(slice_role(self._cards[place].is_head))
            )
            if place == self._current:
                painter.setPen(theme().color(Role.text))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(left, 0.5, width, self.height() - 1.5))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().x())
        if place is not None:
            self.chosen.emit(place)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(QPointF(event.pos()).x())
            if place is not None:
                QToolTip.showText(event.globalPos(), plain_tooltip(self.words(place)), self)
                return True
        return super().event(event)

    def words(self, place: int) -> str:
        """What there is to say of a place of the history."""
        card = self._cards[place]
        weights = self._gate[place] if self._gate is not None and place < len(self._gate) else None
        lines = [card.title, slice_word(card.is_head)]
        if weights is not None:
            lines.append(", ".join(f"level {level} {weight:.2f}" for level, weight in enumerate(weights, start=1)))
        elif self._gate is not None:
            lines.append("too old for the model to see")
        return "\n".join(lines)

    def _paint_weights(self, painter: QPainter, cell: QRectF, weights: Sequence[float] | None) -> None:
        if weights is None:
            painter.fillRect(cell, theme().color(Role.grid))
            return
        bottom = cell.bottom()
        for level, weight in enumerate(weights):
            height = weight * cell.height()
            part = QRectF(cell.left(), bottom - height, cell.width(), height)
            painter.fillRect(part, theme().color(LEVELS[level % len(LEVELS)]))
            bottom -= height

    def _step(self) -> tuple[float, int]:
        """Pixels per item, and the first item that there is room for."""
        count = max(1, len(self._cards))
        width = min(WIDEST, max(NARROWEST, (self.width() - SPACE_1) / count))
        return width, max(0, count - int(self.width() // width))
