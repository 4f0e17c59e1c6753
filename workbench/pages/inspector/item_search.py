"""Search over titles and ids of the items, as you type."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from workbench.models.cards import CardEntry
from workbench.pages.inspector.item_card import CardList
from workbench.pages.inspector.session import FOUND
from workbench.theme import SPACE_2, SPACE_3

PAUSE = 150  # milliseconds without typing before a search begins


class ItemSearch(QWidget):
    """`typed(text)`: find items. `chosen(index)`: an item was clicked."""

    typed = Signal(str)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setObjectName("inspector.itemSearch")
        self.field.setAccessibleName("Search items")
        self.field.setPlaceholderText("Title or id of an item")
        self.field.setClearButtonEnabled(True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.field.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self.ask)
        self.found = CardList("inspector.items", "Items")
        self.found.chosen.connect(self.chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.field)
        layout.addWidget(self.found, 1)

    def ask(self) -> None:
        """Search for what the field holds now."""
        self._pause.stop()
        self.typed.emit(self.field.text().strip())

    def show_found(self, entries: list[CardEntry]) -> None:
        more = len(entries) == FOUND
        self.found.heading.setText(f"The first {FOUND} items" if more else f"{len(entries)} items")
        self.found.show_entries(entries, "No item has this in its title or id.")
