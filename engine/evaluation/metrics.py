"""Ranks and what follows from them: HR@k, NDCG@k, MRR. One relevant item per user."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from torch import Tensor

CUTOFFS = (5, 10, 20)
Ranks = npt.NDArray[np.float64]


def fair_ranks(target_scores: Tensor, scores: Tensor) -> Ranks:
    """(users,) ranks from 1: others that score higher count 1, others that score the same count ½.

    `scores` (users, others) must not hold the target itself; -inf marks items that are not ranked.
    """
    above = (scores > target_scores[:, None]).sum(dim=1)
    level = (scores == target_scores[:, None]).sum(dim=1)
    return (1 + above.double() + level.double() / 2).cpu().numpy()


def metrics_of(ranks: Ranks) -> dict[str, float]:
    """HR@k and NDCG@k for k in 5, 10, 20, and MRR, as means over `ranks` (users,).

    NDCG@k = 1 / log2(rank + 1) up to rank k, else 0; an infinite rank is a miss everywhere.
    """
    result: dict[str, float] = {}
    for k in CUTOFFS:
        hit = ranks <= k
        result[f"HR@{k}"] = float(hit.mean())
        result[f"NDCG@{k}"] = float(np.where(hit, 1 / np.log2(ranks + 1), 0.0).mean())
    result["MRR"] = float((1 / ranks).mean())
    return result


def slice_metrics(ranks: Ranks, slices: Mapping[str, npt.NDArray[np.bool_]]) -> dict[str, dict[str, float]]:
    """Metrics of every slice that holds a user; `slices` maps names to masks (users,)."""
    return {name: metrics_of(ranks[mask]) for name, mask in slices.items() if mask.any()}
