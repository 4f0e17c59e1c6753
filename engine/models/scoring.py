"""How the state of a sequence and the vector of an item make a score."""

from dataclasses import dataclass

from torch import Tensor, linalg
from torch.nn import functional as F

SMALLEST_NORM = 1e-12  # as in torch's `normalize`


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

    def factors(self, vectors: Tensor) -> Tensor:
        """(..., 1): what `vectors` multiplies each vector (..., width) by."""
        norms = linalg.vector_norm(vectors, dim=-1, keepdim=True)
        if not self.is_cosine:
            return norms.new_ones(norms.shape)
        return 1 / (norms.clamp_min(SMALLEST_NORM) * self.temperature)
