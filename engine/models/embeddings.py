"""The two ways of naming an item: a free vector per item (hash ID), a few shared vectors (semantic ID).

A maskable embedding also knows the index items + 1, the mask token, which stands for an item to be guessed. It has
vectors of its own and is not among `all_items`.
"""

import torch
from torch import Tensor, nn

INITIAL_DEVIATION = 0.02


class HashEmbedding(nn.Module):
    """H: one trainable vector per item; row 0, the padding item, is zero and stays so."""

    def __init__(self, items: int, dim: int, start: Tensor | None = None, *, maskable: bool = False) -> None:
        """`start` (items, dim), scaled to the usual deviation, is used in place of noise unless it is all alike."""
        super().__init__()
        self.maskable = maskable
        self.table = nn.Embedding(items + 1 + maskable, dim, padding_idx=0)
        values = torch.randn(items, dim) if start is None or start.std() < 1e-6 else start / start.std()
        with torch.no_grad():
            self.table.weight *= INITIAL_DEVIATION
            self.table.weight[1 : items + 1] = INITIAL_DEVIATION * values

    def forward(self, items: Tensor) -> Tensor:
        """(..., dim) vectors of `items` (...)."""
        return self.table(items)

    def all_items(self) -> Tensor:
        """(items + 1, dim)."""
        return self.table.weight[:-1] if self.maskable else self.table.weight


class SemanticEmbedding(nn.Module):
    """E_1..E_L: one trainable vector per code and level; an item is the tuple of its codes' vectors."""

    codes: Tensor

    def __init__(
        self, codes: Tensor, codebook_size: int, dim: int, start: Tensor | None = None, *, maskable: bool = False
    ) -> None:
        """`codes` (items, levels); `start` (levels, codebook_size, dim) initialises the code vectors."""
        super().__init__()
        items, levels = codes.shape
        self.items = items
        # All levels in one table; its row 0 is the padding item's code and stays zero, its last rows are the mask's.
        codes_end = 1 + levels * codebook_size
        self.table = nn.Embedding(codes_end + levels * maskable, dim, padding_idx=0)
        rows = torch.zeros(items + 1 + maskable, levels, dtype=torch.long)
        rows[1 : items + 1] = 1 + codes + codebook_size * torch.arange(levels)
        rows[items + 1 :] = codes_end + torch.arange(levels)
        self.register_buffer("codes", rows, persistent=False)
        values = torch.randn(levels, codebook_size, dim) if start is None else start / start.std()
        with torch.no_grad():
            self.table.weight *= INITIAL_DEVIATION
            self.table.weight[1:codes_end] = INITIAL_DEVIATION * values.reshape(-1, dim)

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
        return self.table(self.codes[: self.items + 1]).mean(dim=-2)


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
