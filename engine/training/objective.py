"""The whole loss: L = L_rec + α · L_align + β · L_gran (H2Rec); single-ID models have the first part only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.config import AlignmentSettings, ExperimentConfig
from engine.data.dataset import Sequences
from engine.models.h2rec import H2Rec
from engine.models.recommender import Recommender, last_of
from engine.objectives.code_alignment import CodeGuidedAlignment
from engine.objectives.cooccurrence import cooccurrence_weights
from engine.objectives.granularity import granularity_alignment, masked_levels
from engine.objectives.recommendation import binary_cross_entropy, cross_entropy, unseen_items
from engine.semantic_ids.semantic_ids import SemanticIds


@dataclass(frozen=True)
class Losses:
    """`total` to descend on; `parts` unweighted and detached; `gate` (positions, levels) where there is one."""

    total: Tensor
    parts: dict[str, Tensor]
    gate: Tensor | None


class Objective:
    """Computes the losses of a batch for a model."""

    def __init__(self, config: ExperimentConfig, alignment: CodeGuidedAlignment | None) -> None:
        self._loss = config.training.loss
        self._settings = config.alignment
        self._alignment = alignment

    def __call__(self, model: Recommender, inputs: Tensor, targets: Tensor, lengths: Tensor) -> Losses:
        """`inputs`, `targets` (batch, length), right-padded with 0; `lengths` (batch,). See engine.data.batches.Batch."""
        encoded = model(inputs)
        valid = targets > 0
        recommendation = self._recommendation(model, encoded.states[valid], inputs, targets, valid)
        total, parts = recommendation, {"recommendation": recommendation.detach()}
        if isinstance(model, H2Rec) and encoded.gate is not None:
            if self._alignment is not None and self._settings.alpha > 0:
                alignment = self._alignment(targets, model.hashes.all_items(), model.semantics.all_items())
                total = total + self._settings.alpha * alignment
                parts["alignment"] = alignment.detach()
            if self._settings.beta > 0:
                granularity = self._granularity(model, inputs, lengths, encoded.gate)
                total = total + self._settings.beta * granularity
                parts["granularity"] = granularity.detach()
        given = torch.arange(inputs.shape[1], device=inputs.device) < lengths[:, None]
        gate = None if encoded.gate is None else encoded.gate.detach()[given]
        return Losses(total, {"total": total.detach(), **parts}, gate)

    def _recommendation(
        self, model: Recommender, states: Tensor, inputs: Tensor, targets: Tensor, valid: Tensor
    ) -> Tensor:
        vectors = model.item_vectors()
        if self._loss == "cross_entropy":
            return cross_entropy(states, targets[valid], vectors)
        histories = torch.cat([inputs, targets], dim=1)
        rows = torch.nonzero(valid)[:, 0]
        return binary_cross_entropy(states, targets[valid], unseen_items(rows, histories, len(vectors) - 1), vectors)

    def _granularity(self, model: H2Rec, inputs: Tensor, lengths: Tensor, gate: Tensor) -> Tensor:
        masked = masked_levels(last_of(gate, lengths).detach(), self._settings.masking)
        views = model.granularity_views(inputs, lengths, gate, masked)
        return granularity_alignment(*views, self._settings.temperature)


def code_guided_alignment(settings: AlignmentSettings, ids: SemanticIds, training: Sequences) -> CodeGuidedAlignment:
    """The item-level alignment for these semantic IDs; co-occurrence is counted on training interactions."""
    items = len(ids.codes)
    same: npt.NDArray[np.int64] = (
        ids.prefix_numbers(settings.shared_prefix) if settings.shared_prefix else ids.tuple_numbers
    )
    cooccurrence = None
    if settings.cooccurrence_window:
        cooccurrence = cooccurrence_weights(
            training, items, settings.cooccurrence_window, settings.min_cooccurrences, settings.max_neighbours
        )
    return CodeGuidedAlignment(np.concatenate([[-1], same]), cooccurrence, settings.temperature)
