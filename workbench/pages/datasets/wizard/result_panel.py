"""What settings would leave of the interactions: the dataset's size, and what every filter drops."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import numbers
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import label
from workbench.widgets.stat import StatTile
from workbench.widgets.states import LOADING_AFTER_MS, StateStack
from workbench.widgets.table import DataTable
from workbench.widgets.tile_row import TileRow

if TYPE_CHECKING:
    from engine.data.filters import Outcome

OutcomeRow = tuple[str, int, int, int]
HEADINGS = ("", "Interactions", "Users", "Items")
TITLES = {
    "dates": "Dates",
    "rating": "Rating",
    "repeats": "Repeated items",
    "k-core": "k-core",
    "users": "Users not drawn",
}
AGAIN = "k-core again"


class ResultPanel(QWidget):
    """Nothing yet, reading, an error with a button to try again, or the numbers; older ones are said to be older."""

    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = {
            name: StatTile(title)
            for name, title in (
                ("users", "Users"),
                ("items", "Items"),
                ("interactions", "Interactions"),
                ("density", "Density"),
            )
        }
        self.rows: list[OutcomeRow] = []
        self.model = ColumnsModel(self)
        self.model.set_columns(_columns([]))
        self.table = DataTable("import.outcome", "What every filter drops")
        self.table.setModel(self.model)
        self.table.stretch_column(0)
        self.problem = label("", "bad", wrap=True, selectable=True)
        self.problem.setObjectName("import.outcome.problem")
        self.problem.hide()
        self.state = label("", "caption")
        self._late = QTimer(self, singleShot=True, interval=LOADING_AFTER_MS)
        self._late.timeout.connect(lambda: self.state.setText("Counting…"))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addWidget(TileRow(list(self.tiles.values()), narrowest=92))
        layout.addWidget(self.problem)
        layout.addWidget(self.table, 1)
        empty = EmptyState("table", "Not counted yet", "A setting on the left is not allowed.")
        self.states = StateStack(content, empty, "import.outcome")
        self.states.retry.connect(self.retry)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SPACE_2)
        outer.addWidget(label("What is left", "heading"))
        outer.addWidget(self.states, 1)
        outer.addWidget(self.state)

    def show_reading(self) -> None:
        """The files are being read; how far that is stands at the foot of the dialog."""
        self._calm()
        self.states.loading.set_words("Reading the files", "Once they are read, every change is counted at once.")
        self.states.show_loading()

    def show_counting(self) -> None:
        """The numbers that are shown are about to become others."""
        self._late.start()

    def show_outcome(self, outcome: "Outcome") -> None:
        self._calm()
        kept = outcome.kept
        for name in ("users", "items", "interactions"):
            self.tiles[name].set_value(numbers.count(getattr(kept, name)))
        self.tiles["density"].set_value(f"{kept.density:.3%}".replace("%", " %"))
        self.rows = outcome_rows(outcome)
        self.model.set_columns(_columns(self.rows))
        self.problem.setText(outcome.problem)
        self.problem.setVisible(bool(outcome.problem))
        self.table.set_widths(0, 112, 84, 84)
        self.states.show_content()

    def show_unknown(self) -> None:
        """A setting is wrong, so that there is nothing to count."""
        self._calm()
        self.states.show_empty()

    def show_error(self, words: str) -> None:
        self._calm()
        self.states.show_error("The files cannot be read", words)

    def _calm(self) -> None:
        self._late.stop()
        self.state.setText("")


def outcome_rows(outcome: "Outcome") -> list[OutcomeRow]:
    """(what, interactions, users, items): read, minus each filter, kept."""
    rows: list[OutcomeRow] = [("Read", *outcome.read)]
    for step in outcome.steps:
        title = TITLES[step.filter]
        title = AGAIN if title in {row[0] for row in rows} else title
        rows.append((title, -step.interactions, -step.users, -step.items))
    return [*rows, ("Kept", outcome.kept.interactions, outcome.kept.users, outcome.kept.items)]


def _columns(rows: list[OutcomeRow]) -> list[TableColumn]:
    def bold(row: int) -> bool:
        return row in (0, len(rows) - 1)

    first, *others = ([row[place] for row in rows] for place in range(len(HEADINGS)))
    return [
        TableColumn(HEADINGS[0], "", first, bold=bold),
        *(
            TableColumn(title, "", values, _count, numeric=True, bold=bold)
            for title, values in zip(HEADINGS[1:], others, strict=True)
        ),
    ]


def _count(value: int) -> str:
    return numbers.count(value).replace("-", "−")
