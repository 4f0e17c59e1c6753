"""The two single-ID models: each wins one end of the popularity range and loses the other."""

from torch import Tensor

from engine.models.backbones.encoder import SequenceEncoder
from engine.models.embeddings import HashEmbedding, SemanticEmbedding, SequenceInput
from engine.models.recommender import Encoded, Recommender


class HashIdModel(Recommender):
    """Hash IDs only: the plain backbone over free item embeddings."""

    halves = ("hid",)

    def __init__(self, hashes: HashEmbedding, inputs: SequenceInput, encoder: SequenceEncoder) -> None:
        super().__init__()
        self.hashes = hashes
        self.inputs = inputs
        self.encoder = encoder

    def forward(self, items: Tensor) -> Encoded:
        return Encoded(self.encoder(self.inputs(self.hashes(items)), items > 0))

    def item_vectors(self) -> Tensor:
        return self.hashes.all_items()


class SemanticIdModel(Recommender):
    """Semantic IDs only: an item is the mean of its codes' vectors; items with equal codes score the same."""

    halves = ("sid",)

    def __init__(self, semantics: SemanticEmbedding, inputs: SequenceInput, encoder: SequenceEncoder) -> None:
        super().__init__()
        self.semantics = semantics
        self.inputs = inputs
        self.encoder = encoder

    def forward(self, items: Tensor) -> Encoded:
        return Encoded(self.encoder(self.inputs(self.semantics.fused(items)), items > 0))

    def item_vectors(self) -> Tensor:
        return self.semantics.all_items()
