"""From rows back to events: what another process reports is heard here, once and in order."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from engine.config import ExperimentConfig
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
    Resumed,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
    TrainingFigures,
)
from engine.store import RunReader, RunRecorder, Store, StoreError

SLICES = {part: {"HR@10": 0.5, "NDCG@10": 0.25} for part in ("head", "overall", "tail")}
SECONDS = {"data": 0.5, "train": 3.0}


def story() -> list[Event]:
    events: list[Event] = [
        StageStarted(Stage.DATA, "Preparing the data"),
        StageFinished(Stage.DATA, 0.5),
        SemanticIdsReady({"items": 3}, True),
        StageStarted(Stage.TRAIN, "Training"),
    ]
    for epoch in range(1, 31):
        events += [
            Loss(10 * epoch, float(epoch), {"total": 3.0 / epoch, "recommendation": 2.0 / epoch}),
            TrainingFigures(10 * epoch, float(epoch), {"gradient_norm": 1.0, "seconds": 2.0 * epoch}),
            Progress(Stage.TRAIN, epoch, 30, "epochs"),
            GateWeights(epoch, (0.7, 0.3)),
            Metrics(epoch, "validation", "full", SLICES),
            Note("warning", f"Epoch {epoch}."),
        ]
    return events


def recorded(kind: type, events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_recorded_comes_back_once_and_in_order(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    run = store.runs.create(ExperimentConfig(), "f")
    recorder, reader = RunRecorder(store, run), RunReader(store, run)
    end = Finished(7, 30, {"full": SLICES}, SECONDS, {"model": "model.safetensors"})
    told, heard = [*story(), StageFinished(Stage.TRAIN, 3.0), end], list[Event]()
    for event in told:
        recorder(event)
        if chance.random() < 0.2:
            recorder.close()  # as it does after a second
            heard += reader.read()
    recorder.close()
    heard += reader.read()
    assert reader.has_ended
    assert reader.read() == []
    for kind in (Loss, TrainingFigures, GateWeights, Metrics, SemanticIdsReady, StageFinished, Finished):
        assert recorded(kind, heard) == recorded(kind, told), kind
    assert [event.stage for event in heard if isinstance(event, StageStarted)] == [Stage.DATA, Stage.TRAIN]
    assert [note.text for note in heard if isinstance(note, Note) and note.level == "warning"] == [
        f"Epoch {epoch}." for epoch in range(1, 31)
    ]


def test_how_far_a_run_is_and_that_it_is_paused_are_heard(store: Store) -> None:
    run = store.runs.create(ExperimentConfig(), "f")
    recorder, reader = RunRecorder(store, run), RunReader(store, run)
    recorder(StageStarted(Stage.TEXT, "Encoding item texts", 1234.5))
    recorder(Progress(Stage.TEXT, 3, 10, "texts"))
    recorder(Paused())
    started, *others = reader.read()
    assert isinstance(started, StageStarted)
    assert started.at == 1234.5
    assert others[:2] == [Progress(Stage.TEXT, 3, 10, "texts"), Paused()]
    recorder(Resumed(4.0))
    recorder(StageFinished(Stage.TEXT, 2.0))
    assert [type(event) for event in reader.read()] == [StageFinished, Resumed]


@pytest.mark.parametrize("end", [Interrupted(3, {}), Failed("No room.", "")])
def test_an_end_too_soon_is_heard(store: Store, end: Event) -> None:
    run = store.runs.create(ExperimentConfig(), "f")
    recorder = RunRecorder(store, run)
    recorder(end)
    assert RunReader(store, run).read()[-1] == end
    store.runs.delete([run])
    with pytest.raises(StoreError, match="was deleted"):
        RunReader(store, run).read()


def test_only_runs_of_other_living_processes_go_elsewhere(store: Store, tmp_path: Path) -> None:
    store.runs.create(ExperimentConfig(name="own"), "f")
    code = (
        "import pathlib, sys; from engine.store import Store; from engine.config import ExperimentConfig; "
        "Store(pathlib.Path('workbench.db')).runs.create(ExperimentConfig(name='other'), 'f'); "
        "print('made', flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {code}"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"made\n"
    assert [run.name for run in store.runs.going_elsewhere()] == ["other"]
    process.communicate()
    assert store.runs.going_elsewhere() == []
