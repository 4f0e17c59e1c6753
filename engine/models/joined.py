"""Hash ID and semantic ID put together without any further thought: what H2Rec has to beat."""

import torch
from torch import Tensor, nn

from engine.models.backbones.encoder import SequenceEncoder
from engine.models.embeddings import HashEmbedding, SemanticEmbedding, SequenceInput
from engine.models.recommender import Encoded, Recommender
from engine.models.scoring import Scoring


class JoinedModel(Recommender):
    """One encoder over both IDs of each item; the score has a half for each."""

    halves = ("hid", "sid")

    def __init__(
        self,
        items: int,
        hashes: HashEmbedding,
        semantics: SemanticEmbedding,
        inputs: SequenceInput,
        encoder: SequenceEncoder,
        scoring: Scoring,
    ) -> None:
        super().__init__(items, scoring)
        self.hashes = hashes
        self.semantics = semantics
        self.inputs = inputs
        self.encoder = encoder

    def vectors_of(self, items: Tensor) -> Tensor:
        return torch.cat([self.hashes(items), self.semantics(items)], dim=-1)


class SummedModel(JoinedModel):
    """An item is H[v] + f(v), in the sequence and in the score."""

    def encode(self, items: Tensor) -> Encoded:
        states = self.encoder(self.inputs(self.hashes(items) + self.semantics(items)), items > 0)
        return Encoded(states.repeat(1, 1, 2))


class ConcatenatedModel(JoinedModel):
    """An item is [H[v] ; f(v)]; two linear maps bring it into the encoder's width and back."""

    def __init__(
        self,
        items: int,
        hashes: HashEmbedding,
        semantics: SemanticEmbedding,
        inputs: SequenceInput,
        encoder: SequenceEncoder,
        scoring: Scoring,
        dim: int,
    ) -> None:
        super().__init__(items, hashes, semantics, inputs, encoder, scoring)
        self.inward = nn.Linear(2 * dim, dim)
        self.outward = nn.Linear(dim, 2 * dim)

    def encode(self, items: Tensor) -> Encoded:
        states = self.encoder(self.inputs(self.inward(self.vectors_of(items))), items > 0)
        return Encoded(self.outward(states))
