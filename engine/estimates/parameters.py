"""How many trainable numbers each part of a model has, from the settings alone.

The counts are those of `engine.models`, written down a second time so that torch need not be loaded; a test builds
every kind of model and compares.
"""

from collections.abc import Callable
from dataclasses import dataclass

from engine.config import ExperimentConfig, ModelSettings

BUNDLED_WIDTH = 384  # of the vectors of the included text encoder
HSTU_DISTANCES = 128  # places that have a bias of their own in HSTU


@dataclass(frozen=True)
class Parameters:
    """`parts` maps a part's name to its trainable numbers; `open` says what is missing in them, "" when nothing is."""

    parts: dict[str, int]
    open: str = ""

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def count_parameters(config: ExperimentConfig, items: int, text_width: int | None = None) -> Parameters:
    """The parameters of the model that these settings give for a catalogue of `items`.

    `text_width` is that of the text vectors; without it only the included encoder's is known.
    """
    if config.text.encoder == "bundled":
        text_width = text_width or BUNDLED_WIDTH
    model, kind, dim = config.model, config.model.kind, config.model.dim
    if kind == "popularity":
        return Parameters({})
    parts: dict[str, int] = {}
    if kind not in ("sid", "text"):
        parts["Hash IDs"] = (items + 2) * dim
    if config.uses_semantic_ids:
        parts["Semantic IDs"] = _semantic_ids(config)
    if kind in ("text", "llm_esr") and text_width is not None:
        hidden = max(dim, text_width // 2)
        parts["Text adapter"] = _linear(text_width, hidden) + _linear(hidden, dim)
    if kind == "h2rec":
        parts |= _h2rec(config)
    if kind == "llm_esr":
        parts["Cross-attention"] = 2 * _cross_attention(dim)
    if kind == "hid_sid_concat":
        parts["Joining"] = _linear(2 * dim, dim) + _linear(dim, 2 * dim)
    two = kind == "h2rec" and not model.shared_encoder
    parts["Encoders" if two else "Encoder"] = (1 + two) * _ENCODERS[model.backbone](model)
    parts["Positions"] = (config.data.max_length + (model.backbone == "bert4rec")) * dim
    return Parameters(parts, _open(config, text_width))


def _open(config: ExperimentConfig, text_width: int | None) -> str:
    if config.model.kind in ("text", "llm_esr") and text_width is None:
        return "The text adapter comes on top; it depends on how wide the text vectors are."
    if config.uses_semantic_ids and config.semantic_ids.unique_level:
        return "The unique level has more codes where more items share an ID than a codebook has codes."
    return ""


def _levels(config: ExperimentConfig) -> int:
    return config.semantic_ids.depth + config.semantic_ids.unique_level


def _semantic_ids(config: ExperimentConfig) -> int:
    levels, size, dim = _levels(config), config.semantic_ids.codebook_size, config.model.dim
    rows = 1 + levels * size + levels  # padding, codes, mask
    projection = levels * dim * dim if config.model.fusion == "concat" else 0
    return rows * dim + projection


def _h2rec(config: ExperimentConfig) -> dict[str, int]:
    model, levels, dim = config.model, _levels(config), config.model.dim
    parts = {}
    crossings = (levels if model.sid_into_hid else 0) + (1 if model.hid_into_sid else 0)
    if crossings:
        parts["Cross-attention"] = crossings * _cross_attention(dim)
    if model.gate == "learned":
        parts["Gate"] = _linear(dim + levels, dim) + _linear(dim, levels)
    parts["Level masks"] = levels * dim
    return parts


def _cross_attention(dim: int) -> int:
    """Queries, keys, values and the way out of one level, none with a bias."""
    return 4 * dim * dim


def _linear(width: int, out: int) -> int:
    return width * out + out


def _norm(dim: int) -> int:
    return 2 * dim


def _self_attention(dim: int) -> int:
    return _linear(dim, 3 * dim) + _linear(dim, dim)


def _sasrec(model: ModelSettings) -> int:
    dim = model.dim
    return model.blocks * (2 * _norm(dim) + _self_attention(dim) + 2 * _linear(dim, dim)) + _norm(dim)


def _gru4rec(model: ModelSettings) -> int:
    dim = model.dim
    gates = 3
    return model.blocks * 2 * gates * _linear(dim, dim) + _linear(dim, dim) + _norm(dim)


def _bert4rec(model: ModelSettings) -> int:
    dim = model.dim
    block = 2 * _norm(dim) + _self_attention(dim) + _linear(dim, 4 * dim) + _linear(4 * dim, dim)
    return model.blocks * block + 2 * _norm(dim) + _linear(dim, dim)


def _hstu(model: ModelSettings) -> int:
    dim = model.dim
    unit = 2 * _norm(dim) + _linear(dim, 4 * dim) + model.heads * HSTU_DISTANCES + _linear(dim, dim)
    return model.blocks * unit + _norm(dim)


_ENCODERS: dict[str, Callable[[ModelSettings], int]] = {
    "sasrec": _sasrec,
    "gru4rec": _gru4rec,
    "bert4rec": _bert4rec,
    "hstu": _hstu,
}
