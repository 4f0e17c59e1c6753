"""The training loop: epochs over batches, validation after each, early stopping, the best checkpoint kept."""

import math
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from engine.config import TrainingSettings
from engine.control import RunControl
from engine.data.batches import Batch, TrainingBatches
from engine.errors import DataError, Stopped, WorkbenchError
from engine.events import (
    GateWeights,
    Listener,
    Loss,
    Metrics,
    Note,
    Progress,
    SavePoint,
    SliceMetrics,
    Stage,
    TrainingFigures,
)
from engine.models.recommender import Recommender
from engine.training.averaging import WeightAverage
from engine.training.checkpoint import save_weights
from engine.training.devices import memory_used
from engine.training.keeping import Keeper
from engine.training.objective import Losses, Objective, Question
from engine.training.optimiser import Optimiser
from engine.training.state import State, part, prefixed

REPORTS_PER_EPOCH = 20


class Training:
    """One training of one model. `best_epoch` is None until the first validation; `was_ended`: by the person.

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
        state: Path,
        listen: Listener,
        control: RunControl,
        about: Callable[[], State] = dict,
    ) -> None:
        """`state` is the file in which the training is kept, with what `about` gives, so that it can go on from it."""
        self.best_epoch: int | None = None
        self.epochs = 0
        self.was_ended = False
        self._best = -math.inf
        self._model = model
        self._objective = objective
        self._batches = batches
        self._validate = validate
        self._settings = settings
        self._checkpoint = checkpoint
        self._listen = listen
        self._control = control
        self._about = about
        self._optimiser = Optimiser(model, settings)
        self._average = WeightAverage(model, settings.averaging)
        self._pace = _Pace(control)
        self._keeper = Keeper(state, checkpoint)
        # Where it stands: the epoch that is gone through, how many of its batches are done, and what is to be reported.
        self._epoch, self._batch = 1, 0
        self._report, self._gate = _Average(), _Average()

    @property
    def position(self) -> float:
        """Where it stands, in epochs."""
        return self._epoch - 1 + self._batch / max(1, len(self._batches))

    @property
    def validated(self) -> int:
        """The last epoch that is over, with its validation."""
        return self._epoch - 1

    def run(self) -> None:
        """Train until the validation NDCG@10 has not risen for `patience` epochs, or the epochs are used up.

        The checkpoint has the weights of the best epoch as soon as the state that comes after it is written; those of
        a refit, at its end. A request to end the training is answered within one batch, too, but not in a refit: fewer
        epochs would be another model. In the first epoch, what was learned until then is validated and kept.

        Raises Stopped within one batch of a request to stop, and WorkbenchError when the loss is not finite.
        """
        try:
            while not self._is_over:
                self._go_through_epoch()
        except Stopped:
            self._save()
            raise
        if self._validate is None:
            with self._average.in_place():
                save_weights(self._model, self._checkpoint)
        self._save()

    def state(self) -> State:
        """What `restore` needs; to be taken between two batches."""
        return {
            **self._about(),
            "epoch": self._epoch,
            "batch": self._batch,
            "batches": len(self._batches),
            "epochs": self.epochs,
            "best_epoch": self.best_epoch,
            "best": None if self.best_epoch is None else self._best,
            "was_ended": self.was_ended,
            "random": torch.get_rng_state(),
            **self._random_of_gpu(),
            **prefixed("model", dict(self._model.named_parameters())),
            **prefixed("optimiser", self._optimiser.state()),
            **prefixed("average", self._average.state()),
            **prefixed("objective", self._objective.state()),
            **prefixed("report", self._report.state()),
            **prefixed("gate", self._gate.state()),
            **prefixed("pace", self._pace.state()),
        }

    def restore(self, state: State) -> None:
        """Go on from a `state` of a training of the same model on the same data.

        Raises DataError, changing nothing, when it is that of another one.
        """
        device = self._model.device
        weights = dict(self._model.named_parameters())
        found = part("model", state)
        if len(self._batches) != state.get("batches") or (
            {name: each.shape for name, each in weights.items()} != {name: each.shape for name, each in found.items()}
        ):
            raise DataError("The training state is that of another model or of other data.")
        with torch.no_grad():
            for name, each in weights.items():
                each.copy_(found[name])
        self._optimiser.restore(part("optimiser", state))
        self._average.restore(part("average", state))
        self._objective.restore(part("objective", state), device)
        self._report.restore(part("report", state), device)
        self._gate.restore(part("gate", state), device)
        self._pace.restore(part("pace", state))
        self._epoch, self._batch, self.epochs = state["epoch"], state["batch"], state["epochs"]
        self.best_epoch, self.was_ended = state["best_epoch"], state["was_ended"]
        self._best = -math.inf if state["best"] is None else state["best"]
        self._keeper.settle(self.best_epoch)
        torch.set_rng_state(state["random"])
        if "random_of_gpu" in state and device.type == "cuda":
            torch.cuda.set_rng_state(state["random_of_gpu"], device)

    def _random_of_gpu(self) -> State:
        device = self._model.device
        return {"random_of_gpu": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {}

    def _save(self) -> None:
        self._listen(SavePoint())
        self._keeper.save(self.state)

    def _go_through_epoch(self) -> None:
        """What is left of an epoch, and its validation."""
        self._train_batches()
        if self._ends_early:
            self._listen(Note("info", f"The training was ended early, in epoch {self._epoch}."))
            if self.best_epoch is not None:
                self.was_ended = True
                return
        self.epochs = self._epoch
        if self._validate is not None:
            if self._gate.count:
                self._listen(GateWeights(self._epoch, tuple(self._gate.means()["gate"].tolist())))
            with self._average.in_place():
                self._judge(self._validate())
            self.was_ended = self._ends_early
        if self._batch == len(self._batches):
            self._epoch, self._batch, self._gate = self._epoch + 1, 0, _Average()
        if not self._is_over and self._keeper.is_due(within_epoch=False):
            self._save()

    def _judge(self, values: SliceMetrics) -> None:
        """Keep the weights if they are the best so far."""
        self._listen(Metrics(self._epoch, "validation", "full", values))
        if values["overall"]["NDCG@10"] > self._best:
            self._best = values["overall"]["NDCG@10"]
            self.best_epoch = self._epoch
            self._keeper.offer(self._model, self._epoch)

    @property
    def _is_over(self) -> bool:
        without_better = 0 if self._is_refit else self._epoch - 1 - (self.best_epoch or 0)
        return self.was_ended or self._epoch > self._settings.epochs or (without_better >= self._settings.patience)

    @property
    def _is_refit(self) -> bool:
        return self._validate is None

    @property
    def _ends_early(self) -> bool:
        return self._control.ends_training and not self._is_refit

    def _train_batches(self) -> None:
        """Train on the batches of the epoch that are left, or on those before a request to end the training."""
        self._model.train()
        count = len(self._batches)
        every = max(1, count // REPORTS_PER_EPOCH)
        if self._batch == 0:
            self._pace.begin()
        for batch in islice(self._batches.epoch(self._epoch), self._batch, None):
            self._control.check(self._listen)
            if self._ends_early:
                break
            losses = self._learn(batch)
            self._report.add(losses.parts)
            if losses.gate is not None:
                self._gate.add({"gate": losses.gate.mean(dim=0)})
            number = self._batch + 1
            is_reported = number % every == 0 or number == count
            norm = self._optimiser.gradient_norm() if is_reported and not self._is_refit else None
            self._average.before_step()
            self._optimiser.step()
            self._pace.add(batch)
            self._batch = number
            if is_reported:
                step = (self._epoch - 1) * count + number
                self._tell(self._report.take(), step)
                if norm is not None:
                    self._listen(TrainingFigures(step, self.position, self._figures(norm)))
            if number < count and self._keeper.is_due(within_epoch=True):
                self._save()

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

    def _tell(self, means: dict[str, torch.Tensor], step: int) -> None:
        parts = {name: float(mean) for name, mean in means.items()}
        if not math.isfinite(parts["total"]):
            raise WorkbenchError(
                f"The loss is no longer a finite number (step {step}). "
                "A smaller learning rate or smaller alignment weights usually help."
            )
        self._listen(Loss(step, self.position, {"refit": parts["total"]} if self._is_refit else parts))
        stage = Stage.REFIT if self._is_refit else Stage.TRAIN
        self._listen(Progress(stage, self.position, self._settings.epochs, "epochs"))


class _Average:
    """Running means of named tensors, read only when asked, so that a GPU need not wait at every step."""

    def __init__(self) -> None:
        self.count = 0
        self._sums: dict[str, torch.Tensor] = {}

    def add(self, values: dict[str, torch.Tensor]) -> None:
        self.count += 1
        for name, value in values.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value

    def means(self) -> dict[str, torch.Tensor]:
        return {name: total / self.count for name, total in self._sums.items()}

    def take(self) -> dict[str, torch.Tensor]:
        """The means since the last call."""
        means = self.means()
        self.count, self._sums = 0, {}
        return means

    def state(self) -> State:
        return {"count": self.count, **prefixed("sum", self._sums)}

    def restore(self, state: State, device: torch.device) -> None:
        self.count = state["count"]
        self._sums = {name: total.to(device) for name, total in part("sum", state).items()}


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

    def state(self) -> State:
        now = self._now()
        return {"seconds": now - self._began, "since": now - self._since, "positions": self._positions}

    def restore(self, state: State) -> None:
        now = self._now()
        self._began, self._since = now - state["seconds"], now - state["since"]
        self._positions = state["positions"]

    def _now(self) -> float:
        return time.perf_counter() - self._control.paused_seconds
