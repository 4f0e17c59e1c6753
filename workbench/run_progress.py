"""How far a run is, put together from its events; knows no window."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.events import (
    Event,
    Failed,
    Finished,
    Interrupted,
    Metrics,
    Note,
    Paused,
    Progress,
    Resumed,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
)
from workbench.widgets.numbers import count, time_left

STAGE_NAMES = {
    Stage.DATA: "Data",
    Stage.TEXT: "Item texts",
    Stage.SEMANTIC_IDS: "Semantic IDs",
    Stage.TRAIN: "Training",
    Stage.REFIT: "Refit",
    Stage.EVALUATE: "Final test",
}
_LEAST_OBSERVED = 2.0  # seconds before an estimate of the time left is worth a word


@dataclass
class StageState:
    """One stage: whether it waits, runs, is done, was left out or was cut short, and its time and progress."""

    state: Literal["waiting", "running", "done", "skipped", "stopped", "failed"] = "waiting"
    title: str = ""
    started_at: float = 0.0
    seconds: float | None = None
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    first: tuple[float, float] | None = None  # (time, done) of the first report, to measure the pace from

    @property
    def share(self) -> float | None:
        """How much of it is done, from 0 to 1; None while nothing is known."""
        return min(1.0, self.done / self.total) if self.total > 0 else None

    def left(self, now: float) -> float | None:
        """Seconds left at the pace so far; None while there is too little to judge by."""
        if self.first is None or self.state != "running":
            return None
        elapsed, gained = now - self.first[0], self.done - self.first[1]
        if elapsed < _LEAST_OBSERVED or gained <= 0:
            return None
        return (self.total - self.done) * elapsed / gained


@dataclass
class Best:
    """The best epoch so far, by validation NDCG@10 over all users, with slice -> metric -> value."""

    epoch: int
    values: Mapping[str, Mapping[str, float]]


@dataclass
class RunProgress:
    """The state of a run; `add` takes events in their order."""

    stages: dict[Stage, StageState] = field(default_factory=lambda: {stage: StageState() for stage in Stage})
    best: Best | None = None
    epoch: int = 0
    semantic_ids: Mapping[str, Any] | None = None
    reused: bool = False
    notes: list[Note] = field(default_factory=list)
    paused_at: float | None = None
    end: Finished | Interrupted | Failed | None = None

    @property
    def current(self) -> Stage | None:
        """The stage that runs."""
        return next((stage for stage, state in self.stages.items() if state.state == "running"), None)

    def add(self, event: Event, now: float) -> None:
        """Take in one event; `now` in seconds of any steady clock."""
        match event:
            case StageStarted(stage, title, at):
                for earlier in Stage:
                    if earlier == stage:
                        break
                    if self.stages[earlier].state == "waiting":
                        self.stages[earlier].state = "skipped"
                self.stages[stage] = StageState("running", title, started_at=now - max(0.0, time.time() - at))
            case StageFinished(stage, seconds):
                self.stages[stage].state = "done"
                self.stages[stage].seconds = seconds
            case Progress(stage, done, total, unit):
                state = self.stages[stage]
                if state.first is None or done < state.done:
                    state.first = now, done
                state.done, state.total, state.unit = done, total, unit
            case Metrics(split="validation", protocol="full"):
                self._add_metrics(event)
            case SemanticIdsReady(report, reused):
                self.semantic_ids, self.reused = report, reused
            case Note():
                self.notes.append(event)
            case Paused():
                self.paused_at = now
            case Resumed(seconds):
                self._go_on(seconds)
            case Finished() | Interrupted() | Failed():
                self.end = event
                self._cut_short("failed" if isinstance(event, Failed) else "stopped", now)

    def words(self, now: float) -> str:
        """One line for the status bar and the page: "Training: epoch 12 of 200, at most about 3 min left"."""
        stage = self.current
        if stage is None:
            return ""
        state = self.stages[stage]
        now = now if self.paused_at is None else self.paused_at
        parts = [state.title or STAGE_NAMES[stage]]
        if state.total > 0:
            total = count(state.total)
            if stage in (Stage.TRAIN, Stage.REFIT):
                parts.append(f"epoch {count(max(1, math.ceil(state.done)))} of {total}")
            else:
                parts.append(f"{count(int(state.done))} of {total} {state.unit}")
        left = state.left(now)
        if left is not None:
            # Early stopping may end the training sooner.
            parts.append(("at most " if stage == Stage.TRAIN else "") + time_left(left))
        words = f"{parts[0]}: {', '.join(parts[1:])}" if len(parts) > 1 else f"{parts[0]}…"
        return words if self.paused_at is None else f"Paused. {words}"

    def _go_on(self, seconds: float) -> None:
        """After a pause, which counts for no stage."""
        self.paused_at = None
        if self.current is not None:
            state = self.stages[self.current]
            state.started_at += seconds
            if state.first is not None:
                state.first = state.first[0] + seconds, state.first[1]

    def _cut_short(self, state: Literal["stopped", "failed"], now: float) -> None:
        if self.current is not None:
            stage = self.stages[self.current]
            stage.state, stage.seconds = state, now - stage.started_at

    def _add_metrics(self, event: Metrics) -> None:
        self.epoch = event.epoch
        reached = event.values.get("overall", {}).get("NDCG@10", 0.0)
        if self.best is None or reached > self.best.values.get("overall", {}).get("NDCG@10", 0.0):
            self.best = Best(event.epoch, event.values)
