"""The rows of the metric table: every series in every slice, with its difference to the reference once that is known;
no widget is involved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.comparison.differences import Difference, Parts, corrected
from engine.comparison.series import Series
from engine.evaluation.metrics import USERS
from engine.evaluation.slices import BANDS, LENGTH_GROUPS
from engine.files import write_csv
from engine.groups import Spread
from workbench.pages.compare.selection import Line, Lines
from workbench.pages.compare.session import Measure

PARTS: dict[Parts, tuple[str, tuple[str, ...]]] = {
    "popularity": ("Overall, head and tail", ("overall", "head", "tail")),
    "bands": ("Popularity bands", BANDS),
    "lengths": ("Short and long users", LENGTH_GROUPS),
}
HEADINGS = (
    "series", "runs", "seeds", "reference", "metric", "protocol", "slice", "users", "mean", "deviation", "difference",
    "low", "high", "p", "corrected_p", "probability", "better", "equal", "worse",
)  # fmt: skip


@dataclass(frozen=True)
class MetricRow:
    """A series in a slice. `value` is None without test results; `difference` for the reference itself, while it is
    not known yet, and where there is none."""

    line: Line
    slice: str
    users: int
    value: Spread | None
    is_reference: bool
    difference: Difference | None = None

    @property
    def relative(self) -> float | None:
        """The difference as a share of the reference's mean."""
        found = self.difference
        return None if found is None or not found.reference_mean else found.difference / found.reference_mean


def metric_rows(
    lines: Lines, measure: Measure, parts: Parts, found: Mapping[str, Sequence[Difference]]
) -> list[MetricRow]:
    """A row for every series and slice that holds a user, one for a series without test results; `found` maps a line's key to its differences."""
    together = corrected([each for line in lines.all for each in found.get(line.key, ())])
    known = {(each.runs, each.slice): each for each in together}
    rows = []
    for line in lines.all:
        is_tested = bool(line.series.first.test)
        for part in PARTS[parts][1] if is_tested else PARTS[parts][1][:1]:
            users = _users(line.series, measure, part)
            if users or not is_tested:
                rows.append(
                    MetricRow(
                        line,
                        part,
                        users,
                        line.series.test(measure.protocol, part, measure.metric),
                        line is lines.reference,
                        known.get((line.series.numbers, part)),
                    )
                )
    return rows


def best_rows(rows: Sequence[MetricRow], lines: Lines) -> set[int]:
    """Places of the rows with the highest mean of their slice, among the lines that can be compared."""
    means: dict[str, dict[int, float]] = {}
    for place, row in enumerate(rows):
        if row.value is not None and row.line in lines.compared:
            means.setdefault(row.slice, {})[place] = row.value.mean
    best = {part: max(found.values()) for part, found in means.items()}
    return {place for part, found in means.items() for place, mean in found.items() if mean == best[part] > 0}


def export_rows(file: Path, rows: Sequence[MetricRow], measure: Measure) -> None:
    """Write them as CSV with every digit. Raises OSError."""
    write_csv(file, HEADINGS, [_cells(row, measure) for row in rows])


def _cells(row: MetricRow, measure: Measure) -> list[object]:
    value, found = row.value, row.difference
    about: list[object] = [
        row.line.title,
        "+".join(map(str, row.line.series.numbers)),
        "+".join(str(run.seed) for run in row.line.series.runs),
        "yes" if row.is_reference else "no",
        *(measure.metric, measure.protocol, row.slice, row.users),
        *((value.mean, value.deviation) if value is not None else (None, None)),
    ]
    if found is None:
        return about + [None] * (len(HEADINGS) - len(about))
    return [
        *about, found.difference, found.low, found.high, found.p, found.corrected_p,
        found.probability, found.better, found.equal, found.worse,
    ]  # fmt: skip


def _users(series: Series, measure: Measure, part: str) -> int:
    return int(series.first.test.get(measure.protocol, {}).get(part, {}).get(USERS, 0))
