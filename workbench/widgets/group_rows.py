"""Rows of a table with backgrounds of their own, and headings between them that are written across all columns."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.icons import icon
from workbench.models.roles import DataRole
from workbench.theme import SPACE_1, SPACE_2, Role, tabular, theme

_ICON = QSize(14, 14)


class GroupRowDelegate(QStyledItemDelegate):
    """Rows whose `DataRole.row` is a text are headings; `DataRole.raw` tells whether what is below them is shown."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        text = index.data(DataRole.row)
        if not isinstance(text, str):
            background = index.data(Qt.ItemDataRole.BackgroundRole)
            if background is not None and not option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(option.rect, background)  # the stylesheet leaves it out
            super().paint(painter, option, index)
            return
        cell, view = option.rect, option.widget
        painter.save()
        painter.setClipRect(cell)
        painter.fillRect(cell, theme().color(Role.surface_raised))
        # Every cell draws its own part of the same line, which begins at the view's left wherever it is scrolled to.
        caret = QRect(SPACE_2, cell.center().y() - _ICON.height() // 2, _ICON.width(), _ICON.height())
        icon("caret-down" if index.data(DataRole.raw) else "caret-right", Role.text_muted).paint(painter, caret)
        painter.setFont(tabular(bold=True))
        painter.setPen(theme().color(Role.text))
        left = caret.right() + SPACE_2 + SPACE_1
        painter.drawText(QRect(left, cell.y(), 4000, cell.height()), Qt.AlignmentFlag.AlignVCenter, text)
        if isinstance(view, QAbstractItemView) and view.currentIndex().row() == index.row() and view.hasFocus():
            painter.setPen(theme().color(Role.accent))
            painter.drawLine(cell.bottomLeft(), cell.bottomRight())
        painter.restore()
