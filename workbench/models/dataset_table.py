"""The datasets of the library as a model of one column; delegates paint a row from its DatasetRow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.widgets import numbers
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.store import DatasetRow

COLUMNS = (("name", "Dataset"), ("users", "Users"), ("items", "Items"), ("interactions", "Interactions"))
Order = Literal["name", "created_at", "users", "items", "interactions"]
ORDERS: dict[Order, str] = {
    "name": "By name",
    "created_at": "Newest first",
    "interactions": "Most interactions first",
    "users": "Most users first",
    "items": "Most items first",
}


@dataclass(frozen=True)
class Version:
    """What tells a dataset apart from the others of its source, "" where it is the only one; and whether the rows
    above and below are of the same source."""

    words: str
    joins_above: bool = False
    joins_below: bool = False


class DatasetTableModel(QAbstractTableModel):
    """Datasets in an order, those of one source together. `DataRole.row` carries the DatasetRow, `DataRole.version` its
    Version, `DataRole.raw` the value behind a cell."""

    def __init__(self, read: "Callable[[], list[DatasetRow]]", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._all: list[DatasetRow] = []
        self._rows: list[DatasetRow] = []
        self._versions: list[Version] = []
        self._search = ""
        self._order: Order = "name"
        self.refresh()

    @property
    def total(self) -> int:
        """How many datasets there are, whatever the search."""
        return len(self._all)

    @property
    def search(self) -> str:
        return self._search

    def refresh(self) -> None:
        """Read the list again; views keep their selection where the same datasets are there."""
        self._all = self._read()
        self._arrange()

    def set_search(self, text: str) -> None:
        """Show only datasets that hold every word in name, source, preparation or notes."""
        self._search = text.strip()
        self._arrange()

    def set_order(self, order: Order) -> None:
        self._order = order
        self._arrange()

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
        dataset, version = self._rows[index.row()], self._versions[index.row()]
        value = getattr(dataset, COLUMNS[index.column()][0])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return value if isinstance(value, str) else numbers.count(value)
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return ", ".join(filter(None, (value, "synthetic" if dataset.synthetic else "", version.words)))
            case Qt.ItemDataRole.ToolTipRole:
                lines = (dataset.name, version.words, f"Fingerprint {dataset.fingerprint}", dataset.notes)
                return plain_tooltip("\n".join(filter(None, lines)))
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_TEXT if isinstance(value, str) else ALIGN_NUMBER
            case DataRole.raw:
                return value
            case DataRole.row:
                return dataset
            case DataRole.version:
                return version
        return None

    def _arrange(self) -> None:
        from engine.data.versions import version_words

        apart = version_words(self._all)
        words = self._search.casefold().split()
        found = [row for row in self._all if _holds(row, apart.get(row.name, ""), words)]
        rows = _in_order(found, self._order)
        versions = [
            Version(
                apart.get(row.name, ""),
                joins_above=place > 0 and rows[place - 1].source == row.source,
                joins_below=place + 1 < len(rows) and rows[place + 1].source == row.source,
            )
            for place, row in enumerate(rows)
        ]
        if [row.name for row in rows] != [row.name for row in self._rows]:
            self.beginResetModel()
            self._rows, self._versions = rows, versions
            self.endResetModel()
        elif (rows, versions) != (self._rows, self._versions):
            self._rows, self._versions = rows, versions
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))


def _holds(row: "DatasetRow", version: str, words: Sequence[str]) -> bool:
    text = f"{row.name} {row.source} {version} {row.notes}".casefold()
    return all(word in text for word in words)


def _in_order(rows: "Sequence[DatasetRow]", order: Order) -> "list[DatasetRow]":
    """Rows of one source stand together, where the first of them would stand alone."""

    def key(row: "DatasetRow") -> Any:
        return row.name.casefold() if order == "name" else getattr(row, order)

    by_source = sorted(rows, key=lambda row: row.source)
    groups = [
        sorted(group, key=key, reverse=order != "name") for _, group in groupby(by_source, key=lambda row: row.source)
    ]
    groups.sort(key=lambda group: key(group[0]), reverse=order != "name")
    return [row for group in groups for row in group]
