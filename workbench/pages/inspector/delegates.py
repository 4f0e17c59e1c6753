"""How the inspector paints cards in lists and the two halves of a score in the table of recommendations."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.models.cards import CardEntry
from workbench.models.recommendations import RecommendationModel
from workbench.models.roles import DataRole
from workbench.pages.inspector.code_path import codes_width, paint_codes
from workbench.theme import SPACE_1, SPACE_2, Role, theme
from workbench.widgets.slices import paint_background, paint_slice, slice_width

Index = QModelIndex | QPersistentModelIndex

ROW = 28
WORDED = 300  # narrower lists show head and tail by the dot alone; the tooltip has the word
BAR = 12
LEAST_BAR = 56
FIRST_ROLE, SECOND_ROLE = Role.run_1, Role.run_3


class CardDelegate(QStyledItemDelegate):
    """A line per card: title, then codes or similarity where the entry has them, then head or tail."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        entry: CardEntry = index.data(DataRole.row)
        font: QFont = option.font
        rect: QRect = option.rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        worded = rect.width() >= WORDED
        rect = _take_right(
            rect, slice_width(worded), lambda place: paint_slice(painter, place, entry.card.is_head, worded)
        )
        if entry.similarity is not None:
            text = f"{entry.similarity:.3f}"
            width = QFontMetrics(font).horizontalAdvance("−0.000")
            rect = _take_right(rect, width, lambda place: _text(painter, place, text, option, muted=True, right=True))
        if entry.shared_levels is not None and entry.card.semantic_id is not None:
            codes, shared = entry.card.semantic_id, entry.shared_levels
            room = rect.width() * 3 // 5
            rect = _take_right(
                rect,
                min(room, codes_width(codes, font)),
                lambda place: paint_codes(painter, place, codes, shared, font),
            )
        _text(painter, rect, entry.card.title, option)


class ContributionDelegate(QStyledItemDelegate):
    """Two stacked bars, one per half of the score, from a common zero on one scale; the numbers beside them.

    Halves below zero go to the left of the zero line, so that a bar never hides what was taken away.
    """

    def __init__(self, model: RecommendationModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(220, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        first, second = index.data(DataRole.raw)
        rect: QRect = option.rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        width = self._number_width(option.font)
        rect = _take_right(rect, width, lambda place: _text(painter, place, _signed(second), option, right=True))
        rect = _take_right(rect, width, lambda place: _text(painter, place, _signed(first), option, right=True))
        self._bars(painter, rect.adjusted(0, 0, -SPACE_1, 0), first, second)

    def least_width(self, font: QFont) -> int:
        """Pixels that both numbers and a bar worth looking at need."""
        return 2 * (self._number_width(font) + SPACE_2) + LEAST_BAR + 2 * SPACE_2

    def _number_width(self, font: QFont) -> int:
        # Whatever the signs: every row needs the same place for its numbers, and none may be cut.
        widest = max(map(abs, self._model.scale), default=0.0)
        metrics = QFontMetrics(font)
        return max(metrics.horizontalAdvance(_signed(sign * widest)) for sign in (-1, 1)) + 2

    def _bars(self, painter: QPainter, rect: QRect, first: float, second: float) -> None:
        painter.save()
        top = rect.center().y() - BAR / 2 + 1
        for start, end, role in bar_parts(first, second):
            left, right = self.place(start, rect), self.place(end, rect)
            painter.fillRect(QRectF(left, top, right - left, BAR), theme().color(role))
        zero = self.place(0.0, rect)
        painter.setPen(theme().color(Role.text_muted))
        painter.drawLine(round(zero), round(top) - 3, round(zero), round(top) + BAR + 2)
        painter.restore()

    def place(self, value: float, rect: QRect) -> float:
        """The horizontal pixel of a contribution on the scale that all rows share."""
        least, greatest = self._model.scale
        return rect.left() + (value - least) / ((greatest - least) or 1.0) * rect.width()


def bar_parts(first: float, second: float) -> list[tuple[float, float, Role]]:
    """(start, end, colour) of both bars: positive halves stack to the right of zero, negative ones to the left."""
    parts, above, below = [], 0.0, 0.0
    for value, role in ((first, FIRST_ROLE), (second, SECOND_ROLE)):
        if value >= 0:
            parts.append((above, above + value, role))
            above += value
        else:
            parts.append((below + value, below, role))
            below += value
    return parts


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _take_right(rect: QRect, width: int, paint: Callable[[QRect], None]) -> QRect:
    """Paint into the right end of `rect`; gives what is left of it."""
    paint(QRect(rect.right() - width + 1, rect.top(), width, rect.height()))
    return rect.adjusted(0, 0, -width - SPACE_2, 0)


def _text(
    painter: QPainter, rect: QRect, text: str, option: QStyleOptionViewItem, *, muted: bool = False, right: bool = False
) -> None:
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    palette: QPalette = option.palette
    role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
    painter.save()
    painter.setFont(option.font)
    painter.setPen(theme().color(Role.text_muted) if muted and not selected else palette.color(role))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    elided = QFontMetrics(option.font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, elided)
    painter.restore()
