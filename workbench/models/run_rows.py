"""What the run table shows, as read from the store in one go; knows no Qt, so that it may be read beside the window."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.store.run_table import Group, Listing
from workbench.models.run_entries import Baseline

if TYPE_CHECKING:
    from engine.store import RunTable
    from engine.store.run_table import Entry

PAGE = 200


@dataclass(frozen=True)
class GroupRow:
    """The heading of a group; its entries follow it while it is open."""

    group: Group
    is_open: bool

    @property
    def key(self) -> tuple[Any, ...]:
        return ("group", self.group.value)


@dataclass(frozen=True)
class EntryRow:
    """One run, or several that are folded, in the group of this value."""

    entry: "Entry"
    is_folded: bool = False
    group: Any = None

    @property
    def key(self) -> tuple[Any, ...]:
        first = self.entry[0].run
        same = (first.dataset_fingerprint, first.settings_key) if self.is_folded else (first.id,)
        return (*same, self.group)


Row = GroupRow | EntryRow


@dataclass(frozen=True)
class Contents:
    """The rows; how many entries and runs there are in all; of each group, and None without groups, the lowest and
    highest value of the metrics that were measured."""

    rows: list[Row]
    total: Group
    ranges: dict[Any, dict[str, tuple[float, float]]]
    baseline: Baseline | None


@dataclass(frozen=True)
class Request:
    """What to read: the first `limit` entries, or all groups with the entries of those whose values are in `opened`;
    None opens all when they are few."""

    listing: Listing
    opened: frozenset[Any] | None = None
    limit: int = PAGE
    measured: tuple[str, ...] = ()
    baseline: tuple[int, ...] = ()

    def read(self, table: "RunTable") -> Contents:
        """Raises StoreError."""
        rows = self.page(table, 0) if self.listing.group is None else self._groups(table)
        total = table.count(self.listing)
        ranges = table.extremes(self.listing, self.measured) if self.measured else {}
        return Contents(rows, total, ranges, self.read_baseline(table))

    def page(self, table: "RunTable", offset: int) -> list[Row]:
        """The entries from `offset` on."""
        entries = table.entries(self.listing, offset, self.limit)
        return [EntryRow(entry, self.listing.folded) for entry in entries]

    def read_baseline(self, table: "RunTable") -> Baseline | None:
        """None where none of its runs is there."""
        rows = table.rows(self.baseline, self.listing) if self.baseline else []
        return Baseline.of(tuple(sorted(rows, key=lambda row: row.run.id))) if rows else None

    def _groups(self, table: "RunTable") -> list[Row]:
        groups = table.groups(self.listing)
        are_few = sum(group.entries for group in groups) <= PAGE
        found: list[Row] = []
        for group in groups:
            is_open = are_few if self.opened is None else group.value in self.opened
            found.append(GroupRow(group, is_open))
            if is_open:
                entries = table.entries(self.listing, of=group)
                found += [EntryRow(entry, self.listing.folded, group.value) for entry in entries]
        return found
