"""HSTU: hierarchical sequential transduction units (Zhai et al., 2024, "Actions Speak Louder than Words", section 3)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import ModelSettings
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.dropout import Dropout

DISTANCES = 128  # places further apart than this share one bias


class HSTU(SequenceEncoder):
    """`blocks` units one after the other, then a normalisation."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        self.units = nn.ModuleList(
            _Unit(settings.dim, settings.heads, settings.dropout) for _ in range(settings.blocks)
        )
        self.norm = nn.LayerNorm(settings.dim)

    def forward(self, sequence: Tensor, valid: Tensor) -> Tensor:  # noqa: ARG002
        for unit in self.units:
            sequence = unit(sequence)
        return self.norm(sequence)


class _Unit(nn.Module):
    """Pointwise attention whose result is gated, with a residual path (equations 1 to 3; φ is SiLU):

        U, V, Q, K = split(φ(f1(norm(X))))
        A[t, s] = φ(Q[t] · K[s] + b[t − s]) / (t + 1) for s ≤ t counted from 0, else 0, in each head
        Y = X + f2(norm(A V) ⊙ U)

    b is a relative position bias per head; the paper's temporal bias is left out. Unlike a softmax the weights
    need not add up to 1, so the sum can tell how much of the history speaks for something. It is divided by the
    number of items in sight, where the authors' code divides by the longest length: the norm that follows hides
    the difference, and no length has to be known.
    """

    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.input_norm = nn.LayerNorm(dim)
        self.inward = nn.Linear(dim, 4 * dim)
        self.bias = nn.Parameter(torch.zeros(heads, DISTANCES))
        self.attention_norm = nn.LayerNorm(dim)
        self.dropout = Dropout(dropout)
        self.outward = nn.Linear(dim, dim)

    def forward(self, sequence: Tensor) -> Tensor:
        """(batch, length, dim) -> (batch, length, dim)."""
        gate, value, query, key = F.silu(self.inward(self.input_norm(sequence))).chunk(4, dim=-1)
        weights = F.silu(self._split(query) @ self._split(key).transpose(-1, -2) + self._biases(sequence.shape[1]))
        mixed = (weights * _shares(weights)) @ self._split(value)
        joined = mixed.transpose(1, 2).flatten(2)
        return sequence + self.outward(self.dropout(self.attention_norm(joined) * gate))

    def _split(self, sequence: Tensor) -> Tensor:
        """(batch, length, dim) -> (batch, heads, length, dim / heads)."""
        return sequence.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _biases(self, length: int) -> Tensor:
        """(heads, length, length): b[t − s] for every t and s; what is put at s > t is never seen."""
        places = torch.arange(length, device=self.bias.device)
        return self.bias[:, (places[:, None] - places).clamp(0, DISTANCES - 1)]


def _shares(weights: Tensor) -> Tensor:
    """(length, length): 1 / (t + 1) where s ≤ t, else 0."""
    visible = torch.ones(weights.shape[-2:], device=weights.device, dtype=weights.dtype).tril()
    return visible / visible.sum(dim=1, keepdim=True)
