"""The items of a dataset as a table with search and sorting; only the rows in view are ever asked for."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.widgets import numbers
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.slices import slice_word

if TYPE_CHECKING:
    from engine.data.dataset import IntArray
    from engine.data.item_listing import Column, ItemListing

COLUMNS = ("Title", "Id", "Interactions", "Slice", "Text")
HELP = (
    "Title of the item",
    "The source's identifier",
    "Training interactions: those of every user but the last two",
    "Head or tail, by the line in the chart of popularity",
    "The text that is encoded",
)
TITLE, ID, COUNT, SLICE, TEXT = range(len(COLUMNS))
_BY: "tuple[Column, ...]" = ("title", "id", "popularity", "popularity", "text")


class ItemTableModel(QAbstractTableModel):
    """Items of a dataset. `DataRole.raw` carries the value behind a cell, `DataRole.row` the item's place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: ItemListing | None = None
        self._shown: IntArray = np.empty(0, dtype=np.int64)
        self._head_items = 0
        self._search = ""
        self._sorted_by = (COUNT, True)

    @property
    def items(self) -> "ItemListing | None":
        return self._items

    @property
    def shown(self) -> "IntArray":
        """(found,) places of the items that the search found, in the order of the table."""
        return self._shown

    @property
    def head_items(self) -> int:
        return self._head_items

    @property
    def total(self) -> int:
        return 0 if self._items is None else len(self._items)

    def set_items(self, items: "ItemListing | None") -> None:
        """Show another catalogue, or none; the search and the order stay as they are."""
        self._items = items
        self._arrange()

    def set_head(self, head_items: int) -> None:
        """So many of the most popular items are head."""
        if head_items != self._head_items:
            self._head_items = head_items
            if len(self._shown):
                self.dataChanged.emit(self.index(0, SLICE), self.index(len(self._shown) - 1, SLICE))

    def set_search(self, text: str) -> None:
        """Show only items whose title and id hold every word of the text."""
        if text != self._search:
            self._search = text
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(COLUMNS):
            self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder)
            self._arrange()

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
        if not index.isValid() or self._items is None:
            return None
        item, column = int(self._shown[index.row()]), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = self._value(item, column)
                return numbers.count(value) if column == COUNT else value
            case Qt.ItemDataRole.ToolTipRole if column in (TITLE, TEXT):
                return plain_tooltip(self._value(item, column))
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column == COUNT else ALIGN_TEXT
            case DataRole.raw:
                return self._value(item, column)
            case DataRole.row:
                return item
        return None

    def _value(self, item: int, column: int) -> Any:
        assert self._items is not None
        match column:
            case 0:
                return self._items.titles[item]
            case 1:
                return self._items.ids[item]
            case 2:
                return int(self._items.counts[item])
            case 3:
                return slice_word(bool(self._items.ranks[item] < self._head_items))
        return self._items.texts[item]

    def _arrange(self) -> None:
        column, descending = self._sorted_by
        self.beginResetModel()
        if self._items is None:
            self._shown = np.empty(0, dtype=np.int64)
        else:
            # Head items are the popular ones, and "head" comes before "tail".
            self._shown = self._items.find(self._search, _BY[column], descending != (column == SLICE))
        self.endResetModel()
