"""Whether runs may be compared user by user, and why not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.artefacts import RANKS
from engine.comparison.ranks import RankReader
from engine.errors import DataError
from engine.settings import completed, flat

if TYPE_CHECKING:
    from engine.store import RunDetails

# What decides, beside the data, what a user is asked.
_SAME_IN_ALL = ("evaluation.remove_seen", "evaluation.negatives", "evaluation.negatives_seed")
_FREE_IN_A_GROUP = {"name", "seed"}


def check_runs(groups: "Sequence[Sequence[RunDetails]]") -> None:
    """What is known without their ranks: raises DataError when runs have not finished or were tested differently, or
    when those of one group differ in more than their seed."""
    runs = [run for group in groups for run in group]
    for run in runs:
        _check_comparable(run, runs[0])
    for group in groups:
        for run in group[1:]:
            _check_seeds_of_one(run, group[0])


def check_groups(groups: "Sequence[Sequence[RunDetails]]", reader: RankReader) -> None:
    """Raises DataError as `check_runs` does, and when ranks are lost or the runs were not asked the same."""
    check_runs(groups)
    runs = [run for group in groups for run in group]
    first = reader.read(runs[0]).questions
    for run in runs[1:]:
        asked = reader.read(run).questions
        if not asked.are_asked_in(first):
            raise DataError(
                f"Run {run.id} and run {runs[0].id} were not asked the same: the users or targets in their {RANKS} "
                "differ. Start one of them again."
            )
        if not np.array_equal(asked.head, first.head):
            raise DataError(
                f"Run {run.id} and run {runs[0].id} call different items head (data.head_rule, data.head_share, "
                "data.head_count). Compare runs with the same line between head and tail."
            )


def _check_comparable(run: "RunDetails", first: "RunDetails") -> None:
    if run.status != "finished":
        raise DataError(f"Run {run.id} has not finished ({run.status}), so it has no test results to compare.")
    if run.dataset_fingerprint != first.dataset_fingerprint:
        raise DataError(
            f"Run {run.id} and run {first.id} were made on different data (“{run.dataset}” and “{first.dataset}”, or "
            "the same name imported again with other content). Compare runs on the same data."
        )
    mine, other = flat(completed(run.config)), flat(completed(first.config))
    for key in _SAME_IN_ALL:
        if mine.get(key) != other.get(key):
            raise DataError(
                f"Run {run.id} and run {first.id} were tested differently: {key} is {mine.get(key)} in run {run.id} "
                f"and {other.get(key)} in run {first.id}. Compare runs with the same value."
            )


def _check_seeds_of_one(run: "RunDetails", first: "RunDetails") -> None:
    mine, other = flat(completed(run.config)), flat(completed(first.config))
    differing = sorted(
        key for key in mine.keys() | other.keys() if mine.get(key) != other.get(key) and key not in _FREE_IN_A_GROUP
    )
    if differing:
        raise DataError(
            f"Run {run.id} and run {first.id} cannot be averaged: they differ in {', '.join(differing)}. Only runs "
            "that differ in their seed can."
        )
