"""Which settings play a part in an experiment, given the others; the reasons stand in the form."""

from collections.abc import Mapping
from typing import Any

from engine.config import RQ_VAE_SETTINGS


def set_aside(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Section or dotted setting -> why it plays no part, for these (nested, perhaps wrong) values."""
    kind = values["model"]["kind"]
    reasons: dict[str, str] = {}
    if kind != "h2rec":
        reasons["alignment"] = "Only H2Rec has two kinds of IDs to align."
        for name in ("cross_heads", "shared_encoder", "cross_residual", "hid_start"):
            reasons[f"model.{name}"] = "H2Rec only."
    if kind == "hid":
        reasons["text"] = "Hash IDs alone read no texts."
        reasons["semantic_ids"] = "Hash IDs alone need no semantic IDs."
    elif kind == "popularity":
        for section in ("text", "semantic_ids", "training"):
            reasons[section] = "Popularity only counts; it learns nothing."
        for name in ("backbone", "dim", "blocks", "heads", "dropout"):
            reasons[f"model.{name}"] = "Popularity has no network."
    if values["semantic_ids"]["quantiser"] != "rq-vae":
        for name in RQ_VAE_SETTINGS:
            reasons[f"semantic_ids.{name}"] = "RQ-VAE only."
    return reasons


def hidden(values: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Settings that have no meaning at all with these values."""
    return {"text.source"} if values["text"]["encoder"] == "bundled" else set()
