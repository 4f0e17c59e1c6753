"""What stands above the tabs of a run: what it is, how it ended, and what can be done with it."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from workbench.context import RESUMABLE
from workbench.icons import icon
from workbench.theme import SPACE_1, SPACE_2, Role
from workbench.widgets.badge import Badge
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button

STATUS_ROLES: Mapping[str, Role] = {
    "running": Role.accent,
    "finished": Role.good,
    "failed": Role.bad,
    "interrupted": Role.warning,
}
ROOM = 1100  # pixels that name and actions with their words need
_ICON = QSize(18, 18)


class RunHeader(QWidget):
    """Name, state and one line on the run, with its actions at the right.

    `large_wanted(yes)`: the run shall have the whole page, or give the room back.
    """

    resume_wanted = Signal()
    further_wanted = Signal()
    again_wanted = Signal()
    copy_wanted = Signal()
    watch_wanted = Signal()
    inspect_wanted = Signal()
    folder_wanted = Signal()
    export_wanted = Signal()
    delete_wanted = Signal()
    large_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ElidedLabel()
        self.name.setProperty("kind", "heading")
        self.name.setObjectName("runs.name")
        self.badge = Badge("", Role.accent)
        self.badge.hide()
        self.summary = ElidedLabel()
        self.summary.setProperty("kind", "muted")
        self.resume = button("Resume", "runs.resume", "play", kind="primary")
        self.resume.setToolTip("Resume: go on where it was, as if it had never been interrupted (Ctrl+R in the table)")
        self.further = button("Train further…", "runs.trainFurther", "fast-forward")
        self.further.setToolTip("Train further: for more epochs, as a new run (Ctrl+Shift+R in the table)")
        for each in (self.resume, self.further):
            each.hide()  # until a run is shown that can go on
        self.again = button("Run again", "runs.again", "repeat")
        self.again.setToolTip("Run again: queue a run with exactly these settings")
        self.copy = button("Copy settings", "runs.copy", "copy")
        self.copy.setToolTip("Copy settings: start a new experiment from them")
        self.watch = button("Monitor", "runs.watch", "activity")
        self.watch.setToolTip("Monitor: show stages, curves and log there")
        self.inspect = button("Inspect", "runs.inspect", "magnifying-glass")
        self.inspect.setToolTip("Inspect: look into its recommendations (Enter, or double-click in the table)")
        self.delete = button("Delete", "runs.delete", "trash", kind="danger")
        self.delete.setToolTip("Delete: until the window closes, Undo brings the run back (Ctrl+Z)")
        self.more = self._make_menu()
        self.large = QToolButton()
        self.large.setObjectName("runs.large")
        self.large.setCheckable(True)
        self.large.setIconSize(_ICON)
        self.large.setShortcut("Ctrl+M")
        self.large.toggled.connect(self._show_size)
        self.large.toggled.connect(self.large_wanted)
        self._show_size(False)
        for each, signal in (
            (self.resume, self.resume_wanted),
            (self.further, self.further_wanted),
            (self.again, self.again_wanted),
            (self.copy, self.copy_wanted),
            (self.watch, self.watch_wanted),
            (self.inspect, self.inspect_wanted),
            (self.delete, self.delete_wanted),
        ):
            each.clicked.connect(signal)
            each.setAccessibleName(each.text())
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the name needs the room: actions keep their icons alone, but for how the run goes on."""
        super().resizeEvent(event)
        is_narrow = self.width() < ROOM
        for each in (self.again, self.copy, self.watch, self.inspect, self.delete):
            each.setText("" if is_narrow else each.accessibleName())

    def show_state(self, words: str, status: str) -> None:
        """The badge with how the run stands; one that was interrupted can be resumed."""
        self.badge.set(words, STATUS_ROLES[status])
        self.badge.show()
        self.resume.setVisible(status in RESUMABLE)

    def _make_menu(self) -> QToolButton:
        menu = QMenu(self)
        self.open_folder = menu.addAction(icon("folder-open"), "Open folder")
        self.export = menu.addAction(icon("export"), "Export run…")
        self.open_folder.triggered.connect(self.folder_wanted)
        self.export.triggered.connect(self.export_wanted)
        more = QToolButton()
        more.setObjectName("runs.more")
        more.setAccessibleName("More to do with the run")
        more.setToolTip("Open folder, export")
        more.setIcon(icon("dots-three-vertical"))
        more.setIconSize(_ICON)
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        return more

    def _show_size(self, large: bool) -> None:
        words = "Back to the table (Esc)" if large else "Show the run on the whole page (Ctrl+M)"
        self.large.setIcon(icon("arrows-in" if large else "arrows-out"))
        self.large.setToolTip(words)
        self.large.setAccessibleName(words.partition(" (")[0])

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(SPACE_2)
        first.addWidget(self.badge)
        first.addWidget(self.name, 1)
        actions = (self.resume, self.further, self.again, self.copy, self.watch, self.inspect, self.delete)
        for each in (*actions, self.more, self.large):
            first.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_1)
        layout.addLayout(first)
        layout.addWidget(self.summary)
