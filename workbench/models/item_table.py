"""The catalogue of a dataset as a table with search and sorting, over arrays that are already in memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.widgets import numbers

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class CatalogueRows:
    """One entry per item, padding left out: `ids`, `titles`, `texts` (items,), `counts` (items,) training
    interactions, `is_head` (items,)."""

    ids: Texts
    titles: Texts
    texts: Texts
    counts: npt.NDArray[np.int64]
    is_head: npt.NDArray[np.bool_]


COLUMNS = ("Title", "Id", "Interactions", "Slice", "Text")
HELP = (
    "Title of the item",
    "The source's identifier",
    "Training interactions: those of every user but the last two",
    "Head or tail by training interactions",
    "The text that is encoded",
)
TITLE, ID, COUNT, SLICE, TEXT = range(len(COLUMNS))


class ItemTableModel(QAbstractTableModel):
    """Items of a dataset. `DataRole.raw` carries the value behind a cell, `DataRole.row` the item's place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[npt.NDArray[Any], ...] = ()
        self._keys: list[str] = []
        self._shown = np.empty(0, dtype=np.int64)
        self._search = ""
        self._sorted_by = (COUNT, True)

    def set_rows(self, rows: CatalogueRows | None) -> None:
        """Show another catalogue, or none; the search and the order stay as they are."""
        self.beginResetModel()
        if rows is None:
            self._columns, self._keys = (), []
        else:
            self._columns = (rows.titles, rows.ids, rows.counts, rows.is_head, rows.texts)
            self._keys = [
                f"{title}\n{identifier}".casefold() for title, identifier in zip(rows.titles, rows.ids, strict=True)
            ]
        self._arrange()
        self.endResetModel()

    @property
    def total(self) -> int:
        return len(self._keys)

    def set_search(self, text: str) -> None:
        """Show only items whose title or id contains the text."""
        wanted = text.strip().casefold()
        if wanted != self._search:
            self.beginResetModel()
            self._search = wanted
            self._arrange()
            self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(COLUMNS):
            self.beginResetModel()
            self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder)
            self._arrange()
            self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return HELP[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGN_NUMBER if section == COUNT else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item, column = int(self._shown[index.row()]), index.column()
        value = self._columns[column][item]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return numbers.count(int(value)) if column == COUNT else _slice(value) if column == SLICE else value
            case Qt.ItemDataRole.ToolTipRole if column in (TITLE, TEXT):
                return value
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column == COUNT else ALIGN_TEXT
            case DataRole.raw:
                return int(value) if column == COUNT else _slice(value) if column == SLICE else value
            case DataRole.row:
                return item
        return None

    def _arrange(self) -> None:
        self._shown = np.array([row for row, key in enumerate(self._keys) if self._search in key], dtype=np.int64)
        if not self._columns:
            return
        column, descending = self._sorted_by
        values = self._columns[column][self._shown]
        if values.dtype == object:
            values = np.array([str(value).casefold() for value in values], dtype=object)
        order = np.argsort(values, kind="stable")
        self._shown = self._shown[order[::-1] if descending else order]


def _slice(is_head: Any) -> str:
    return "head" if is_head else "tail"
