"""Word of the end of a run for someone who looks at another window: a notification, and a mark on the window."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from workbench.icons import app_icon
from workbench.preferences import Preferences
from workbench.run_controller import RunController
from workbench.theme import Role, theme

_TITLES = {"finished": "is finished", "interrupted": "was stopped", "failed": "has failed"}
_ROLES = {"finished": Role.good, "interrupted": Role.warning, "failed": Role.bad}
_SIZE = 64
_SHOWN_MS = 10_000


class Notifier(QObject):
    """Follows the controller; says nothing while the window is in use."""

    def __init__(self, window: QWidget, controller: RunController, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._controller, self._preferences = window, controller, preferences
        self._tray: QSystemTrayIcon | None = None
        controller.run_ended.connect(self._tell)

    def seen(self) -> None:
        """The window is in use again: the mark goes."""
        self._window.setWindowIcon(app_icon())
        if self._tray is not None:
            self._tray.hide()

    def close(self) -> None:
        """Leave nothing on the desktop."""
        if self._tray is not None:
            self._tray.hide()

    def _tell(self, run: int, status: str, message: str) -> None:
        if self._window.isActiveWindow() or self._controller.config is None:
            return
        marked = marked_icon(_ROLES[status])
        self._window.setWindowIcon(marked)
        QApplication.alert(self._window)
        if self._preferences.notifies and can_notify():
            if self._tray is None:
                self._tray = QSystemTrayIcon(self)
                self._tray.messageClicked.connect(self._raise)
                self._tray.activated.connect(lambda _reason: self._raise())
            self._tray.setIcon(marked)
            self._tray.show()
            self._tray.showMessage(f"{self._controller.config.title} {_TITLES[status]}", message, marked, _SHOWN_MS)

    def _raise(self) -> None:
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()


def can_notify() -> bool:
    """Whether this desktop shows notifications of programs."""
    return QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()


def marked_icon(role: Role) -> QIcon:
    """The workbench's icon with a dot in the colour of a role."""
    picture = QPixmap(app_icon().pixmap(_SIZE, _SIZE))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme().color(Role.surface))
    painter.setBrush(theme().color(role))
    painter.drawEllipse(picture.width() - 26, 2, 24, 24)
    painter.end()
    return QIcon(picture)
