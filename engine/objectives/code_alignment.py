"""L_align: pulls an item's hash-ID and semantic-ID vectors together, and those of related items with them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.objectives.contrastive import info_nce


class CodeGuidedAlignment:
    """Item-level alignment (method, L_align) over the distinct target items of a batch.

    Positives of an item: itself and items with the same semantic ID or shared prefix (weight 1), and
    co-occurring items with their weight.
    """

    def __init__(self, groups: npt.NDArray[np.int64], cooccurrence: Any | None, temperature: float) -> None:
        """`groups` (items + 1,): items with equal numbers are full positives of each other; `cooccurrence`: a
        sparse symmetrical (items + 1, items + 1) matrix of weights, or None."""
        self._groups = groups
        self._cooccurrence = cooccurrence
        self._temperature = temperature

    def positives(self, items: npt.NDArray[np.int64]) -> Tensor:
        """(len(items), len(items)) weights of the positives among distinct `items`."""
        groups = self._groups[items]
        weights = (groups[:, None] == groups).astype(np.float32)
        if self._cooccurrence is not None:
            weights = np.maximum(weights, self._cooccurrence[items][:, items].toarray())
        return torch.from_numpy(weights)

    def __call__(self, items: Tensor, hash_vectors: Tensor, semantic_vectors: Tensor) -> Tensor:
        """The loss for distinct `items` (rows,); both vectors are (rows, dim)."""
        weights = self.positives(items.cpu().numpy()).to(items.device)
        return info_nce(semantic_vectors, hash_vectors, weights, self._temperature)
