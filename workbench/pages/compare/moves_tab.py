"""Who gained and who lost between the reference and another series: items and users, a click from the inspector."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSpinBox, QSplitter, QVBoxLayout, QWidget

from engine.comparison.moves import ItemMoves, UserMoves
from engine.errors import DataError
from workbench.latest import Latest
from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.pages.compare.session import Session
from workbench.pages.compare.tab import Tab
from workbench.theme import SPACE_2, SPACE_3, Role
from workbench.widgets import numbers
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import Card, guard_wheel, label
from workbench.widgets.slices import slice_word
from workbench.widgets.states import StateStack
from workbench.widgets.strokes import dot_icon, stroke_icon
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.data.dataset import Catalogue

WIDEST_NAME = 300  # pixels
LEAST_USERS = 3  # of an item, by default: below that a difference is one user's luck
ITEM_WIDTHS = (0, 72, 132, 84)
USER_WIDTHS = (112, 0, 112, 84)


class MovesTab(Tab):
    """`chosen(runs)`: another series is to be looked at. `item_wanted(index)` and `user_wanted(user)`: the inspector
    is to show them; an item of a dataset that is gone has no index and cannot be shown."""

    chosen = Signal(tuple)
    item_wanted = Signal(int)
    user_wanted = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._items: ItemMoves | None = None
        self._users: UserMoves | None = None
        self._catalogue: Catalogue | None = None
        self._asking = Latest(self)
        self.from_words = ElidedLabel()
        self.from_words.setProperty("kind", "muted")
        self.from_words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.other = QComboBox()
        self.other.setObjectName("compare.moves.other")
        self.other.setAccessibleName("Series that is looked at beside the reference")
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.other.setMaximumWidth(WIDEST_NAME)
        guard_wheel(self.other)
        self.least = QSpinBox()
        self.least.setObjectName("compare.moves.least")
        self.least.setAccessibleName("Least number of users of an item")
        self.least.setRange(1, 10_000)
        self.least.setValue(LEAST_USERS)
        guard_wheel(self.least)
        self.items_model, self.users_model = ColumnsModel(self), ColumnsModel(self)
        self.items = _table("compare.moves.items", "Items", self.items_model)
        self.users = _table("compare.moves.users", "Users", self.users_model)
        self.items_card, self.users_card = Card("Items"), Card("Users")
        nothing = EmptyState("arrows-left-right", "Nothing to compare", "Choose two series that have finished.")
        self.states = StateStack(self._tables(), nothing, "compare.moves")
        self._lay_out()
        self._connect()

    @property
    def is_busy(self) -> bool:
        """Whether the answer is still to come."""
        return self._asking.is_asking

    def refresh(self) -> None:
        self._asking.drop()
        self._offer_others()
        reference, other = self.lines.reference, self.lines.other
        if reference is None or other is None:
            self.states.empty.set_words("Nothing to compare with", "Add a second series: gains are seen between two.")
            self.states.show_empty()
            return
        session, measure = self.session, self.measure

        def ask() -> "tuple[tuple[ItemMoves, UserMoves], Catalogue | None]":
            return session.moves(other.series, reference.series, measure), session.catalogue(other.series)

        self.states.show_loading()
        self._asking.ask(ask, self._show, self._show_failure)

    def _show(self, answer: "tuple[tuple[ItemMoves, UserMoves], Catalogue | None]") -> None:
        (self._items, self._users), self._catalogue = answer
        self._show_items()
        self._show_users()
        self.states.show_content()

    def _show_failure(self, error: Exception) -> None:
        if isinstance(error, DataError):  # trying again would not help
            self.states.empty.set_words("These two cannot be compared user by user", str(error))
            self.states.show_empty()
        else:
            self.states.show_error("The ranks cannot be compared", f"{type(error).__name__}: {error}")

    def _offer_others(self) -> None:
        self.other.blockSignals(True)
        self.other.clear()
        for line in self.lines.others:
            self.other.addItem(stroke_icon(line.role, line.dashed), line.words, line.series.numbers)
        shown = [line.key for line in self.lines.others]
        self.other.setCurrentIndex(shown.index(self.lines.other.key) if self.lines.other is not None else -1)
        self.other.blockSignals(False)
        reference = self.lines.reference
        self.from_words.setText(f"From {reference.words} to" if reference is not None else "")

    # The tables

    def _show_items(self) -> None:
        moves = self._items
        if moves is None:
            return
        gains = np.round(moves.after - moves.before, 12)
        kept = moves.users >= self.least.value()

        def means(row: int) -> str:
            return f"{_bare(moves.before[row])} → {_bare(moves.after[row])}"

        def hint(row: int) -> str:
            trained = "" if moves.interactions is None else f", {numbers.count(moves.interactions[row])} interactions"
            return f"{self._hint(moves.items[row], bool(moves.head[row]))}{trained} in training"

        columns = [
            TableColumn("Item", "The item that the users had next", moves.items, self._title,
                        icon=lambda row: dot_icon(Role.head if moves.head[row] else Role.tail),
                        hint=hint),
            TableColumn("Users", "Users whose target it is", moves.users, numbers.count, True),
            TableColumn("Before, after", f"Mean {self.measure.metric} of these users in the reference, and in the other",
                        moves.after, numeric=True, words=means),
            TableColumn("Gain", "After less before", gains, numbers.metric_difference, True, tone=_tone(gains)),
        ]  # fmt: skip
        _fill(self.items, self.items_model, columns, ITEM_WIDTHS, kept)
        up, down = int(((gains > 0) & kept).sum()), int(((gains < 0) & kept).sum())
        self.items_card.set_caption(
            f"{numbers.count(up)} gained, {numbers.count(down)} lost, of {numbers.count(int(kept.sum()))}"
        )

    def _show_users(self) -> None:
        moves = self._users
        if moves is None:
            return
        gains = np.round(moves.after - moves.before, 12)

        def ranks(row: int) -> str:
            return f"{_rank(moves.rank_before[row])} → {_rank(moves.rank_after[row])}"

        columns = [
            TableColumn("User", "Identifier of the user", moves.users),
            TableColumn("Target", "The item that the user had next", moves.targets, self._title,
                        icon=lambda row: dot_icon(Role.head if moves.head[row] else Role.tail),
                        hint=lambda row: self._hint(moves.targets[row], bool(moves.head[row]))),
            TableColumn("Rank", "Rank of the target in the reference, and in the other (median over seeds)",
                        moves.rank_after, numeric=True, words=ranks),
            TableColumn("Gain", f"{self.measure.metric} after less before", gains, numbers.metric_difference, True,
                        tone=_tone(gains)),
        ]  # fmt: skip
        _fill(self.users, self.users_model, columns, USER_WIDTHS)
        up, down = int((gains > 0).sum()), int((gains < 0).sum())
        self.users_card.set_caption(
            f"{numbers.count(up)} gained, {numbers.count(down)} lost, of {numbers.count(len(gains))}"
        )

    def _title(self, item: str) -> str:
        catalogue = self._catalogue
        index = None if catalogue is None else catalogue.index.get(item)
        return item if catalogue is None or index is None else str(catalogue.titles[index]) or item

    def _hint(self, item: str, is_head: bool) -> str:
        return f"{self._title(item)}\n{item}, {slice_word(is_head)}"

    def _open_item(self, row: int) -> None:
        if self._items is not None and self._catalogue is not None:
            index = self._catalogue.index.get(self._items.items[self.items_model.source_row(row)])
            if index is not None:
                self.item_wanted.emit(index)

    def _open_user(self, row: int) -> None:
        if self._users is not None:
            self.user_wanted.emit(str(self._users.users[self.users_model.source_row(row)]))

    # Layout

    def _tables(self) -> QSplitter:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        for card, table in ((self.items_card, self.items), (self.users_card, self.users)):
            card.body.addWidget(table, 1)
            split.addWidget(card)
        self.items_card.header.addWidget(label("at least", "muted"))
        self.items_card.header.addWidget(self.least)
        self.items_card.header.addWidget(label("users", "muted"))
        self.least.setFixedWidth(72)
        self.users_card.title.setMinimumHeight(self.least.sizeHint().height())  # so that both tables begin level
        split.setSizes([520, 520])
        return split

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.from_words)
        bar.addWidget(self.other)
        bar.addStretch(1)
        bar.addWidget(label("Enter or a double click opens the inspector", "caption"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(bar)
        column.addWidget(self.states, 1)

    def _connect(self) -> None:
        self.other.activated.connect(lambda place: self.chosen.emit(self.other.itemData(place)))
        self.least.valueChanged.connect(lambda _value: self._show_items())
        self.items.opened.connect(self._open_item)
        self.users.opened.connect(self._open_user)
        self.states.retry.connect(self.refresh)


def _table(name: str, title: str, model: ColumnsModel) -> DataTable:
    table = DataTable(name, f"{title} that gained or lost most")
    table.setModel(model)
    return table


def _fill(
    table: DataTable, model: ColumnsModel, columns: list[TableColumn], widths: tuple[int, ...],
    kept: "np.typing.NDArray[np.bool_] | None" = None,
) -> None:  # fmt: skip
    """Show columns; the first time those that gained most, by the last column, come first."""
    is_new = not model.columns
    model.set_columns(columns, kept)
    if is_new:
        table.set_widths(*widths)
        table.stretch_column(widths.index(0))
        table.horizontalHeader().setSortIndicator(len(columns) - 1, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)


def _tone(gains: Any) -> Any:
    return lambda row: Role.good if gains[row] > 0 else Role.bad if gains[row] < 0 else None


def _bare(value: float) -> str:
    return numbers.metric(value).removesuffix(" %")


def _rank(rank: float) -> str:
    return f"{rank:,.10g}" if np.isfinite(rank) else "–"
