"""What every model offers: states of sequences, vectors of items, and their product as the score."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.backbones.encoder import last_of
from engine.models.scoring import Scoring


@dataclass(frozen=True)
class Encoded:
    """`states` (batch, length, width); `gate` (batch, length, levels) where the model has one."""

    states: Tensor
    gate: Tensor | None = None


class Recommender(nn.Module, ABC):
    """Scores item v after the items up to position t as states[t] · item_vectors[v].

    `halves` names the parts of that sum in the order in which they lie in the vectors, all of equal width.
    `mask_token` is the index that stands for a masked item in a model that sees both sides, else None. Such a
    model scores what may stand at a masked place; the token itself has no item vector.
    """

    halves: tuple[str, ...] = ()
    mask_token: int | None = None
    _every_item: Tensor

    def __init__(self, items: int, scoring: Scoring) -> None:
        """`items`: size of the catalogue, the padding item not counted."""
        super().__init__()
        self.items = items
        self.scoring = scoring
        self.register_buffer("_every_item", torch.arange(items + 1), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return self._every_item.device

    @abstractmethod
    def encode(self, items: Tensor) -> Encoded:
        """States of right-padded sequences of item indices `items` (batch, length), before scoring."""

    @abstractmethod
    def vectors_of(self, items: Tensor) -> Tensor:
        """(rows, width) vectors of `items` (rows,), before scoring."""

    def forward(self, items: Tensor) -> Encoded:
        """States of right-padded sequences of item indices `items` (batch, length), ready for the product."""
        encoded = self.encode(items)
        return Encoded(self.scoring.states(encoded.states), encoded.gate)

    def item_vectors(self, items: Tensor | None = None) -> Tensor:
        """(rows, width) vectors of `items` (rows,), ready for the product; of every item, from 0, without `items`.

        Item 0 is the padding item.
        """
        return self.scoring.vectors(self.vectors_of(self._every_item if items is None else items))

    def last_states(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(batch, width): the state from which the item after each sequence is scored.

        That is the state at the true last item, or at a mask token put after it.
        """
        if self.mask_token is not None:
            items = F.pad(items, (0, 1)).scatter(1, lengths[:, None], self.mask_token)
            lengths = lengths + 1
        return last_of(self(items).states, lengths)
