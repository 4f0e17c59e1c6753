"""Contrastive losses with one or several weighted positives."""

import torch
from torch import Tensor
from torch.nn import functional as F

LEAST_TEMPERATURE = 0.05  # exp(−2 / 0.05) is still a normal number in single precision


def info_nce(left: Tensor, right: Tensor, weights: Tensor, temperature: float) -> Tensor:
    """Symmetrical InfoNCE between two views of the same rows: the mean over both directions and all rows of

        −log( Σ_j weights[i, j] · exp(cos(left_i, right_j) / temperature) / Σ_j exp(cos(left_i, right_j) / temperature) )

    `left`, `right` (rows, width); `weights` (rows, rows) in [0, 1], symmetrical, 1 on the diagonal. With the
    identity as weights this is the usual one-to-one loss. Source: H2Rec, code-guided alignment.
    """
    # A cosine is at most 1, so no exp can overflow, and with temperatures from LEAST_TEMPERATURE none vanishes.
    closeness = torch.exp((F.normalize(left, dim=-1) @ F.normalize(right, dim=-1).T - 1) / temperature)
    positive = closeness * weights
    losses = [torch.log(closeness.sum(dim) / positive.sum(dim)).mean() for dim in (0, 1)]
    return (losses[0] + losses[1]) / 2


def info_nce_one_way(left: Tensor, right: Tensor, temperature: float) -> Tensor:
    """InfoNCE from `left` to `right` (rows, width) alone: row i of `right` is the one positive of row i of `left`."""
    similarity = F.normalize(left, dim=-1) @ F.normalize(right, dim=-1).T / temperature
    return F.cross_entropy(similarity, torch.arange(len(left), device=left.device))


def soft_contrast(left: Tensor, right: Tensor, temperature: float) -> Tensor:
    """Cross-entropy between how the rows of `left` resemble those of `right`, and how those resemble each other.

    `left`, `right` (rows, width). The targets are softmax(cos(right_i, right_j) / temperature), without gradient: rows
    that are alike need not be told apart.
    """
    right = F.normalize(right, dim=-1)
    similarity = F.normalize(left, dim=-1) @ right.T / temperature
    wanted = (right @ right.T / temperature).detach().softmax(dim=1)
    return F.cross_entropy(similarity, wanted)
