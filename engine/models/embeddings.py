"""The ways of naming an item: a free vector (hash ID), a few shared vectors (semantic ID), its text.

Each also knows the index items + 1: the mask token, which stands for an item to be guessed in encoders that see both
sides. It has a vector of its own, and is no item.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.dropout import Dropout

INITIAL_DEVIATION = 0.02
ROW_BY_ROW_FROM = 50_000  # items; for fewer, dense updates of all rows are faster than looking after some
SMALLEST_DEVIATION = 1e-6  # starting values that vary less are all alike


class HashEmbedding(nn.Module):
    """H: one trainable vector per item; row 0, the padding item, is zero and stays so."""

    def __init__(self, items: int, dim: int, start: Tensor | None = None) -> None:
        """`start` (items, dim), scaled to the usual deviation, is used in place of noise unless it is all alike.

        Gradients are sparse from ROW_BY_ROW_FROM items.
        """
        super().__init__()
        self.table = nn.Embedding(items + 2, dim, padding_idx=0, sparse=items >= ROW_BY_ROW_FROM)
        values = torch.randn(items, dim) if start is None or start.std() < SMALLEST_DEVIATION else start / start.std()
        with torch.no_grad():
            self.table.weight[:] *= INITIAL_DEVIATION
            self.table.weight[1:-1] = INITIAL_DEVIATION * values

    def forward(self, items: Tensor) -> Tensor:
        """(..., dim) vectors of `items` (...)."""
        return self.table(items)


class SemanticEmbedding(nn.Module):
    """E_1..E_L: one trainable vector per code and level; an item is the tuple of its codes' vectors."""

    codes: Tensor

    def __init__(
        self,
        codes: Tensor,
        codebook_size: int,
        dim: int,
        start: Tensor | None = None,
        fusion: Literal["mean", "sum", "concat"] = "mean",
    ) -> None:
        """`codes` (items, levels) in 0..codebook_size-1, in the unique level also beyond.

        `start` (depth, codebook_size, dim), unless it is all alike, is used in place of noise for the code vectors;
        those of the unique level, which mean nothing, then start at zero.
        """
        super().__init__()
        items, levels = codes.shape
        # All levels in one table: row 0 is the padding item's code and stays zero, the last ones are the mask's.
        sizes = (codes.amax(dim=0) + 1).clamp_min(codebook_size)
        total = int(sizes.sum())
        self.table = nn.Embedding(1 + total + levels, dim, padding_idx=0)
        rows = torch.zeros(items + 2, levels, dtype=torch.long)
        rows[1:-1] = 1 + codes + sizes.cumsum(dim=0) - sizes
        rows[-1] = 1 + total + torch.arange(levels)
        self.register_buffer("codes", rows, persistent=False)
        if start is None or start.std() < SMALLEST_DEVIATION:
            values = torch.randn(total, dim)
        else:
            values = (start / start.std()).reshape(-1, dim)
            values = F.pad(values, (0, 0, 0, total - len(values)))
        with torch.no_grad():
            self.table.weight[:] *= INITIAL_DEVIATION
            self.table.weight[1 : total + 1] = INITIAL_DEVIATION * values
        self.fusion = fusion
        self.project = nn.Linear(levels * dim, dim, bias=False) if fusion == "concat" else nn.Identity()

    @property
    def levels(self) -> int:
        return self.codes.shape[1]

    def by_level(self, items: Tensor) -> Tensor:
        """(..., levels, dim): the vectors x_l of `items` (...), level by level."""
        return self.table(self.codes[items])

    def fuse(self, by_level: Tensor) -> Tensor:
        """(..., dim): f, from the vectors of the levels (..., levels, dim)."""
        match self.fusion:
            case "mean":
                return by_level.mean(dim=-2)
            case "sum":
                return by_level.sum(dim=-2)
            case _:
                return self.project(by_level.flatten(-2))

    def shares(self, items: Tensor) -> Tensor:
        """(..., levels, dim): what each level puts into f, the vectors of `items` (...); they add up to it."""
        by_level = self.by_level(items)
        match self.fusion:
            case "mean":
                return by_level / self.levels
            case "sum":
                return by_level
            case _:
                dim = by_level.shape[-1]
                return torch.einsum(
                    "...ld,eld->...le", by_level, self.project.get_parameter("weight").view(dim, self.levels, dim)
                )

    def forward(self, items: Tensor) -> Tensor:
        """(..., dim): f, the fused vectors of `items` (...)."""
        return self.fuse(self.by_level(items))


class TextEmbedding(nn.Module):
    """Frozen text vectors, brought to the model's width by a small trainable adapter."""

    vectors: Tensor

    def __init__(self, vectors: Tensor, dim: int) -> None:
        """`vectors` (items, width). The adapter: Linear, GELU, Linear."""
        super().__init__()
        width = vectors.shape[1]
        padded = torch.zeros(len(vectors) + 2, width)  # the adapter's bias alone stands for the mask token
        padded[1:-1] = vectors
        self.register_buffer("vectors", padded)
        hidden = max(dim, width // 2)
        self.adapter = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, items: Tensor) -> Tensor:
        """(..., dim) vectors of `items` (...)."""
        return self.adapter(self.vectors[items])


class SequenceInput(nn.Module):
    """What goes into attention: item vectors scaled by sqrt(dim), plus learned positions, then dropout."""

    def __init__(self, max_length: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.positions = nn.Parameter(INITIAL_DEVIATION * torch.randn(max_length, dim))
        self.scale = dim**0.5
        self.dropout = Dropout(dropout)

    def forward(self, vectors: Tensor) -> Tensor:
        """`vectors` (batch, length, dim) or, level by level, (batch, length, levels, dim)."""
        positions = self.positions[: vectors.shape[1]]
        if vectors.dim() == 4:
            positions = positions[:, None]
        return self.dropout(vectors * self.scale + positions)
