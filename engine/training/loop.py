"""The training loop: epochs over batches, validation after each, early stopping, the best checkpoint kept."""

import math
import threading
from collections.abc import Callable
from pathlib import Path

import torch

from engine.config import TrainingSettings
from engine.data.batches import Batch, TrainingBatches
from engine.errors import Stopped, WorkbenchError
from engine.events import GateWeights, Listener, Loss, Metrics, Progress, SliceMetrics, Stage
from engine.models.recommender import Recommender
from engine.training.averaging import WeightAverage
from engine.training.checkpoint import save_weights
from engine.training.objective import Losses, Objective, Question
from engine.training.optimiser import Optimiser

REPORTS_PER_EPOCH = 20


class Training:
    """One training of one model. `best_epoch` is None until the first validation.

    Without `validate` it is a refit: all `settings.epochs` epochs are gone through, and the last weights are kept.
    """

    def __init__(
        self,
        model: Recommender,
        objective: Objective,
        batches: TrainingBatches,
        validate: Callable[[], SliceMetrics] | None,
        settings: TrainingSettings,
        checkpoint: Path,
        listen: Listener,
        stop: threading.Event,
    ) -> None:
        self.best_epoch: int | None = None
        self.epochs = 0
        self._best = -math.inf
        self._model = model
        self._objective = objective
        self._batches = batches
        self._validate = validate
        self._settings = settings
        self._checkpoint = checkpoint
        self._listen = listen
        self._stop = stop
        self._optimiser = Optimiser(model, settings)
        self._average = WeightAverage(model, settings.averaging)

    def run(self) -> None:
        """Train until the validation NDCG@10 has not risen for `patience` epochs, or the epochs are used up.

        Weights are in the checkpoint as soon as they are the best so far; those of a refit, at its end.

        Raises Stopped within one batch of a request to stop, and WorkbenchError when the loss is not finite.
        """
        for epoch in range(1, self._settings.epochs + 1):
            gate = self._train_epoch(epoch)
            self.epochs = epoch
            if self._validate is not None:
                if gate is not None:
                    self._listen(GateWeights(epoch, gate))
                with self._average.in_place():
                    goes_on = self._judge(epoch, self._validate())
                if not goes_on:
                    return
        if self._validate is None:
            with self._average.in_place():
                save_weights(self._model, self._checkpoint)

    def _judge(self, epoch: int, values: SliceMetrics) -> bool:
        """Keep the weights if they are the best so far, and say whether training goes on."""
        self._listen(Metrics(epoch, "validation", "full", values))
        if values["overall"]["NDCG@10"] > self._best:
            self._best = values["overall"]["NDCG@10"]
            self.best_epoch = epoch
            save_weights(self._model, self._checkpoint)
        return epoch - (self.best_epoch or 0) < self._settings.patience

    def _train_epoch(self, epoch: int) -> tuple[float, ...] | None:
        self._model.train()
        count = len(self._batches)
        every = max(1, count // REPORTS_PER_EPOCH)
        report = _Average()
        gate = _Average()
        for number, batch in enumerate(self._batches.epoch(epoch), start=1):
            if self._stop.is_set():
                raise Stopped
            losses = self._step(batch)
            report.add(losses.parts)
            if losses.gate is not None:
                gate.add({"gate": losses.gate.mean(dim=0)})
            if number % every == 0 or number == count:
                self._report(report.take(), (epoch - 1) * count + number, epoch - 1 + number / count)
        return tuple(gate.take()["gate"].tolist()) if gate.count else None

    def _step(self, batch: Batch) -> Losses:
        losses = self._objective(self._model, Question.of(batch, self._model.device))
        self._optimiser.backward(losses.total)
        self._average.before_step()
        self._optimiser.step()
        return losses

    def _report(self, means: dict[str, torch.Tensor], step: int, epoch: float) -> None:
        parts = {name: float(mean) for name, mean in means.items()}
        if not math.isfinite(parts["total"]):
            raise WorkbenchError(
                f"The loss is no longer a finite number (step {step}). "
                "A smaller learning rate or smaller alignment weights usually help."
            )
        is_refit = self._validate is None
        self._listen(Loss(step, epoch, {"refit": parts["total"]} if is_refit else parts))
        stage = Stage.REFIT if is_refit else Stage.TRAIN
        self._listen(Progress(stage, epoch, self._settings.epochs, "epochs"))


class _Average:
    """Running means of named tensors, read only when asked, so that a GPU need not wait at every step."""

    def __init__(self) -> None:
        self.count = 0
        self._sums: dict[str, torch.Tensor] = {}

    def add(self, values: dict[str, torch.Tensor]) -> None:
        self.count += 1
        for name, value in values.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value

    def take(self) -> dict[str, torch.Tensor]:
        """The means since the last call."""
        means = {name: total / self.count for name, total in self._sums.items()}
        self.count, self._sums = 0, {}
        return means
