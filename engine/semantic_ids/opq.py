"""Optimised product quantisation: the vectors are turned so that their parts lose as little as possible.

Source: Ge et al., Optimized Product Quantization (2013): the start of section 3.2 (eigenvalue allocation), then the
alternation of section 3.1.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from engine.config import SemanticIdSettings
from engine.semantic_ids.pq import parts, product_codebooks
from engine.semantic_ids.residual import coded, nearest_codes
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.variance import standardised

TURNS = 20


class OptimisedProductQuantiser:
    """Text vectors to semantic IDs by product quantisation after a learned rotation."""

    def __init__(self, settings: SemanticIdSettings) -> None:
        self._settings = settings

    def fit(self, vectors: FloatArray, progress: Callable[[int, int], object]) -> SemanticIds:
        """Semantic IDs of `vectors` (items, width); `progress(done, total)` may raise to stop.

        Raises SettingsError when there are more levels than dimensions.
        """
        depth = self._settings.depth
        total = 2 * depth + TURNS
        inputs = standardised(torch.from_numpy(vectors))
        rotation = balanced_axes(inputs, depth)
        codebooks = product_codebooks(inputs @ rotation, self._settings, lambda level, _: progress(level, total))
        for turn in range(TURNS):
            progress(depth + turn, total)
            rotation = _turned(inputs, rotation, codebooks)
        codebooks = product_codebooks(
            inputs @ rotation, self._settings, lambda level, _: progress(depth + TURNS + level, total)
        )
        progress(total, total)
        return coded(inputs, codebooks @ rotation.T)


def balanced_axes(vectors: Tensor, levels: int) -> Tensor:
    """(width, width) rotation onto the principal axes of `vectors` (rows, width), dealt out to the levels.

    The strongest axis left goes to the part with the smallest product of variances so far, so that every part comes
    to about the same product.
    """
    width = vectors.shape[1]
    centred = vectors - vectors.mean(dim=0)
    variances, axes = torch.linalg.eigh(centred.T @ centred / len(vectors))
    logs = variances.clamp_min(1e-12).log().tolist()
    room = [part.stop - part.start for part in parts(width, levels)]
    dealt: list[list[int]] = [[] for _ in room]
    for axis in reversed(range(width)):  # eigh sorts the weakest first
        open_parts = [level for level in range(levels) if len(dealt[level]) < room[level]]
        weakest = min(open_parts, key=lambda level: sum(logs[each] for each in dealt[level]))
        dealt[weakest].append(axis)
    return axes[:, [axis for own in dealt for axis in own]]


def _turned(vectors: Tensor, rotation: Tensor, codebooks: Tensor) -> Tensor:
    """The rotation that brings `vectors` closest to their codes, after one round of k-means on `codebooks`, in place.

    The best rotation is the solution of the orthogonal Procrustes problem: U·Vᵀ of the singular value decomposition.
    """
    rotated = vectors @ rotation
    reconstructed = torch.empty_like(rotated)
    for codebook, part in zip(codebooks, parts(rotated.shape[1], len(codebooks)), strict=True):
        rows, centres = rotated[:, part], codebook[:, part]
        chosen = nearest_codes(rows, centres)
        counts = torch.bincount(chosen, minlength=len(centres))
        sums = torch.zeros_like(centres).index_add_(0, chosen, rows)
        used = counts > 0
        codebook[used, part] = sums[used] / counts[used, None]
        reconstructed[:, part] = codebook[chosen, part]
    left, _, right = torch.linalg.svd(vectors.T @ reconstructed)
    return left @ right
