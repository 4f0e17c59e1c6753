"""What every sequence encoder offers."""

from abc import ABC, abstractmethod
from typing import ClassVar

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
