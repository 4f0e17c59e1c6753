"""Small read-only tables of a run: settings, test metrics, and plain facts."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from workbench.icons import icon
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.pages.runs.facts import PROTOCOLS, SLICES
from workbench.run_settings import SettingRow
from workbench.theme import Role, font
from workbench.widgets import numbers
from workbench.widgets.plain import plain_tooltip

SETTING_TITLES = ("Group", "Setting", "Value", "Default")


class SettingsModel(QAbstractTableModel):
    """Settings beside what is usual; values that differ stand out in bold, with a pencil."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[SettingRow] = []
        self._rows: list[SettingRow] = []
        self._only_different = False
        self._search: list[str] = []
        self._usual = SETTING_TITLES[-1]

    def set_rows(self, rows: Sequence[SettingRow]) -> None:
        self._all = list(rows)
        self._filter()

    def set_only_different(self, only: bool) -> None:
        self._only_different = only
        self._filter()

    def set_search(self, text: str) -> None:
        """Show only settings that hold every word in group, name, value or help."""
        self._search = text.casefold().split()
        self._filter()

    def set_usual(self, title: str) -> None:
        """What the last column is called: whose settings these are compared with."""
        self._usual = title
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, len(SETTING_TITLES) - 1, len(SETTING_TITLES) - 1)

    @property
    def different(self) -> int:
        """How many settings differ from what is usual."""
        return sum(row.differs for row in self._all)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(SETTING_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (*SETTING_TITLES[:-1], self._usual)[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (row.section, row.title, row.value, row.usual)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return row.help
            case Qt.ItemDataRole.FontRole if row.differs and index.column() == 2:
                return font(bold=True)
            case Qt.ItemDataRole.DecorationRole if row.differs and index.column() == 1:
                return icon("pencil-simple", Role.accent)
            case DataRole.row:
                return row
        return None

    def _filter(self) -> None:
        self.beginResetModel()
        self._rows = [
            row
            for row in self._all
            if (row.differs or not self._only_different) and all(word in row.searched for word in self._search)
        ]
        self.endResetModel()


class MetricsModel(QAbstractTableModel):
    """Test metrics: a row per metric, a column per protocol and slice."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, list[float | None]]] = []
        self._protocols: list[str] = []
        self._titles: tuple[str, ...] = ("Metric",)

    def set_rows(self, rows: Sequence[tuple[str, list[float | None]]], protocols: Sequence[str]) -> None:
        """`rows` as `metric_rows` gives them for these protocols."""
        self.beginResetModel()
        self._rows, self._protocols = list(rows), list(protocols)
        self._titles = ("Metric", *(f"{PROTOCOLS[protocol]},\n{part}" for protocol in protocols for part in SLICES))
        self.endResetModel()

    def restyle(self) -> None:
        """Write the numbers anew: the way to show them has changed."""
        self.set_rows(self._rows, self._protocols)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGN_NUMBER if section else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        name, values = self._rows[index.row()]
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                if column == 0:
                    return name.capitalize() if name == "users" else name
                return (numbers.count if name == "users" else numbers.metric)(values[column - 1])
            case DataRole.raw:
                return name if column == 0 else values[column - 1]
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column else ALIGN_TEXT
        return None


class PlainModel(QAbstractTableModel):
    """Rows of words, as they are."""

    def __init__(self, titles: Sequence[str], right: Sequence[int] = (), parent: QObject | None = None) -> None:
        """`right` are the columns that are aligned to the right."""
        super().__init__(parent)
        self._titles, self._right = tuple(titles), frozenset(right)
        self._rows: list[Sequence[str]] = []

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        if list(rows) != self._rows:  # else a run that goes would take the selection away again and again
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._titles[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if section in self._right else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._rows[index.row()][index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._rows[index.row()][index.column()])
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if index.column() in self._right else ALIGN_TEXT
        return None
