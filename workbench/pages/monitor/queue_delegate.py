"""A planned run in the list: its name, and a line about it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workbench.icons import icon
from workbench.models.queue import about
from workbench.models.roles import DataRole, Index
from workbench.theme import BODY, CAPTION, SPACE_1, SPACE_2, Role, font, theme
from workbench.widgets.slices import paint_background

if TYPE_CHECKING:
    from engine.store import QueuedRun

_ROW = 44
_ICON = 16


class QueueDelegate(QStyledItemDelegate):
    """Runs on hold are muted and marked; those that could not be started say so in the colour of faults."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        row: QueuedRun = index.data(DataRole.row)
        rect: QRect = option.rect.adjusted(SPACE_2, SPACE_1, -SPACE_2, -SPACE_1)
        painter.save()
        name, role = ("warning-circle", Role.bad) if row.error else ("pause", Role.text_muted)
        if not row.held:
            name = "dots-six-vertical"
        icon(name, role).paint(painter, QRect(rect.left(), rect.center().y() - _ICON // 2, _ICON, _ICON))
        words = rect.adjusted(_ICON + SPACE_2, 0, 0, 0)
        half = words.height() // 2
        self._line(painter, words.adjusted(0, 0, 0, -half), row.name, font(BODY), _name_role(row))
        self._line(painter, words.adjusted(0, half, 0, 0), about(row), font(CAPTION), _about_role(row))
        painter.restore()

    def _line(self, painter: QPainter, place: QRect, text: str, chosen: QFont, role: Role) -> None:
        painter.setFont(chosen)
        painter.setPen(theme().color(role))
        elided = QFontMetrics(chosen).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, elided)


def _name_role(row: "QueuedRun") -> Role:
    return Role.text_muted if row.held else Role.text


def _about_role(row: "QueuedRun") -> Role:
    return Role.bad if row.error else Role.text_muted
