"""Residual k-means: residual quantisation of the text vectors themselves, without an autoencoder.

Source: Chen et al., Approximate Nearest Neighbor Search by Residual Vector Quantization (2010).
"""

from collections.abc import Callable

import torch

from engine.config import SemanticIdSettings
from engine.semantic_ids.residual import coded, kmeans_codebooks
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.variance import standardised


class ResidualKMeans:
    """Text vectors to semantic IDs by k-means on what the levels before left over."""

    def __init__(self, settings: SemanticIdSettings) -> None:
        self._settings = settings

    def fit(self, vectors: FloatArray, progress: Callable[[int, int], object]) -> SemanticIds:
        """Semantic IDs of `vectors` (items, width); `progress(level, levels)` may raise to stop."""
        settings = self._settings
        inputs = standardised(torch.from_numpy(vectors))
        codebooks = kmeans_codebooks(inputs, settings.depth, settings.codebook_size, settings.seed, progress)
        progress(settings.depth, settings.depth)
        return coded(inputs, codebooks)
