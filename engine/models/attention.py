"""Attention, causal unless it is told which positions are no padding.

Sequences are padded on the right, so causality alone keeps padding out of sight.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.backbones.encoder import last_of


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence to itself."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.inward = nn.Linear(dim, 3 * dim)
        self.outward = nn.Linear(dim, dim)

    def forward(self, sequence: Tensor, valid: Tensor | None = None) -> Tensor:
        """(batch, length, dim) -> (batch, length, dim).

        Position t sees positions up to t, or, with `valid` (batch, length), all that are valid.
        """
        batch, length, dim = sequence.shape
        split = self.inward(sequence).view(batch, length, 3, self.heads, dim // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = None if valid is None else valid[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=seen, is_causal=valid is None)
        return self.outward(mixed.transpose(1, 2).reshape(batch, length, dim))

    def last(self, sequence: Tensor, valid: Tensor, lengths: Tensor) -> Tensor:
        """(batch, dim): what the last valid position of each draws from all that are valid (batch, length)."""
        batch, length, dim = sequence.shape
        weights, biases = self.inward.weight, self.inward.bias
        asking = F.linear(last_of(sequence, lengths), weights[:dim], biases[:dim])
        told = F.linear(sequence, weights[dim:], biases[dim:]).view(batch, length, 2, self.heads, dim // self.heads)
        key, value = told.permute(2, 0, 3, 1, 4)
        query = asking.view(batch, self.heads, 1, dim // self.heads)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=valid[:, None, None, :])
        return self.outward(mixed.reshape(batch, dim))


class CrossAttention(nn.Module):
    """CA_1..CA_L: one cross-attention per level, each with weights of its own, computed together."""

    def __init__(self, dim: int, heads: int, levels: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Parameter(_glorot(levels, dim))
        self.key = nn.Parameter(_glorot(levels, dim))
        self.value = nn.Parameter(_glorot(levels, dim))
        self.outward = nn.Parameter(_glorot(levels, dim))

    def forward(self, queries: Tensor, context: Tensor, valid: Tensor | None = None) -> Tensor:
        """What each level's `queries` (batch, length, levels, dim) draw from `context` (the same shape, or 1 level).

        Position t sees positions up to t of the context, or, with `valid` (batch, length), all that are valid.
        Returns (batch, length, levels, dim).
        """
        batch, length, levels, dim = queries.shape

        def heads_of(sequence: Tensor, weights: Tensor) -> Tensor:
            if sequence.shape[2] == 1:  # all levels read the same: one product with their weights side by side
                projected = sequence @ weights.transpose(0, 1).reshape(dim, -1)
            else:
                projected = torch.einsum("btld,lde->btle", sequence, weights)
            split = projected.view(batch, length, levels, self.heads, dim // self.heads)
            return split.permute(0, 2, 3, 1, 4).flatten(0, 1)

        mixed = F.scaled_dot_product_attention(
            heads_of(queries, self.query),
            heads_of(context, self.key),
            heads_of(context, self.value),
            attn_mask=None if valid is None else valid.repeat_interleave(levels, dim=0)[:, None, None, :],
            is_causal=valid is None,
        )
        joined = mixed.transpose(1, 2).reshape(batch, levels, length, dim)
        return torch.einsum("bltd,lde->btle", joined, self.outward)


def _glorot(levels: int, dim: int) -> Tensor:
    weight = torch.empty(levels, dim, dim)
    for level in weight:
        nn.init.xavier_uniform_(level)
    return weight
