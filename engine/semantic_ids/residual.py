"""Residual quantisation: each level codes what the levels before it left over."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from engine.semantic_ids.kmeans import kmeans
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.semantic_ids.variance import unexplained

ROWS_AT_ONCE = 8192  # how many rows' distances to all codes are held in memory


def nearest_codes(vectors: Tensor, codebook: Tensor) -> Tensor:
    """(rows,) index of the nearest code for `vectors` (rows, width) in `codebook` (size, width)."""
    # ||v - c||² = ||v||² - 2 v·c + ||c||², and ||v||² is the same for every code.
    lengths = codebook.square().sum(dim=1)
    return torch.cat(
        [torch.addmm(lengths, rows, codebook.T, alpha=-2).argmin(dim=1) for rows in vectors.split(ROWS_AT_ONCE)]
    )


def residual_codes(vectors: Tensor, codebooks: Tensor) -> tuple[Tensor, Tensor]:
    """Greedy codes (rows, levels) and their sum (rows, width) for `codebooks` (levels, size, width)."""
    rest, codes = vectors, []
    for codebook in codebooks:
        chosen = nearest_codes(rest, codebook)
        rest = rest - codebook[chosen]
        codes.append(chosen)
    return torch.stack(codes, dim=1), vectors - rest


def kmeans_codebooks(
    vectors: Tensor, levels: int, size: int, seed: int, progress: Callable[[int, int], object]
) -> Tensor:
    """(levels, size, width) codebooks by k-means on the residuals of `vectors` (rows, width), level after level.

    `progress(level, levels)` is called again and again and may raise to stop.
    """
    rest, codebooks = vectors, []
    for level in range(levels):
        codebook = kmeans(rest, size, seed + level, partial(progress, level, levels))
        rest = rest - codebook[nearest_codes(rest, codebook)]
        codebooks.append(codebook)
    return torch.stack(codebooks)


def coded(vectors: Tensor, codebooks: Tensor) -> SemanticIds:
    """The semantic IDs of standardised `vectors` (rows, width) in `codebooks` (levels, size, width)."""
    codes, reconstructed = residual_codes(vectors, codebooks)
    return SemanticIds(codes.numpy(), codebooks.numpy(), unexplained(vectors, reconstructed))
