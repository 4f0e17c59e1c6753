"""A workbench without an engine: a real store, scripted runs."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.events import (
    Event,
    Failed,
    Finished,
    GateWeights,
    Interrupted,
    Listener,
    Loss,
    Metrics,
    Note,
    Progress,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.home import Home
from engine.store import Store
from engine.store.schema import RunMetricsRecord, RunRecord
from engine.store.summary import COLUMNS as METRICS
from workbench.context import Workbench
from workbench.preferences import Preferences
from workbench.run_controller import RunController
from workbench.run_thread import Outcome

REPORT: dict[str, Any] = {
    "items": 800,
    "depth": 3,
    "codebook_size": 32,
    "utilisation": [1.0, 0.97, 0.94],
    "perplexity": [28.1, 27.0, 25.2],
    "collision_rate": 0.032,
    "largest_collision": 4,
    "reconstruction_error": 0.041,
    "neighbour_preservation": 0.61,
}


def slices(ndcg: float) -> dict[str, dict[str, float]]:
    return {
        part: {"NDCG@10": ndcg * share, "HR@10": 2 * ndcg * share}
        for part, share in (("overall", 1.0), ("head", 1.5), ("tail", 0.5))
    }


def epoch_events(epoch: int, epochs: int, ndcg: float) -> list[Event]:
    loss = {"total": 5 / epoch, "recommendation": 4 / epoch, "alignment": 3 / epoch, "granularity": 2 / epoch}
    return [
        Loss(2 * epoch - 1, epoch - 0.5, loss),
        Progress(Stage.TRAIN, epoch - 0.5, epochs, "epochs"),
        Loss(2 * epoch, float(epoch), loss),
        Progress(Stage.TRAIN, float(epoch), epochs, "epochs"),
        Metrics(epoch, "validation", "full", slices(ndcg)),
        GateWeights(epoch, (0.5, 0.3, 0.2)),
        Note("info", f"Epoch {epoch} done."),
    ]


def scripted(epochs: int = 4, best: int = 3) -> list[Event]:
    """All events of an H2Rec run but its end; the validation NDCG@10 is highest at `best`."""
    events: list[Event] = [
        StageStarted(Stage.DATA, "Preparing the data"),
        StageFinished(Stage.DATA, 0.3),
        StageStarted(Stage.TEXT, "Encoding item texts"),
        Progress(Stage.TEXT, 400, 800, "texts"),
        StageFinished(Stage.TEXT, 4.2),
        StageStarted(Stage.SEMANTIC_IDS, "Learning semantic IDs"),
        SemanticIdsReady(REPORT, reused=False),
        StageFinished(Stage.SEMANTIC_IDS, 9.8),
        Note("warning", "12 of 800 items have no text."),
        StageStarted(Stage.TRAIN, "Training"),
    ]
    for epoch in range(1, epochs + 1):
        events += epoch_events(epoch, epochs, 0.1 - 0.01 * abs(best - epoch))
    return [
        *events,
        StageFinished(Stage.TRAIN, 48.0),
        StageStarted(Stage.EVALUATE, "Final test"),
        StageFinished(Stage.EVALUATE, 1.4),
    ]


def finished(epochs: int = 4, best: int = 3) -> Finished:
    seconds = {"data": 0.3, "text": 4.2, "semantic_ids": 9.8, "train": 48.0, "evaluate": 1.4}
    return Finished(best, epochs, {"sampled": slices(0.4), "full": slices(0.09)}, seconds, {})


class Script:
    """A double for the engine: reports events, then waits for `go_on` (or a stop) where told to, then ends."""

    def __init__(self, events: list[Event], end: Outcome | Exception, *, waits: bool = False) -> None:
        self.events, self.end = events, end
        self.go_on = threading.Event()
        if not waits:
            self.go_on.set()
        self.thread: threading.Thread | None = None

    def __call__(self, run: int, config: ExperimentConfig, listen: Listener, control: RunControl) -> Outcome:
        self.thread = threading.current_thread()
        for event in self.events:
            listen(event)
        while not self.go_on.wait(0.005):
            if control.is_stopping:
                end: Outcome = Interrupted(3, {})
                listen(end)
                return end
        if isinstance(self.end, Exception):
            raise self.end
        listen(self.end)
        return self.end


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """A store that lists two datasets; their files are not there."""
    made = Store(home.database)
    made.datasets.add(
        "sample", source="generator", fingerprint="s", users=1200, items=800, interactions=15342, synthetic=True
    )
    made.datasets.add("ml-100k", source="ml-100k", fingerprint="m", users=943, items=1349, interactions=99287)
    yield made
    made.close()


@pytest.fixture(scope="session")
def fill_with_runs() -> Callable[[Store, int], None]:
    """Puts so many finished runs into an empty store: studies of five seeds, with metrics at every cutoff."""

    def fill(store: Store, runs: int) -> None:
        store.runs.create(ExperimentConfig(name="template"), "f")
        chance = np.random.default_rng(0)
        with store.runs._database.writing() as session:
            first = dict(session.execute(RunRecord.__table__.select()).one()._mapping)
            records, metrics = [], []
            for number in range(2, runs + 1):
                records.append(
                    {**first, "id": number, "name": f"run {number}", "status": "finished", "seconds": 60.0,
                     "seed": number % 5, "settings_key": f"{number // 5}", "model": ("h2rec", "hid", "sid")[number % 3],
                     "created_at": first["created_at"] + timedelta(minutes=number),
                     "tags": ["paper"] if number % 7 == 0 else []}
                )  # fmt: skip
                for source in ("full", "sampled", "best", "last"):
                    for k in (5, 10, 20):
                        values = dict(zip(METRICS, chance.random(len(METRICS)).tolist(), strict=True))
                        metrics.append({"run_id": number, "source": source, "k": k, **values})
            session.execute(insert(RunRecord), records)
            session.execute(insert(RunMetricsRecord), metrics)

    return fill


@pytest.fixture
def preferences(qapp: object, home: Home) -> Preferences:
    return Preferences(home.root / "workbench.ini")


@pytest.fixture
def make_workbench(
    qtbot: object, home: Home, store: Store, preferences: Preferences
) -> Iterator[Callable[..., Workbench]]:
    """Makes a workbench whose runs are played by a script; runs that still go at the end are stopped."""
    made: list[Workbench] = []

    def make(runner: Script | None = None) -> Workbench:
        library = SimpleNamespace(examine=lambda _name: [])
        script = runner or Script(scripted(), finished())
        controller = RunController(home, store, library, script)  # type: ignore[arg-type]
        made.append(Workbench(home, store, library, controller, preferences))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for workbench in made:
        workbench.controller.stop_all()
        qtbot.waitUntil(lambda workbench=workbench: not workbench.controller.is_running, timeout=5000)  # type: ignore[attr-defined]


FAILURE = Failed("The folder is full. Free some space and start again.", "Traceback …")


@pytest.fixture
def scripts() -> SimpleNamespace:
    """What a scripted run is made of."""
    return SimpleNamespace(
        Script=Script, scripted=scripted, finished=finished, slices=slices, report=REPORT, failure=FAILURE
    )
