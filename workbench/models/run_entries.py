"""What a line of the run table says: of one run, or of runs that are folded because they differ in their seed only."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.models.run_columns import BY_FIELD, STATUS_WORDS, TEST_COLUMNS, Column
from workbench.widgets import numbers

if TYPE_CHECKING:
    from engine.store.run_table import Entry

MOST_NAMED = 12  # runs that a tooltip names one by one
IN_THE_TEST = frozenset(column.field for column in TEST_COLUMNS)
_AVERAGED = ("seconds",)
_LATEST = ("created_at",)


@dataclass(frozen=True)
class Spread:
    """A metric over the `known` runs that have it: mean and standard deviation (n - 1), None of a single one."""

    mean: float
    deviation: float | None
    known: int


@dataclass(frozen=True)
class Baseline:
    """What metrics are compared with: the mean of these runs, which are all on one dataset."""

    runs: tuple[int, ...]
    name: str
    fingerprint: str
    values: dict[str, float]

    @classmethod
    def of(cls, entry: "Entry") -> "Baseline":
        first = entry[0].run
        spreads = {field: spread(entry, field) for field in {field for row in entry for field in row.metrics}}
        values = {field: each.mean for field, each in spreads.items() if each is not None}
        return cls(tuple(row.run.id for row in entry), first.name, first.dataset_fingerprint, values)

    @property
    def words(self) -> str:
        return f"{run_numbers(self.runs)}, {self.name}"


def spread(entry: "Entry", field: str) -> Spread | None:
    """A metric of an entry; None when none of its runs has it."""
    known = [value for row in entry if (value := row.metrics.get(field)) is not None and math.isfinite(value)]
    if not known:
        return None
    return Spread(statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else None, len(known))


def raw(entry: "Entry", column: Column) -> Any:
    """The value behind a cell: a metric's mean, one run's value, the common one of several, else their list."""
    if column.metric:
        found = spread(entry, column.field)
        return found.mean if found is not None else None
    values = [getattr(row.run, column.field) for row in entry]
    known = [value for value in values if value is not None]
    if len(values) == 1 or all(value == values[0] for value in values):
        return values[0]
    if column.field in _AVERAGED:
        return statistics.fmean(known)
    return max(known) if column.field in _LATEST else values


def words(entry: "Entry", column: Column, baseline: Baseline | None = None) -> str:
    """What a cell says. With a baseline, a metric is the difference from it, where the dataset is the same."""
    if column.metric:
        return _metric_words(entry, column, baseline)
    value = raw(entry, column)
    many = len(entry) > 1
    if column.field == "name" and many:
        shown = value if isinstance(value, str) else f"{value[0]}, …"
        tested = sum(any(field in IN_THE_TEST for field in row.metrics) for row in entry)
        return f"{shown}  × {len(entry)}" + (f", {tested} tested" if tested < len(entry) else "")
    if column.field == "status" and isinstance(value, list):
        status, some = Counter(value).most_common(1)[0]
        return f"{some} of {len(value)} {STATUS_WORDS[status].lower()}"
    if value is None:
        return numbers.NOTHING
    if isinstance(value, list) and column.field != "tags":
        return ", ".join(dict.fromkeys(numbers.NOTHING if each is None else column.show(each) for each in value))
    if isinstance(value, list) and value and isinstance(value[0], list):
        return ", ".join(sorted({tag for tags in value for tag in tags}, key=str.casefold))
    return column.show(value)


def compared(entry: "Entry", column: Column, baseline: Baseline | None) -> tuple[float, float] | None:
    """(value, the baseline's) of a metric that can be compared: on the same dataset, and not the baseline itself."""
    if baseline is None or is_baseline(entry, baseline) or entry[0].run.dataset_fingerprint != baseline.fingerprint:
        return None
    found, base = spread(entry, column.field), baseline.values.get(column.field)
    return (found.mean, base) if found is not None and base is not None else None


def is_baseline(entry: "Entry", baseline: Baseline | None) -> bool:
    return baseline is not None and tuple(row.run.id for row in entry) == baseline.runs


def tooltip(entry: "Entry", column: Column, baseline: Baseline | None) -> str | None:
    """What does not fit into a cell: which runs are folded, over how many seeds, beside what."""
    field, first = column.field, entry[0].run
    if column.metric:
        found = spread(entry, field)
        if found is None:
            return None
        lines = [_spread_words(entry, found)] if len(entry) > 1 else []
        if pair := compared(entry, column, baseline):
            assert baseline is not None
            lines.append(
                f"{numbers.metric(pair[0])} here, {numbers.metric(pair[1])} in the baseline ({baseline.words}): "
                f"{numbers.metric_difference(*pair)}"
            )
        elif baseline is not None and not is_baseline(entry, baseline) and found:
            lines.append("On other data than the baseline, so not compared with it.")
        return "\n".join(lines) or None
    if len(entry) > 1 and field in ("id", "name", "seed"):
        seeds = ", ".join(str(row.run.seed) for row in entry[:MOST_NAMED])
        return f"{first.name}\n{run_numbers([row.run.id for row in entry])}\nSeeds {seeds}"
    if field == "status":
        errors = [row.run.error for row in entry if row.run.error]
        return "\n".join(errors) or None
    return words(entry, column) if field in ("name", "group", "label", "tags", "notes") else None


def run_numbers(runs: Iterable[int]) -> str:
    """ "run 4" or "runs 4, 7, 15", so many as can be read."""
    chosen = list(runs)
    if len(chosen) == 1:
        return f"run {chosen[0]}"
    more = f" and {len(chosen) - MOST_NAMED} more" if len(chosen) > MOST_NAMED else ""
    return f"runs {', '.join(map(str, chosen[:MOST_NAMED]))}{more}"


def group_words(field: str, value: Any) -> str:
    """The value by which a group is gathered, as its column shows it; `value` as the store gives it."""
    column = BY_FIELD[field]
    if value is None:
        return (
            f"No {column.title.lower()}"
            if field not in ("depth", "codebook_size", "alpha", "beta")
            else numbers.NOTHING
        )
    if field == "created_at":
        return str(value)
    if field == "tags":
        import json

        tags = json.loads(value)
        return ", ".join(tags) if tags else "No tags"
    return column.show(value)


def _metric_words(entry: "Entry", column: Column, baseline: Baseline | None) -> str:
    found = spread(entry, column.field)
    if found is None:
        return numbers.NOTHING
    pair = compared(entry, column, baseline)
    if pair is not None:
        return numbers.metric_difference(*pair)
    return numbers.metric_spread(found.mean, found.deviation)


def _spread_words(entry: "Entry", found: Spread) -> str:
    which = run_numbers([row.run.id for row in entry])
    if found.deviation is None:
        return f"Only one of {which} has a value."
    some = "" if found.known == len(entry) else f", of which {found.known} have a value"
    return f"Mean ± standard deviation of {which}{some}"


def metric_fields(fields: Iterable[str]) -> list[str]:
    """Those of some columns that are metrics."""
    return [field for field in fields if BY_FIELD[field].metric]
