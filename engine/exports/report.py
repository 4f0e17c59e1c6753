"""Runs gathered for an export: a row for each model with its figures, how sure they are, and where they come from."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import engine
from engine.config import MODEL_NAMES
from engine.errors import DataError
from engine.evaluation.words import protocol_titles
from engine.exports.choice import Choice, Column
from engine.groups import replicates
from engine.settings import completed, flat, settings_key

if TYPE_CHECKING:
    from engine.store.rows import Curve, RunDetails

DECIMALS = 4
MARKS = ((0.01, "‡"), (0.05, "†"))  # below which corrected p a figure has which mark
_NAMED = 3  # settings that tell rows of one name apart
# What decides, beside the data, whether two figures may stand in one column.
_TEST_SETTINGS = (
    "evaluation.remove_seen", "evaluation.negatives", "evaluation.negatives_seed",
    "data.head_rule", "data.head_share", "data.head_count",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A figure over `count` runs: its mean and standard deviation (n - 1), None for one run.

    `place` is 1 for the best of its column and 2 for the second, else 0, by the decimals that are shown; `p` is the
    corrected p-value against the reference, None where it was not compared.
    """

    mean: float
    deviation: float | None
    count: int
    place: int = 0
    p: float | None = None

    @property
    def mark(self) -> str:
        """The sign of a significant difference, or ""."""
        return next((mark for level, mark in MARKS if self.p is not None and self.p < level), "")


@dataclass(frozen=True)
class Row:
    """Runs that differ in name and seed only, in the order of their seeds, or one run alone.

    `data` is what rows must have in common to be compared: the data and how it was tested; `key` tells settings apart;
    `ranking` is in words what each protocol ranks against.
    """

    name: str
    runs: "tuple[RunDetails, ...]"
    data: tuple[str, ...]
    key: str
    ranking: Mapping[str, str]
    cells: Mapping[Column, Cell]

    @property
    def first(self) -> "RunDetails":
        return self.runs[0]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(run.id for run in self.runs)

    @property
    def run_words(self) -> str:
        """The numbers of the runs, as the command line reads them: 4+7+15."""
        return "+".join(map(str, self.numbers))

    @property
    def seed_words(self) -> str:
        return ", ".join(str(run.seed) for run in self.runs)

    @property
    def fingerprint(self) -> str:
        """The first digits of the data's fingerprint."""
        return self.first.dataset_fingerprint[:12]

    @property
    def code(self) -> str:
        """The version of the code that computed the runs, with its commit where that is known."""
        versions = (run.versions for run in self.runs)
        return " / ".join(dict.fromkeys(f"{v.get('workbench', '?')} {v.get('commit', '')}".strip() for v in versions))


@dataclass(frozen=True)
class Report:
    """What every format writes down. `notes` are sentences on what was left out or not compared.

    `references` are the rows that the others were compared with; `comparisons` is how many p-values Holm's correction
    counts.
    """

    choice: Choice
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    references: tuple[Row, ...] = ()
    comparisons: int = 0
    curves: "Mapping[int, Mapping[str, Curve]]" = field(default_factory=dict)  # run -> series -> its curve
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    version: str = engine.__version__

    @cached_property
    def tested(self) -> tuple[Row, ...]:
        """The rows that have figures."""
        return tuple(row for row in self.rows if row.cells)

    @cached_property
    def datasets(self) -> dict[tuple[str, ...], tuple[Row, ...]]:
        """The rows with figures by what they have in common, in the order of the rows."""
        found: dict[tuple[str, ...], list[Row]] = {}
        for row in self.tested:
            found.setdefault(row.data, []).append(row)
        return {data: tuple(rows) for data, rows in found.items()}

    def title_of(self, data: tuple[str, ...]) -> str:
        """The dataset's name; with its fingerprint and how it was tested where another has the same name."""
        name, fingerprint, *_ = data
        alike = [each for each in self.datasets if each[0] == name]
        if len(alike) == 1:
            return name
        if len({each[1] for each in alike}) == len(alike):
            return f"{name} ({fingerprint[:8]})"
        return f"{name} ({fingerprint[:8]}, test {1 + alike.index(data)})"


