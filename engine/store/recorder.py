"""From the events of a run to its rows in the database."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from engine.events import (
    Event,
    Failed,
    Finished,
    GateWeights,
    GoesOn,
    Interrupted,
    Loss,
    Metrics,
    Note,
    Paused,
    Progress,
    Resumed,
    SavePoint,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
    TrainingFigures,
)
from engine.store.errors import StoreError
from engine.store.rows import LogLine, Point
from engine.store.store import Store

_SECONDS_BETWEEN_WRITES = 1.0


class RunRecorder:
    """Listens to a run and writes it down: points in batches, at most once a second; stages and the end at once.

    What could not be written (StoreError) is kept for the next try. While it is `beating`, nothing is held back for
    longer than that second, and the run gives a sign of life in each.
    """

    def __init__(self, store: Store, run: int) -> None:
        self._store = store
        self._run = run
        self._points: list[Point] = []
        self._lines: list[LogLine] = []
        self._changes: dict[str, Any] = {}
        self._progress: dict[str, Any] = {}
        self._stage_seconds: dict[str, float] = {}
        before = store.runs.get(run)
        self._epochs = before.epochs
        since_then = (datetime.now(UTC) - (before.resumed_at or before.created_at)).total_seconds()
        self._seconds_before = (before.seconds or 0.0) + max(0.0, since_then)
        self._began_at = self._written_at = time.monotonic()
        self._lock = threading.Lock()

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Within, a thread writes every second; in the end all is written. Raises StoreError when that fails then."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(_SECONDS_BETWEEN_WRITES):
                try:
                    with self._lock:
                        self._changes["heartbeat"] = datetime.now(UTC)
                        self._write()
                except StoreError:
                    pass  # tried again in a second, and by the events

        thread = threading.Thread(target=beat, name=f"heartbeat of run {self._run}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.close()

    def __call__(self, event: Event) -> None:
        """Take in one event. Raises StoreError when the database cannot be written."""
        with self._lock:
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case Progress(_, done, total, unit):
                self._note_progress(done=done, total=total, unit=unit)
            case Paused() | Resumed():
                self._note_progress(paused=isinstance(event, Paused))
                self._write()
            case TrainingFigures(step, epoch, figures):
                self._points += [Point(f"training/{name}", step, epoch, value) for name, value in figures.items()]
            case Loss(step, epoch, parts):
                self._points += [Point(f"loss/{name}", step, epoch, value) for name, value in parts.items()]
            case Metrics(epoch, split, protocol, values):
                if split == "validation":
                    self._epochs = epoch
                self._points += [
                    Point(f"{split}/{protocol}/{part}/{metric}", epoch, epoch, value)
                    for part, metrics in values.items()
                    for metric, value in metrics.items()
                    if metric != "users"  # the same in every epoch: no curve
                ]
            case GateWeights(epoch, weights):
                self._points += [Point(f"gate/{level}", epoch, epoch, w) for level, w in enumerate(weights, start=1)]
            case Note(level, text):
                self._log(level, text)
            case StageStarted(stage, title, at):
                self._log("info", title)
                self._progress = {}
                self._note_progress(stage=stage.value, title=title, at=at)
                self._write()
            case StageFinished(stage, seconds):
                self._stage_seconds[stage.value] = seconds
                self._changes["stage_seconds"] = dict(self._stage_seconds)
                self._write()
            case SemanticIdsReady(report, reused):
                self._changes["semantic_ids"] = {**report, "reused": reused}
                self._write()
            case SavePoint():
                self._write()
            case GoesOn(stage, epoch, validated):
                self._go_on(stage, epoch, validated)
            case Finished() | Interrupted() | Failed():
                self._end(event)
                self._write()
        if time.monotonic() - self._written_at >= _SECONDS_BETWEEN_WRITES:
            self._write()

    def close(self) -> None:
        """Write what is still held back."""
        with self._lock:
            self._write()

    def _go_on(self, stage: Stage, epoch: float, validated: int) -> None:
        """Forget what was reported after the point from which a training goes on."""
        if stage is Stage.REFIT:
            last: dict[str, float] = {"loss/refit": epoch}
        else:
            self._epochs = validated or None
            last = {"loss/": epoch, "training/": epoch, "validation/": validated, "gate/": validated, "test/": -1}
        self._store.runs.forget_after(self._run, last)

    def _end(self, event: Finished | Interrupted | Failed) -> None:
        self._changes |= {
            "finished_at": datetime.now(UTC),
            "seconds": self._seconds_before + time.monotonic() - self._began_at,
            "epochs": self._epochs,
            "progress": None,
        }
        match event:
            case Finished(best_epoch, epochs, test, seconds, artefacts):
                self._changes |= {
                    "status": "finished",
                    "best_epoch": best_epoch,
                    "epochs": epochs,
                    "test": {name: dict(slices) for name, slices in test.items()},
                    "stage_seconds": dict(seconds),
                    "artefacts": dict(artefacts),
                    **_summary(test),
                }
            case Interrupted(best_epoch, artefacts):
                self._changes |= {"status": "interrupted", "best_epoch": best_epoch, "artefacts": dict(artefacts)}
            case Failed(message, details):
                self._changes |= {"status": "failed", "error": message}
                self._log("error", details or message)

    def _note_progress(self, **facts: Any) -> None:
        self._progress |= facts
        self._changes["progress"] = dict(self._progress)

    def _log(self, level: Literal["info", "warning", "error"], text: str) -> None:
        self._lines.append(LogLine(datetime.now(UTC), level, text))

    def _write(self) -> None:
        if self._points or self._lines or self._changes:
            self._store.runs.record(self._run, self._points, self._lines, self._changes)
            self._points, self._lines, self._changes = [], [], {}
        self._written_at = time.monotonic()


def _summary(test: Mapping[Any, Mapping[str, Mapping[str, float]]]) -> dict[str, float | None]:
    """The test metrics that the table of runs shows, under the names of its columns."""
    return {
        f"{prefix}{column}_{part}": test.get(protocol, {}).get(part, {}).get(metric)
        for protocol, prefix in (("full", ""), ("sampled", "sampled_"))
        for part in ("overall", "head", "tail")
        for column, metric in (("hr", "HR@10"), ("ndcg", "NDCG@10"))
    }
