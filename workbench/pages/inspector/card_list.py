"""A heading over a list of cards."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from workbench.models.cards import CardEntry, ItemListModel
from workbench.pages.inspector.delegates import CardDelegate
from workbench.theme import SPACE_1
from workbench.widgets.parts import label


class CardList(QWidget):
    """`chosen(index)`: the item that was clicked, or entered by Enter or a double click."""

    chosen = Signal(int)

    def __init__(self, name: str, heading: str, parent: QWidget | None = None, *, opens_on_click: bool = True) -> None:
        super().__init__(parent)
        self.heading = label(heading, "label")
        self.model = ItemListModel(self)
        self.view = QListView()
        self.view.setObjectName(name)
        self.view.setAccessibleName(heading)
        self.view.setModel(self.model)
        self.view.setItemDelegate(CardDelegate(self.view, tall=True))
        self.view.setUniformItemSizes(True)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMinimumHeight(62)
        if opens_on_click:
            self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self.message = label("", "muted", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(SPACE_1)
        self.body.addWidget(self.heading)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.message)

    def show_entries(self, entries: Sequence[CardEntry], nothing: str) -> None:
        """Show the entries, or the words for there being none."""
        self.model.set_entries(entries)
        self.view.scrollToTop()
        self.view.setVisible(bool(entries))
        self.message.setVisible(not entries)
        self.message.setText(nothing)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.entry(index.row()).card.index)
