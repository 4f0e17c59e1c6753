"""One item: who it is, its semantic ID, and what lies near it."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QBoxLayout, QHBoxLayout, QListView, QVBoxLayout, QWidget

from workbench.models.cards import CardEntry, ItemListModel
from workbench.pages.inspector.code_path import CodePath
from workbench.pages.inspector.delegates import CardDelegate
from workbench.pages.inspector.session import ItemView
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, Role
from workbench.widgets import numbers
from workbench.widgets.badge import Badge
from workbench.widgets.parts import label
from workbench.widgets.slices import slice_role, slice_word

SIDE_BY_SIDE = 400  # pixels from which on both lists of neighbours have room beside each other


class CardList(QWidget):
    """A heading over a list of cards; `chosen` gives the index of the item that was clicked or entered."""

    chosen = Signal(int)

    def __init__(self, name: str, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label(heading, "label")
        self.model = ItemListModel(self)
        self.view = QListView()
        self.view.setObjectName(name)
        self.view.setAccessibleName(heading)
        self.view.setModel(self.model)
        self.view.setItemDelegate(CardDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMinimumHeight(62)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self.message = label("", "muted", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_1)
        layout.addWidget(self.heading)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.message, 1)

    def show_entries(self, entries: Sequence[CardEntry] | None, nothing: str) -> None:
        """Show the entries, or the words for there being none."""
        self.model.set_entries(entries or [])
        self.view.scrollToTop()
        self.view.setVisible(bool(entries))
        self.message.setVisible(not entries)
        self.message.setText(nothing)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.entry(index.row()).card.index)


class ItemPanel(QWidget):
    """The card of one item with its nearest items and those that share its codes."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "heading", wrap=True, selectable=True)
        self.title.setObjectName("inspector.title")
        self.slice = Badge("head", Role.head)
        self.facts = label("", "muted", selectable=True)
        self.codes = CodePath()
        self.codes.setObjectName("inspector.codes")
        self.no_codes = label("This model has no semantic IDs.", "muted")
        self.no_vectors = label("This model gives items no vectors, so no item is nearer than another.", "muted")
        self.no_vectors.setWordWrap(True)
        self.text = label("", wrap=True, selectable=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.by_hid = CardList("inspector.nearestHid", "Nearest by hash ID")
        self.by_sid = CardList("inspector.nearestSid", "Nearest by semantic ID")
        self.sharing = CardList("inspector.sharing", "Share codes with it")
        for each in (self.by_hid, self.by_sid, self.sharing):
            each.chosen.connect(self.chosen)
        self._lay_out()

    def show_item(self, view: ItemView) -> None:
        card = view.card
        self.title.setText(card.title)
        self.slice.set(slice_word(card.is_head), slice_role(card.is_head))
        self.facts.setText(f"Id {card.id}  ·  {numbers.count(card.popularity)} training interactions")
        has_codes = card.semantic_id is not None
        self.codes.setVisible(has_codes)
        self.no_codes.setVisible(not has_codes)
        self.codes.set_codes(card.semantic_id or ())
        self.text.setText(_shortened(card.text) or "This item has no text.")
        self.text.setToolTip(card.text)
        self.text.setEnabled(bool(card.text.strip()))
        self.no_vectors.setVisible(view.by_hid is None and view.by_sid is None)
        for cards, entries, nothing in (
            (self.by_hid, view.by_hid, "There is no other item."),
            (self.by_sid, view.by_sid, "There is no other item."),
            (self.sharing, view.sharing, "No other item shares its first code."),
        ):
            cards.setVisible(entries is not None)
            cards.show_entries(entries, nothing)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= SIDE_BY_SIDE
        directions = QBoxLayout.Direction
        self._neighbours.setDirection(directions.LeftToRight if roomy else directions.TopToBottom)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.slice, 0, Qt.AlignmentFlag.AlignTop)
        path = QHBoxLayout()
        path.setSpacing(SPACE_3)
        path.addWidget(label("Semantic ID", "muted"))
        path.addWidget(self.codes)
        path.addWidget(self.no_codes)
        path.addStretch(1)
        self._neighbours = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._neighbours.setSpacing(SPACE_3)
        self._neighbours.addWidget(self.by_hid, 1)
        self._neighbours.addWidget(self.by_sid, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_4, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(top)
        layout.addWidget(self.facts)
        layout.addLayout(path)
        layout.addWidget(self.text)
        layout.addWidget(self.no_vectors)
        layout.addSpacing(SPACE_2)
        layout.addLayout(self._neighbours, 300)
        layout.addWidget(self.sharing, 200)
        layout.addStretch(1)  # holds the card together at the top where a model has none of the lists


def _shortened(text: str, most: int = 240) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"
