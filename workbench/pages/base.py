"""What all pages have in common: a title row with at most one main action, and a body below."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.theme import SPACE_3, SPACE_4, SPACE_5, Role
from workbench.widgets.parts import BUTTON_ICON, label


class Page(QWidget):
    """A page of the main window.

    Subclasses add their content to `body`. `open_page(page, payload)` asks the window for another page, and for what
    it shall show there: ("datasets", name of a dataset), ("setup", ExperimentConfig to start from), ("monitor", run),
    ("runs", run), ("compare", tuple of runs), ("inspector", run or InspectorLink), ("semantic_ids", run) or
    ("help", topic). A run is its number. A payload of None leaves the page as it is; ("preferences", None) has no other.
    """

    open_page = Signal(str, object)

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.main_action: QPushButton | None = None
        self.search_field: QLineEdit | None = None  # where Ctrl+F goes
        self._title = label(title, "title")
        self._subtitle = label(subtitle, "subtitle")

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self.title_row = QHBoxLayout()
        self.title_row.setSpacing(SPACE_3)
        self.title_row.addLayout(words, 1)

        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE_4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_5, SPACE_4, SPACE_5, SPACE_4)
        outer.setSpacing(SPACE_4)
        outer.addLayout(self.title_row)
        outer.addLayout(self.body, 1)
        self._subtitle.setHidden(not subtitle)  # only now: a widget without a parent would open as a window

    def activate(self) -> None:
        """Called whenever the page comes into view: refresh what may have changed."""

    def open_with(self, payload: object) -> None:
        """Called with the payload of `open_page` where it is not None, after `activate`."""

    def set_title(self, title: str) -> None:
        self._title.setText(title)

    def set_subtitle(self, subtitle: str) -> None:
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def set_main_action(self, text: str, icon_name: str, slot: Callable[[], object], name: str) -> QPushButton:
        """The page's one main action, at the right of the title row; `name` is its object name."""
        button = QPushButton(icon(icon_name, Role.accent_text), text)
        button.setProperty("kind", "primary")
        button.setObjectName(name)
        button.setIconSize(BUTTON_ICON)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: slot())
        self.title_row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.main_action = button
        return button

    def press_main_action(self) -> None:
        """The main action by keyboard."""
        if self.main_action is not None:
            self.main_action.click()

    def find_in_page(self) -> None:
        """Ctrl+F: go to the page's search field."""
        if self.search_field is not None and self.search_field.isEnabled():
            self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search_field.selectAll()

    def escape(self) -> None:
        """Esc: clear the search field when the cursor is in it."""
        if self.search_field is not None and self.search_field.hasFocus():
            self.search_field.clear()
