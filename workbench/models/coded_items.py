"""Items with their semantic IDs as a table; only the rows in view are ever asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.code_tree import codes_words
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.widgets import numbers
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.slices import slice_word

if TYPE_CHECKING:
    from engine.coded_items import CodedItems

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """`value` gives what is sorted by, for a row of the catalogue; `show` its words."""

    title: str
    help: str
    value: "Callable[[CodedItems, int], Any]"
    show: Callable[[Any], str] = str
    numeric: bool = False


TITLE = Column("Title", "Title of the item", lambda items, row: items.title(row))
CODES = Column("Semantic ID", "Its codes, coarse to fine", lambda items, row: items.semantic_id(row), codes_words)
COUNT = Column(
    "Interactions",
    "Training interactions",
    lambda items, row: int(items.counts[row]),
    numbers.count,
    numeric=True,
)
SLICE = Column("Slice", "Head or tail", lambda items, row: slice_word(bool(items.popularity.is_head[row + 1])))


class CodedItemModel(QAbstractTableModel):
    """Some items of a catalogue in the order given, until sorted. `DataRole.row` carries an item's row there."""

    def __init__(self, columns: tuple[Column, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = columns
        self._items: CodedItems | None = None
        self._rows: Rows = np.empty(0, dtype=np.int64)
        self._sorted_by: tuple[int, bool] | None = None

    def show_rows(self, items: "CodedItems | None", rows: Rows) -> None:
        """Show these rows (shown,) of a catalogue; a chosen order stays."""
        self.beginResetModel()
        self._items, self._rows = items, rows
        self._arrange()
        self.endResetModel()

    @property
    def shown(self) -> Rows:
        """(shown,) rows of the catalogue, from top to bottom."""
        return self._rows

    def place_of(self, row: int) -> int | None:
        """Where a row of the catalogue stands in the table."""
        found = np.flatnonzero(self._rows == row)
        return int(found[0]) if len(found) else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder) if 0 <= column < len(self.columns) else None
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = [int(self._rows[index.row()]) for index in before]
        self._arrange()
        places = {int(row): place for place, row in enumerate(self._rows)}
        after = [self.createIndex(places[row], index.column()) for row, index in zip(rows, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.help
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.numeric else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._items is None:
            return None
        row, column = int(self._rows[index.row()]), self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.show(column.value(self._items, row))
            case Qt.ItemDataRole.ToolTipRole if column is TITLE:
                return plain_tooltip(self._items.title(row))
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.numeric else ALIGN_TEXT
            case DataRole.raw:
                return column.value(self._items, row)
            case DataRole.row:
                return row
        return None

    def _arrange(self) -> None:
        items, chosen = self._items, self._sorted_by
        if items is None or chosen is None:
            return
        value = self.columns[chosen[0]].value
        keys = [value(items, int(row)) for row in self._rows]
        if keys and isinstance(keys[0], str):
            keys = [key.casefold() for key in keys]
        order = sorted(range(len(keys)), key=keys.__getitem__, reverse=chosen[1])
        self._rows = self._rows[np.array(order, dtype=np.int64)]
