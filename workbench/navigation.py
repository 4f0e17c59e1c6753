"""The slim navigation at the left of the window."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.icons import app_icon, icon
from workbench.pages.registry import MAIN_PAGES, OTHER_PAGES, PageEntry
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, Role
from workbench.widgets.parts import label

WIDTH = 184


class Navigation(QFrame):
    """One button per page; `chosen` carries the page's id."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "navigation")
        self.setFixedWidth(WIDTH)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_2, SPACE_4, SPACE_2, SPACE_3)
        column.setSpacing(SPACE_1)
        column.addLayout(_brand())
        column.addSpacing(SPACE_4)
        for number, entry in enumerate(MAIN_PAGES, start=1):
            column.addWidget(self._button(entry, f"Ctrl+{number}"))
        column.addStretch()
        for entry in OTHER_PAGES:
            column.addWidget(self._button(entry, ""))

    def show_current(self, page: str) -> None:
        """Mark a page as the one in view."""
        self._buttons[page].setChecked(True)

    def _button(self, entry: PageEntry, keys: str) -> QPushButton:
        made = QPushButton(icon(entry.icon, Role.text_muted, checked=Role.accent), f" {entry.title}")
        made.setProperty("kind", "navigation")
        made.setObjectName(f"navigation.{entry.id}")
        made.setAccessibleName(entry.title)
        made.setToolTip(f"{entry.title} ({keys})" if keys else "")
        made.setIconSize(QSize(18, 18))
        made.setCheckable(True)
        made.clicked.connect(lambda: self.chosen.emit(entry.id))
        self._group.addButton(made)
        self._buttons[entry.id] = made
        return made


def _brand() -> QHBoxLayout:
    picture = QLabel()
    picture.setPixmap(app_icon().pixmap(QSize(28, 28)))
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(label("H2Rec", "heading"))
    words.addWidget(label("Workbench", "caption"))
    row = QHBoxLayout()
    row.setContentsMargins(SPACE_2, 0, 0, 0)
    row.setSpacing(SPACE_2)
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addLayout(words, 1)
    return row
