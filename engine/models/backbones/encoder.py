"""What every sequence encoder offers."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from engine.config import ModelSettings


class SequenceEncoder(nn.Module, ABC):
    """Turns the vectors of a right-padded sequence into states, of which none depends on the padding."""

    @abstractmethod
    def __init__(self, settings: ModelSettings) -> None:
        super().__init__()

    @abstractmethod
    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:
        """States (batch, length, dim) of `sequence` (batch, length, dim); state t depends on the vectors up to t.

        `valid` (batch, length) is False in the padding. A causal encoder need not look at it: padding comes last.
        """
