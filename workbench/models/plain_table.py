"""A small table of words, in the order given."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, Index
from workbench.widgets.plain import plain_tooltip


class PlainTableModel(QAbstractTableModel):
    """The first column names the rows, the others hold numbers. `help` has a tooltip for every column or row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ()
        self._help: dict[str, str] = {}

    def show_rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]], help: dict[str, str]) -> None:
        """`help` is by heading, or by the first cell of a row."""
        self.beginResetModel()
        self._headings, self._rows, self._help = headings, rows, help
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._headings):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._headings[section]
            case Qt.ItemDataRole.ToolTipRole:
                return self._help.get(self._headings[section])
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if section else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return self._help.get(row[0]) or plain_tooltip(row[index.column()])
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if index.column() else ALIGN_TEXT
        return None
