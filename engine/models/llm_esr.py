"""LLM-ESR: a hash-ID view and a text view of the sequence that look into each other (Liu et al., NeurIPS 2024)."""

import torch
from torch import Tensor

from engine.config import ModelSettings
from engine.models.attention import CrossAttention
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.dropout import Dropout
from engine.models.embeddings import HashEmbedding, SequenceInput, TextEmbedding
from engine.models.recommender import Encoded, Recommender
from engine.models.scoring import Scoring


class LLMESR(Recommender):
    """Score = h^H · H[v] + h^T · T[v], with T the frozen text vectors behind an adapter (section 3.2).

    Both views run through the same encoder. As in H2Rec here, attention is causal with a causal encoder, and each view keeps its own
    vectors beside what cross-attention adds. The distillation from similar users is in the objective.
    """

    halves = ("hid", "text")

    def __init__(
        self,
        items: int,
        hashes: HashEmbedding,
        texts: TextEmbedding,
        inputs: SequenceInput,
        encoder: SequenceEncoder,
        scoring: Scoring,
        settings: ModelSettings,
    ) -> None:
        super().__init__(items, scoring)
        self.hashes = hashes
        self.texts = texts
        self.inputs = inputs
        self.encoder = encoder
        self.into_hashes = CrossAttention(settings.dim, settings.cross_heads, 1)
        self.into_texts = CrossAttention(settings.dim, settings.cross_heads, 1)
        self.dropout = Dropout(settings.dropout)

    def encode(self, items: Tensor) -> Encoded:
        valid = items > 0
        hashes = self.inputs(self.hashes(items))
        texts = self.inputs(self.texts(items))
        # Each view asks with the other's sequence and reads its own.
        seen = None if self.encoder.causal else valid
        hash_view = hashes + self._drawn(self.into_hashes, texts, hashes, seen)
        text_view = texts + self._drawn(self.into_texts, hashes, texts, seen)
        states = self.encoder(torch.cat([hash_view, text_view]), valid.repeat(2, 1)).chunk(2)
        return Encoded(torch.cat(list(states), dim=-1))

    def _drawn(self, attention: CrossAttention, queries: Tensor, context: Tensor, seen: Tensor | None) -> Tensor:
        drawn: Tensor = attention(queries[:, :, None], context[:, :, None], seen)
        return self.dropout(drawn[:, :, 0])

    def vectors_of(self, items: Tensor) -> Tensor:
        return torch.cat([self.hashes(items), self.texts(items)], dim=-1)
