"""The history of a user: a timeline, a list, and what if it were another."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from workbench.models.cards import CardEntry, ItemListModel
from workbench.pages.inspector.card_list import CardList
from workbench.pages.inspector.delegates import CardDelegate
from workbench.pages.inspector.history_strip import Gate, HistoryStrip
from workbench.pages.inspector.search_field import SearchField
from workbench.pages.inspector.what_if import WhatIf
from workbench.palette import LEVELS
from workbench.theme import SPACE_1, SPACE_2
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.parts import button

if TYPE_CHECKING:
    from engine.inspection import UserView


class HistoryPanel(QWidget):
    """`changed()`: ask for the list after `items`. `chosen(index)`: an item is to be looked at. `typed(text)`: find items
    to add; `offer` gets them."""

    changed = Signal()
    chosen = Signal(int)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what_if = WhatIf()
        self._view: UserView | None = None
        self._gate: Gate | None = None
        self.strip = HistoryStrip()
        self.legend = Legend()
        self.legend.setToolTip("How the gate weighs the levels of the semantic ID, at each place of the history")
        self.caption = ElidedLabel("")
        self.caption.setProperty("kind", "caption")
        self.list = CardList("inspector.history", "History", opens_on_click=False)
        self.list.view.setItemDelegate(CardDelegate(self.list.view))
        self.list.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.view.setToolTip("Delete removes what is selected, Ctrl+Up and Ctrl+Down move it, Enter opens it")
        self._found = ItemListModel(self)
        self.add = SearchField("inspector.addToHistory", "What if there were also …", self._found)
        self.add.paint_with(CardDelegate(self.add))
        self.remove = button("Remove", "inspector.removeFromHistory", kind="quiet")
        self.later = button("", "inspector.moveLater", "arrow-up", kind="quiet")
        self.earlier = button("", "inspector.moveEarlier", "arrow-down", kind="quiet")
        for move, words in ((self.later, "Move to later"), (self.earlier, "Move to earlier")):
            move.setAccessibleName(words)
            move.setToolTip(words)
        self.reset = button("Reset", "inspector.resetHistory", "arrow-counter-clockwise", kind="quiet")
        self.reset.setToolTip("The user's own history again")
        self._connect()
        self._lay_out()

    @property
    def items(self) -> list[int] | None:
        """The changed history, oldest first; None while it is the user's own."""
        return self.what_if.items if self.what_if.is_changed else None

    def show_own(self, view: "UserView") -> None:
        """Show a user's own history; what was changed before is forgotten."""
        self.what_if = WhatIf(view.history)
        self.show_view(view)

    def show_view(self, view: "UserView") -> None:
        """Show the gate's weights after the history as it is now."""
        self._view = view
        self._show(self._selected())

    def show_nothing(self) -> None:
        self.what_if, self._view = WhatIf(), None
        self._show([])

    def offer(self, entries: list[CardEntry]) -> None:
        """Items that may be added."""
        self._found.set_entries(entries)
        self.add.offer()

    # What the person does

    def _add(self, row: int) -> None:
        if 0 <= row < self._found.rowCount():
            self.what_if.add(self._found.entry(row).card)
            self._change([len(self.what_if.cards) - 1])
        self.add.settle("")

    def _remove(self) -> None:
        places = self._selected()
        if not places:
            return
        if self.what_if.remove(places):
            self._change([max(0, min(min(places), len(self.what_if.cards) - 1))])
        else:
            self.list.heading.setText("One item at least has to stay")

    def _move(self, by: int) -> None:
        places = self._selected()
        if len(places) == 1 and self.what_if.move(places[0], by):
            self._change([places[0] + by])

    def _reset(self) -> None:
        self.what_if.reset()
        self._change([])

    def _change(self, selected: list[int]) -> None:
        self._show(selected)
        self.changed.emit()

    def _selected(self) -> list[int]:
        """The selected places of the history, oldest first."""
        last = len(self.list.model.entries) - 1
        return sorted(last - index.row() for index in self.list.view.selectedIndexes())

    # What is shown

    def _show(self, selected: list[int]) -> None:
        cards, view = self.what_if.cards, self._view
        fits = view is not None and [card.index for card in view.history] == self.what_if.items
        self._gate = view.gate if view is not None and fits else None
        times = view.times if view is not None and fits else None
        entries = [
            CardEntry(card, place=place + 1, note=_day(times[place]) if times else "")
            for place, card in enumerate(cards)
        ]
        self.list.show_entries(entries[::-1], "")
        for place in selected:
            self._select(place)
        changed = self.what_if.words
        many = f"{len(cards):,} {'item' if len(cards) == 1 else 'items'}, latest first"
        self.list.heading.setText(f"What if: {changed}" if changed else f"History of {many}" if cards else "History")
        self.reset.setEnabled(self.what_if.is_changed)
        self.strip.setVisible(bool(cards))
        self.strip.show_history(cards, self._gate)
        self._selection_changed()

    def _select(self, place: int) -> None:
        index = self.list.model.index(len(self.what_if.cards) - 1 - place, 0)
        selection = self.list.view.selectionModel()
        selection.setCurrentIndex(index, selection.SelectionFlag.Select)
        self.list.view.scrollTo(index)

    def _selection_changed(self) -> None:
        places = self._selected()
        self.remove.setEnabled(bool(places))
        for move in (self.later, self.earlier):
            move.setEnabled(len(places) == 1)
        place = places[0] if len(places) == 1 else None
        self.strip.set_current(-1 if place is None else place)
        self._show_weights(place)

    def _show_weights(self, place: int | None) -> None:
        """The gate's weights at a place of the history, or their means over all."""
        gate = self._gate or ()
        seen = [each for each in (gate if place is None else gate[place : place + 1]) if each is not None]
        self.legend.setVisible(bool(seen))
        where = "mean" if place is None else f"place {place + 1}"
        strip = "Gate weights" if self._gate is not None else "History"
        self.caption.setText(f"{strip}, oldest to latest" + (f"  ·  {where}" if seen else ""))
        self.caption.setVisible(bool(self.what_if.cards))
        means = [sum(level) / len(seen) for level in zip(*seen, strict=True)]
        self.legend.set_entries(
            {str(level): Entry(f"L{level + 1}", LEVELS[level % len(LEVELS)]) for level in range(len(means))}
        )
        self.legend.set_values({str(level): f"{mean:.2f}" for level, mean in enumerate(means)})

    def _connect(self) -> None:
        view = self.list.view
        view.selectionModel().selectionChanged.connect(lambda _now, _before: self._selection_changed())
        self.list.chosen.connect(self.chosen)
        self.strip.chosen.connect(self._click_on_strip)
        self.add.typed.connect(self.typed)
        self.add.chosen.connect(self._add)
        self.add.entered.connect(lambda text: self._add(0) if text else None)
        self.remove.clicked.connect(self._remove)
        self.later.clicked.connect(lambda: self._move(1))
        self.earlier.clicked.connect(lambda: self._move(-1))
        self.reset.clicked.connect(self._reset)
        for keys, act in (
            (QKeySequence(Qt.Key.Key_Delete), self._remove),
            (QKeySequence("Ctrl+Up"), lambda: self._move(1)),
            (QKeySequence("Ctrl+Down"), lambda: self._move(-1)),
        ):
            shortcut = QShortcut(keys, view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)

    def _click_on_strip(self, place: int) -> None:
        self.list.view.clearSelection()
        self._select(place)
        self.list.view.setFocus()

    def _lay_out(self) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(SPACE_1)
        for each in (self.remove, self.later, self.earlier):
            actions.addWidget(each)
        actions.addStretch(1)
        actions.addWidget(self.reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.caption)
        layout.addWidget(self.strip)
        layout.addWidget(self.legend)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.add)
        layout.addLayout(actions)


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
