"""The popularity ranking: the yardstick that any learned model has to beat."""

import torch
from torch import Tensor

from engine.models.recommender import Encoded, Recommender
from engine.models.scoring import Scoring


class PopularityModel(Recommender):
    """Scores an item by its training interactions, the same for every user. Nothing is trained."""

    counts: Tensor

    def __init__(self, counts: Tensor) -> None:
        """`counts` (items + 1,): training interactions per item."""
        super().__init__(len(counts) - 1, Scoring())
        self.register_buffer("counts", counts.to(torch.float32)[:, None])

    def encode(self, items: Tensor) -> Encoded:
        return Encoded(torch.ones(*items.shape, 1, device=items.device))

    def vectors_of(self, items: Tensor) -> Tensor:
        return self.counts[items]
