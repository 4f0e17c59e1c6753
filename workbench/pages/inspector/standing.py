"""Where an item stands with users: where it landed when it was held out, and to whom it is recommended."""

from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.models.roles import DataRole
from workbench.pages.inspector.session import LIST_LENGTH
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.numbers import count
from workbench.widgets.parts import button, label
from workbench.widgets.progress_row import ProgressRow
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.inspection import Outcome, Recipient

HITS = (5, 10, 20)


def _rank(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}" if isfinite(value) else "not ranked"


def _gain(outcome: "Outcome") -> float:
    """Places won against the other run; what is not ranked in either is sorted to the ends."""
    if outcome.before is None or outcome.before == outcome.rank:
        return 0.0
    return outcome.before - outcome.rank


def _gain_words(value: float) -> str:
    if not value or not isfinite(value):
        return "=" if not value else "–"
    return f"{'▲' if value > 0 else '▼'} {abs(value):,.10g}"


def _users(rows: "Sequence[Outcome] | Sequence[Recipient]") -> TableColumn:
    return TableColumn("User", "The user; Enter or a double click opens it", [row.user for row in rows])


def _outcome_columns(rows: "Sequence[Outcome]") -> list[TableColumn]:
    before = [inf if row.before is None else row.before for row in rows]
    return [
        _users(rows),
        TableColumn("Rank", "Where the item landed in full ranking", [row.rank for row in rows], _rank, True),
        TableColumn("Other run", "Where it landed in the other run", before, _rank, True),
        TableColumn("Gain", "Places that this run is ahead of the other run", [_gain(row) for row in rows],
                    _gain_words, True),
    ]  # fmt: skip


def _recipient_columns(rows: "Sequence[Recipient]") -> list[TableColumn]:
    return [_users(rows), TableColumn("Rank", "Its place in the user's list", [row.rank for row in rows], numeric=True)]


class _Table(QWidget):
    """Words over a sortable table, whose first of the `columns` has users. `chosen(user)`: one was double-clicked or
    entered."""

    chosen = Signal(str)

    def __init__(self, name: str, title: str, columns: Callable[[Sequence[Any]], list[TableColumn]]) -> None:
        super().__init__()
        self._columns = columns
        self.words = label("", "muted", wrap=True)
        self.model = ColumnsModel(self)
        self.model.set_columns(columns([]))
        self.table = DataTable(name, title)
        self.table.setModel(self.model)
        self.table.setSortingEnabled(True)
        self.table.stretch_column(0)
        for column in range(1, self.model.columnCount()):
            self.table.setColumnWidth(column, 130)
        self.table.setMaximumWidth(760)
        self.table.opened.connect(lambda row: self.chosen.emit(self.model.index(row, 0).data(DataRole.raw)))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, SPACE_3, 0, 0)
        self.column.setSpacing(SPACE_2)
        self.column.addWidget(self.words)
        self.column.addWidget(self.table, 1)
        self.column.addStretch(0)

    def _fill(self, rows: "Sequence[Outcome] | Sequence[Recipient]") -> None:
        self.model.set_columns(self._columns(rows))
        self.table.selectionModel().clear()
        self.table.scrollToTop()
        self.table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
        self.table.setVisible(bool(rows))


class OutcomeTable(_Table):
    """The ranks of an item for those whose held-out item it was."""

    def __init__(self) -> None:
        super().__init__("inspector.outcomes", "Where the item landed", _outcome_columns)
        self.show_problem("")

    def show_outcomes(self, outcomes: "Sequence[Outcome]", other_run: str) -> None:
        self.table.setColumnHidden(2, not other_run)
        self.table.setColumnHidden(3, not other_run)
        self._fill(outcomes)
        self.words.setText(_outcome_words(outcomes, other_run))

    def show_problem(self, words: str) -> None:
        self._fill([])
        self.words.setText(words)


class RecipientTable(_Table):
    """To whom an item is recommended. `lists_wanted`: make the lists of all users; `progress` shows how far."""

    lists_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("inspector.recipients", "To whom the item is recommended", _recipient_columns)
        self.make = button("Look through all users", "inspector.makeLists", "users")
        self.make.clicked.connect(self.lists_wanted)
        self.progress = ProgressRow("inspector.lists")
        self.progress.setMaximumWidth(420)
        self.column.insertWidget(1, self.make, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.insertWidget(2, self.progress)
        self.table.setMaximumWidth(420)
        self.show_unknown(0)

    def show_unknown(self, users: int) -> None:
        """The lists are not there yet."""
        self._fill([])
        self.words.setText(
            f"Whose top {LIST_LENGTH} holds this item is known once the lists of all {count(users)} users are made. "
            "That is done once for each run, in the background."
        )
        self.make.setVisible(not self.progress.is_going)

    def show_recipients(self, recipients: "Sequence[Recipient]", users: int) -> None:
        self.make.hide()
        self._fill(recipients)
        share = f"{100 * len(recipients) / max(1, users):.2g} %"
        self.words.setText(
            f"In the top {LIST_LENGTH} of {count(len(recipients))} of {count(users)} users ({share})."
            if recipients
            else f"In the top {LIST_LENGTH} of no user."
        )


def _outcome_words(outcomes: "Sequence[Outcome]", other_run: str) -> str:
    if not outcomes:
        return "It was nobody's held-out item, so nothing says where it should have landed."
    users = f"{count(len(outcomes))} {'user' if len(outcomes) == 1 else 'users'}"
    hits = ", ".join(f"{count(sum(each.rank <= k for each in outcomes))} in the top {k}" for k in HITS)
    words = f"The held-out item of {users}: {hits}."
    if other_run:
        better = sum(_gain(each) > 0 for each in outcomes)
        worse = sum(_gain(each) < 0 for each in outcomes)
        words += f" Against {other_run}: better for {count(better)}, worse for {count(worse)}."
    return words
