"""What the page asks beside the window: series from the store, differences from ranks, titles from the dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from engine.comparison.checks import check_groups
from engine.comparison.differences import Difference, Parts, differences, shared_protocols
from engine.comparison.moves import ItemMoves, UserMoves, item_moves, user_moves
from engine.comparison.ranks import MOST_KEPT, RankReader
from engine.comparison.series import Series, series_of
from engine.errors import DataError
from engine.store import StoreError
from workbench.calm import calm_once
from workbench.pages.compare.selection import Lines

if TYPE_CHECKING:
    from engine.data.dataset import Catalogue
    from engine.store import Curve
    from workbench.context import Workbench

MOST_PAIRS = 400  # answers that are kept
STILL_SHOWN = "Only its curves and settings are shown beside the others."


@dataclass(frozen=True)
class Measure:
    """What is compared: a metric and the protocol that it is taken in."""

    metric: str = "NDCG@10"
    protocol: str = "full"


@dataclass(frozen=True)
class Found:
    """The series of some runs, and the numbers of those that are there no more."""

    series: list[Series]
    gone: list[int]


class Session:
    """Answers questions about runs; calls may come from any thread. What was worked out once is kept."""

    def __init__(self, workbench: "Workbench") -> None:
        self._store, self._library = workbench.store, workbench.library
        self._reader = RankReader(workbench.home)
        self._pairs: dict[tuple[object, ...], list[Difference]] = {}
        self._curves: dict[int, dict[str, Curve]] = {}
        self._catalogues: dict[str, Catalogue] = {}
        self._lock = Lock()

    def series(self, runs: Sequence[int], *, each_alone: bool) -> Found:
        """The runs of these numbers as series."""
        found, gone = [], []
        for number in dict.fromkeys(runs):
            try:
                found.append(self._store.runs.get(number))
            except StoreError:
                gone.append(number)
        return Found(series_of(found, each_alone=each_alone), gone)

    def curves(self, series: Series) -> "list[dict[str, Curve]]":
        """series name -> curve, for each of the runs."""
        return [self._curves_of(run.id, run.status != "running") for run in series.runs]

    def obstacle(self, series: Series, reference: Series) -> str:
        """Why they cannot be compared user by user; "" where they can."""
        try:
            self._check(series, reference)
        except DataError as error:
            return str(error)
        return ""

    def check(self, lines: Lines) -> tuple[list[str], list[str]]:
        """What keeps series from being compared with the reference, in words, and the protocols that there are."""
        notes, reference = [], lines.reference
        if reference is not None:
            alone = self.obstacle(reference.series, reference.series)
            if alone:
                notes.append(f"{alone} It is the reference, so nothing can be compared user by user: choose another.")
            else:
                words = {line.title: self.obstacle(line.series, reference.series) for line in lines.others}
                notes = [f"{title}: {why} {STILL_SHOWN}" for title, why in words.items() if why]
        return notes, self.protocols([line.series for line in lines.all])

    def protocols(self, series: Sequence[Series]) -> list[str]:
        """The protocols that can be chosen: those that all have, of the series whose ranks are there."""
        readable = [each for each in series if not self.obstacle(each, each)]
        return shared_protocols([run for each in readable for run in each.runs], self._reader) if readable else []

    def differences(self, series: Series, reference: Series, measure: Measure, parts: Parts) -> list[Difference]:
        """The series against the reference, not yet corrected. Raises DataError when they cannot be compared."""
        key = (series.numbers, reference.numbers, measure, parts)
        answer = self._pairs.get(key)
        if answer is None:
            self._check(series, reference)
            answer = differences(series.runs, reference.runs, self._reader, measure.metric, measure.protocol, parts)
            with self._lock:
                if len(self._pairs) >= MOST_PAIRS:
                    self._pairs.pop(next(iter(self._pairs)))
                self._pairs[key] = answer
        return answer

    def moves(self, series: Series, reference: Series, measure: Measure) -> tuple[ItemMoves, UserMoves]:
        """Items and users from the reference to the series, between which there is no `obstacle`."""
        asked = series.runs, reference.runs, self._reader, measure.metric, measure.protocol
        return item_moves(*asked), user_moves(*asked)

    def catalogue(self, series: Series) -> "Catalogue | None":
        """The items of the series' dataset; None where it was deleted, is damaged or is another by now."""
        run = series.first
        if run.dataset_fingerprint not in self._catalogues:
            try:
                dataset = self._library.load(run.dataset)
            except DataError:
                return None
            if dataset.facts.get("fingerprint") != run.dataset_fingerprint:
                return None
            self._catalogues[run.dataset_fingerprint] = dataset.items
        return self._catalogues[run.dataset_fingerprint]

    def _check(self, series: Series, reference: Series) -> None:
        with calm_once("ranks"):
            check_groups([reference.runs, series.runs], self._reader)

    def _curves_of(self, run: int, has_ended: bool) -> "dict[str, Curve]":
        kept = self._curves.get(run)
        if kept is not None:
            return kept
        curves = self._store.runs.curves(run)
        if has_ended:
            with self._lock:
                if len(self._curves) >= MOST_KEPT:
                    self._curves.pop(next(iter(self._curves)))
                self._curves[run] = curves
        return curves
