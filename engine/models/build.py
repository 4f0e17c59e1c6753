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
from engine.models.backbones.encoder import SequenceEncoder
from engine.models.embeddings import HashEmbedding, SemanticEmbedding, SequenceInput, TextEmbedding
from engine.models.h2rec import H2Rec
from engine.models.joined import ConcatenatedModel, SummedModel
from engine.models.llm_esr import LLMESR
from engine.models.popularity import PopularityModel
from engine.models.recommender import Recommender
from engine.models.scoring import Scoring
from engine.models.single_id import SingleIdModel

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
    start = _text_start(config, given) if model.hid_start == "text" else None
    encoder = _encoder(config)
    return H2Rec(
        given.items,
        HashEmbedding(given.items, model.dim, start),
        _semantics(config, given),
        _inputs(config),
        encoder,
        encoder if model.shared_encoder else _encoder(config),
        _scoring(config),
        model,
    )


def _hash_ids(config: ExperimentConfig, given: Ingredients) -> Recommender:
    return _single("hid", HashEmbedding(given.items, config.model.dim), config, given)


def _hash_ids_from_text(config: ExperimentConfig, given: Ingredients) -> Recommender:
    hashes = HashEmbedding(given.items, config.model.dim, _text_start(config, given))
    return _single("hid", hashes, config, given)


def _semantic_ids(config: ExperimentConfig, given: Ingredients) -> Recommender:
    return _single("sid", _semantics(config, given), config, given)


def _text(config: ExperimentConfig, given: Ingredients) -> Recommender:
    return _single("text", TextEmbedding(_text_of(given), config.model.dim), config, given)


def _summed(config: ExperimentConfig, given: Ingredients) -> Recommender:
    hashes, semantics = HashEmbedding(given.items, config.model.dim), _semantics(config, given)
    return SummedModel(given.items, hashes, semantics, _inputs(config), _encoder(config), _scoring(config))


def _concatenated(config: ExperimentConfig, given: Ingredients) -> Recommender:
    dim = config.model.dim
    hashes, semantics = HashEmbedding(given.items, dim), _semantics(config, given)
    return ConcatenatedModel(given.items, hashes, semantics, _inputs(config), _encoder(config), _scoring(config), dim)


def _llm_esr(config: ExperimentConfig, given: Ingredients) -> Recommender:
    model = config.model
    return LLMESR(
        given.items,
        HashEmbedding(given.items, model.dim, _text_start(config, given)),
        TextEmbedding(_text_of(given), model.dim),
        _inputs(config),
        _encoder(config),
        _scoring(config),
        model,
    )


def _popularity(config: ExperimentConfig, given: Ingredients) -> Recommender:  # noqa: ARG001
    return PopularityModel(torch.from_numpy(given.counts))


MODELS: dict[str, Callable[[ExperimentConfig, Ingredients], Recommender]] = {
    "h2rec": _h2rec,
    "hid": _hash_ids,
    "sid": _semantic_ids,
    "hid_text": _hash_ids_from_text,
    "text": _text,
    "hid_sid_sum": _summed,
    "hid_sid_concat": _concatenated,
    "llm_esr": _llm_esr,
    "popularity": _popularity,
}


def _single(
    half: str,
    embedding: HashEmbedding | SemanticEmbedding | TextEmbedding,
    config: ExperimentConfig,
    given: Ingredients,
) -> Recommender:
    return SingleIdModel(half, given.items, embedding, _inputs(config), _encoder(config), _scoring(config))


def _encoder(config: ExperimentConfig) -> SequenceEncoder:
    return BACKBONES[config.model.backbone](config.model)


def _sees_both_sides(config: ExperimentConfig) -> bool:
    return config.model.kind != "popularity" and not BACKBONES[config.model.backbone].causal


def _inputs(config: ExperimentConfig) -> SequenceInput:
    places = config.data.max_length + _sees_both_sides(config)  # one more for the item to be guessed
    return SequenceInput(places, config.model.dim, config.model.dropout)


def _scoring(config: ExperimentConfig) -> Scoring:
    return Scoring(config.model.scoring == "cosine", config.model.score_temperature)


def _text_of(given: Ingredients) -> Tensor:
    if given.text_vectors is None:
        raise ValueError("this model needs text vectors")
    return torch.from_numpy(given.text_vectors)


def _text_start(config: ExperimentConfig, given: Ingredients) -> Tensor | None:
    return None if given.text_vectors is None else reduced(given.text_vectors, config.model.dim)


def _semantics(config: ExperimentConfig, given: Ingredients) -> SemanticEmbedding:
    if given.codes is None:
        raise ValueError("this model needs semantic IDs")
    start = None
    if given.codebooks is not None:
        levels, size, width = given.codebooks.shape
        start = reduced(given.codebooks.reshape(-1, width), config.model.dim).view(levels, size, config.model.dim)
    codes, size = torch.from_numpy(given.codes), config.semantic_ids.codebook_size
    return SemanticEmbedding(codes, size, config.model.dim, start, config.model.fusion)


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
