"""Product quantisation: every level codes its own part of the text vector.

Source: Jégou et al., Product Quantization for Nearest Neighbor Search (2011, section II-B).
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor

from engine.config import SemanticIdSettings
from engine.errors import SettingsError
from engine.semantic_ids.kmeans import kmeans
from engine.semantic_ids.residual import coded
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.variance import standardised


class ProductQuantiser:
    """Text vectors to semantic IDs by k-means in one subspace per level."""

    def __init__(self, settings: SemanticIdSettings) -> None:
        self._settings = settings

    def fit(self, vectors: FloatArray, progress: Callable[[int, int], object]) -> SemanticIds:
        """Semantic IDs of `vectors` (items, width); `progress(level, levels)` may raise to stop.

        Raises SettingsError when there are more levels than dimensions.
        """
        settings = self._settings
        inputs = standardised(torch.from_numpy(vectors))
        codebooks = product_codebooks(inputs, settings, progress)
        progress(settings.depth, settings.depth)
        return coded(inputs, codebooks)


def product_codebooks(vectors: Tensor, settings: SemanticIdSettings, progress: Callable[[int, int], object]) -> Tensor:
    """(levels, size, width) codebooks by k-means, each zero outside the part of `vectors` (rows, width) that it codes.

    So an item's vector is the sum over its codes, as in residual quantisation; and because the parts are orthogonal,
    residual codes are the nearest codes of every part. `progress(level, levels)` may raise to stop.
    """
    depth, size, width = settings.depth, settings.codebook_size, vectors.shape[1]
    codebooks = torch.zeros(depth, size, width)
    for level, part in enumerate(parts(width, depth)):
        centres = kmeans(vectors[:, part], size, settings.seed + level, partial(progress, level, depth))
        codebooks[level, :, part] = centres
    return codebooks


def parts(width: int, levels: int) -> list[slice]:
    """`width` dimensions in `levels` runs of equal length, give or take one. Raises SettingsError when too many."""
    if levels > width:
        raise SettingsError(
            f"semantic_ids.depth: {levels} levels need at least {levels} dimensions, one for each, but the text "
            f"vectors have {width}. Choose a smaller depth, or a residual quantiser."
        )
    ends = [width * level // levels for level in range(levels + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]
