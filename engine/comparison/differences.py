"""A metric of some runs against that of others, user by user: by how much, how surely, and for how many users."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.comparison.checks import check_groups
from engine.comparison.ranks import PROTOCOLS, Questions, RankReader
from engine.evaluation.metrics import FloatArray
from engine.evaluation.significance import bootstrap_means, holm, interval, probability_above_zero, sign_flip_p
from engine.evaluation.slices import LengthGroups, Masks, band_masks
from engine.home import Home

if TYPE_CHECKING:
    from engine.store import RunDetails

METRIC = "NDCG@10"
Parts = Literal["popularity", "bands", "lengths"]


@dataclass(frozen=True)
class Difference:
    """A metric of some runs against the reference, in one protocol and slice.

    `mean` and `reference_mean` are over the slice's `users`; `difference` is the first less the second, and `low` to
    `high` its 95 % interval. `corrected_p` is `p` after Holm's correction over everything that was compared at once.

    `probability` that the runs beat the reference: the share of paired bootstrap resamples of the users in which
    their mean is higher, equal means counting ½. It speaks of other users, not of other seeds. `better`, `equal` and
    `worse` are the shares of the users for whom the metric, averaged over seeds, is higher, the same and lower.
    """

    runs: tuple[int, ...]
    protocol: str
    slice: str
    users: int
    reference_mean: float
    mean: float
    difference: float
    low: float
    high: float
    p: float
    corrected_p: float
    probability: float
    better: float
    equal: float
    worse: float


def compare_runs(groups: "Sequence[Sequence[RunDetails]]", home: Home, metric: str = METRIC) -> list[Difference]:
    """Every group of runs against the first group, in every protocol that all have, overall, head and tail.

    The runs of a group differ in their seed only; each user's values are averaged over them before they are paired.
    Raises DataError when runs have not finished, cannot be compared or have lost their ranks, and SettingsError when
    there is no such metric.
    """
    reader = RankReader(home)
    check_groups(groups, reader)
    found = [
        difference
        for protocol in shared_protocols([run for group in groups for run in group], reader)
        for group in groups[1:]
        for difference in differences(group, groups[0], reader, metric, protocol)
    ]
    return corrected(found)


def shared_protocols(runs: "Sequence[RunDetails]", reader: RankReader) -> list[str]:
    """The protocols that all runs have ranks in. Raises DataError when the ranks of one are gone."""
    return [name for name in PROTOCOLS if all(name in reader.read(run).places for run in runs)]


def differences(
    group: "Sequence[RunDetails]",
    reference: "Sequence[RunDetails]",
    reader: RankReader,
    metric: str,
    protocol: str,
    parts: Parts = "popularity",
) -> list[Difference]:
    """One group against the reference, a difference for every slice that holds a user; `p` is not yet corrected.

    The groups must have passed `check_groups`. Raises as `compare_runs` does.
    """
    theirs, ours = (reader.values(each, metric, protocol) for each in (group, reference))
    numbers = tuple(run.id for run in group)
    return [
        _difference(numbers, protocol, part, theirs[mask], ours[mask])
        for part, mask in masks(reader.read(reference[0]).questions, parts).items()
        if mask.any()
    ]


def corrected(found: Sequence[Difference]) -> list[Difference]:
    """The same with `corrected_p` for so many comparisons."""
    return [replace(each, corrected_p=float(p)) for each, p in zip(found, holm([e.p for e in found]), strict=True)]


def masks(questions: Questions, parts: Parts = "popularity") -> Masks:
    """Slices (users,): overall, head and tail; popularity bands of the targets; or short and long users. None where
    the runs are too old to tell."""
    if parts == "popularity":
        return {"overall": np.ones(len(questions), dtype=bool), "head": questions.head, "tail": ~questions.head}
    if parts == "bands":
        return {} if questions.interactions is None else band_masks(questions.interactions)
    return {} if questions.lengths is None else LengthGroups.of(questions.lengths).masks


def _difference(runs: tuple[int, ...], protocol: str, part: str, theirs: FloatArray, ours: FloatArray) -> Difference:
    gains = np.round(theirs - ours, 12)  # averages over seeds that should be equal may differ in their last digit
    means = bootstrap_means(gains)
    low, high = interval(means)
    p = sign_flip_p(gains)
    better, worse = float(np.mean(gains > 0)), float(np.mean(gains < 0))
    return Difference(
        runs, protocol, part, len(gains), float(ours.mean()), float(theirs.mean()), float(gains.mean()), low, high,
        p, p, probability_above_zero(means), better, 1 - better - worse, worse,
    )  # fmt: skip
