"""The multi-granularity gate: how much each level of the semantic ID counts at each position."""

import torch
from torch import Tensor, nn

COARSEST, FINEST = 1.0, 0.2  # the fixed prior falls linearly from the first level to the last


class GranularityGate(nn.Module):
    """weights = softmax(MLP([u ; b]) + b), with u the hash-ID state and b the coarse-to-fine prior."""

    prior: Tensor

    def __init__(self, dim: int, levels: int) -> None:
        super().__init__()
        self.register_buffer("prior", torch.linspace(COARSEST, FINEST, levels), persistent=False)
        self.mlp = nn.Sequential(nn.Linear(dim + levels, dim), nn.ReLU(), nn.Linear(dim, levels))

    def forward(self, states: Tensor) -> Tensor:
        """(batch, length, levels) weights that add up to 1, for `states` (batch, length, dim)."""
        prior = self.prior.expand(*states.shape[:-1], -1)
        return torch.softmax(self.mlp(torch.cat([states, prior], dim=-1)) + self.prior, dim=-1)


class UniformGate(nn.Module):
    """Every level counts the same everywhere: the ablation of the gate."""

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels

    def forward(self, states: Tensor) -> Tensor:
        """(batch, length, levels), all 1 / levels, for `states` (batch, length, dim)."""
        return states.new_full((*states.shape[:-1], self.levels), 1 / self.levels)
