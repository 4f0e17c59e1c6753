"""Runs compared user by user, from the ranks that each of them left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.artefacts import RANKS
from engine.errors import DataError
from engine.evaluation.metrics import FloatArray, metric_values
from engine.evaluation.significance import bootstrap_interval, holm, sign_flip_p
from engine.home import Home
from engine.settings import completed, flat

if TYPE_CHECKING:
    import pandas as pd

    from engine.store import RunDetails

PROTOCOLS = ("full", "full_with_history", "full_without_history", "sampled")
METRIC = "NDCG@10"
# What decides, beside the data, what a user is asked.
_SAME_IN_ALL = ("evaluation.remove_seen", "evaluation.negatives", "evaluation.negatives_seed")
_COLUMNS = ("user", "target", "head", "full", "sampled")
_FREE_IN_A_GROUP = {"name", "seed"}


@dataclass(frozen=True)
class Difference:
    """A metric of some runs against the reference, in one protocol and slice.

    `mean` and `reference_mean` are over the slice's `users`; `difference` is the first less the second, and `low` to
    `high` its 95 % interval. `corrected_p` is `p` after Holm's correction over everything that was compared at once.
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


def compare_runs(groups: "Sequence[Sequence[RunDetails]]", home: Home, metric: str = METRIC) -> list[Difference]:
    """Every group of runs against the first group, in every protocol that all have, overall, head and tail.

    The runs of a group differ in their seed only; each user's values are averaged over them before they are paired.
    Raises DataError when runs have not finished, cannot be compared or have lost their ranks, and SettingsError when
    there is no such metric.
    """
    runs = [run for group in groups for run in group]
    for run in runs:
        _check_comparable(run, runs[0])
    for group in groups:
        for run in group[1:]:
            _check_seeds_of_one(run, group[0])
    tables = {run.id: _ranks(run, home) for run in runs}
    first = tables[runs[0].id]
    for run in runs[1:]:
        table = tables[run.id]
        if not table[["user", "target"]].equals(first[["user", "target"]]):
            raise DataError(
                f"Run {run.id} and run {runs[0].id} were not asked the same: the users or targets in their {RANKS} "
                "differ. Start one of them again."
            )
        if not table["head"].equals(first["head"]):
            raise DataError(
                f"Run {run.id} and run {runs[0].id} call different items head (data.head_rule, data.head_share, "
                "data.head_count). Compare runs with the same line between head and tail."
            )
    protocols = [name for name in PROTOCOLS if all(name in table for table in tables.values())]
    head = first["head"].to_numpy(dtype=bool)
    slices = {"overall": np.ones(len(head), dtype=bool), "head": head, "tail": ~head}
    found = [
        difference
        for protocol in protocols
        for difference in _differences(
            [tuple(run.id for run in group) for group in groups],
            [
                np.mean([metric_values(metric, tables[run.id][protocol].to_numpy()) for run in group], axis=0)
                for group in groups
            ],
            protocol,
            slices,
        )
    ]
    corrected = holm([each.p for each in found])
    return [replace(each, corrected_p=float(p)) for each, p in zip(found, corrected, strict=True)]


def _differences(
    runs: Sequence[tuple[int, ...]],
    values: Sequence[FloatArray],
    protocol: str,
    slices: Mapping[str, npt.NDArray[np.bool_]],
) -> Iterator[Difference]:
    """The comparisons of one protocol; `values` (users,) per group, the reference first. Not yet corrected."""
    reference = values[0]
    for numbers, theirs in zip(runs[1:], values[1:], strict=True):
        for part, mask in slices.items():
            if not mask.any():
                continue
            # Averages over seeds that should be equal may differ in their last digit.
            differences = np.round(theirs[mask] - reference[mask], 12)
            low, high = bootstrap_interval(differences)
            p = sign_flip_p(differences)
            means = float(reference[mask].mean()), float(theirs[mask].mean())
            yield Difference(
                numbers, protocol, part, int(mask.sum()), *means, float(differences.mean()), low, high, p, p
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


def _ranks(run: "RunDetails", home: Home) -> "pd.DataFrame":
    """The run's ranks by user."""
    import pandas as pd

    path = home.run_folder(run.id) / RANKS
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"The ranks of run {run.id} cannot be read from {path} ({error}). Start it again.") from error
    missing = [name for name in _COLUMNS if name not in table]
    if missing:
        raise DataError(
            f"The ranks of run {run.id} in {path} have no {', '.join(missing)}: they are of an earlier version. "
            "Start the run again to compare it."
        )
    return table.sort_values("user", ignore_index=True)
