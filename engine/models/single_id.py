"""Models that know an item by one vector alone: its hash ID, its semantic ID, or its text."""

from torch import Tensor

from engine.models.backbones.encoder import SequenceEncoder
from engine.models.embeddings import HashEmbedding, SemanticEmbedding, SequenceInput, TextEmbedding
from engine.models.recommender import Encoded, Recommender
from engine.models.scoring import Scoring


class SingleIdModel(Recommender):
    """The plain backbone over one kind of item vector.

    With hash IDs every item is learned on its own; with semantic IDs, items with equal codes score the same.
    """

    def __init__(
        self,
        half: str,
        items: int,
        embedding: HashEmbedding | SemanticEmbedding | TextEmbedding,
        inputs: SequenceInput,
        encoder: SequenceEncoder,
        scoring: Scoring,
    ) -> None:
        """`half` names what the whole score comes from, as in `Recommender.halves`."""
        super().__init__(items, scoring)
        self.halves = (half,)
        self.embedding = embedding
        self.inputs = inputs
        self.encoder = encoder

    def encode(self, items: Tensor) -> Encoded:
        return Encoded(self.encoder(self.inputs(self.embedding(items)), items > 0))

    def vectors_of(self, items: Tensor) -> Tensor:
        return self.embedding(items)
