"""A table over columns of values that are all at hand: sorted and filtered by the values, shown in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtGui import QIcon

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.theme import Role, tabular, theme
from workbench.widgets.plain import plain_tooltip


@dataclass(frozen=True, eq=False)
class TableColumn:
    """`values` (rows,) are what it shows; `show` writes one of them. A `numeric` one sorts by them, NaN and None always
    last, another by its words; `right` aligns words as numbers are. By the number of a row, `words` writes it where its
    value alone does not say all, `tone` gives the role of its colour, `bold` whether it stands out, `icon` what stands
    before it, and `hint` its tooltip, which else are its words. `title_icon` stands before the title."""

    title: str
    help: str
    values: Sequence[Any] | npt.NDArray[Any]
    show: Callable[[Any], str] = str
    numeric: bool = False
    right: bool = False
    words: Callable[[int], str] | None = None
    tone: Callable[[int], Role | None] | None = None
    bold: Callable[[int], bool] | None = None
    icon: Callable[[int], QIcon | None] | None = None
    hint: Callable[[int], str] | None = None
    title_icon: QIcon | None = None

    def text(self, row: int) -> str:
        """What stands in a row."""
        return self.show(self.values[row]) if self.words is None else self.words(row)

    def tooltip(self, row: int) -> str:
        """What is said of a row where the pointer rests."""
        return plain_tooltip((self.hint(row) if self.hint is not None else "") or self.text(row))

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Of the title and of every cell."""
        return ALIGN_NUMBER if self.numeric or self.right else ALIGN_TEXT


class ColumnsModel(QAbstractTableModel):
    """In the order of the values until sorted. `DataRole.raw` carries the value behind a cell, `DataRole.row` the place
    of the row among the values."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: list[TableColumn] = []
        self._kept: npt.NDArray[np.bool_] | None = None
        self._rows: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._sorted_by: tuple[int, bool] | None = None

    @property
    def columns(self) -> Sequence[TableColumn]:
        return self._columns

    def set_columns(self, columns: Sequence[TableColumn], kept: npt.NDArray[np.bool_] | None = None) -> None:
        """Show these, of the rows only those `kept` (rows,). The order stays the one that was chosen, and where there
        are as many rows and columns as before, so does the place that the person looks at."""
        shape = len(self._rows), len(self._columns)
        rows = self._arranged(columns, kept)
        if shape == (len(rows), len(columns)):
            self.layoutAboutToBeChanged.emit()
            self._columns, self._kept = list(columns), kept
            self._reorder(rows)
            self.layoutChanged.emit()
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(columns) - 1))
        else:
            self.beginResetModel()
            self._columns, self._kept, self._rows = list(columns), kept, rows
            self.endResetModel()

    def keep(self, kept: npt.NDArray[np.bool_] | None) -> None:
        """Show only these of the rows (rows,), or all."""
        self.set_columns(self._columns, kept)

    def source_row(self, row: int) -> int:
        """The place among the values of what is shown in a row."""
        return int(self._rows[row])

    def restyle(self) -> None:
        """Show everything anew: the theme or the way to show numbers has changed."""
        if len(self._rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._columns) - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._reorder(self._arranged(self._columns, self._kept))
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(column.help)
            case Qt.ItemDataRole.DecorationRole:
                return column.title_icon
            case Qt.ItemDataRole.TextAlignmentRole:
                return column.alignment
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, row = self._columns[index.column()], int(self._rows[index.row()])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                return column.alignment
            case Qt.ItemDataRole.ForegroundRole if column.tone is not None:
                tone = column.tone(row)
                return None if tone is None else theme().color(tone)
            case Qt.ItemDataRole.FontRole if column.bold is not None and column.bold(row):
                return tabular(bold=True)
            case Qt.ItemDataRole.DecorationRole if column.icon is not None:
                return column.icon(row)
            case Qt.ItemDataRole.ToolTipRole:
                return column.tooltip(row)
            case DataRole.raw:
                return column.values[row]
            case DataRole.row:
                return row
        return None

    def _reorder(self, rows: npt.NDArray[np.int64]) -> None:
        """Show the rows in this order; what is selected stays selected, wherever it stands now."""
        selected = self.persistentIndexList()
        cells = [(self.source_row(index.row()), index.column()) for index in selected]
        places = {int(row): place for place, row in enumerate(rows)} if selected else {}
        self._rows = rows
        moved = [self.index(places.get(row, -1), column) for row, column in cells]
        self.changePersistentIndexList(selected, moved)

    def _arranged(self, columns: Sequence[TableColumn], kept: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.int64]:
        """(shown,) places among the values in the chosen order."""
        order = np.arange(len(columns[0].values) if columns else 0)
        if self._sorted_by is not None and self._sorted_by[0] < len(columns):
            place, descending = self._sorted_by
            order = _order(columns[place], descending)
        return order if kept is None else order[kept[order]]


def word_columns(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[TableColumn]:
    """Rows of words, as they are; `right` are the columns that are aligned to the right."""
    return [
        TableColumn(title, "", [row[place] for row in rows], right=place in right) for place, title in enumerate(titles)
    ]


def _order(column: TableColumn, descending: bool) -> npt.NDArray[np.int64]:
    """(rows,) places by value; equal ones keep their order, those without a value come last either way."""
    if column.numeric:
        keys = np.array([np.nan if value is None else value for value in column.values], dtype=np.float64)
        return np.argsort(-keys if descending else keys, kind="stable")
    texts = [column.text(row).casefold() for row in range(len(column.values))]
    return np.array(sorted(range(len(texts)), key=texts.__getitem__, reverse=descending), dtype=np.int64)
