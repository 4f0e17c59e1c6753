"""The runs of the store as a table that loads lazily; the store filters, sorts, groups and folds them, in SQL."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal
from PySide6.QtGui import QBrush

from engine.store.run_table import Group, Listing
from workbench.icons import icon
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.models.run_columns import BY_FIELD, COLUMNS, PROTOCOL_WORDS, TEST_COLUMNS
from workbench.models.run_entries import Baseline, compared, group_words, is_baseline, raw, spread, tooltip, words
from workbench.models.run_rows import PAGE, Contents, EntryRow, GroupRow, Request, Row
from workbench.theme import Role, tabular, theme
from workbench.widgets.heat import heat
from workbench.widgets.numbers import count
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.store import RunRow, RunTable
    from engine.store.run_table import Entry

STATUS_ICONS = {
    "running": ("play-circle", Role.accent),
    "finished": ("check-circle", Role.good),
    "failed": ("x-circle", Role.bad),
    "interrupted": ("pause-circle", Role.warning),
}
_TESTS = tuple(column.field for column in TEST_COLUMNS)
_PLACES = {column.field: place for place, column in enumerate(COLUMNS)}


class RunTableModel(QAbstractTableModel):
    """A row per entry of a `Listing`, the headings of its groups between them. The columns are always COLUMNS.

    `DataRole.raw` carries the value behind a cell, `DataRole.row` the tuple of RunRows of an entry, or the words of a
    group's heading. `counted` tells how many runs the listing has, loaded or not.
    """

    counted = Signal(int)

    def __init__(self, table: "RunTable", listing: Listing | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._request = Request(listing or Listing())
        self._contents = Contents([], Group(None, 0, 0), {}, None)
        self._rows: list[Row] = []
        self._has_heat = False
        self._is_changing = False
        self._reload()

    # What the page asks and sets

    @property
    def total(self) -> int:
        """How many runs there are in all."""
        return self._contents.total.runs

    @property
    def entries(self) -> int:
        """How many lines there are in all, headings left out."""
        return self._contents.total.entries

    @property
    def listing(self) -> Listing:
        return self._request.listing

    @property
    def baseline(self) -> Baseline | None:
        return self._contents.baseline

    def row(self, row: int) -> Row:
        return self._rows[row]

    def runs(self, row: int) -> "list[RunRow]":
        """The runs of a row; none of a heading."""
        found = self._rows[row]
        return [each.run for each in found.entry] if isinstance(found, EntryRow) else []

    def entry(self, row: int) -> "Entry":
        found = self._rows[row]
        return found.entry if isinstance(found, EntryRow) else ()

    def row_of(self, run: int) -> int | None:
        """The row of a run among those loaded."""
        return next(iter(self.rows_of([run])), None)

    def rows_of(self, runs: Iterable[int]) -> list[int]:
        """The rows, among those loaded, in which some of these runs stand."""
        wanted = set(runs)
        return [
            row
            for row, each in enumerate(self._rows)
            if isinstance(each, EntryRow) and any(part.run.id in wanted for part in each.entry)
        ]

    def set_listing(self, listing: Listing) -> None:
        """Show other runs, or the same in another way."""
        if listing != self.listing:
            opened = self._request.opened if listing.group == self.listing.group else None
            self._request = replace(self._request, listing=listing, opened=opened)
            self._reload()

    def set_baseline(self, runs: Sequence[int]) -> None:
        """Show metrics as differences from those of these runs; from none of them: as they are."""
        self._request = replace(self._request, baseline=tuple(runs))
        self._contents = replace(self._contents, baseline=self._request.read_baseline(self._table))
        self.restyle()

    def set_measured(self, fields: Sequence[str]) -> None:
        """The metrics of which the best is marked: those that are seen."""
        measured = tuple(field for field in fields if BY_FIELD[field].metric)
        if measured != self._request.measured:
            self._request = replace(self._request, measured=measured)
            ranges = self._table.extremes(self.listing, measured) if measured else {}
            self._contents = replace(self._contents, ranges=ranges)
            self.restyle()

    def set_heat(self, on: bool) -> None:
        """Colour metrics by how high they are."""
        if on != self._has_heat:
            self._has_heat = on
            self.restyle()

    def toggle_group(self, row: int) -> None:
        """Open or close the group whose heading stands in a row."""
        found = self._rows[row]
        if isinstance(found, GroupRow):
            opened = {each.group.value for each in self._rows if isinstance(each, GroupRow) and each.is_open}
            self._request = replace(self._request, opened=frozenset(opened ^ {found.group.value}))
            self.refresh()

    def restyle(self) -> None:
        """Show everything anew: the theme or the way to show numbers has changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def request(self) -> Request:
        """What has to be read to bring the loaded rows up to date; `take` what came of it."""
        request = self._request
        if request.listing.group is not None and request.opened is None and self._rows:
            opened = {row.group.value for row in self._rows if isinstance(row, GroupRow) and row.is_open}
            request = replace(request, opened=frozenset(opened))
        return replace(request, limit=max(PAGE, len(self._rows)))

    def refresh(self) -> None:
        """Read the loaded rows again. Rows keep their identity, so selection and scroll position stay."""
        request = self.request()
        self.take(request, request.read(self._table))

    def take(self, request: Request, contents: Contents) -> None:
        """Show what was read, unless something else is shown by now."""
        if request != self.request():
            return
        wanted, before = contents.rows, self._contents
        self._contents = contents
        with self._changing():
            self._remove_all_but({row.key for row in wanted})
            known = {row.key for row in self._rows}
            self._append([row for row in wanted if row.key not in known])
            self._rearrange(wanted)
        if (contents.ranges, contents.baseline) != (before.ranges, before.baseline):
            self.restyle()
        if contents.total != before.total:
            self.counted.emit(contents.total.runs)

    # Qt's side

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:
        is_done = self.listing.group is not None or len(self._rows) >= self.entries
        return not parent.isValid() and not self._is_changing and not is_done

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        known = {row.key for row in self._rows}
        more = [row for row in self._request.page(self._table, len(self._rows)) if row.key not in known]
        if not more:  # some have gone meanwhile
            total = replace(self._contents.total, entries=len(self._rows))
            self._contents = replace(self._contents, total=total)
        with self._changing():
            self._append(more)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._rows[index.row()], GroupRow):
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.heading(self.listing.k)
            case Qt.ItemDataRole.ToolTipRole:
                help = column.help.replace("@k", f"@{self.listing.k}")
                return f"{help} ({PROTOCOL_WORDS[self.listing.protocol].lower()})" if column.field in _TESTS else help
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.numeric else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if isinstance(row, GroupRow):
            return self._heading(row, index.column(), role)
        entry = row.entry
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return words(entry, column, self.baseline)
            case DataRole.row:
                return tuple(each.run for each in entry)
            case DataRole.raw:
                return raw(entry, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column.numeric else ALIGN_TEXT
            case Qt.ItemDataRole.DecorationRole:
                return self._picture(entry, column.field)
            case Qt.ItemDataRole.ToolTipRole:
                shown = tooltip(entry, column, self.baseline)
                return plain_tooltip(shown) if shown else None
            case Qt.ItemDataRole.FontRole if column.metric and self._is_best(row, column.field):
                return tabular(bold=True)
            case Qt.ItemDataRole.BackgroundRole if column.metric and self._has_heat:
                return self._heat(row, column.field)
            case Qt.ItemDataRole.ForegroundRole if column.metric and not self._has_heat:
                pair = compared(entry, column, self.baseline)
                if pair is not None and pair[0] != pair[1]:
                    return QBrush(theme().color(Role.good if pair[0] > pair[1] else Role.bad))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(COLUMNS):
            descending = order == Qt.SortOrder.DescendingOrder
            self.set_listing(replace(self.listing, sort=COLUMNS[column].field, descending=descending))

    # What a cell is like

    def _heading(self, row: GroupRow, column: int, role: int) -> Any:
        field = self.listing.group
        if role == DataRole.raw:
            return row.is_open
        if field is None or role not in (DataRole.row, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if role == Qt.ItemDataRole.DisplayRole and column != _PLACES["id"]:
            return None
        many = f"{count(row.group.runs)} {'run' if row.group.runs == 1 else 'runs'}"
        lines = f", {count(row.group.entries)} lines" if row.group.entries != row.group.runs else ""
        return f"{BY_FIELD[field].title}: {group_words(field, row.group.value)}  ({many}{lines})"

    def _picture(self, entry: "Entry", field: str) -> Any:
        statuses = {each.run.status for each in entry}
        if field == "status" and len(statuses) == 1 and (found := STATUS_ICONS.get(statuses.pop())):
            return icon(*found)
        if field == "name" and is_baseline(entry, self.baseline):
            return icon("push-pin", Role.accent)
        return None

    def _is_best(self, row: EntryRow, field: str) -> bool:
        """Whether no entry of the listing, or of the group, has more of a metric; one alone is no best."""
        found = spread(row.entry, field)
        low, high = self._contents.ranges.get(row.group, {}).get(field, (0.0, 0.0))
        return found is not None and high > low and math.isclose(found.mean, high, rel_tol=1e-9)

    def _heat(self, row: EntryRow, field: str) -> QBrush | None:
        found = spread(row.entry, field)
        low, high = self._contents.ranges.get(row.group, {}).get(field, (0.0, 0.0))
        return QBrush(heat((found.mean - low) / (high - low))) if found is not None and high > low else None

    # Reading and rearranging

    def _reload(self) -> None:
        contents = self._request.read(self._table)  # before anything changes, as it may fail
        with self._changing():
            self.beginResetModel()
            self._contents, self._rows = contents, contents.rows
            self.endResetModel()
        self.counted.emit(self.total)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """No view may fetch more rows from within a signal of a change that is not complete."""
        self._is_changing = True
        try:
            yield
        finally:
            self._is_changing = False

    def _append(self, rows: list[Row]) -> None:
        if rows:
            self.beginInsertRows(NO_INDEX, len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def _remove_all_but(self, kept: set[Any]) -> None:
        gone = [row for row, each in enumerate(self._rows) if each.key not in kept]
        for first, last in reversed(list(_ranges(gone))):
            self.beginRemoveRows(NO_INDEX, first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()

    def _rearrange(self, wanted: list[Row]) -> None:
        """Take over new values and the new order; `wanted` holds the same rows as the model."""
        if [row.key for row in wanted] != [row.key for row in self._rows]:
            self.layoutAboutToBeChanged.emit()
            places = {each.key: row for row, each in enumerate(wanted)}
            before = self.persistentIndexList()
            after = [self.createIndex(places[self._rows[index.row()].key], index.column()) for index in before]
            self._rows = wanted
            self.changePersistentIndexList(before, after)
            self.layoutChanged.emit()
        elif wanted != self._rows:
            changed = [row for row, each in enumerate(wanted) if each != self._rows[row]]
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
