"""H2Rec: a hash-ID branch and a semantic-ID branch that look into each other (Liu et al., 2025).

With a causal encoder everything is causal: the state at position t depends on the items up to t alone, so that no
training position can see its own target. With an encoder that sees both sides the cross-attentions do so, too;
targets are then masked before any vector is looked up, in both branches at once.
"""

import torch
from torch import Tensor, nn

from engine.models.attention import CrossAttention
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.embeddings import INITIAL_DEVIATION, HashEmbedding, SemanticEmbedding, SequenceInput
from engine.models.gate import GranularityGate
from engine.models.recommender import Encoded, Recommender, last_of


class H2Rec(Recommender):
    """Score = h^H · H[v] + h^S · f(v): the contributions of the hash-ID and the semantic-ID branch."""

    halves = ("hid", "sid")

    def __init__(
        self,
        hashes: HashEmbedding,
        semantics: SemanticEmbedding,
        inputs: SequenceInput,
        hash_encoder: SequenceEncoder,
        semantic_encoder: SequenceEncoder,
        *,
        dim: int,
        cross_heads: int,
        dropout: float,
        residual: bool,
    ) -> None:
        """`hash_encoder` and `semantic_encoder` may be the same module: the branches then share its weights."""
        super().__init__()
        self.hashes = hashes
        self.semantics = semantics
        self.inputs = inputs
        self.hash_encoder = hash_encoder
        self.semantic_encoder = semantic_encoder
        self.residual = residual
        self.gate = GranularityGate(dim, semantics.levels)
        self.into_hashes = CrossAttention(dim, cross_heads, semantics.levels, dropout)
        self.into_semantics = CrossAttention(dim, cross_heads, 1, dropout)
        self.level_masks = nn.Parameter(INITIAL_DEVIATION * torch.randn(semantics.levels, dim))

    def forward(self, items: Tensor) -> Encoded:
        valid = items > 0
        both_sides = None if self.hash_encoder.causal else valid
        hashes = self.inputs(self.hashes(items))
        by_level = self.semantics(items)
        levels = self.inputs(by_level)
        fused = self.inputs(by_level.mean(dim=-2))
        gate = self.gate(hashes)
        # y = sum of alpha_l · CA_l(x_l, H); s = CA(H, f). The residual keeps the branch's own vectors.
        from_hashes = self.into_hashes(levels, hashes[:, :, None], both_sides)
        hash_branch = torch.einsum("btl,btld->btd", gate, from_hashes)
        semantic_branch = self.into_semantics(hashes[:, :, None], fused[:, :, None], both_sides)[:, :, 0]
        if self.residual:
            hash_branch = hash_branch + hashes
            semantic_branch = semantic_branch + fused
        if self.hash_encoder is self.semantic_encoder:
            both = self.hash_encoder(torch.cat([hash_branch, semantic_branch]), valid.repeat(2, 1))
            states = torch.cat(both.chunk(2), dim=-1)
        else:
            states = torch.cat(
                [self.hash_encoder(hash_branch, valid), self.semantic_encoder(semantic_branch, valid)], dim=-1
            )
        return Encoded(states, gate)

    def item_vectors(self) -> Tensor:
        return torch.cat([self.hashes.all_items(), self.semantics.all_items()], dim=-1)

    def granularity_views(self, items: Tensor, lengths: Tensor, gate: Tensor, masked: Tensor) -> tuple[Tensor, Tensor]:
        """Users seen with some levels masked, and in full: two (batch, dim) tensors (method, L_gran).

        `gate` (batch, length, levels) fuses the levels; `masked` (batch, levels) says which are replaced by
        learned mask vectors. Masked items stay masked in both views.
        """
        full = self.semantics(items)
        partial = torch.where(masked[:, None, :, None], self.level_masks, full)
        views = self.inputs(torch.cat([partial, full]))
        fused = torch.einsum("btl,btld->btd", gate.repeat(2, 1, 1), views)
        users = last_of(self.semantic_encoder(fused, (items > 0).repeat(2, 1)), lengths.repeat(2))
        masked_users, full_users = users.chunk(2)
        return masked_users, full_users
