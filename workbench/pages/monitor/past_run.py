"""A run out of the store, ready to be shown like one that has just ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.config import ExperimentConfig
from engine.events import Stage
from engine.settings import parse
from workbench.run_progress import Best, RunProgress, StageState

if TYPE_CHECKING:
    from engine.store import Curve, LogLine, RunDetails, Store


@dataclass(frozen=True)
class PastRun:
    """Everything that the view of a run needs."""

    details: "RunDetails"
    config: ExperimentConfig
    curves: "Mapping[str, Curve]"
    log: "list[LogLine]"

    @property
    def words(self) -> str:
        """How it ended."""
        details = self.details
        if details.status == "failed":
            return details.error or "It ended without a word."
        if details.status == "finished" and details.best_epoch:
            refit = " A fresh model then learned the validation items, too." if self.was_refit else ""
            return f"Finished after {details.epochs} epochs; the best was epoch {details.best_epoch}.{refit}"
        if details.status == "finished":
            return "Finished; there was nothing to train."
        why = f"{details.error} " if details.error else "Stopped. "
        kept = f"The best checkpoint, of epoch {details.best_epoch}, is kept. " if details.best_epoch else ""
        return f"{why}{kept}It can be resumed where it was."

    @property
    def was_refit(self) -> bool:
        """Whether its test is that of a refit, which a training that was ended early does without."""
        return self.details.stage_seconds.get(Stage.REFIT.value, 0) > 0

    @property
    def best(self) -> Best | None:
        """The validation metrics of the best epoch, out of the curves; None where there are none."""
        epoch = self.details.best_epoch or self._best_on_curve
        values: dict[str, dict[str, float]] = {}
        for name, curve in self.curves.items():
            match name.split("/"):
                case ["validation", "full", part, metric]:
                    for value in curve.values[curve.steps == epoch]:
                        values.setdefault(part, {})[metric] = float(value)
        return Best(epoch, values) if epoch and values else None

    @property
    def _best_on_curve(self) -> int | None:
        """The best epoch by the curves alone: a program that was killed wrote nothing else down."""
        reached = self.curves.get("validation/full/overall/NDCG@10")
        return int(reached.steps[reached.values.argmax()]) if reached is not None and len(reached.values) else None

    @property
    def progress(self) -> RunProgress:
        """Its stages with the time that each took; the one in which it ended too soon is marked."""
        progress = RunProgress()
        cut_short = {"interrupted": "stopped", "failed": "failed"}.get(self.details.status)
        for stage in Stage:
            seconds = self.details.stage_seconds.get(stage.value)
            if seconds:
                progress.stages[stage] = StageState("done", seconds=seconds)
            elif self.details.status == "finished" or stage in self._needless:
                progress.stages[stage] = StageState("skipped")
            elif cut_short is not None:
                progress.stages[stage] = StageState("failed" if cut_short == "failed" else "stopped")
                cut_short = None
        return progress

    @property
    def _needless(self) -> set[Stage]:
        needed = {
            Stage.TEXT: self.config.uses_texts,
            Stage.SEMANTIC_IDS: self.config.uses_semantic_ids,
            Stage.TRAIN: self.config.model.kind != "popularity",
            Stage.REFIT: self.config.training.refit,
        }
        return {stage for stage, is_needed in needed.items() if not is_needed}


def load_past_run(store: "Store", run: int) -> PastRun:
    """Read a run. Raises StoreError when it is not there, SettingsError when its settings cannot be understood."""
    details = store.runs.get(run)
    return PastRun(details, parse(details.config), store.runs.curves(run), store.runs.log(run))
