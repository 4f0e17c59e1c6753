"""Which settings play a part in an experiment, given the others, and why the rest do not."""

from collections.abc import Mapping
from typing import Any

from engine.config import RQ_VAE_SETTINGS, WITH_SEMANTIC_IDS, AlignmentSettings, ExperimentConfig, ModelSettings
from engine.settings import sections_of

_USUAL = [(section, getattr(ExperimentConfig(), section)) for section, _ in sections_of(ExperimentConfig)]
OF_LLM_ESR = {"distillation", "similar_users"}
OF_LOSSES = {"softmax_sample": ("sampled_softmax",), "negatives": ("bce", "gbce"), "calibration": ("gbce",)}


def set_aside(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Section or dotted setting -> why it plays no part, for these (nested, perhaps wrong) values."""
    model, loss = values["model"], values["training"]["loss"]
    kind = model["kind"]
    reasons: dict[str, str] = {}
    if kind == "popularity":
        for section in ("text", "semantic_ids", "training", "alignment"):
            reasons[section] = "Popularity only counts; it learns nothing."
        for name in set(ModelSettings.model_fields) - {"kind"}:
            reasons[f"model.{name}"] = "Popularity has no network."
        return reasons
    if kind == "hid":
        reasons["text"] = "Hash IDs alone read no texts."
    if kind not in WITH_SEMANTIC_IDS:
        reasons["semantic_ids"] = "This model needs no semantic IDs."
        reasons["model.fusion"] = "This model has no levels to fuse."
    elif values["semantic_ids"]["quantiser"] != "rq-vae":
        reasons |= {f"semantic_ids.{name}": "RQ-VAE only." for name in RQ_VAE_SETTINGS}
    if kind == "llm_esr":
        for name in set(AlignmentSettings.model_fields) - OF_LLM_ESR:
            reasons[f"alignment.{name}"] = "H2Rec only."
    elif kind != "h2rec":
        reasons["alignment"] = "Only H2Rec has two kinds of IDs to align."
    else:
        reasons |= {f"alignment.{name}": "LLM-ESR only." for name in OF_LLM_ESR}
    if kind != "h2rec":
        names = {"shared_encoder", "cross_residual", "hid_start", "gate", "sid_into_hid", "hid_into_sid"}
        reasons |= {f"model.{name}": "H2Rec only." for name in names}
    if kind not in ("h2rec", "llm_esr"):
        reasons["model.cross_heads"] = "This model has no cross-attention."
    if model["scoring"] != "cosine":
        reasons["model.score_temperature"] = "Only a cosine is divided by a temperature."
    if model["backbone"] == "gru4rec":
        reasons["model.heads"] = "GRU4Rec has no attention."
    if model["backbone"] != "bert4rec":
        reasons["model.mask_share"] = "Only BERT4Rec learns by masking items."
    for name, losses in OF_LOSSES.items():
        if loss not in losses:
            reasons[f"training.{name}"] = "The chosen loss does not use it."
    return reasons


def plays_a_part(key: str, reasons: Mapping[str, str]) -> bool:
    """Whether a dotted setting counts, given what `set_aside` says."""
    return key not in reasons and key.partition(".")[0] not in reasons


def without_idle(config: ExperimentConfig) -> ExperimentConfig:
    """The settings with those that play no part at their defaults: two experiments that are then alike are the same."""
    reasons = set_aside(config.model_dump())
    changes: dict[str, Any] = {}
    for section, usual in _USUAL:
        if section in reasons:
            changes[section] = usual
            continue
        idle = [key.partition(".")[2] for key in reasons if key.startswith(f"{section}.")]
        if idle:
            values = {name: getattr(usual, name) for name in idle}
            changes[section] = getattr(config, section).model_copy(update=values)
    return config.model_copy(update=changes)


def hidden(values: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Settings that have no meaning at all with these values."""
    found = {"data.head_share" if values["data"]["head_rule"] == "count" else "data.head_count"}
    return found | {"text.source"} if values["text"]["encoder"] == "bundled" else found
