"""Settings that play no part say why, depending on the model and its backbone."""

import pytest

from engine.applicability import set_aside
from engine.config import ExperimentConfig
from engine.settings import override, parse


def reasons(*assignments: str) -> dict[str, str]:
    return set_aside(parse(override({}, list(assignments))).model_dump())


def test_the_default_experiment_uses_its_attention_heads() -> None:
    assert "model.heads" not in reasons()


@pytest.mark.parametrize("kind", ["hid", "h2rec"])
def test_a_recurrent_network_has_no_attention_heads(kind: str) -> None:
    assert reasons(f"model.kind={kind}", "model.backbone=gru4rec")["model.heads"] == "GRU4Rec has no attention."


def test_popularity_says_of_every_network_setting_that_there_is_no_network() -> None:
    given = reasons("model.kind=popularity", "model.backbone=gru4rec")
    network = set(ExperimentConfig().model.model_dump()) - {"kind"}
    assert network <= {name.removeprefix("model.") for name in given}
    assert given["model.heads"] == "Popularity has no network."


@pytest.mark.parametrize("kind", ["hid", "sid", "h2rec"])
def test_masking_belongs_to_bert4rec(kind: str) -> None:
    assert reasons(f"model.kind={kind}")["model.mask_share"] == "Only BERT4Rec learns by masking items."
    assert "model.mask_share" not in reasons(f"model.kind={kind}", "model.backbone=bert4rec")