def collect(
    runs: "Sequence[RunDetails]", choice: Choice, curves: "Mapping[int, Mapping[str, Curve]] | None" = None
) -> Report:
    """The report of runs in their order, not yet compared. Raises DataError when there is none at all."""
    if not runs:
        raise DataError("There is no run to export. Choose at least one.")
    notes: list[str] = []
    rows = _placed(_named([_row(group, choice) for group in _groups(runs, choice.fold, notes)]))
    for row in rows:
        if not row.cells:
            finished = row.first.status == "finished"
            why = "was not tested in the chosen protocols" if finished else f"({row.first.status}) has no test results"
            notes.append(f"Run {row.run_words} {why}.")
    return Report(choice, tuple(rows), tuple(notes), curves=curves or {})


def _groups(runs: "Sequence[RunDetails]", fold: bool, notes: list[str]) -> "list[list[RunDetails]]":
    """The runs of each row; those without a test stand alone. Of two with one seed the later counts."""
    if not fold:
        return [[run] for run in runs]
    groups: list[list[RunDetails]] = []
    for alike in replicates(runs):
        by_seed: dict[int, RunDetails] = {}
        for run in sorted((each for each in alike if each.test), key=lambda each: each.id):
            if run.seed in by_seed:
                notes.append(f"Run {by_seed[run.seed].id} is left out: run {run.id} repeats it with the same seed.")
            by_seed[run.seed] = run
        if by_seed:
            groups.append([by_seed[seed] for seed in sorted(by_seed)])
        groups += [[run] for run in alike if not run.test]
    return groups


def _row(runs: "Sequence[RunDetails]", choice: Choice) -> Row:
    settings = completed(runs[0].config)
    values = flat(settings)
    tested = tuple(str(values.get(key)) for key in _TEST_SETTINGS)
    cells = {}
    for column in choice.columns:
        found = [run.test.get(column.protocol, {}).get(column.slice, {}).get(column.metric) for run in runs]
        known = [value for value in found if value is not None and math.isfinite(value)]
        if known:
            cells[column] = Cell(
                statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else None, len(known)
            )
    data = (runs[0].dataset, runs[0].dataset_fingerprint, *tested)
    evaluation = settings.get("evaluation", {})
    known_test = isinstance(evaluation, dict) and {"remove_seen", "negatives"} <= evaluation.keys()
    ranking = protocol_titles(evaluation) if known_test else {}
    return Row(_name(runs), tuple(runs), data, settings_key(runs[0].config), ranking, cells)


def _name(runs: "Sequence[RunDetails]") -> str:
    """What the runs have in common: their label, their name, or else their model."""
    for names in ({run.label for run in runs}, {run.name for run in runs}):
        if len(names) == 1 and (name := names.pop()):
            return name
    return MODEL_NAMES.get(runs[0].model, runs[0].model)


def _named(rows: list[Row]) -> list[Row]:
    """Rows with figures on the same data have different names: those that share one say what their settings are."""
    named = list(rows)
    taken: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, row in enumerate(rows):
        if row.cells:
            taken.setdefault((row.name, row.data), []).append(place)
    for places in taken.values():
        if len(places) > 1:
            for place, words in zip(places, _telling_apart([rows[place] for place in places]), strict=True):
                named[place] = replace(rows[place], name=f"{rows[place].name} ({words})")
    return named


def _telling_apart(rows: Sequence[Row]) -> list[str]:
    """For each row the settings that differ among them, or its runs where a few settings do not tell."""
    settings = [flat(completed(row.first.config)) for row in rows]
    differing = [key for key in settings[0] if key != "name" and len({str(each.get(key)) for each in settings}) > 1]
    words = [
        ", ".join(f"{key.rpartition('.')[2]} {_short(values.get(key))}" for key in differing[:_NAMED])
        for values in settings
    ]
    return [
        about if about and words.count(about) == 1 else f"run {row.run_words}"
        for about, row in zip(words, rows, strict=True)
    ]


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _placed(rows: list[Row]) -> list[Row]:
    """The same rows with the best and the second of every column marked, among those on the same data."""
    placed = [dict(row.cells) for row in rows]
    for data in dict.fromkeys(row.data for row in rows):
        alike = [cells for row, cells in zip(rows, placed, strict=True) if row.data == data]
        for column in {column for cells in alike for column in cells}:
            values = sorted({round(cells[column].mean, DECIMALS) for cells in alike if column in cells}, reverse=True)
            if sum(column in cells for cells in alike) < 2:
                continue
            for cells in alike:
                if column in cells and (value := round(cells[column].mean, DECIMALS)) in values[:2]:
                    cells[column] = replace(cells[column], place=1 + values.index(value))
    return [replace(row, cells=cells) for row, cells in zip(rows, placed, strict=True)]
