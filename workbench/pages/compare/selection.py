"""What is compared now: series with their names and colours, one of them the reference; no widget is involved."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from engine.comparison.checks import check_runs
from engine.comparison.series import Series, titles
from engine.errors import DataError
from workbench.theme import RUNS, Role

MOST = 10  # as many as can be told apart: five colours, solid and dashed
STROKES: tuple[tuple[Role, bool], ...] = tuple((role, dashed) for dashed, role in product((False, True), RUNS))


@dataclass(frozen=True)
class Line:
    """A series as it is drawn: its name, the role of its colour, and whether its strokes are dashed."""

    series: Series
    title: str
    role: Role
    dashed: bool

    @property
    def key(self) -> str:
        """Tells the series apart from others, as in "4+7+15"."""
        return "+".join(map(str, self.series.numbers))

    @property
    def words(self) -> str:
        """The name with the number of seeds, where there are several."""
        seeds = len(self.series.runs)
        return f"{self.title} · {seeds} seeds" if seeds > 1 else self.title


@dataclass(frozen=True)
class Lines:
    """The lines of one moment; `reference` is what the others are compared with, `other` the one that the person
    looks at beside it. Both are None only where there is no line, and no second one. Of `all`, the `compared` ones
    were tested as the reference was, on the same data; the reference is among them unless it was not tested."""

    all: tuple[Line, ...] = ()
    compared: tuple[Line, ...] = ()
    reference: Line | None = None
    other: Line | None = None

    @property
    def others(self) -> tuple[Line, ...]:
        """All but the reference."""
        return tuple(line for line in self.all if line is not self.reference)


class Selection:
    """The series that are compared, in the order in which they were chosen. Each keeps its stroke while others come
    and go; what a series leaves is taken by the next one that comes. `lines` is all of it as it is now."""

    def __init__(self) -> None:
        self._series: list[Series] = []
        self._strokes: list[int] = []  # places in STROKES, one for each series
        self._reference: tuple[int, ...] = ()
        self._other: tuple[int, ...] = ()
        self.lines = Lines()

    def set(self, series: Sequence[Series]) -> None:
        """Compare these, at most MOST; one that shares a run with a series that was there takes over its stroke."""
        free = list(range(MOST))
        kept: list[int | None] = []
        for each in series[:MOST]:
            stroke = next((old for old in self._strokes_of(each) if old in free), None)
            kept.append(stroke)
            if stroke is not None:
                free.remove(stroke)
        self._series = list(series[:MOST])
        self._strokes = [free.pop(0) if stroke is None else stroke for stroke in kept]
        self._draw_lines()

    def refer_to(self, runs: tuple[int, ...]) -> None:
        """Compare with the series that has one of these runs."""
        self._reference = runs
        self._draw_lines()

    def look_at(self, runs: tuple[int, ...]) -> None:
        """Look at the series that has one of these runs beside the reference."""
        self._other = runs
        self._draw_lines()

    def _draw_lines(self) -> None:
        """By default the reference is the first series that has finished, and the other the first one compared."""
        names = titles(self._series)
        made = tuple(
            Line(each, name, *STROKES[stroke])
            for each, name, stroke in zip(self._series, names, self._strokes, strict=True)
        )
        finished = next((line for line in made if line.series.first.status == "finished"), None)
        reference = _with_any(made, self._reference) or finished or next(iter(made), None)
        compared = tuple(line for line in made if reference is not None and _can_be_compared(line, reference))
        others = [line for line in (*compared, *made) if line is not reference]
        other = _with_any(others, self._other) or next(iter(others), None)
        self.lines = Lines(made, compared, reference, other)

    def _strokes_of(self, series: Series) -> list[int]:
        """The strokes of the series now that share a run with this one."""
        runs = set(series.numbers)
        return [s for old, s in zip(self._series, self._strokes, strict=True) if runs & set(old.numbers)]


def _can_be_compared(line: Line, reference: Line) -> bool:
    try:
        check_runs([reference.series.runs, line.series.runs])
    except DataError:
        return False
    return True


def _with_any(lines: Sequence[Line], runs: tuple[int, ...]) -> Line | None:
    return next((line for line in lines if set(runs) & set(line.series.numbers)), None)
