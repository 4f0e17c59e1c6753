"""The datasets of the library as a model of one column; delegates paint a row from its DatasetRow."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.widgets import numbers

if TYPE_CHECKING:
    from engine.store import DatasetRow

COLUMNS = (("name", "Dataset"), ("users", "Users"), ("items", "Items"), ("interactions", "Interactions"))


class DatasetTableModel(QAbstractTableModel):
    """Datasets by name. `DataRole.row` carries the DatasetRow, `DataRole.raw` the value behind a cell."""

    def __init__(self, read: "Callable[[], list[DatasetRow]]", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._rows: list[DatasetRow] = []
        self.refresh()

    def refresh(self) -> None:
        """Read the list again; views keep their selection only where the list is unchanged."""
        rows = sorted(self._read(), key=lambda row: row.name.casefold())
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def dataset(self, row: int) -> "DatasetRow":
        return self._rows[row]

    def row_of(self, name: str) -> int | None:
        return next((row for row, each in enumerate(self._rows) if each.name == name), None)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][1]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        dataset = self._rows[index.row()]
        value = getattr(dataset, COLUMNS[index.column()][0])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return value if isinstance(value, str) else numbers.count(value)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{value}, synthetic" if index.column() == 0 and dataset.synthetic else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_TEXT if isinstance(value, str) else ALIGN_NUMBER
            case DataRole.raw:
                return value
            case DataRole.row:
                return dataset
        return None
