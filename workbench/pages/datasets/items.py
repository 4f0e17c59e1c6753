"""The items of a dataset: a table with search, sorting and export."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.latest import Latest
from workbench.models.item_table import COUNT, ID, SLICE, TEXT, TITLE, ItemTableModel
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import dialogs, numbers
from workbench.widgets.parts import button, label
from workbench.widgets.slices import SliceDelegate
from workbench.widgets.table import DataTable

PAUSE = 150  # milliseconds without typing before a search begins


class ItemsTab(QWidget):
    """Shows what `model` holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ItemTableModel(self)
        self._exporting = Latest(self)
        self.search = QLineEdit()
        self.search.setObjectName("datasets.itemSearch")
        self.search.setAccessibleName("Search items")
        self.search.setPlaceholderText("Title or id of an item")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(360)
        self.found = label("", "muted")
        self.export = button("Export", "datasets.exportItems", "export")
        self.export.setToolTip("Write the items that are listed into a CSV file")
        self.table = self._make_table()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(lambda: self.model.set_search(self.search.text()))
        self.model.modelReset.connect(self._count)
        self.export.clicked.connect(self._ask_and_export)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.found)
        bar.addStretch(1)
        bar.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)

    def export_to(self, path: Path) -> None:
        """Write the listed items, in the table's order, into a CSV file."""
        items, places, head = self.model.items, self.model.shown, self.model.head_items
        if items is not None:
            self._exporting.ask(
                lambda: items.export(path, places, head),
                lambda _nothing: self.found.setText(f"{numbers.count(len(places))} items written to {path.name}"),
                lambda error: dialogs.show_error(self, "The items could not be exported.", f"{path}: {error}"),
            )

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export items", "items.csv", "CSV files (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    def _count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        all_of_them = f"{numbers.count(total)} {'item' if total == 1 else 'items'}"
        self.found.setText(all_of_them if shown == total else f"{numbers.count(shown)} of {all_of_them}")
        self.export.setEnabled(shown > 0)

    def _make_table(self) -> DataTable:
        table = DataTable("datasets.items", "Items")
        table.setModel(self.model)
        table.removeAction(table.export_action)  # the button exports without holding the window up
        table.setItemDelegateForColumn(SLICE, SliceDelegate(table))
        table.horizontalHeader().setSortIndicator(COUNT, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        for column, width in ((TITLE, 250), (ID, 112), (COUNT, 116), (SLICE, 72)):
            table.setColumnWidth(column, width)
        table.stretch_column(TEXT)
        return table
