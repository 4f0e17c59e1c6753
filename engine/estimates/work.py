"""How much a training computes: positions, encoders gone through, rivals, and the multiply-adds of an epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.config import ExperimentConfig

if TYPE_CHECKING:
    from engine.store.rows import DatasetRow


def epoch_work(config: ExperimentConfig, dataset: DatasetRow) -> float:
    """Multiply-adds of one epoch, in its largest products: encoder, cross-attention, loss, and the validation."""
    model, dim = config.model, config.model.dim
    length = mean_length(config, dataset)
    positions = dataset.users * length
    block = 12 * dim * dim + 2 * length * dim
    encoder = branches(config) * model.blocks * block * passes(config)
    crossing = (4 * dim * dim + 2 * length * dim) * crossings(config)
    width = branches(config) * dim
    training = 3 * positions * (encoder + crossing + width * rivals(config, dataset))  # forward, and twice that back
    validation = dataset.users * (length * (encoder + crossing) + width * dataset.items)
    return float(training + validation)


def mean_length(config: ExperimentConfig, dataset: DatasetRow) -> float:
    """Positions that a user asks about on average, the two held-out items not counted."""
    return max(1.0, min(config.data.max_length, dataset.interactions / max(1, dataset.users) - 2))


def branches(config: ExperimentConfig) -> int:
    """How many branches go through the encoder."""
    return 2 if config.model.kind in ("h2rec", "llm_esr") else 1


def crossings(config: ExperimentConfig) -> int:
    """Cross-attentions, one for each level that looks into the hash IDs and one the other way."""
    model = config.model
    if model.kind == "llm_esr":
        return 2
    if model.kind != "h2rec":
        return 0
    return model.sid_into_hid * (config.semantic_ids.depth + config.semantic_ids.unique_level) + model.hid_into_sid


def passes(config: ExperimentConfig) -> float:
    """How often the encoder is gone through: masked and full view come on top for the granularity loss."""
    return 2.0 if config.model.kind == "h2rec" and config.alignment.beta else 1.0


def rivals(config: ExperimentConfig, dataset: DatasetRow) -> int:
    """Items that a target is scored against."""
    training = config.training
    match training.loss:
        case "cross_entropy":
            return dataset.items
        case "sampled_softmax":
            return min(training.softmax_sample, dataset.items)
    return 1 + training.negatives
