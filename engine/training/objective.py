"""The whole loss: L = L_rec + α · L_align + β · L_gran (H2Rec); other models have the first part, some one more."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.config import AlignmentSettings, ExperimentConfig
from engine.data.batches import Batch
from engine.data.dataset import IntArray, Sequences
from engine.models.backbones.encoder import last_of
from engine.models.h2rec import H2Rec
from engine.models.llm_esr import LLMESR
from engine.models.recommender import Encoded, Recommender
from engine.objectives.code_alignment import CodeGuidedAlignment
from engine.objectives.cooccurrence import cooccurrence_weights
from engine.objectives.distillation import SimilarUsers, similar_users
from engine.objectives.granularity import granularity_alignment, masked_levels
from engine.objectives.recommendation import (
    binary_cross_entropy,
    cross_entropy,
    generalised_binary_cross_entropy,
    sampled_softmax,
)
from engine.objectives.sampling import SoftmaxSample, unseen_items
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.training.devices import to_device


@dataclass(frozen=True)
class Losses:
    """`total` to descend on; `parts` unweighted and detached; `gate` (positions, levels) where there is one."""

    total: Tensor
    parts: dict[str, Tensor]
    gate: Tensor | None


@dataclass(frozen=True)
class Question:
    """A training batch on its device: `users` (batch,), `inputs` and `targets` (batch, length), right-padded with 0,
    `lengths` (batch,), and the `share` by which its means over users count."""

    users: Tensor
    inputs: Tensor
    targets: Tensor
    lengths: Tensor
    share: float = 1.0

    @classmethod
    def of(cls, batch: Batch, device: torch.device) -> "Question":
        """What `batch` asks, on `device`."""
        arrays = (batch.users, batch.inputs, batch.targets, batch.lengths)
        users, inputs, targets, lengths = (to_device(array, device) for array in arrays)
        return cls(users, inputs, targets, lengths, batch.share)

    @property
    def is_position(self) -> Tensor:
        """(batch, length) where `lengths` reach."""
        return torch.arange(self.inputs.shape[1], device=self.inputs.device) < self.lengths[:, None]


class Objective:
    """Computes the losses of a batch for a model."""

    def __init__(
        self,
        config: ExperimentConfig,
        sample: SoftmaxSample,
        alignment: CodeGuidedAlignment | None = None,
        distillation: SimilarUsers | None = None,
    ) -> None:
        self._training = config.training
        self._is_mixed = config.training.precision == "bfloat16"
        self._settings = config.alignment
        self._sample = sample
        self._alignment = alignment
        self._distillation = distillation

    def __call__(self, model: Recommender, asked: Question) -> Losses:
        valid = asked.targets > 0
        parts = {}
        if isinstance(model, H2Rec) and self._alignment is not None and self._settings.alpha > 0:
            items = torch.unique(asked.targets[valid])
            parts["alignment"] = self._alignment(items, model.hashes(items), model.semantics(items))
        with self._encoding(asked):
            encoded = model(asked.inputs)
        states = self._full(encoded.states)
        parts |= {"recommendation": self._recommendation(model, states[valid], asked, valid)}
        weights = {"alignment": self._settings.alpha, "granularity": self._settings.beta * asked.share}
        if isinstance(model, H2Rec) and self._settings.beta > 0:
            parts["granularity"] = self._granularity(model, asked, encoded)
        if isinstance(model, LLMESR) and self._distillation is not None and self._settings.distillation > 0:
            parts["distillation"] = self._distillation(asked.users, last_of(states, asked.lengths))
            weights["distillation"] = self._settings.distillation * asked.share
        total = torch.stack([weights.get(name, 1.0) * part for name, part in parts.items()]).sum()
        gate = None if encoded.gate is None else encoded.gate.detach()[asked.is_position]
        return Losses(total, {"total": total.detach()} | {name: part.detach() for name, part in parts.items()}, gate)

    def state(self) -> dict[str, Tensor]:
        """What `restore` needs: what the objective remembers from step to step, mostly nothing."""
        return {} if self._distillation is None else self._distillation.state()

    def restore(self, state: Mapping[str, Tensor], device: torch.device) -> None:
        """Go on from a `state` of the same objective."""
        if self._distillation is not None:
            self._distillation.restore(state, device)

    def _recommendation(self, model: Recommender, states: Tensor, asked: Question, valid: Tensor) -> Tensor:
        settings, targets, items = self._training, asked.targets[valid], model.items
        if settings.loss == "cross_entropy":
            return cross_entropy(states, targets, model.item_vectors())
        distinct, place = torch.unique(targets, return_inverse=True)
        if settings.loss == "sampled_softmax":
            sample, log_expected = self._sample.draw(settings.softmax_sample, targets.device)
            vectors = model.item_vectors(torch.cat([distinct, sample]))
            of_targets, of_sample = vectors[place], vectors[len(distinct) :]
            return sampled_softmax(states, targets, of_targets, sample, of_sample, log_expected)
        histories = torch.cat([asked.inputs, asked.targets], dim=1)
        rivals = unseen_items(torch.nonzero(valid)[:, 0], histories, items, settings.negatives)
        named, places = torch.unique(torch.cat([targets[:, None], rivals], dim=1), return_inverse=True)
        scores = torch.einsum("pw,pcw->pc", states, model.item_vectors(named)[places])
        if settings.loss == "bce":
            return binary_cross_entropy(scores[:, 0], scores[:, 1:])
        return generalised_binary_cross_entropy(scores[:, 0], scores[:, 1:], items, settings.calibration)

    def _granularity(self, model: H2Rec, asked: Question, encoded: Encoded) -> Tensor:
        assert encoded.gate is not None
        masked = masked_levels(last_of(encoded.gate, asked.lengths).detach(), self._settings.masking)
        with self._encoding(asked):
            views = model.granularity_views(asked.inputs, asked.lengths, encoded.gate, masked)
        partial, full = map(self._full, views)
        return granularity_alignment(partial, full, self._settings.temperature, self._settings.granularity_loss)

    def _encoding(self, asked: Question) -> torch.autocast:
        """Within it the encoder computes in the precision of the settings; losses are computed outside."""
        return torch.autocast(asked.inputs.device.type, torch.bfloat16, enabled=self._is_mixed)

    def _full(self, encoded: Tensor) -> Tensor:
        return encoded.float() if self._is_mixed else encoded


def make_objective(
    config: ExperimentConfig,
    training: Sequences,
    counts: IntArray,
    ids: SemanticIds | None,
    vectors: FloatArray | None,
) -> Objective:
    """The objective that the settings ask for; everything counted for it comes from `training` interactions.

    `counts` (items + 1,): how many of them each item has.
    """
    settings = config.alignment
    alignment = distillation = None
    if config.model.kind == "h2rec" and ids is not None and settings.alpha > 0:
        alignment = code_guided_alignment(settings, ids, training)
    if config.model.kind == "llm_esr" and vectors is not None and settings.distillation > 0:
        distillation = SimilarUsers(similar_users(training, vectors, settings.similar_users))
    return Objective(config, SoftmaxSample(counts), alignment, distillation)


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
