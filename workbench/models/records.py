"""Plain records as a table that can be sorted: what its columns are is said once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index


@dataclass(frozen=True)
class RecordColumn:
    """`value` of a record is sorted by; `shown` is how it is written, as it is where that is None."""

    title: str
    help: str
    value: Callable[[Any], Any]
    shown: Callable[[Any], str] = str
    is_number: bool = True


class RecordModel(QAbstractTableModel):
    """Records in the order given until a column is sorted by. `DataRole.row` carries the record."""

    def __init__(self, columns: Sequence[RecordColumn], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = list(columns)
        self._records: list[Any] = []

    def set_records(self, records: Sequence[Any]) -> None:
        self.beginResetModel()
        self._records = list(records)
        self.endResetModel()

    def record(self, row: int) -> Any:
        return self._records[row]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self._columns):
            value = self._columns[column].value
            self.beginResetModel()
            self._records.sort(key=value, reverse=order == Qt.SortOrder.DescendingOrder)
            self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.help
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.is_number else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        record, column = self._records[index.row()], self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.shown(column.value(record))
            case DataRole.raw:
                return column.value(record)
            case DataRole.row:
                return record
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.is_number else ALIGN_TEXT
        return None
