"""The runs as a table: filtered, sorted, grouped and folded in SQL, read as summary rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, FromClause, Select, String, Table, and_, func, select, type_coerce

from engine.query import Condition
from engine.query.nodes import EVERYTHING
from engine.store.conditions import where
from engine.store.database import Database
from engine.store.errors import StoreError
from engine.store.rows import RunRow
from engine.store.schema import RunMetricsRecord, RunRecord
from engine.store.summary import COLUMNS, Cutoff

Protocol = Literal["full", "sampled"]
VALIDATION = ("best", "last")
METRIC_COLUMNS = (*COLUMNS, *(f"{source}_{column}" for source in VALIDATION for column in COLUMNS))
_RUN_COLUMNS = {field.name: getattr(RunRecord, field.name) for field in fields(RunRow)}
_TEXTS = ("name", "dataset", "notes", "group", "label")
# Of a folded entry the mean is sorted by, of what is no number the last.
_AVERAGED = (
    "depth", "codebook_size", "alpha", "beta", "seed", "best_epoch", "epochs", "seconds", *METRIC_COLUMNS,
)  # fmt: skip
_FOLDED_BY = (RunRecord.dataset_fingerprint, RunRecord.settings_key)
_METRICS = cast(Table, RunMetricsRecord.__table__)
_AT_ONCE = 10_000  # runs that are named in one statement


@dataclass(frozen=True)
class Listing:
    """Which runs are listed, and how.

    `sort` is a field of RunRow or one of METRIC_COLUMNS; those of the test are of `protocol` at `k`, those of
    validation, "best_…" and "last_…", at `k`. `folded`: runs that differ in name and seed only are one entry.
    `group`: the field by whose values entries are gathered.
    """

    condition: Condition = EVERYTHING
    sort: str = "created_at"
    descending: bool = True
    protocol: Protocol = "full"
    k: Cutoff = 10
    folded: bool = False
    group: str | None = None


@dataclass(frozen=True)
class TableRow:
    """A run with those of METRIC_COLUMNS that it has."""

    run: RunRow
    metrics: Mapping[str, float]


Entry = tuple[TableRow, ...]  # one run, or runs that are folded into one line


@dataclass(frozen=True)
class Group:
    """Entries with the same value of the field by which they are gathered."""

    value: Any
    entries: int
    runs: int


class RunTable:
    """Answers what the table of runs asks. Raises StoreError for a name that is no field."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, listing: Listing, offset: int = 0, limit: int = -1, of: Group | None = None) -> list[Entry]:
        """One page of the entries, of one group where given; within an entry the oldest run comes first.

        Runs without a value come last however they are sorted; of equals the newest comes first.
        """
        key, metrics = _sorted_by(listing)
        query: Select[Any] = select(RunRecord.id.label("runs"))
        newest: ColumnElement[Any] = RunRecord.id.expression
        if listing.folded:
            query = select(func.group_concat(RunRecord.id).label("runs")).group_by(*_FOLDED_BY)
            newest = func.max(newest)
            key = func.avg(key) if listing.sort in _AVERAGED else func.max(key)
        if metrics is not None:
            query = query.select_from(RunRecord).outerjoin(metrics.table, metrics.on)
        order = (key.desc() if listing.descending else key.asc()).nulls_last()
        query = query.where(*_chosen(listing, of)).order_by(order, newest.desc()).offset(offset).limit(limit)
        with self._database.reading() as session:
            found = [[int(run) for run in str(row.runs).split(",")] for row in session.execute(query)]
        rows = {row.run.id: row for row in self.rows([run for entry in found for run in entry], listing)}
        # A run that was deleted in between is left out.
        entries = (tuple(rows[run] for run in sorted(entry) if run in rows) for entry in found)
        return [entry for entry in entries if entry]

    def count(self, listing: Listing) -> Group:
        """How many entries and runs there are in all."""
        with self._database.reading() as session:
            entries, runs = session.execute(select(*_counts(listing)).where(*_chosen(listing, None))).one()
        return Group(None, entries, runs)

    def groups(self, listing: Listing) -> list[Group]:
        """The groups in the order of their values, the latest day first; those without a value last."""
        value = _group_key(listing)
        key = func.fold(value) if listing.group in _TEXTS else value
        order = key.desc() if listing.group == "created_at" else key.asc()
        query = select(value, *_counts(listing)).where(*_chosen(listing, None)).group_by(value)
        with self._database.reading() as session:
            return [Group(*row) for row in session.execute(query.order_by(order.nulls_last()))]

    def extremes(self, listing: Listing, columns: Sequence[str]) -> dict[Any, dict[str, tuple[float, float]]]:
        """value of the group -> column -> its lowest and highest value among the entries, for some METRIC_COLUMNS.

        Without groups everything is in the group None. Of a folded entry the mean counts.
        """
        places = {column: _place(listing, column) for column in columns}
        joined = {source: _metrics_of(listing, source) for source in {source for source, _ in places.values()}}
        values = {name: joined[source].table.c[column] for name, (source, column) in places.items()}
        group = [_group_key(listing).label("value")] if listing.group else []
        shown = [(func.avg(value) if listing.folded else value).label(name) for name, value in values.items()]
        query: Select[Any] = select(*group, *shown).select_from(RunRecord).where(*_chosen(listing, None))
        for each in joined.values():
            query = query.outerjoin(each.table, each.on)
        if listing.folded:
            query = query.group_by(*_FOLDED_BY, *group)
        inner = query.subquery()
        ranges = [bound(inner.c[column]) for column in columns for bound in (func.min, func.max)]
        outer: Select[Any] = select(*ranges)
        if listing.group:
            outer = select(inner.c.value, *ranges).group_by(inner.c.value)
        found: dict[Any, dict[str, tuple[float, float]]] = {}
        with self._database.reading() as session:
            for row in session.execute(outer):
                value, *bounds = row if listing.group else (None, *row)
                pairs = zip(columns, bounds[::2], bounds[1::2], strict=True)
                found[value] = {column: (low, high) for column, low, high in pairs if low is not None}
        return found

    def rows(self, runs: Sequence[int], listing: Listing) -> list[TableRow]:
        """These runs as rows, in no order, without those that are not there."""
        found = []
        sources = (listing.protocol, *VALIDATION)
        joined = {source: _metrics_of(listing, source) for source in sources}
        columns = [joined[source].table.c[column] for source in sources for column in COLUMNS]
        query = select(*_RUN_COLUMNS.values(), *columns).select_from(RunRecord)
        for each in joined.values():
            query = query.outerjoin(each.table, each.on)
        width = len(_RUN_COLUMNS)
        with self._database.reading() as session:
            for start in range(0, len(runs), _AT_ONCE):
                some = (RunRecord.deleted_at.is_(None), RunRecord.id.in_(runs[start : start + _AT_ONCE]))
                for row in session.execute(query.where(*some)):
                    values = zip(METRIC_COLUMNS, row[width:], strict=True)
                    metrics = {column: value for column, value in values if value is not None}
                    found.append(TableRow(RunRow(*row[:width]), metrics))
        return found

    def known_values(self) -> dict[str, dict[str, int]]:
        """ "status", "dataset", "model", "tag" and "group" -> value -> how many runs have it, the commonest first."""
        found: dict[str, dict[str, int]] = {}
        tag = func.json_each(RunRecord.tags).table_valued("value", joins_implicitly=True)
        with self._database.reading() as session:
            for name in ("status", "dataset", "model", "tag", "group"):
                value = tag.c.value if name == "tag" else getattr(RunRecord, name)
                query = select(value, func.count(RunRecord.id)).where(RunRecord.deleted_at.is_(None)).group_by(value)
                rows = session.execute(query.order_by(func.count(RunRecord.id).desc(), value))
                found[name] = {value: count for value, count in rows if value is not None}
        return found


