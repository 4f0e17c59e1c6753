"""The scale on which text vectors are quantised, and what a reconstruction misses of them."""

import torch
from torch import Tensor


def standardised(vectors: Tensor) -> Tensor:
    """Every dimension shifted to mean 0 and scaled to deviation 1: unit-norm text vectors collapse otherwise."""
    centred = vectors - vectors.mean(dim=0)
    return centred / centred.std(dim=0, correction=0).clamp_min(1e-6)


def unexplained(vectors: Tensor, reconstructed: Tensor) -> float:
    """The share of the variance of standardised `vectors` (rows, width) that `reconstructed` does not explain."""
    return float((vectors - reconstructed).square().mean() / torch.var(vectors, correction=0).clamp_min(1e-12))
