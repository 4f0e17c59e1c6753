"""Head and tail as a coloured dot with its word, the same in every list and table."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.theme import CAPTION, SPACE_1, SPACE_2, Role, font, theme

DOT = 7


def slice_role(is_head: bool) -> Role:
    return Role.head if is_head else Role.tail


def slice_word(is_head: bool) -> str:
    return "head" if is_head else "tail"


def slice_width(with_word: bool = True) -> int:
    """Width of the dot and, if wanted, the longer of both words, in pixels."""
    metrics = QFontMetrics(font(CAPTION))
    words = max(metrics.horizontalAdvance(slice_word(is_head)) for is_head in (True, False))
    return DOT + SPACE_1 + words + 1 if with_word else DOT


def paint_slice(painter: QPainter, rect: QRect, is_head: bool, with_word: bool = True) -> None:
    """Paint the dot, and its word if wanted, at the left of `rect` and centred in its height."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color(slice_role(is_head)))
    painter.drawEllipse(QRectF(rect.left(), rect.top() + (rect.height() - DOT) / 2, DOT, DOT))
    if with_word:
        painter.setFont(font(CAPTION))
        painter.setPen(theme().color(Role.text))
        place = rect.adjusted(DOT + SPACE_1, 0, 0, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, slice_word(is_head))
    painter.restore()


def paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint an item's background, selection and focus, without its text or icon."""
    paint_tint(painter, option)
    bare = QStyleOptionViewItem(option)
    bare.text = ""
    bare.features &= ~QStyleOptionViewItem.ViewItemFeature.HasDecoration
    widget: QWidget | None = option.widget
    style = widget.style() if widget is not None else QApplication.style()
    style.drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, widget)


def paint_tint(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Paint the model's background; a stylesheet keeps the style from doing it."""
    painter.fillRect(option.rect, option.backgroundBrush)


class TintDelegate(QStyledItemDelegate):
    """Paints text as always, on the background that the model gives."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tinted = QStyleOptionViewItem(option)
        self.initStyleOption(tinted, index)
        paint_tint(painter, tinted)
        super().paint(painter, option, index)


class SliceDelegate(QStyledItemDelegate):
    """Paints a column whose text is "head" or "tail"."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        inner = option.rect.adjusted(SPACE_2, 0, 0, 0)
        paint_slice(painter, inner, index.data() == "head")
