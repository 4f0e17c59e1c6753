"""How the state of a sequence and the vector of an item make a score."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Scoring:
    """Inner product of what `states` and `vectors` give: plain, or a cosine divided by `temperature`."""

    is_cosine: bool = False
    temperature: float = 1.0

    def states(self, states: Tensor) -> Tensor:
        """(..., width), ready for the product."""
        return F.normalize(states, dim=-1) if self.is_cosine else states

    def vectors(self, vectors: Tensor) -> Tensor:
        """(..., width), ready for the product; a zero vector stays zero."""
        return F.normalize(vectors, dim=-1) / self.temperature if self.is_cosine else vectors
