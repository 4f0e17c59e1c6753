"""The longer help fits the settings: no stranger, no second copy of a default or a range."""

import pytest

from engine.config import ExperimentConfig
from engine.explanations import explanation, explanations
from engine.settings import settings_of

KNOWN = {info.key: info for info in settings_of(ExperimentConfig)}
# Settings of the machine and of chance, in which there is nothing to compute.
PLAIN = {
    "name", "seed", "data.dataset", "text.source", "text.batch_size", "semantic_ids.batch_size", "semantic_ids.seed",
    "training.epochs", "training.refit", "training.batch_size", "training.device", "training.threads",
    "evaluation.negatives_seed", "evaluation.batch_size",
}  # fmt: skip


def test_every_setting_that_computes_something_is_explained() -> None:
    assert set(explanations()) == set(KNOWN) - PLAIN


@pytest.mark.parametrize("key", explanations())
def test_an_explanation_says_something_and_repeats_no_help(key: str) -> None:
    found = explanation(key)
    assert found.formula or found.source
    assert KNOWN[key].help not in found.formula + found.source
    assert "default" not in (found.formula + found.source).lower()


def test_what_is_not_explained_is_empty() -> None:
    assert explanation("seed").formula == explanation("seed").source == ""
