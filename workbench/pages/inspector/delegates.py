"""How the inspector paints cards in lists and the parts of a score in the table of recommendations."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.models.cards import CardEntry
from workbench.models.recommendations import RecommendationModel
from workbench.models.roles import DataRole
from workbench.theme import CAPTION, SPACE_2, Role, tabular, theme
from workbench.widgets.slices import paint_background, paint_slice, slice_width

Index = QModelIndex | QPersistentModelIndex

ROW, TALL_ROW = 28, 42
WORDED = 300  # narrower lists show head and tail by the dot alone; the tooltip has the word
BAR = 12
Part = tuple[float, float, Role]


class CardDelegate(QStyledItemDelegate):
    """A line per card: its place, title, note, head or tail; with `tall` similarity and note stand in a line below."""

    def __init__(self, parent: QObject | None = None, *, tall: bool = False) -> None:
        super().__init__(parent)
        self._tall = tall

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, TALL_ROW if self._tall else ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        entry: CardEntry = index.data(DataRole.row)
        rect: QRect = option.rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        if self._tall:
            below = rect.adjusted(0, rect.height() // 2 - 1, 0, -4)
            rect = rect.adjusted(0, 4, 0, -rect.height() // 2)
            small = tabular(CAPTION)
            _text(painter, below, _note_of(entry), option, small, muted=True)
        worded = rect.width() >= WORDED
        rect = _take_right(
            rect, slice_width(worded), lambda place: paint_slice(painter, place, entry.card.is_head, worded)
        )
        small = tabular(CAPTION)
        if entry.note and not self._tall:
            width = QFontMetrics(small).horizontalAdvance(entry.note)
            rect = _take_right(
                rect, width, lambda place: _text(painter, place, entry.note, option, small, muted=True, right=True)
            )
        if entry.place is not None:
            width = QFontMetrics(small).horizontalAdvance("0000")
            place = QRect(rect.left(), rect.top(), width, rect.height())
            _text(painter, place, str(entry.place), option, small, muted=True, right=True)
            rect = rect.adjusted(width + SPACE_2, 0, 0, 0)
        _text(painter, rect, entry.card.title, option, option.font)


class PartsDelegate(QStyledItemDelegate):
    """The parts of a score as one stacked bar, on a scale that all rows share.

    Parts below zero go to the left of the zero line, so that a bar never hides what was taken away.
    """

    def __init__(self, model: RecommendationModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        rect: QRect = option.rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        painter.save()
        top = rect.center().y() - BAR / 2 + 1
        for start, end, role in stacked(index.data(DataRole.raw), list(self._model.parts.values())):
            left, right = self.place(start, rect), self.place(end, rect)
            painter.fillRect(QRectF(left, top, right - left, BAR), theme().color(role))
        zero = self.place(0.0, rect)
        painter.setPen(theme().color(Role.text_muted))
        painter.drawLine(round(zero), round(top) - 3, round(zero), round(top) + BAR + 2)
        painter.restore()

    def place(self, value: float, rect: QRect) -> float:
        """The horizontal pixel of a value on the scale that all rows share."""
        least, greatest = self._model.scale
        return rect.left() + (value - least) / ((greatest - least) or 1.0) * rect.width()


def stacked(values: Sequence[float], roles: Sequence[Role]) -> list[Part]:
    """(start, end, colour) of every part: those above zero stack to the right of it, those below to the left."""
    parts: list[Part] = []
    above = below = 0.0
    for value, role in zip(values, roles, strict=True):
        if value >= 0:
            parts.append((above, above + value, role))
            above += value
        else:
            parts.append((below + value, below, role))
            below += value
    return parts


def _note_of(entry: CardEntry) -> str:
    similarity = [] if entry.similarity is None else [f"{entry.similarity:.2f}".replace("-", "−")]
    return "  ·  ".join([*similarity, *([entry.note] if entry.note else [])])


def _take_right(rect: QRect, width: int, paint: Callable[[QRect], None]) -> QRect:
    """Paint into the right end of `rect`; gives what is left of it."""
    paint(QRect(rect.right() - width + 1, rect.top(), width, rect.height()))
    return rect.adjusted(0, 0, -width - SPACE_2, 0)


def _text(
    painter: QPainter,
    rect: QRect,
    text: str,
    option: QStyleOptionViewItem,
    font: QFont,
    *,
    muted: bool = False,
    right: bool = False,
) -> None:
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    palette: QPalette = option.palette
    role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
    painter.save()
    painter.setFont(font)
    painter.setPen(theme().color(Role.text_muted) if muted and not selected else palette.color(role))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, elided)
    painter.restore()
