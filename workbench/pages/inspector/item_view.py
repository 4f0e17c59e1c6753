"""One item: who it is, its semantic ID, what lies near it, and how it stands with users."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from workbench.models.cards import CardEntry, ItemListModel
from workbench.pages.inspector.code_steps import CodeSteps
from workbench.pages.inspector.delegates import CardDelegate
from workbench.pages.inspector.neighbours import Neighbours
from workbench.pages.inspector.search_field import SearchField
from workbench.pages.inspector.session import ItemView
from workbench.pages.inspector.standing import OutcomeTable, RecipientTable
from workbench.theme import SPACE_2, SPACE_3, Role
from workbench.widgets import numbers
from workbench.widgets.badge import Badge
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import Card, label
from workbench.widgets.slices import slice_role, slice_word


class ItemPanel(QWidget):
    """`typed(text)`: find items. `chosen(index)`: an item, and `user_chosen(user)`: a user is to be looked at.

    `standing_wanted`: what the tab that is in view shows is to be asked for.
    """

    typed = Signal(str)
    chosen = Signal(int)
    user_chosen = Signal(str)
    standing_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = ItemListModel(self)
        self.field = SearchField("inspector.itemSearch", "Title or id of an item", self._found)
        self.field.paint_with(CardDelegate(self.field))
        self.title = ElidedLabel("")
        self.title.setProperty("kind", "heading")
        self.title.setObjectName("inspector.title")
        self.slice = Badge("head", Role.head)
        self.facts = label("", "muted", selectable=True)
        self.text = ElidedLabel("")
        self.codes = CodeSteps()
        self.codes.setObjectName("inspector.codes")
        self.no_codes = label("This model has no semantic IDs.", "muted")
        self.neighbours = Neighbours()
        self.outcomes = OutcomeTable()
        self.recipients = RecipientTable()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("inspector.itemTabs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("What is shown of the item")
        self.tabs.addTab(self.neighbours, "Neighbours")
        self.tabs.addTab(self.outcomes, "Where it landed")
        self.tabs.addTab(self.recipients, "Recommended to")
        self._connect()
        self._lay_out()

    def offer(self, entries: list[CardEntry]) -> None:
        """Items that fit what was typed."""
        self._found.set_entries(entries)
        self.field.offer()

    def show_item(self, view: ItemView, has_unique_level: bool) -> None:
        card = view.card
        self.title.setText(card.title)
        self.slice.set(slice_word(card.is_head), slice_role(card.is_head))
        self.facts.setText(
            f"Id {card.id}  ·  {numbers.count(card.popularity)} training interactions  ·  {band_words(card.band)}"
        )
        words = " ".join(card.text.split())
        self.text.setText(words or "This item has no text.")
        self.text.setVisible(words.casefold() != card.title.casefold())
        self.text.setEnabled(bool(words))
        self.codes.setVisible(bool(view.path))
        self.no_codes.setVisible(not view.path)
        self.codes.show_path(view.path, has_unique_level)
        self.neighbours.show_item(view)

    def _connect(self) -> None:
        self.field.typed.connect(self.typed)
        self.field.chosen.connect(self._choose)
        self.field.entered.connect(lambda text: self._choose(0) if text else None)
        for each in (self.codes, self.neighbours):
            each.chosen.connect(self.chosen)
        for table in (self.outcomes, self.recipients):
            table.chosen.connect(self.user_chosen)
        self.tabs.currentChanged.connect(lambda _place: self.standing_wanted.emit())

    def _choose(self, row: int) -> None:
        if row < self._found.rowCount():
            self.chosen.emit(self._found.entry(row).card.index)

    def _lay_out(self) -> None:
        self.field.setMaximumWidth(420)
        top = QHBoxLayout()
        top.setSpacing(SPACE_2)
        top.addWidget(self.title, 1)
        top.addWidget(self.slice, 0, Qt.AlignmentFlag.AlignVCenter)
        card = Card()
        card.body.setSpacing(SPACE_2)
        card.body.addLayout(top)
        card.body.addWidget(self.facts)
        card.body.addWidget(self.text)
        card.body.addWidget(self.codes)
        card.body.addWidget(self.no_codes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addWidget(self.field)
        layout.addWidget(card)
        layout.addWidget(self.tabs, 1)


def band_words(band: str) -> str:
    """A popularity band as people read it: "band 10–29"."""
    return band.replace("_", " ").replace("-", "–")
