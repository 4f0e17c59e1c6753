"""The dialog in which runs are chosen: searched in the store, replicates folded into one line."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.comparison.series import Series, series_of
from workbench.latest import Latest
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.models.run_columns import STATUS_WORDS, model_name, moment
from workbench.pages.compare.selection import MOST
from workbench.theme import SPACE_2, SPACE_3, SPACE_4
from workbench.widgets import numbers
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, label
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.states import StateStack
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.store import RunDetails, Store

LISTED = 300  # newest runs of a search
PAUSE = 150  # milliseconds without typing before a search begins
TITLES = ("Name", "Model", "Dataset", "Runs", "NDCG@10", "Head", "Tail", "Status")
WIDTHS = (0, 124, 84, 108, 96, 76, 76, 100)
NUMERIC = (4, 5, 6)


def newest_runs(store: "Store", search: str) -> "list[RunDetails]":
    """The newest runs of a search, at most LISTED."""
    return [store.runs.get(row.id) for row in store.runs.list(search=search, limit=LISTED)]


class SeriesModel(QAbstractTableModel):
    """A row per series, with a tick where all of its runs are chosen; `changed` when a choice was made."""

    changed = Signal()

    def __init__(self, chosen: Sequence[int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen = dict.fromkeys(chosen)  # in the order of choosing
        self._series: list[Series] = []

    @property
    def chosen(self) -> list[int]:
        """The numbers of the chosen runs."""
        return list(self._chosen)

    def set_series(self, series: Sequence[Series]) -> None:
        self.beginResetModel()
        self._series = list(series)
        self.endResetModel()

    def is_chosen(self, row: int) -> bool:
        return all(run in self._chosen for run in self._series[row].numbers)

    def toggle(self, row: int) -> None:
        """Choose a series, or choose it no longer."""
        runs = self._series[row].numbers
        if self.is_chosen(row):
            for run in runs:
                del self._chosen[run]
        else:
            self._chosen |= dict.fromkeys(runs)
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(TITLES) - 1))
        self.changed.emit()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._series)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGN_NUMBER if section in NUMERIC else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        series, column = self._series[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(series, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(_about(series))
            case Qt.ItemDataRole.CheckStateRole if column == 0:
                return Qt.CheckState.Checked if self.is_chosen(index.row()) else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole if column == 0:
                return f"{_cell(series, 0)}, {'chosen' if self.is_chosen(index.row()) else 'not chosen'}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column in NUMERIC else ALIGN_TEXT
            case DataRole.row:
                return series
        return None


class Picker(QDialog):
    """Lists the runs of the store; `picked` gives the numbers of the chosen ones and whether each seed is alone."""

    picked = Signal(list, bool)

    def __init__(
        self, store: "Store", chosen: Sequence[int], *, each_alone: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Choose runs to compare")
        self.setObjectName("compare.picker")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 560)
        self._store = store
        self._known: dict[int, RunDetails] = {}
        self._listed: list[RunDetails] = []
        self._reading = Latest(self)
        self.model = SeriesModel(chosen, self)
        self.table = DataTable("compare.picker.table", "Runs", self)
        self.table.setModel(self.model)
        self.table.installEventFilter(self)
        self.table.set_widths(*WIDTHS)
        self.table.stretch_column(0)
        self.search = QLineEdit()
        self.search.setObjectName("compare.picker.search")
        self.search.setAccessibleName("Search runs")
        self.search.setPlaceholderText("Search name, dataset, model, group")
        self.search.setClearButtonEnabled(True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.each_alone = QCheckBox("Each seed on its own")
        self.each_alone.setObjectName("compare.picker.eachAlone")
        self.each_alone.setToolTip("Otherwise finished runs that differ in their seed only are compared as their mean")
        self.each_alone.setChecked(each_alone)
        self.count = label("", "muted")
        self.compare = button("Compare", "compare.picker.compare", kind="primary")
        self.cancel = button("Cancel", "compare.picker.cancel")
        self.nothing = EmptyState("list-dashes", "No run found", "Nothing fits the search.")
        self.states = StateStack(self.table, self.nothing, "compare.picker")
        self._lay_out()
        self._connect()
        self._read(with_chosen=chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space ticks the current row."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space:
            if self.table.currentIndex().isValid():
                self.model.toggle(self.table.currentIndex().row())
            return True
        return False

    def _read(self, with_chosen: Sequence[int] = ()) -> None:
        search, store = self.search.text(), self._store

        def read() -> "tuple[list[RunDetails], list[RunDetails]]":
            listed = newest_runs(store, search)
            there = {run.id for run in listed}
            return listed, [store.runs.get(run) for run in with_chosen if run not in there]

        self.states.show_loading()
        self._reading.ask(
            read,
            self._show,
            lambda error: self.states.show_error("The runs cannot be read", str(error)),
        )

    def _show(self, read: "tuple[list[RunDetails], list[RunDetails]]") -> None:
        self._listed = read[0]
        self._known |= {run.id: run for runs in read for run in runs}
        self._fold()

    def _fold(self) -> None:
        self.model.set_series(series_of(self._listed, each_alone=self.each_alone.isChecked()))
        if self._listed:
            self.states.show_content()
        else:
            self.nothing.set_words(
                "No run found" if self.search.text() else "No runs yet",
                f"Nothing fits “{self.search.text()}”." if self.search.text() else "Start an experiment first.",
            )
            self.states.show_empty()
        self._show_count()

    def _show_count(self) -> None:
        runs = [self._known[run] for run in self.model.chosen if run in self._known]
        count = len(series_of(runs, each_alone=self.each_alone.isChecked()))
        seeds = "" if count == len(runs) else f" with {len(runs)} runs"
        words = f"{count} chosen{seeds}" if count else "Choose two to ten"
        if count > MOST:
            words += f"; {MOST} can be told apart at most"
        elif len(self._listed) == LISTED:
            words += f" · the newest {LISTED} runs are listed; search for older ones"
        self.count.setText(words)
        self.compare.setEnabled(0 < count <= MOST)

    def _accept(self) -> None:
        if self.compare.isEnabled():
            self.picked.emit(self.model.chosen, self.each_alone.isChecked())
            self.accept()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_3)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.each_alone)
        below = QHBoxLayout()
        below.setSpacing(SPACE_2)
        below.addWidget(self.count, 1)
        below.addWidget(self.cancel)
        below.addWidget(self.compare)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_3)
        column.addLayout(bar)
        column.addWidget(self.states, 1)
        column.addLayout(below)
        for each in (self.compare, self.cancel):
            each.setAutoDefault(False)
        self.search.setFocus()

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self._read)
        self.each_alone.toggled.connect(lambda _on: self._fold())
        self.table.clicked.connect(lambda index: self.model.toggle(index.row()))
        self.model.changed.connect(self._show_count)
        self.states.retry.connect(partial(self._read))
        self.cancel.clicked.connect(self.reject)
        self.compare.clicked.connect(self._accept)


def _about(series: Series) -> str:
    """The runs of a series with their seeds and when they were started."""
    return "\n".join(
        f"{run.name}: run {run.id}, seed {run.seed}, started {moment(run.created_at)}" for run in series.runs
    )


def _cell(series: Series, column: int) -> str:
    run = series.first
    match column:
        case 0:
            return run.name
        case 1:
            return model_name(run.model)
        case 2:
            return run.dataset
        case 3:
            return f"{len(series.runs)} seeds" if len(series.runs) > 1 else f"{run.id}, seed {run.seed}"
        case 4 | 5 | 6:
            value = series.test("full", ("overall", "head", "tail")[column - 4], "NDCG@10")
            return numbers.metric(None if value is None else value.mean)
    return STATUS_WORDS.get(run.status, run.status)
