"""The counts of parameters are those of models that are really built, part by part."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.config import ExperimentConfig, ModelSettings
from engine.estimates.parameters import BUNDLED_WIDTH, HSTU_DISTANCES, count_parameters
from engine.models.backbones import BACKBONES
from engine.models.backbones.hstu import DISTANCES
from engine.models.build import MODELS, Ingredients, build_model
from engine.settings import override, parse
from engine.text.encoders import BUNDLED_PACKAGE

ITEMS = 37
SMALL = ["model.dim=16", "data.max_length=11", "semantic_ids.depth=3", "semantic_ids.codebook_size=5"]
VARIANTS = [
    [],
    ["model.blocks=3", "model.heads=4"],
    ["model.fusion=concat"],
    ["model.shared_encoder=false"],
    ["model.gate=uniform", "model.sid_into_hid=false"],
    ["model.hid_into_sid=false", "model.cross_residual=false"],
    ["semantic_ids.unique_level=true", "model.fusion=sum"],
    ["model.dim=400", "model.heads=2"],
]
ATTRIBUTES = {
    "Hash IDs": ("hashes",),
    "Semantic IDs": ("semantics",),
    "Text adapter": ("texts",),
    "Cross-attention": ("into_hashes", "into_semantics", "into_texts"),
    "Gate": ("gate",),
    "Positions": ("inputs",),
    "Joining": ("inward", "outward"),
    "Encoder": ("encoder", "hash_encoder"),
}


def config_of(*assignments: str) -> ExperimentConfig:
    return parse(override({}, [*SMALL, *assignments]))


def built(config: ExperimentConfig, text_width: int) -> nn.Module:
    random = np.random.default_rng(0)
    levels = config.semantic_ids.depth + config.semantic_ids.unique_level
    given = Ingredients(
        items=ITEMS,
        counts=np.arange(ITEMS + 1),
        codes=random.integers(0, config.semantic_ids.codebook_size, size=(ITEMS, levels)),
        text_vectors=random.normal(size=(ITEMS, text_width)).astype(np.float32),
    )
    with torch.random.fork_rng():
        return build_model(config, given)


def size(module: nn.Module) -> int:
    return sum(each.numel() for each in module.parameters())


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("kind", MODELS)
def test_every_kind_of_model_has_as_many_parameters_as_was_said(kind: str, backbone: str) -> None:
    for variant in VARIANTS:
        config = config_of(f"model.kind={kind}", f"model.backbone={backbone}", *variant)
        model = built(config, 48)
        counted = count_parameters(config, ITEMS, 48)
        assert counted.total == size(model), variant
        for part, names in ATTRIBUTES.items():
            modules = [getattr(model, name, None) for name in names]
            if part in counted.parts and any(modules):
                assert counted.parts[part] == sum(size(each) for each in modules if each is not None), (part, variant)


def test_what_is_not_known_before_the_texts_are_read_is_said() -> None:
    assert count_parameters(config_of("model.kind=text"), ITEMS).parts["Text adapter"] > 0
    named = count_parameters(config_of("model.kind=text", "text.encoder=named", "text.source=x"), ITEMS)
    assert "Text adapter" not in named.parts
    assert "how wide" in named.open
    assert "unique level" in count_parameters(config_of("semantic_ids.unique_level=true"), ITEMS).open
    assert count_parameters(config_of(), ITEMS).open == ""


def test_what_was_written_down_twice_is_the_same() -> None:
    assert HSTU_DISTANCES == DISTANCES
    package = importlib.util.find_spec(BUNDLED_PACKAGE)
    assert package is not None
    assert package.origin is not None
    about = json.loads((Path(package.origin).parent / "model" / "config.json").read_text())
    assert about["hidden_size"] == BUNDLED_WIDTH
    assert set(BACKBONES) == set(ModelSettings.model_fields["backbone"].annotation.__args__)  # type: ignore[union-attr]
