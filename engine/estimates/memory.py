"""What a training step holds in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.config import ExperimentConfig
from engine.estimates.parameters import BUNDLED_WIDTH, Parameters
from engine.estimates.work import branches, crossings, mean_length, passes, rivals

if TYPE_CHECKING:
    from engine.store.rows import DatasetRow

NUMBER = 4  # bytes of a float32
# Vectors that are kept for the way back at every position, as counted in trainings; a test holds them to it.
_KEPT_PER_BLOCK = {"sasrec": 11, "gru4rec": 10, "bert4rec": 18, "hstu": 15}
_KEPT_PER_CROSSING = 8
_KEPT_BY_ADAPTER = 2.5 * BUNDLED_WIDTH  # numbers for each text


def training_bytes(config: ExperimentConfig, dataset: DatasetRow, parameters: Parameters) -> int:
    """What a training step holds at once: weights, gradients, Adam's two moments, the average of the weights, and the
    values that are kept for the way back. The program itself, data and texts come on top."""
    if not parameters.parts:
        return 0
    model, training = config.model, config.training
    encoder = branches(config) * model.blocks * _KEPT_PER_BLOCK[model.backbone] * passes(config)
    crossing = _KEPT_PER_CROSSING * crossings(config)
    # A softmax keeps one vector for each target and goes through the scores anew; others keep every rival's vector.
    vectors = branches(config) * (1 + training.negatives if training.loss in ("bce", "gbce") else 1)
    positions = training.batch_size * mean_length(config, dataset)
    copies = 5 if training.averaging else 4
    values = positions * model.dim * (encoder + crossing + vectors)
    if model.kind in ("text", "llm_esr"):  # the adapter's inputs and hidden values, of the rivals, too
        values += _KEPT_BY_ADAPTER * (positions + rivals(config, dataset))
    return int(NUMBER * (copies * parameters.total + values))
