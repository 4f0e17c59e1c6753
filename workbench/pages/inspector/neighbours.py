"""Items near an item, in a column for every way to be near."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.pages.inspector.card_list import CardList
from workbench.theme import SPACE_3
from workbench.widgets.parts import button
from workbench.widgets.progress_row import ProgressRow

if TYPE_CHECKING:
    from engine.inspection import Nearness
    from workbench.pages.inspector.session import ItemView

HEADINGS: "dict[Nearness, str]" = {
    "hid": "By hash ID",
    "sid": "By semantic ID",
    "both": "By the whole vector",
    "text": "By text",
    "together": "In the same histories",
}
HELP: "dict[Nearness, str]" = {
    "hid": "Cosine of the hash-ID vectors that the model learned",
    "sid": "Cosine of the semantic-ID vectors that the model learned",
    "both": "Cosine of the vectors that make the score, all halves together",
    "text": "Cosine of the text vectors, as they were before the model learned anything",
    "together": "Most users whose training interactions hold both items",
}
NOTHING = "There is no other item."


class Neighbours(QWidget):
    """`chosen(index)`: an item is to be looked at. `encode_wanted`: the texts shall be encoded; `encoding` shows how far."""

    chosen = Signal(int)
    encode_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns: dict[Nearness, CardList] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_3, 0, 0)
        row.setSpacing(SPACE_3)
        for kind, heading in HEADINGS.items():
            column = CardList(f"inspector.near.{kind}", heading)
            column.heading.setToolTip(HELP[kind])
            column.chosen.connect(self.chosen)
            self.columns[kind] = column
            row.addWidget(column, 1)
        text = self.columns["text"]
        self.encode = button("Encode the texts", "inspector.encode")
        self.encode.clicked.connect(self.encode_wanted)
        self.encoding = ProgressRow("inspector.encoding")
        text.body.addWidget(self.encode)
        text.body.addWidget(self.encoding)
        text.body.addStretch(0)

    def show_item(self, view: "ItemView") -> None:
        for kind, column in self.columns.items():
            entries = view.neighbours.get(kind)
            nothing = NOTHING
            if kind == "text" and entries is None:
                nothing = view.text_problem or (
                    "The text vectors of these items are not in the cache. The encoder of the run's settings can make "
                    "them again, in the background."
                )
            elif kind == "together":
                nothing = "Nobody had another item with it."
            column.setVisible(entries is not None or kind == "text")
            column.show_entries(entries or [], nothing)
        self.encode.setVisible(view.text_problem == "" and not self.encoding.is_going)
