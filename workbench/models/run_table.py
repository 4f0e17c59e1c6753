"""The runs of the store as a table that loads lazily; sorting and searching are done by the store, in SQL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from typing import Protocol as Interface

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal

from workbench.icons import icon
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.models.run_columns import COLUMNS, Protocol
from workbench.theme import Role
from workbench.widgets.numbers import NOTHING

if TYPE_CHECKING:
    from engine.store import RunRow

PAGE = 200
STATUS_ICONS = {
    "running": ("play-circle", Role.accent),
    "finished": ("check-circle", Role.good),
    "failed": ("x-circle", Role.bad),
    "interrupted": ("pause-circle", Role.warning),
}


class RunSource(Interface):
    """What the model needs of the store's run repository."""

    def list(
        self, search: str = "", sort: str = "created_at", descending: bool = True, offset: int = 0, limit: int = 200
    ) -> "list[RunRow]": ...

    def count(self, search: str = "") -> int: ...


class RunTableModel(QAbstractTableModel):
    """A row per run, newest first until sorted otherwise.

    `DataRole.raw` carries the value behind a cell, `DataRole.row` the RunRow. `counted` tells how many runs
    the search found, loaded or not.
    """

    counted = Signal(int)

    def __init__(self, source: RunSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._rows: list[RunRow] = []
        self._total = 0
        self._search = ""
        self._protocol: Protocol = "full"
        self._sort_column = next(place for place, column in enumerate(COLUMNS) if column.field == "created_at")
        self._descending = True
        self._is_changing = False
        self._reload()

    # What the page asks and sets

    @property
    def total(self) -> int:
        return self._total

    @property
    def search(self) -> str:
        return self._search

    @property
    def sort_key(self) -> str:
        return COLUMNS[self._sort_column].attribute(self._protocol)

    @property
    def sort_column(self) -> int:
        return self._sort_column

    @property
    def descending(self) -> bool:
        return self._descending

    def run(self, row: int) -> "RunRow":
        return self._rows[row]

    def row_of(self, run: int) -> int | None:
        """The row of a run among those loaded."""
        return next((row for row, each in enumerate(self._rows) if each.id == run), None)

    def set_search(self, text: str) -> None:
        if text.strip() != self._search:
            self._search = text.strip()
            self._reload()

    def set_protocol(self, protocol: Protocol) -> None:
        """Which of the two ranking protocols the metric columns show."""
        if protocol != self._protocol:
            self._protocol = protocol
            if COLUMNS[self._sort_column].metric:
                self._reload()
            else:
                self.restyle()

    def restyle(self) -> None:
        """Show everything anew: the theme or the way to show numbers has changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def refresh(self) -> None:
        """Read the loaded rows again. Rows keep their identity, so selection and scroll position stay."""
        wanted = self._read(0, max(PAGE, len(self._rows)))
        with self._changing():
            self._remove_all_but({run.id for run in wanted})
            known = {run.id for run in self._rows}
            self._append([run for run in wanted if run.id not in known])
            self._rearrange(wanted)
        self._set_total(self._source.count(self._search))

    # Qt's side

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._is_changing and len(self._rows) < self._total

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        known = {run.id for run in self._rows}
        page = self._read(len(self._rows), PAGE)
        more = [run for run in page if run.id not in known]
        if not more:
            self._set_total(len(self._rows))
        with self._changing():
            self._append(more)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                protocol = "full ranking" if self._protocol == "full" else "sampled negatives"
                return f"{column.help} ({protocol})" if column.metric else column.help
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.numeric else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        run, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == DataRole.row:
            return run
        value = getattr(run, column.attribute(self._protocol))
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return NOTHING if value is None else column.show(value)
            case DataRole.raw:
                return value
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.numeric else ALIGN_TEXT
            case Qt.ItemDataRole.DecorationRole if column.field == "status" and value in STATUS_ICONS:
                return icon(*STATUS_ICONS[value])
            case Qt.ItemDataRole.ToolTipRole if column.field == "status" and run.error:
                return run.error
            case Qt.ItemDataRole.ToolTipRole if column.field in ("name", "group"):
                return value
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        descending = order == Qt.SortOrder.DescendingOrder
        if 0 <= column < len(COLUMNS) and (column, descending) != (self._sort_column, self._descending):
            self._sort_column, self._descending = column, descending
            self._reload()

    # Reading and rearranging

    def _read(self, offset: int, limit: int) -> "list[RunRow]":
        return self._source.list(self._search, self.sort_key, self._descending, offset, limit)

    def _reload(self) -> None:
        with self._changing():
            self.beginResetModel()
            self._rows = self._read(0, PAGE)
            self._total = self._source.count(self._search) if len(self._rows) == PAGE else len(self._rows)
            self.endResetModel()
        self.counted.emit(self._total)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """No view may fetch more rows from within a signal of a change that is not complete."""
        self._is_changing = True
        try:
            yield
        finally:
            self._is_changing = False

    def _append(self, rows: "list[RunRow]") -> None:
        if rows:
            self.beginInsertRows(NO_INDEX, len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def _set_total(self, total: int) -> None:
        if total != self._total:
            self._total = total
            self.counted.emit(total)

    def _remove_all_but(self, kept: set[int]) -> None:
        gone = [row for row, run in enumerate(self._rows) if run.id not in kept]
        for first, last in reversed(list(_ranges(gone))):
            self.beginRemoveRows(NO_INDEX, first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()

    def _rearrange(self, wanted: "list[RunRow]") -> None:
        """Take over new values and the new order; `wanted` holds the same runs as the model."""
        if [run.id for run in wanted] != [run.id for run in self._rows]:
            self.layoutAboutToBeChanged.emit()
            places = {run.id: row for row, run in enumerate(wanted)}
            before = self.persistentIndexList()
            after = [self.createIndex(places[self._rows[index.row()].id], index.column()) for index in before]
            self._rows = wanted
            self.changePersistentIndexList(before, after)
            self.layoutChanged.emit()
        elif wanted != self._rows:
            changed = [row for row, run in enumerate(wanted) if run != self._rows[row]]
            self._rows = wanted
            for first, last in _ranges(changed):
                self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))


def _ranges(rows: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Ascending row numbers as (first, last) of every unbroken range."""
    first = last = None
    for row in rows:
        if last is None or first is None:
            first = last = row
        elif row == last + 1:
            last = row
        else:
            yield first, last
            first = last = row
    if first is not None and last is not None:
        yield first, last
