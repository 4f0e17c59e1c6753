"""H2Rec: a hash-ID branch and a semantic-ID branch that look into each other (Liu et al., 2025).

With a causal encoder everything is causal: the state at position t depends on the items up to t alone, so that no
training position can see its own target. With an encoder that sees both sides the cross-attentions do so, too;
targets are then masked before any vector is looked up, in both branches at once.
"""

import torch
from torch import Tensor, nn

from engine.config import ModelSettings
from engine.models.attention import CrossAttention
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.dropout import Dropout
from engine.models.embeddings import INITIAL_DEVIATION, HashEmbedding, SemanticEmbedding, SequenceInput
from engine.models.gate import GranularityGate, UniformGate
from engine.models.recommender import Encoded, Recommender
from engine.models.scoring import Scoring


class H2Rec(Recommender):
    """Score = h^H · H[v] + h^S · f(v): the contributions of the hash-ID and the semantic-ID branch."""

    halves = ("hid", "sid")

    def __init__(
        self,
        items: int,
        hashes: HashEmbedding,
        semantics: SemanticEmbedding,
        inputs: SequenceInput,
        hash_encoder: SequenceEncoder,
        semantic_encoder: SequenceEncoder,
        scoring: Scoring,
        settings: ModelSettings,
    ) -> None:
        """`hash_encoder` and `semantic_encoder` may be the same module: the branches then share its weights."""
        super().__init__(items, scoring)
        dim, levels = settings.dim, semantics.levels
        self.hashes = hashes
        self.semantics = semantics
        self.inputs = inputs
        self.hash_encoder = hash_encoder
        self.semantic_encoder = semantic_encoder
        self.residual = settings.cross_residual
        self.gate = GranularityGate(dim, levels) if settings.gate == "learned" else UniformGate(levels)
        self.into_hashes = CrossAttention(dim, settings.cross_heads, levels) if settings.sid_into_hid else None
        self.into_semantics = CrossAttention(dim, settings.cross_heads, 1) if settings.hid_into_sid else None
        self.dropout = Dropout(settings.dropout)
        self.level_masks = nn.Parameter(INITIAL_DEVIATION * torch.randn(levels, dim))

    def encode(self, items: Tensor) -> Encoded:
        valid = items > 0
        seen = None if self.hash_encoder.causal else valid
        by_level = self.semantics.by_level(items)
        hashes = self.inputs(self.hashes(items))
        fused = self.inputs(self.semantics.fuse(by_level))
        gate = self.gate(hashes)
        hash_branch = self._hash_branch(hashes, by_level, gate, seen)
        semantic_branch = self._semantic_branch(hashes, fused, seen)
        if self.hash_encoder is self.semantic_encoder:
            both = self.hash_encoder(torch.cat([hash_branch, semantic_branch]), valid.repeat(2, 1))
            return Encoded(torch.cat(both.chunk(2), dim=-1), gate)
        states = [self.hash_encoder(hash_branch, valid), self.semantic_encoder(semantic_branch, valid)]
        return Encoded(torch.cat(states, dim=-1), gate)

    def _hash_branch(self, hashes: Tensor, by_level: Tensor, gate: Tensor, seen: Tensor | None) -> Tensor:
        """y = Σ_l α_l · CA_l(x_l, H), with H itself beside it: (batch, length, dim)."""
        if self.into_hashes is None:
            return hashes
        drawn = self.into_hashes(self.inputs(by_level), hashes[:, :, None], seen)
        mixed = self.dropout(torch.einsum("btl,btld->btd", gate, drawn))
        return hashes + mixed if self.residual else mixed

    def _semantic_branch(self, hashes: Tensor, fused: Tensor, seen: Tensor | None) -> Tensor:
        """s = CA(H, f), with f itself beside it: (batch, length, dim)."""
        if self.into_semantics is None:
            return fused
        drawn = self.dropout(self.into_semantics(hashes[:, :, None], fused[:, :, None], seen)[:, :, 0])
        return fused + drawn if self.residual else drawn

    def vectors_of(self, items: Tensor) -> Tensor:
        return torch.cat([self.hashes(items), self.semantics(items)], dim=-1)

    def granularity_views(self, items: Tensor, lengths: Tensor, gate: Tensor, masked: Tensor) -> tuple[Tensor, Tensor]:
        """Users seen with some levels masked, and in full: two (batch, dim) tensors (method, L_gran).

        `gate` (batch, length, levels) fuses the levels; `masked` (batch, levels) says which are replaced by
        learned mask vectors. Masked items stay masked in both views.
        """
        full = self.semantics.by_level(items)
        shown = gate * ~masked[:, None]
        partial = torch.einsum("btl,btld->btd", shown, full) + (gate - shown) @ self.level_masks
        whole = torch.einsum("btl,btld->btd", gate, full)
        both = self.inputs(torch.cat([partial, whole]))
        users = self.semantic_encoder.last(both, (items > 0).repeat(2, 1), lengths.repeat(2))
        masked_users, full_users = users.chunk(2)
        return masked_users, full_users
