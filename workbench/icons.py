"""Icons by name from one set (Phosphor), drawn in a role's colour as it is at the moment of drawing."""

import qtawesome
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QIconEngine, QPainter, QPixmap

from workbench.theme import ICONS, Role, theme

_SET = "ph"


def icon(name: str, role: Role = Role.text, checked: Role | None = None) -> QIcon:
    """The icon `name` of the Phosphor set, for example "database"; `checked` colours it while switched on.

    It takes the theme's present colour whenever it is drawn, so it follows a change of theme by itself.
    """
    return QIcon(_Glyph(name, role, checked or role))


def app_icon() -> QIcon:
    """The workbench's own icon."""
    return QIcon(str(ICONS / "app.svg"))


class PaintedIcon(QIconEngine):
    """An icon that is only painted; its pixmaps are made from that."""

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # a cell too narrow for its icon
            return QPixmap()
        image = QPixmap(size)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return image


class _Glyph(PaintedIcon):
    def __init__(self, name: str, role: Role, checked: Role) -> None:
        super().__init__()
        self._name, self._role, self._checked = name, role, checked
        self._character: str = qtawesome.charmap(f"{_SET}.{name}")

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = self._checked if state == QIcon.State.On else self._role
        font: QFont = qtawesome.font(_SET, rect.height())
        font.setPixelSize(rect.height())
        painter.save()
        painter.setPen(theme().color(Role.text_disabled if mode == QIcon.Mode.Disabled else role))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    def clone(self) -> QIconEngine:
        return _Glyph(self._name, self._role, self._checked)
