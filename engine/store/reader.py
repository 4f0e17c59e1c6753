"""From the rows of a run back to its events, for those who watch it from another process."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, cast

from engine.events import (
    Event,
    Failed,
    Finished,
    GateWeights,
    Interrupted,
    Loss,
    Metrics,
    Note,
    Paused,
    Progress,
    Protocol,
    Resumed,
    SemanticIdsReady,
    Split,
    Stage,
    StageFinished,
    StageStarted,
    TrainingFigures,
)
from engine.store.rows import Curve, LogLine, Mark, RunDetails
from engine.store.store import Store


class RunReader:
    """Gives the events of one run, each of them once. What the recorder does not write down does not come back."""

    def __init__(self, store: Store, run: int) -> None:
        self._store, self._run = store, run
        self._mark = Mark()
        self._steps: dict[str, int] = {}  # series -> its last step: a run that ends has its curves written anew
        self._finished: set[str] = set()
        self._stage: str | None = None
        self._is_paused = False
        self._knows_semantic_ids = False
        self.has_ended = False

    def read(self) -> list[Event]:
        """What has happened since the last call. Raises StoreError when the run is gone."""
        if self.has_ended:
            return []
        news = self._store.runs.news(self._run, self._mark)
        self._mark = news.mark
        curves = {series: fresh for series, curve in news.curves.items() if len((fresh := self._fresh(curve)).steps)}
        return [
            *self._stages(news.details),
            *self._diagnostics(news.details),
            *events_of(curves),
            *_from_lines(news.lines),
            *self._end(news.details),
        ]

    def _fresh(self, curve: Curve) -> Curve:
        new = curve.steps > self._steps.get(curve.series, -1)
        if len(curve.steps):
            self._steps[curve.series] = int(curve.steps[-1])
        return Curve(curve.series, curve.steps[new], curve.epochs[new], curve.values[new])

    def _stages(self, run: RunDetails) -> Iterator[Event]:
        progress = run.progress or {}
        for stage in Stage:
            seconds = run.stage_seconds.get(stage.value)
            if seconds and stage.value not in self._finished:
                self._finished.add(stage.value)
                if self._stage != stage.value:
                    yield StageStarted(stage, "")
                yield StageFinished(stage, seconds)
        if progress and progress["stage"] not in self._finished:
            stage = Stage(progress["stage"])
            if self._stage != stage.value:
                self._stage = stage.value
                yield StageStarted(stage, progress["title"], progress["at"])
            if "done" in progress:
                yield Progress(stage, progress["done"], progress["total"], progress["unit"])
        if bool(progress.get("paused")) != self._is_paused:
            self._is_paused = not self._is_paused
            yield Paused() if self._is_paused else Resumed(0.0)

    def _diagnostics(self, run: RunDetails) -> Iterator[Event]:
        if run.semantic_ids and not self._knows_semantic_ids:
            self._knows_semantic_ids = True
            report = {name: value for name, value in run.semantic_ids.items() if name != "reused"}
            yield SemanticIdsReady(report, bool(run.semantic_ids.get("reused")))

    def _end(self, run: RunDetails) -> Iterator[Event]:
        self.has_ended = run.status != "running"
        match run.status:
            case "finished":
                test = cast("Mapping[Protocol, Any]", run.test)
                yield Finished(run.best_epoch or 0, run.epochs or 0, test, run.stage_seconds, run.artefacts)
            case "interrupted":
                yield Interrupted(run.best_epoch, run.artefacts)
            case "failed":
                yield Failed(run.error or "It ended without a word.", "")


def events_of(curves: Mapping[str, Curve]) -> Iterator[Event]:
    """The events whose points these are, those of a kind in the order of their steps."""

    for (step, epoch), parts in _by_step(curves, "loss/"):
        yield Loss(step, epoch, parts)
    for (step, epoch), values in _by_step(curves, "training/"):
        yield TrainingFigures(step, epoch, values)
    for (step, _), levels in _by_step(curves, "gate/"):
        yield GateWeights(step, tuple(levels[level] for level in sorted(levels, key=int)))
    ranked = {"/".join(name.split("/")[:2]) for name in curves if name.count("/") == 3}
    for split, protocol in sorted(name.split("/") for name in ranked):
        for (step, _), values in _by_step(curves, f"{split}/{protocol}/"):
            slices: defaultdict[str, dict[str, float]] = defaultdict(dict)
            for name, value in values.items():
                part, metric = name.split("/")
                slices[part][metric] = value
            yield Metrics(step, cast(Split, split), cast(Protocol, protocol), dict(slices))


def _by_step(curves: Mapping[str, Curve], prefix: str) -> list[tuple[tuple[int, float], dict[str, float]]]:
    """(step, epoch) and name -> value of the series below `prefix`, in order."""
    found: defaultdict[tuple[int, float], dict[str, float]] = defaultdict(dict)
    for series, curve in curves.items():
        if series.startswith(prefix):
            for step, epoch, value in zip(
                curve.steps.tolist(), curve.epochs.tolist(), curve.values.tolist(), strict=True
            ):
                found[step, epoch][series.removeprefix(prefix)] = value
    return sorted(found.items())


def _from_lines(lines: list[LogLine]) -> Iterator[Event]:
    for line in lines:
        if line.level != "error":  # which the end of the run repeats
            yield Note(line.level, line.text)