@dataclass(frozen=True)
class _Metrics:
    """The metrics of one source as they are joined to a run."""

    table: FromClause
    on: ColumnElement[bool]


def _metrics_of(listing: Listing, source: str) -> _Metrics:
    table = _METRICS.alias(source)
    of_run = table.c.run_id == RunRecord.id
    return _Metrics(table, and_(of_run, table.c.source == source, table.c.k == listing.k))


def _place(listing: Listing, name: str) -> tuple[str, str]:
    """(source, column) of one of METRIC_COLUMNS."""
    source, _, column = name.partition("_")
    return (source, column) if source in VALIDATION else (listing.protocol, name)


def _sorted_by(listing: Listing) -> tuple[Any, _Metrics | None]:
    """What is sorted by, and the metrics where it is one of them."""
    if listing.sort in METRIC_COLUMNS:
        source, column = _place(listing, listing.sort)
        metrics = _metrics_of(listing, source)
        return metrics.table.c[column], metrics
    if listing.sort not in _RUN_COLUMNS:
        raise StoreError(f"Runs cannot be sorted by “{listing.sort}”, only by {', '.join(_RUN_COLUMNS)}.")
    column = _RUN_COLUMNS[listing.sort]
    return (func.fold(column) if listing.sort in _TEXTS else column), None


def _group_key(listing: Listing) -> Any:
    if listing.group == "created_at":
        return func.date(RunRecord.created_at, "localtime")
    if listing.group == "tags":
        return type_coerce(RunRecord.tags, String)
    if listing.group not in _RUN_COLUMNS:
        raise StoreError(f"Runs cannot be grouped by “{listing.group}”, only by {', '.join(_RUN_COLUMNS)}.")
    return _RUN_COLUMNS[listing.group]


def _counts(listing: Listing) -> tuple[ColumnElement[int], ColumnElement[int]]:
    runs = func.count(RunRecord.id)
    return (func.count(func.distinct(_FOLDED_BY[0] + " " + _FOLDED_BY[1])) if listing.folded else runs), runs


def _chosen(listing: Listing, of: Group | None) -> list[ColumnElement[bool]]:
    chosen = [RunRecord.deleted_at.is_(None), where(listing.condition, listing.protocol, listing.k)]
    if of is not None:
        key = _group_key(listing)
        chosen.append(key.is_(None) if of.value is None else key == of.value)
    return chosen
