"""What every model offers: states of sequences, vectors of items, and their product as the score."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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

    @abstractmethod
    def forward(self, items: Tensor) -> Encoded:
        """States of right-padded sequences of item indices `items` (batch, length)."""

    @abstractmethod
    def item_vectors(self) -> Tensor:
        """(items + 1, width); row 0 belongs to the padding item."""

    def last_states(self, items: Tensor, lengths: Tensor) -> Tensor:
        """(batch, width): the state from which the item after each sequence is scored.

        That is the state at the true last item, or at a mask token put after it.
        """
        if self.mask_token is not None:
            items = F.pad(items, (0, 1)).scatter(1, lengths[:, None], self.mask_token)
            lengths = lengths + 1
        return last_of(self(items).states, lengths)


def last_of(sequence: Tensor, lengths: Tensor) -> Tensor:
    """(batch, ...): the entry at `lengths - 1` of a right-padded `sequence` (batch, length, ...)."""
    return sequence[torch.arange(len(sequence), device=sequence.device), lengths - 1]
