"""Which part of a score came from where.

A score is the inner product of the user's state and the item's vector. The vector is made of halves, and its
semantic-ID half is a sum of one vector per level (a mean, a sum, or a linear map of all levels side by side). A cosine
only multiplies the whole vector by a number. So every score splits into its halves, and the semantic-ID half into its
levels, exactly and for every model.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.models.embeddings import SemanticEmbedding
from engine.models.recommender import Recommender

DoubleArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contributions:
    """`scores` (items,); `halves`: name -> (items,), which add up to the scores; empty for a model without halves.

    `levels` (items, levels) add up to the half "sid"; None without that half.
    """

    scores: DoubleArray
    halves: dict[str, DoubleArray]
    levels: DoubleArray | None


@torch.inference_mode()
def contributions(model: Recommender, state: Tensor, items: Tensor) -> Contributions:
    """The scores of `items` (items,) after `state` (width,), ready for the product, in double precision."""
    vectors = model.vectors_of(items).double()
    factors = model.scoring.factors(vectors)
    state = state.double()
    if not model.halves:
        return Contributions((vectors * factors @ state).numpy(), {}, None)
    width = vectors.shape[1] // len(model.halves)
    halves: dict[str, DoubleArray] = {}
    levels: DoubleArray | None = None
    for name, part, own in zip(model.halves, vectors.split(width, dim=1), state.split(width), strict=True):
        if name == "sid":
            shares = semantics_of(model).shares(items).double()
            levels = (shares @ own * factors).numpy()
            halves[name] = levels.sum(axis=1)
        else:
            halves[name] = (part @ own * factors[:, 0]).numpy()
    return Contributions(np.sum(list(halves.values()), axis=0), halves, levels)


def semantics_of(model: Recommender) -> SemanticEmbedding:
    """The part of a model with the half "sid" that holds the code vectors."""
    return next(module for module in model.modules() if isinstance(module, SemanticEmbedding))
