"""Contrastive losses with one or several weighted positives."""

import torch
from torch import Tensor
from torch.nn import functional as F


def info_nce(left: Tensor, right: Tensor, weights: Tensor, temperature: float) -> Tensor:
    """Symmetrical InfoNCE between two views of the same rows: the mean over both directions and all rows of

        −log( Σ_j weights[i, j] · exp(cos(left_i, right_j) / temperature) / Σ_j exp(cos(left_i, right_j) / temperature) )

    `left`, `right` (rows, width); `weights` (rows, rows) in [0, 1], symmetrical, 1 on the diagonal. With the
    identity as weights this is the usual one-to-one loss. Source: H2Rec, code-guided alignment.
    """
    similarity = F.normalize(left, dim=-1) @ F.normalize(right, dim=-1).T / temperature
    return (_one_to_many(similarity, weights) + _one_to_many(similarity.T, weights.T)) / 2


def _one_to_many(similarity: Tensor, weights: Tensor) -> Tensor:
    # logsumexp on both sides: no exp can overflow, and the ratio never exceeds 1.
    positives = torch.logsumexp(similarity + torch.log(weights), dim=1)
    return (torch.logsumexp(similarity, dim=1) - positives).mean()
