"""Who gained and who lost between the reference and another series: items and users, a click from the inspector."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QSpinBox, QSplitter, QVBoxLayout, QWidget

from engine.comparison.series import Series
from workbench.latest import Latest
from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.pages.compare.moves_columns import Mask, Moves, gain_words
from workbench.pages.compare.session import Measure, Session
from workbench.pages.compare.tab import Tab
from workbench.theme import SPACE_1, SPACE_2, SPACE_3
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import Card, guard_wheel, label
from workbench.widgets.states import StateStack
from workbench.widgets.strokes import stroke_icon
from workbench.widgets.table import DataTable

WIDEST_NAME, WIDEST_SEARCH = 300, 240  # pixels
PAUSE = 150  # milliseconds without typing before a search begins
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
        self._moves: Moves | None = None
        self._asking = Latest(self)
        self.from_words = ElidedLabel()
        self.from_words.setProperty("kind", "muted")
        self.from_words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.other = QComboBox()
        self.other.setObjectName("compare.moves.other")
        self.other.setAccessibleName("Series that is looked at beside the reference")
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.other.setMaximumWidth(WIDEST_NAME)
        self.search = QLineEdit()
        self.search.setObjectName("compare.moves.search")
        self.search.setAccessibleName("Search items and users")
        self.search.setPlaceholderText("Search items and users")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(WIDEST_SEARCH)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.least = QSpinBox()
        self.least.setObjectName("compare.moves.least")
        self.least.setAccessibleName("Least number of users of an item")
        self.least.setRange(1, 10_000)
        self.least.setValue(LEAST_USERS)
        for field in (self.other, self.least):
            guard_wheel(field)
        self.items_model, self.users_model = ColumnsModel(self), ColumnsModel(self)
        self.items = _table("compare.moves.items", "Items", self.items_model)
        self.users = _table("compare.moves.users", "Users", self.users_model)
        self.items_card, self.users_card = Card("Items"), Card("Users")
        nothing = EmptyState("arrows-left-right", "Nothing to compare", "")
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
        self.states.show_loading()
        self._asking.ask(
            partial(_read, self.session, other.series, reference.series, self.measure), self._show, self._show_failure
        )

    def _show(self, answer: Moves | str) -> None:
        if isinstance(answer, str):
            self.states.empty.set_words("These two cannot be compared user by user", answer)
            self.states.show_empty()
        else:
            self._moves = answer
            self._show_tables()
            self.states.show_content()

    def _show_failure(self, error: Exception) -> None:
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

    def _show_tables(self) -> None:
        self._show_items()
        moves = self._moves
        if moves is not None:
            kept = moves.kept_users(self.search.text())
            _fill(self.users, self.users_model, moves.user_columns(), USER_WIDTHS, kept)
            self.users_card.set_caption(gain_words(moves.user_gains, kept))

    def _show_items(self) -> None:
        moves = self._moves
        if moves is not None:
            kept = moves.kept_items(self.search.text(), self.least.value())
            _fill(self.items, self.items_model, moves.item_columns(), ITEM_WIDTHS, kept)
            self.items_card.set_caption(gain_words(moves.item_gains, kept))

    def _open_item(self, row: int) -> None:
        index = None if self._moves is None else self._moves.item_index(self.items_model.source_row(row))
        if index is not None:
            self.item_wanted.emit(index)

    def _open_user(self, row: int) -> None:
        if self._moves is not None:
            self.user_wanted.emit(str(self._moves.users.users[self.users_model.source_row(row)]))

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
        self.least.lineEdit().setTextMargins(SPACE_1, 0, 0, 0)
        self.users_card.title.setMinimumHeight(self.least.sizeHint().height())  # so that both tables begin level
        split.setSizes([520, 520])
        return split

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.from_words)
        bar.addWidget(self.other)
        bar.addSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        bar.addStretch(1)
        bar.addWidget(label("Enter or a double click opens the inspector", "caption"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(bar)
        column.addWidget(self.states, 1)

    def _connect(self) -> None:
        self.other.activated.connect(lambda place: self.chosen.emit(self.other.itemData(place)))
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self._show_tables)
        self.least.valueChanged.connect(lambda _value: self._show_items())
        self.items.opened.connect(self._open_item)
        self.users.opened.connect(self._open_user)
        self.states.retry.connect(self.refresh)


def _read(session: Session, series: Series, reference: Series, measure: Measure) -> Moves | str:
    """Who moved, or why the two cannot be compared."""
    return session.obstacle(series, reference) or Moves(
        *session.moves(series, reference, measure), session.catalogue(series), measure.metric
    )


def _table(name: str, title: str, model: ColumnsModel) -> DataTable:
    table = DataTable(name, f"{title} that gained or lost most")
    table.setModel(model)
    return table


def _fill(
    table: DataTable, model: ColumnsModel, columns: list[TableColumn], widths: tuple[int, ...], kept: Mask
) -> None:
    """Show columns; the first time those that gained most, by the last column, come first."""
    is_new = not model.columns
    model.set_columns(columns, kept)
    if is_new:
        table.set_widths(*widths)
        table.stretch_column(widths.index(0))
        table.horizontalHeader().setSortIndicator(len(columns) - 1, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
