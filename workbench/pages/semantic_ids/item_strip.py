"""The item that is chosen on the map or in a list, in two lines, with the way to the inspector."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from workbench.theme import SPACE_1, SPACE_2, SPACE_3, Role
from workbench.widgets import numbers
from workbench.widgets.badge import Badge
from workbench.widgets.code_path import CodePath
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import Card, button, label
from workbench.widgets.slices import slice_role, slice_word

if TYPE_CHECKING:
    from engine.coded_items import CodedItems


class ItemStrip(Card):
    """`opened(row)`: the item shall be shown in the inspector."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.row: int | None = None
        self.title = ElidedLabel()
        self.title.setProperty("kind", "heading")
        self.title.setObjectName("semantic_ids.item")
        self.codes = CodePath()
        self.slice = Badge("head", Role.head)
        self.facts = ElidedLabel()
        self.facts.setProperty("kind", "muted")
        self.open = button("Open in inspector", "semantic_ids.inspect", "magnifying-glass")
        self.open.clicked.connect(lambda: self.opened.emit(self.row) if self.row is not None else None)
        self.nothing = label("Choose an item on the map or in a list to see it here.", "muted")
        self._lay_out()
        self.show_item(None, None, can_open=False)

    def show_item(self, items: "CodedItems | None", row: int | None, *, can_open: bool) -> None:
        """Show an item, or none; `can_open`: the inspector can show it."""
        self.row = row
        self._stack.setCurrentWidget(self.nothing if row is None else self._content)
        self.open.setEnabled(can_open and row is not None)
        if row is None or items is None:
            return
        is_head = bool(items.popularity.is_head[row + 1])
        self.title.setText(items.title(row))
        self.codes.set_codes(items.semantic_id(row))
        self.slice.set(slice_word(is_head), slice_role(is_head))
        self.facts.setText(f"{numbers.count(int(items.counts[row]))} training interactions")
        self.open.setToolTip(
            "Its neighbours by hash ID, semantic ID and text, and who gets it recommended"
            if can_open
            else "This run has no model that the inspector could look into"
        )

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(SPACE_3)
        below.addWidget(self.codes)
        below.addWidget(self.slice)
        below.addWidget(self.facts, 1)
        self._content = QWidget()
        words = QVBoxLayout(self._content)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(SPACE_1)
        words.addWidget(self.title)
        words.addLayout(below)
        self._stack = QStackedWidget()  # as high with an item as without
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self._content)
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.addWidget(self._stack, 1)
        row.addWidget(self.open, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_margins(SPACE_3, SPACE_2)
        self.body.addLayout(row)
