"""The table of runs below its toolbar, and its memory of how it is looked at."""

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QMenu, QTableView, QVBoxLayout, QWidget

from engine.query import QueryError
from engine.store import RunRow, StoreError
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.models.run_columns import COLUMNS, GROUPED_BY
from workbench.models.run_rows import Contents, EntryRow, GroupRow, Request
from workbench.models.run_table import RunTableModel
from workbench.pages.runs.columns_dialog import ColumnsDialog
from workbench.pages.runs.export import export_runs
from workbench.pages.runs.run_actions import RunActions
from workbench.pages.runs.table_view import SavedViews, TableView
from workbench.pages.runs.toolbar import RunToolbar
from workbench.theme import SPACE_3
from workbench.widgets import dialogs, numbers
from workbench.widgets.frozen_table import FrozenTable
from workbench.widgets.group_rows import GroupRowDelegate

VIEW, WIDTHS = "runs/view", "runs/widths"  # where the view and the widths of columns are remembered
VIEWS_FILE = "views.json"  # in the home folder
COMPARED_WIDTH, FOLDED_WIDTH = 148, 138  # pixels that metrics need beside a baseline, and with a deviation
NUMBERS_WIDTH = 92  # pixels that the numbers of three folded runs need
_PLACES = {column.field: place for place, column in enumerate(COLUMNS)}


