"""The list of datasets: name, size, and a badge where the data is synthetic."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workbench.models.roles import DataRole
from workbench.theme import BODY, CAPTION, SPACE_2, SPACE_3, Role, font, theme
from workbench.widgets import numbers
from workbench.widgets.badge import badge_size, paint_badge
from workbench.widgets.slices import paint_background

if TYPE_CHECKING:
    from engine.store import DatasetRow

ROW = 62
SYNTHETIC = "synthetic"


class DatasetDelegate(QStyledItemDelegate):
    """Three lines per dataset: name with badge, users and items, interactions."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        row: DatasetRow = index.data(DataRole.row)
        rect: QRect = option.rect.adjusted(SPACE_3, SPACE_2, -SPACE_3, -SPACE_2)
        painter.save()
        room = rect.width()
        if row.synthetic:
            size = badge_size(SYNTHETIC)
            place = QRectF(rect.right() - size.width() + 1, rect.top() - 1, size.width(), size.height())
            paint_badge(painter, place, SYNTHETIC, Role.warning)
            room -= size.width() + SPACE_2
        name = font(BODY, bold=True)
        painter.setFont(name)
        painter.setPen(theme().color(Role.text))
        painter.drawText(
            QRect(rect.left(), rect.top(), room, 18),
            Qt.AlignmentFlag.AlignVCenter,
            QFontMetrics(name).elidedText(row.name, Qt.TextElideMode.ElideRight, room),
        )
        painter.setFont(font(CAPTION))
        painter.setPen(theme().color(Role.text_muted))
        for line, words in enumerate(
            (
                f"{numbers.count(row.users)} users  ·  {numbers.count(row.items)} items",
                f"{numbers.count(row.interactions)} interactions",
            )
        ):
            place_of_line = QRect(rect.left(), rect.top() + 19 + 14 * line, rect.width(), 14)
            painter.drawText(place_of_line, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()
