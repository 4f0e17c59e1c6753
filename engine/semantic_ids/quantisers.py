"""The quantisers by name."""

from collections.abc import Callable
from typing import Protocol

from engine.config import SemanticIdSettings
from engine.semantic_ids.opq import OptimisedProductQuantiser
from engine.semantic_ids.pq import ProductQuantiser
from engine.semantic_ids.rq_kmeans import ResidualKMeans
from engine.semantic_ids.rq_vae import RQVAEQuantiser
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds


class Quantiser(Protocol):
    """Text vectors in, semantic IDs out."""

    def fit(self, vectors: FloatArray, progress: Callable[[int, int], object]) -> SemanticIds:
        """Semantic IDs of `vectors` (items, width); `progress(done, total)` may raise to stop."""
        ...


QUANTISERS: dict[str, Callable[[SemanticIdSettings], Quantiser]] = {
    "rq-vae": RQVAEQuantiser,
    "rq-kmeans": ResidualKMeans,
    "pq": ProductQuantiser,
    "opq": OptimisedProductQuantiser,
}
