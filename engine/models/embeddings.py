"""The two ways of naming an item: a free vector per item (hash ID), a few shared vectors (semantic ID)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

INITIAL_DEVIATION = 0.02
SMALLEST_DEVIATION = 1e-6  # starting values that vary less are all alike


class HashEmbedding(nn.Module):
    """H: one trainable vector per item; row 0, the padding item, is zero and stays so."""

    def __init__(self, items: int, dim: int, start: Tensor | None = None) -> None:
        """`start` (items, dim), scaled to the usual deviation, is used in place of noise unless it is all alike."""
        super().__init__()
        self.table = nn.Embedding(items + 1, dim, padding_idx=0)
        values = torch.randn(items, dim) if start is None or start.std() < SMALLEST_DEVIATION else start / start.std()
        with torch.no_grad():
            self.table.weight[1:] = INITIAL_DEVIATION * values

    def forward(self, items: Tensor) -> Tensor:
        """(..., dim) vectors of `items` (...)."""
        return self.table(items)

    def all_items(self) -> Tensor:
        """(items + 1, dim)."""
        return self.table.weight


class SemanticEmbedding(nn.Module):
    """E_1..E_L: one trainable vector per code and level; an item is the tuple of its codes' vectors."""

    codes: Tensor

    def __init__(self, codes: Tensor, codebook_size: int, dim: int, start: Tensor | None = None) -> None:
        """`codes` (items, levels) in 0..codebook_size-1, in the unique level also beyond.

        `start` (depth, codebook_size, dim), unless it is all alike, is used in place of noise for the code vectors;
        those of the unique level, which mean nothing, then start at zero.
        """
        super().__init__()
        items, levels = codes.shape
        # All levels in one table; its row 0 is the padding item's code and stays zero.
        sizes = (codes.amax(dim=0) + 1).clamp_min(codebook_size)
        total = int(sizes.sum())
        self.table = nn.Embedding(1 + total, dim, padding_idx=0)
        rows = torch.zeros(items + 1, levels, dtype=torch.long)
        rows[1:] = 1 + codes + sizes.cumsum(dim=0) - sizes
        self.register_buffer("codes", rows, persistent=False)
        if start is None or start.std() < SMALLEST_DEVIATION:
            values = torch.randn(total, dim)
        else:
            values = (start / start.std()).reshape(-1, dim)
            values = F.pad(values, (0, 0, 0, total - len(values)))
        with torch.no_grad():
            self.table.weight[1:] = INITIAL_DEVIATION * values

    @property
    def levels(self) -> int:
        return self.codes.shape[1]

    def forward(self, items: Tensor) -> Tensor:
        """(..., levels, dim): the vectors x_l of `items` (...), level by level."""
        return self.table(self.codes[items])

    def fused(self, items: Tensor) -> Tensor:
        """(..., dim): f, the mean over the levels."""
        return self(items).mean(dim=-2)

    def all_items(self) -> Tensor:
        """(items + 1, dim): f of every item, row 0 zero."""
        return self.table(self.codes).mean(dim=-2)


class SequenceInput(nn.Module):
    """What goes into attention: item vectors scaled by sqrt(dim), plus learned positions, then dropout."""

    def __init__(self, max_length: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.positions = nn.Parameter(INITIAL_DEVIATION * torch.randn(max_length, dim))
        self.scale = dim**0.5
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        """`vectors` (batch, length, dim) or, level by level, (batch, length, levels, dim)."""
        positions = self.positions[: vectors.shape[1]]
        if vectors.dim() == 4:
            positions = positions[:, None]
        return self.dropout(vectors * self.scale + positions)
