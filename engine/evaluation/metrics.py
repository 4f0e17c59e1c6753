"""Ranks and what follows from them: HR@k, NDCG@k, MRR@k and MRR. One relevant item per user."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import SettingsError

if TYPE_CHECKING:
    from torch import Tensor  # what compares the ranks of past runs must not wait for torch

CUTOFFS = (5, 10, 20)
KINDS = ("HR", "NDCG", "MRR")
METRICS = (*(f"{kind}@{k}" for k in CUTOFFS for kind in KINDS), "MRR")
USERS = "users"  # stands among a slice's metrics: how many users it holds
Ranks = npt.NDArray[np.float64]
FloatArray = npt.NDArray[np.float64]
_WORTH: dict[str, Callable[[Ranks], FloatArray]] = {
    "HR": np.ones_like,
    "NDCG": lambda ranks: 1 / np.log2(ranks + 1),
    "MRR": lambda ranks: 1 / ranks,
}


def rivals(target_scores: "Tensor", scores: "Tensor") -> FloatArray:
    """(users,) how many of `scores` (users, others) are above the target's, equal ones counting ½."""
    if scores.device.type == "cpu":  # here NumPy compares and counts many times faster than torch
        others, own = scores.numpy(), target_scores.numpy()[:, None]
        return np.count_nonzero(others > own, axis=1) + np.count_nonzero(others == own, axis=1) / 2
    above = (scores > target_scores[:, None]).sum(dim=1)
    level = (scores == target_scores[:, None]).sum(dim=1)
    return (above.double() + level.double() / 2).cpu().numpy()


def fair_ranks(target_scores: "Tensor", scores: "Tensor") -> Ranks:
    """(users,) ranks from 1: others that score higher count 1, others that score the same count ½.

    `scores` (users, others) must not hold the target itself; -inf marks items that are not ranked.
    """
    return 1 + rivals(target_scores, scores)


def metric_values(metric: str, ranks: Ranks) -> FloatArray:
    """(users,) what each of `ranks` (users,) is worth; `metric` is one of METRICS. Raises SettingsError for another.

    Up to rank k: HR@k = 1, NDCG@k = 1 / log2(rank + 1), MRR@k = 1 / rank; beyond it 0. An infinite rank is a miss
    everywhere.
    """
    if metric not in METRICS:
        raise SettingsError(f"There is no metric “{metric}”. There are: {', '.join(METRICS)}.")
    kind, _, cutoff = metric.partition("@")
    worth = _WORTH[kind](ranks)
    return np.where(ranks <= int(cutoff), worth, 0.0) if cutoff else worth


def metrics_of(ranks: Ranks) -> dict[str, float]:
    """All METRICS as means over `ranks` (users,)."""
    return {metric: float(metric_values(metric, ranks).mean()) for metric in METRICS}


def slice_metrics(ranks: Ranks, slices: Mapping[str, npt.NDArray[np.bool_]]) -> dict[str, dict[str, float]]:
    """Number of users and metrics of every slice that holds a user; `slices` maps names to masks (users,)."""
    return {name: {USERS: int(mask.sum()), **metrics_of(ranks[mask])} for name, mask in slices.items() if mask.any()}
