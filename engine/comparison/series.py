"""What is compared: runs that differ in their seed only, taken together as one series."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.groups import Spread, replicates, spread

if TYPE_CHECKING:
    from engine.store.rows import RunDetails


@dataclass(frozen=True)
class Series:
    """One run or more, by rising seed; all have the same settings and data, and no seed is there twice."""

    runs: "tuple[RunDetails, ...]"

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(run.id for run in self.runs)

    @property
    def first(self) -> "RunDetails":
        return self.runs[0]

    def test(self, protocol: str, part: str, metric: str) -> Spread | None:
        """A test metric as mean and standard deviation over the seeds; None unless all runs have it."""
        values = [run.test.get(protocol, {}).get(part, {}).get(metric) for run in self.runs]
        known = [value for value in values if value is not None]
        return spread(known) if len(known) == len(values) else None


def series_of(runs: "Iterable[RunDetails]", *, each_alone: bool = False) -> list[Series]:
    """The runs as series, in the order in which they come first.

    Finished runs that differ in their seed only are one; of two with the same seed, the second begins a series of its
    own. Runs that have not finished stand alone, as all do with `each_alone`: their curves would cut the others short.
    """
    runs = list(runs)
    folded: dict[int, tuple[RunDetails, ...]] = {}  # the first run of each series -> its runs
    for alike in [] if each_alone else replicates(run for run in runs if run.status == "finished"):
        parts: list[dict[int, RunDetails]] = []
        for run in alike:
            part = next((each for each in parts if run.seed not in each), None)
            if part is None:
                parts.append(part := {})
            part[run.seed] = run
        for part in parts:
            folded[next(iter(part.values())).id] = tuple(part[seed] for seed in sorted(part))
    placed = {run.id for together in folded.values() for run in together}
    return [Series(folded.get(run.id, (run,))) for run in runs if run.id in folded or run.id not in placed]


def titles(series: Sequence[Series]) -> list[str]:
    """A name for each; where several would be called the same, the dataset, the seed or at last the number of the run
    tells them apart."""
    wordings = [[wording(each) for each in series] for wording in _WORDINGS]
    return [
        next((words[place] for words in wordings if words.count(words[place]) == 1), wordings[-1][place])
        for place in range(len(series))
    ]


def _with_dataset(run: "RunDetails") -> str:
    return run.name if run.dataset in run.name else f"{run.name} on {run.dataset}"


_WORDINGS: "tuple[Callable[[Series], str], ...]" = (
    lambda series: series.first.name,
    lambda series: _with_dataset(series.first),
    lambda series: f"{series.first.name}, seed {series.first.seed}" if len(series.runs) == 1 else series.first.name,
    lambda series: f"{series.first.name}, run {series.first.id}",
)


def bands(series: Series, protocol: str, metric: str) -> "Mapping[str, tuple[int, Spread]]":
    """popularity band -> how many users' targets are in it, and the metric over them; of a series without test none."""
    from engine.evaluation.metrics import USERS
    from engine.evaluation.slices import BANDS

    found = {}
    for band in BANDS:
        value = series.test(protocol, band, metric)
        users = series.first.test.get(protocol, {}).get(band, {}).get(USERS)
        if value is not None and users:
            found[band] = (int(users), value)
    return found
