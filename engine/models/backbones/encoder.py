"""What every sequence encoder offers."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.config import ModelSettings


class SequenceEncoder(nn.Module, ABC):
    """Turns the vectors of a right-padded sequence into states, of which none depends on the padding.

    Where `causal`, state t depends on the vectors up to t alone; otherwise on all, and the encoder is trained by
    masking items.
    """

    causal: ClassVar[bool] = True

    @abstractmethod
    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()

    @abstractmethod
    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:
        """States (batch, length, dim) of `sequence` (batch, length, dim); `valid` (batch, length) is False in padding.

        A causal encoder need not look at `valid`: padding comes last.
        """

    def last(self, sequence: Tensor, valid: Tensor, lengths: Tensor) -> Tensor:
        """The states (batch, dim) at `lengths - 1` (batch,) alone, of what `forward` takes."""
        return last_of(self(sequence, valid), lengths)


def last_of(sequence: Tensor, lengths: Tensor) -> Tensor:
    """(batch, ...): the entry at `lengths - 1` of a right-padded `sequence` (batch, length, ...)."""
    return sequence[torch.arange(len(sequence), device=sequence.device), lengths - 1]
