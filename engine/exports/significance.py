"""Which figures of a report differ from a reference for sure: p-values user by user, corrected together."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

from engine.errors import DataError
from engine.exports.choice import Column
from engine.exports.report import Report, Row
from engine.home import Home

MOST_COMPARED = 60  # rows; more of them are a list, and comparing them takes minutes
Tick = Callable[[int, int], None]


class Comparisons:
    """Compares rows once and keeps what was found: other formats and columns of the same rows need no more time."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._found: dict[tuple[tuple[int, ...], tuple[int, ...], str], dict[tuple[str, str], float]] = {}

    def p_values(self, row: Row, reference: Row, metric: str) -> dict[tuple[str, str], float]:
        """(protocol, slice) -> p, not corrected. Raises DataError when the two cannot be compared."""
        key = (row.numbers, reference.numbers, metric)
        if key not in self._found:
            from engine.comparison import compare_runs

            differences = compare_runs([reference.runs, row.runs], self._home, metric)
            self._found[key] = {(each.protocol, each.slice): each.p for each in differences}
        return self._found[key]


def with_significance(report: Report, comparisons: Comparisons, tick: Tick = lambda _done, _total: None) -> Report:
    """The report with p-values against the references of its choice, corrected over all of them by Holm's method.

    `tick` is told how many comparisons of how many are done, and may raise to stop.
    """
    pairs = [(row, reference) for reference, others in _rivals(report) for row in others]
    if not pairs:
        return report
    if len(report.tested) > MOST_COMPARED:
        why = f"Not compared user by user: these are {len(report.tested)} rows, and {MOST_COMPARED} are the most."
        return replace(report, notes=(*report.notes, why))
    notes: dict[str, None] = {}
    found: dict[tuple[tuple[int, ...], Column], float] = {}
    compared: dict[tuple[int, ...], Row] = {}
    steps = list(product(pairs, report.choice.metrics))
    for done, ((row, reference), metric) in enumerate(steps):
        tick(done, len(steps))
        try:
            p_values = comparisons.p_values(row, reference, metric)
        except DataError as error:
            notes[f"{row.name} is not compared with {reference.name}. {error}"] = None
            continue
        compared[reference.numbers] = reference
        for (protocol, part), p in p_values.items():
            if (column := Column(protocol, metric, part)) in row.cells:
                found[row.numbers, column] = p
    return replace(
        report,
        rows=_corrected(report.rows, found),
        notes=(*report.notes, *notes),
        references=tuple(compared.values()),
        comparisons=len(found),
    )


def _rivals(report: Report) -> list[tuple[Row, list[Row]]]:
    """For the rows on the same data: the reference and the others."""
    if not report.tested:
        return []
    wanted = next((row for row in report.tested if report.choice.reference in row.numbers), report.tested[0])
    found = []
    for rows in report.datasets.values():
        alike = [row for row in rows if row.name == wanted.name]
        reference = wanted if wanted in rows else alike[0] if alike else rows[0]
        found.append((reference, [row for row in rows if row is not reference]))
    return found


def _corrected(rows: Sequence[Row], found: dict[tuple[tuple[int, ...], Column], float]) -> tuple[Row, ...]:
    from engine.evaluation.significance import holm

    p_values = dict(zip(found, map(float, holm(list(found.values()))), strict=True))
    return tuple(
        replace(
            row,
            cells={column: replace(cell, p=p_values.get((row.numbers, column))) for column, cell in row.cells.items()},
        )
        for row in rows
    )
