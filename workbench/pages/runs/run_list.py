"""The table of runs with its search, its choice of protocol and its memory of columns."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from engine.store import RunRow
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.models.run_columns import COLUMNS
from workbench.models.run_table import RunTableModel
from workbench.pages.runs.export import export_runs
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import dialogs, numbers
from workbench.widgets.parts import button, label
from workbench.widgets.table import DataTable

PAUSE = 150  # milliseconds without typing before a search begins
METRIC_WIDTH = 106
WIDTHS = {
    "id": 60, "status": 122, "name": 146, "dataset": 84, "model": 130, "depth": 40, "codebook_size": 52, "alpha": 44,
    "beta": 44, "seed": 62, "best_epoch": 104, "seconds": 114, "created_at": 140, "group": 250,
}  # fmt: skip
REMEMBERED = f"runs/columns/{len(COLUMNS)}"  # what was remembered of fewer columns would not fit


class RunList(QWidget):
    """`chosen`: the selection is another. `opened(run)`: a run was double-clicked, or Enter pressed on it.
    `delete_wanted`: the Delete key was pressed. `export_wanted`: results shall be written down. `import_wanted`: a run
    shall be taken over from an archive."""

    chosen = Signal()
    opened = Signal(object)
    delete_wanted = Signal()
    export_wanted = Signal()
    import_wanted = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._kept: list[int] = []
        self._exporting = Latest(self)
        self.model = RunTableModel(workbench.store.runs, self)
        self.table = self._make_table()
        self.search = QLineEdit()
        self.search.setObjectName("runs.search")
        self.search.setAccessibleName("Search runs")
        self.search.setPlaceholderText("Search name, dataset, model, group")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(360)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.protocol = QComboBox()
        self.protocol.setObjectName("runs.protocol")
        self.protocol.setAccessibleName("Ranking protocol of the metrics")
        self.protocol.addItem("Full ranking", "full")
        self.protocol.addItem("Sampled negatives", "sampled")
        self.count = label("", "muted")
        self.export_button = button("Export", "runs.export", "export")
        self.export_button.setToolTip("Write results down as a table or a report; take over a run from elsewhere")
        menu = QMenu(self.export_button)
        menu.addAction("Results as table or report…", self.export_wanted.emit)
        menu.addAction("This table as CSV…", self._ask_and_export)
        menu.addSeparator()
        menu.addAction("Import run…", self.import_wanted.emit)
        self.export_button.setMenu(menu)
        self._lay_out()
        self._connect()
        self._show_count(self.model.total)

    def chosen_runs(self) -> list[RunRow]:
        """The selected runs from top to bottom."""
        return [self.model.run(row) for row in self.table.selected_rows()]

    def choose(self, run: int) -> None:
        """Select a run alone, dropping the search where it would hide it."""
        if self.model.row_of(run) is None:
            self.search.clear()
            self.model.set_search("")
        row = self.model.row_of(run)
        while row is None and self.model.canFetchMore(self.table.rootIndex()):
            self.model.fetchMore(self.table.rootIndex())
            row = self.model.row_of(run)
        if row is not None:
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0))

    def choose_first(self) -> None:
        if self.model.rowCount():
            self.table.selectRow(0)

    def found(self) -> Callable[[], list[int]]:
        """What reads the numbers of all runs of the search in the table's order; may be called on another thread."""
        source, search = self._workbench.store.runs, self.model.search
        key, descending = self.model.sort_key, self.model.descending
        return lambda: [run.id for run in source.list(search, key, descending, limit=-1)]

    def export_to(self, path: Path) -> None:
        """Write the runs of the search, in the table's order, into a CSV file."""
        source, search = self._workbench.store.runs, self.model.search
        key, descending = self.model.sort_key, self.model.descending
        self._exporting.ask(
            lambda: export_runs(path, source, search, key, descending),
            lambda written: self.count.setText(f"{numbers.count(written)} runs written to {path.name}"),
            lambda error: dialogs.show_error(self, "The runs could not be exported.", f"{path}: {error}"),
        )

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export runs", "runs.csv", "CSV files (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    def _show_count(self, total: int) -> None:
        found = " found" if self.model.search else ""
        self.count.setText(f"{numbers.count(total)} {'run' if total == 1 else 'runs'}{found}")

    # Selection and columns over changes

    def _keep_selection(self) -> None:
        self._kept = [run.id for run in self.chosen_runs()]

    def _restore_selection(self) -> None:
        select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for run in self._kept:
            row = self.model.row_of(run)
            if row is not None:
                self.table.selectionModel().select(self.model.index(row, 0), select)
        if not self.table.selected_rows():
            self.chosen.emit()
        self.table.scrollToTop()  # else rows nobody asked for are fetched to fill the place scrolled to

    def _remember_columns(self) -> None:
        self._workbench.preferences.remember(REMEMBERED, self.table.columns_state())

    # Parts

    def _make_table(self) -> DataTable:
        table = DataTable("runs.table", "Runs")
        table.setModel(self.model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.removeAction(table.export_action)
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        for place, column in enumerate(COLUMNS):
            table.setColumnWidth(place, METRIC_WIDTH if column.metric else WIDTHS[column.field])
        header.setSortIndicator(self.model.sort_column, Qt.SortOrder.DescendingOrder)
        table.restore_columns(self._workbench.preferences.recall(REMEMBERED))
        table.setSortingEnabled(True)
        return table

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(lambda: self.model.set_search(self.search.text()))
        self.protocol.currentIndexChanged.connect(lambda _place: self.model.set_protocol(self.protocol.currentData()))
        self.model.counted.connect(self._show_count)
        self.model.modelAboutToBeReset.connect(self._keep_selection)
        self.model.modelReset.connect(self._restore_selection)
        self.table.selectionModel().selectionChanged.connect(lambda _now, _before: self.chosen.emit())
        header = self.table.horizontalHeader()
        header.sectionMoved.connect(lambda *_: self._remember_columns())
        header.sectionResized.connect(lambda *_: self._remember_columns())
        header.sortIndicatorChanged.connect(lambda *_: self._remember_columns())
        self.table.opened.connect(lambda row: self.opened.emit(self.model.run(row)))
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Delete),
            self.table,
            self.delete_wanted.emit,
            context=Qt.ShortcutContext.WidgetShortcut,
        )

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.protocol)
        bar.addSpacing(SPACE_2)
        bar.addWidget(self.count)
        bar.addStretch(1)
        bar.addWidget(self.export_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)