class RunList(QWidget):
    """`chosen`: the selection is another. `opened(runs)`: a line was double-clicked, or Enter pressed on it.
    `failed(why)`: the runs could not be read."""

    chosen = Signal()
    opened = Signal(object)
    failed = Signal(str)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._kept: list[int] = []
        self._known: dict[str, dict[str, int]] | None = None
        self._understood = ""
        self._exporting = Latest(self)
        self.view = self._recalled_view()
        self._widths = self._recalled_widths()
        self.model = RunTableModel(workbench.store.table, self.view.listing(), self)
        self.table = self._make_table()
        self.actions_ = RunActions(self.table)
        self.bar = RunToolbar(self.known, SavedViews(workbench.home.root / VIEWS_FILE))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addWidget(self.bar)
        layout.addWidget(self.table, 1)
        self._connect()
        self._show_view()

    # The runs that are chosen

    def chosen_runs(self) -> list[RunRow]:
        """The selected runs from top to bottom; a folded line stands for all its runs."""
        return [run for row in self._chosen_rows() for run in self.model.runs(row)]

    def chosen_lines(self) -> int:
        return len(self._chosen_rows())

    def _chosen_rows(self) -> list[int]:
        return [row for row in self.table.selected_rows() if isinstance(self.model.row(row), EntryRow)]

    def choose(self, run: int) -> None:
        """Select the line of a run alone, dropping filters and groups where they would hide it."""
        if self.model.row_of(run) is None:
            self.set_view(self.view.but(query="", chips={}, group=None))
        row = self.model.row_of(run)
        while row is None and self.model.canFetchMore(self.table.rootIndex()):
            self.model.fetchMore(self.table.rootIndex())
            row = self.model.row_of(run)
        if row is not None:
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, _PLACES[self.view.columns[0]]))

    def choose_first(self) -> None:
        """Select the first line that is no heading."""
        first = (row for row in range(self.model.rowCount()) if isinstance(self.model.row(row), EntryRow))
        row = next(first, None)
        if row is not None:
            self.table.selectRow(row)

    # How it is looked at

    def set_view(self, view: TableView) -> None:
        """Look at the table in another way. With a query that is not understood, the last one that was stays."""
        before, self.view = self.view, view
        fault = ""
        try:
            listing = view.listing()
            self._understood = view.query
        except QueryError as error:
            listing = view.but(query=self._understood).listing()
            fault = str(error)
        try:
            self.model.set_listing(listing)
            self._show_view()
        except StoreError as error:
            self.failed.emit(str(error))
        if not fault or view.query != before.query:
            self.bar.show_fault(fault)
        self._remember()

    def refresh(self) -> None:
        """Read the table again; selection and scroll position stay."""
        self._known = None
        self.model.refresh()

    def take(self, request: Request, contents: Contents) -> None:
        """Show what was read elsewhere."""
        self._known = None
        self.model.take(request, contents)

    def known(self) -> dict[str, dict[str, int]]:
        """The values that runs have, by name, with the number of runs for each."""
        if self._known is None:
            self._known = self._workbench.store.table.known_values()
        return self._known

    def pin_baseline(self) -> None:
        """Compare the metrics of all runs with those of the chosen line."""
        rows = self._chosen_rows()
        if len(rows) == 1:
            self._set_baseline([run.id for run in self.model.runs(rows[0])])

    def unpin_baseline(self) -> None:
        self._set_baseline([])

    def choose_columns(self) -> None:
        """Ask which columns are shown; the table follows at once."""
        dialog = ColumnsDialog(self.view.columns, self.view.pinned, self.view.k, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda columns, pinned: self.set_view(self.view.but(columns=columns, pinned=pinned)))
        dialog.open()

    def found(self) -> Callable[[], list[int]]:
        """What reads the numbers of all runs that are found, in the table's order; may be called on another thread."""
        table, listing = self._workbench.store.table, self.model.listing
        return lambda: [row.run.id for entry in table.entries(listing) for row in entry]

    def export_to(self, path: Path) -> None:
        """Write the runs that are found, in the table's order, into a CSV file."""
        table, listing = self._workbench.store.table, self.model.listing
        self._exporting.ask(
            lambda: export_runs(path, table, listing),
            lambda written: self.bar.count.setText(f"{numbers.count(written)} runs written to {path.name}"),
            lambda error: dialogs.show_error(self, "The runs could not be exported.", f"{path}: {error}"),
        )

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export runs", "runs.csv", "CSV files (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    # Showing the view

    def _show_view(self) -> None:
        view = self.view
        self.bar.show_view(view, self.model.baseline)
        order = _order(view)
        header = self.table.horizontalHeader()
        header.blockSignals(True)  # the rows are in that order already
        header.setSortIndicator(_PLACES[view.sort], order)
        header.blockSignals(False)
        self.table.frozen.horizontalHeader().setSortIndicator(_PLACES[view.sort], order)
        self._arrange()
        self._show_count(self.model.total)
        self._enable_actions()

    def _arrange(self) -> None:
        least = COMPARED_WIDTH if self.model.baseline is not None else FOLDED_WIDTH if self.view.folded else 0
        widths = {
            place: max(self._widths.get(column.field, column.width), least if column.metric else 0)
            for place, column in enumerate(COLUMNS)
        }
        if self.view.folded:
            widths[_PLACES["id"]] = max(widths[_PLACES["id"]], NUMBERS_WIDTH)
        self.model.set_measured(self.view.columns)
        self.model.set_heat(self.view.heat)
        self.table.arrange([_PLACES[field] for field in self.view.columns], self.view.pinned, widths)

    def _set_baseline(self, runs: list[int]) -> None:
        self.model.set_baseline(runs)
        self._show_view()

    def _show_count(self, total: int) -> None:
        found = " found" if self.view.is_filtered else ""
        lines = f" in {numbers.count(self.model.entries)} lines" if self.model.entries != total else ""
        self.bar.count.setText(f"{numbers.count(total)} {'run' if total == 1 else 'runs'}{found}{lines}")

    def _enable_actions(self) -> None:
        has_baseline = self.model.baseline is not None
        self.actions_.enable(self.chosen_runs(), self.chosen_lines(), has_baseline=has_baseline)

    # Selection over changes, and what is remembered

    def _keep_selection(self) -> None:
        self._kept = [run.id for run in self.chosen_runs()]

    def _restore_selection(self) -> None:
        kept = QItemSelection()
        for row in self.model.rows_of(self._kept):
            kept.select(self.model.index(row, 0), self.model.index(row, len(COLUMNS) - 1))
        self.table.selectionModel().select(kept, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if kept.isEmpty():
            self.chosen.emit()
        self.table.scrollToTop()  # else rows nobody asked for are fetched to fill the place scrolled to

    def _remember(self) -> None:
        preferences = self._workbench.preferences
        preferences.remember(VIEW, self.view.but(query="", chips={}).model_dump_json())
        preferences.remember(WIDTHS, json.dumps(self._widths))

    def _recalled_view(self) -> TableView:
        try:
            return TableView.model_validate_json(str(self._workbench.preferences.recall(VIEW, "{}")))
        except ValueError:
            return TableView()

    def _recalled_widths(self) -> dict[str, int]:
        try:
            stored = json.loads(str(self._workbench.preferences.recall(WIDTHS, "{}")))
            return {field: int(width) for field, width in stored.items() if field in _PLACES}
        except (ValueError, TypeError, AttributeError):
            return {}

    def _resized(self, column: int, width: int) -> None:
        self._widths[COLUMNS[column].field] = width
        self._remember()

    def _moved(self) -> None:
        self.view = self.view.but(columns=tuple(COLUMNS[column].field for column in self.table.shown_columns()))
        self.bar.show_view(self.view, self.model.baseline)
        self._remember()

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        self.view = self.view.but(sort=COLUMNS[column].field, descending=order == Qt.SortOrder.DescendingOrder)
        self.bar.show_view(self.view, self.model.baseline)
        self._remember()

    # Rows and headings

    def _pressed(self, row: int) -> None:
        if QGuiApplication.mouseButtons() == Qt.MouseButton.LeftButton and isinstance(self.model.row(row), GroupRow):
            self.model.toggle_group(row)

    def _open_row(self, row: int) -> None:
        if isinstance(self.model.row(row), EntryRow):
            self.opened.emit(self.model.runs(row))
        elif QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:  # a press of the mouse has toggled it already
            self.model.toggle_group(row)

    def _show_header_menu(self, place: QPoint, table: QTableView) -> None:
        column, columns, menu = table.columnAt(place.x()), self.view.columns, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def add(words: str, enabled: bool, **changes: object) -> None:
            menu.addAction(words, lambda: self.set_view(self.view.but(**changes))).setEnabled(enabled)

        if column >= 0:
            field, title = COLUMNS[column].field, COLUMNS[column].heading(self.view.k)
            upto = columns.index(field) + 1
            add(f"Keep columns up to “{title}” at the left", upto != self.view.pinned, pinned=upto)
            add("Keep no column at the left", self.view.pinned > 0, pinned=0)
            add(f"Group by “{title}”", field in GROUPED_BY, group=field)
            add(f"Hide “{title}”", len(columns) > 1, columns=tuple(each for each in columns if each != field))
            menu.addSeparator()
        menu.addAction("Columns…", self.choose_columns)
        menu.popup(table.horizontalHeader().mapToGlobal(place))

    # Parts

    def _make_table(self) -> FrozenTable:
        table = FrozenTable("runs.table", "Runs")
        table.setItemDelegate(GroupRowDelegate(table))
        table.setModel(self.model)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.removeAction(table.export_action)
        table.horizontalHeader().setSortIndicator(_PLACES[self.view.sort], _order(self.view))
        table.setSortingEnabled(True)
        return table

    def _connect(self) -> None:
        self.bar.changed.connect(self.set_view)
        self.bar.menu.columns_wanted.connect(self.choose_columns)
        self.bar.no_baseline.clicked.connect(self.unpin_baseline)
        self.bar.table_export_wanted.connect(self._ask_and_export)
        self.model.counted.connect(self._show_count)
        self.model.modelAboutToBeReset.connect(self._keep_selection)
        self.model.modelReset.connect(self._restore_selection)
        self.table.selectionModel().selectionChanged.connect(lambda _now, _before: self.chosen.emit())
        self.table.resized.connect(self._resized)
        self.table.moved.connect(self._moved)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._sorted)
        self.table.header_menu.connect(self._show_header_menu)
        self.table.pressed.connect(lambda index: self._pressed(index.row()))
        self.table.opened.connect(self._open_row)
        self.chosen.connect(self._enable_actions)
        self.actions_.baseline.connect(self.pin_baseline)
        self.actions_.no_baseline.connect(self.unpin_baseline)


def _order(view: TableView) -> Qt.SortOrder:
    return Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
