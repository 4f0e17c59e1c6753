"""The training loop: epochs over batches, validation after each, early stopping, the best checkpoint kept."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from engine.config import TrainingSettings
from engine.control import RunControl
from engine.data.batches import Batch, TrainingBatches
from engine.errors import WorkbenchError
from engine.events import GateWeights, Listener, Loss, Metrics, Note, Progress, SliceMetrics, Stage, TrainingFigures
from engine.models.recommender import Recommender
from engine.training.averaging import WeightAverage
from engine.training.checkpoint import save_weights
from engine.training.devices import memory_used
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
        control: RunControl,
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
        self._control = control
        self._optimiser = Optimiser(model, settings)
        self._average = WeightAverage(model, settings.averaging)
        self._pace = _Pace(control)

    def run(self) -> None:
        """Train until the validation NDCG@10 has not risen for `patience` epochs, or the epochs are used up.

        Weights are in the checkpoint as soon as they are the best so far; those of a refit, at its end. A request to
        end the training is answered within one batch, too, but not in a refit: fewer epochs would be another model.
        In the first epoch, what was learned until then is validated and kept.

        Raises Stopped within one batch of a request to stop, and WorkbenchError when the loss is not finite.
        """
        for epoch in range(1, self._settings.epochs + 1):
            gate = self._train_epoch(epoch)
            if self._ends_early:
                self._listen(Note("info", f"The training was ended early, in epoch {epoch}."))
                if self.best_epoch is not None:
                    return
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
        return epoch - (self.best_epoch or 0) < self._settings.patience and not self._ends_early

    @property
    def _is_refit(self) -> bool:
        return self._validate is None

    @property
    def _ends_early(self) -> bool:
        return self._control.ends_training and not self._is_refit

    def _train_epoch(self, epoch: int) -> tuple[float, ...] | None:
        self._model.train()
        count = len(self._batches)
        every = max(1, count // REPORTS_PER_EPOCH)
        report = _Average()
        gate = _Average()
        self._pace.begin()
        for number, batch in enumerate(self._batches.epoch(epoch), start=1):
            self._control.check(self._listen)
            if self._ends_early:
                break
            losses = self._learn(batch)
            report.add(losses.parts)
            if losses.gate is not None:
                gate.add({"gate": losses.gate.mean(dim=0)})
            is_reported = number % every == 0 or number == count
            norm = self._optimiser.gradient_norm() if is_reported and not self._is_refit else None
            self._average.before_step()
            self._optimiser.step()
            self._pace.add(batch)
            if is_reported:
                step, progress = (epoch - 1) * count + number, epoch - 1 + number / count
                self._report(report.take(), step, progress)
                if norm is not None:
                    self._listen(TrainingFigures(step, progress, self._figures(norm)))
        return tuple(gate.take()["gate"].tolist()) if gate.count else None

    def _learn(self, batch: Batch) -> Losses:
        losses = self._objective(self._model, Question.of(batch, self._model.device))
        self._optimiser.backward(losses.total)
        return losses

    def _figures(self, norm: torch.Tensor) -> dict[str, float]:
        """See TrainingFigures; after the losses were read, so that a GPU has done what is being timed."""
        positions_per_second, seconds = self._pace.take()
        return {
            "learning_rate": self._optimiser.learning_rate,
            "gradient_norm": float(norm),
            "positions_per_second": positions_per_second,
            "memory": float(memory_used(self._model.device)),
            "seconds": seconds,
        }

    def _report(self, means: dict[str, torch.Tensor], step: int, epoch: float) -> None:
        parts = {name: float(mean) for name, mean in means.items()}
        if not math.isfinite(parts["total"]):
            raise WorkbenchError(
                f"The loss is no longer a finite number (step {step}). "
                "A smaller learning rate or smaller alignment weights usually help."
            )
        self._listen(Loss(step, epoch, {"refit": parts["total"]} if self._is_refit else parts))
        stage = Stage.REFIT if self._is_refit else Stage.TRAIN
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


class _Pace:
    """Positions trained per second, and seconds since the training began; pauses count for neither."""

    def __init__(self, control: RunControl) -> None:
        self._control = control
        self._began = self._now()
        self.begin()

    def begin(self) -> None:
        """Time from here on: between two epochs nothing is trained."""
        self._since, self._positions = self._now(), 0

    def add(self, batch: Batch) -> None:
        self._positions += int(np.count_nonzero(batch.targets))

    def take(self) -> tuple[float, float]:
        """Positions per second since the last call, and seconds since the training began."""
        now = self._now()
        rate = self._positions / max(now - self._since, 1e-9)
        self.begin()
        return rate, now - self._began

    def _now(self) -> float:
        return time.perf_counter() - self._control.paused_seconds
