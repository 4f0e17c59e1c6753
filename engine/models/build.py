"""Models by name, put together from settings, semantic IDs and text vectors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.config import ExperimentConfig
from engine.models.backbones import BACKBONES
from engine.models.embeddings import HashEmbedding, SemanticEmbedding, SequenceInput
from engine.models.h2rec import H2Rec
from engine.models.popularity import PopularityModel
from engine.models.recommender import Recommender
from engine.models.single_id import HashIdModel, SemanticIdModel

OVERSAMPLING, PCA_ITERATIONS = 16, 8


@dataclass(frozen=True)
class Ingredients:
    """What a model is made from besides settings.

    `counts` (items + 1,) training interactions; `codes` (items, levels) and `codebooks` (levels, size, width) of
    the semantic IDs; `text_vectors` (items, width) for the warm start. What a model does not use may be None,
    and so may everything that only sets starting values where weights are loaded afterwards.
    """

    items: int
    counts: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64] | None = None
    codebooks: npt.NDArray[np.float32] | None = None
    text_vectors: npt.NDArray[np.float32] | None = None


def build_model(config: ExperimentConfig, ingredients: Ingredients) -> Recommender:
    """The model that the settings name, with starting weights drawn from torch's global generator."""
    model = MODELS[config.model.kind](config, ingredients)
    if _sees_both_sides(config):
        model.mask_token = ingredients.items + 1
    return model


def _h2rec(config: ExperimentConfig, given: Ingredients) -> Recommender:
    model = config.model
    start = None
    if model.hid_start == "text" and given.text_vectors is not None:
        start = reduced(given.text_vectors, model.dim)
    encoder = BACKBONES[model.backbone](model)
    return H2Rec(
        HashEmbedding(given.items, model.dim, start, maskable=_sees_both_sides(config)),
        _semantics(config, given),
        _inputs(config),
        encoder,
        encoder if model.shared_encoder else BACKBONES[model.backbone](model),
        dim=model.dim,
        cross_heads=model.cross_heads,
        dropout=model.dropout,
        residual=model.cross_residual,
    )


def _hash_ids(config: ExperimentConfig, given: Ingredients) -> Recommender:
    hashes = HashEmbedding(given.items, config.model.dim, maskable=_sees_both_sides(config))
    return HashIdModel(hashes, _inputs(config), BACKBONES[config.model.backbone](config.model))


def _semantic_ids(config: ExperimentConfig, given: Ingredients) -> Recommender:
    return SemanticIdModel(_semantics(config, given), _inputs(config), BACKBONES[config.model.backbone](config.model))


def _popularity(config: ExperimentConfig, given: Ingredients) -> Recommender:  # noqa: ARG001
    return PopularityModel(torch.from_numpy(given.counts))


MODELS: dict[str, Callable[[ExperimentConfig, Ingredients], Recommender]] = {
    "h2rec": _h2rec,
    "hid": _hash_ids,
    "sid": _semantic_ids,
    "popularity": _popularity,
}


def _sees_both_sides(config: ExperimentConfig) -> bool:
    return config.model.kind != "popularity" and not BACKBONES[config.model.backbone].causal


def _inputs(config: ExperimentConfig) -> SequenceInput:
    places = config.data.max_length + _sees_both_sides(config)  # one more for the item to be guessed
    return SequenceInput(places, config.model.dim, config.model.dropout)


def _semantics(config: ExperimentConfig, given: Ingredients) -> SemanticEmbedding:
    if given.codes is None:
        raise ValueError("this model needs semantic IDs")
    start = None
    if given.codebooks is not None:
        levels, size, width = given.codebooks.shape
        start = reduced(given.codebooks.reshape(-1, width), config.model.dim).view(levels, size, config.model.dim)
    return SemanticEmbedding(
        torch.from_numpy(given.codes),
        config.semantic_ids.codebook_size,
        config.model.dim,
        start,
        maskable=_sees_both_sides(config),
    )


def reduced(vectors: npt.NDArray[np.float32], dim: int) -> Tensor:
    """(rows, dim): `vectors` (rows, width) projected onto their `dim` strongest principal components.

    Where there are fewer components than `dim`, the rest is zero. Vectors of the right width stay as they are.
    """
    if vectors.shape[1] == dim:
        return torch.from_numpy(vectors)
    centred = torch.from_numpy(vectors)
    centred = centred - centred.mean(dim=0)
    # torch's randomised PCA, with a fixed seed: unlike scikit-learn's it leaves the interpreter to the window, and
    # unlike a full decomposition it takes seconds for wide language-model vectors, too.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        _, _, strongest = torch.pca_lowrank(centred, q=min(dim + OVERSAMPLING, *centred.shape), niter=PCA_ITERATIONS)
    projected = centred @ strongest[:, :dim]
    return F.pad(projected, (0, dim - projected.shape[1]))
