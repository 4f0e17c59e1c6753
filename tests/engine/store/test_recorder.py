"""From events to rows."""

from collections.abc import Callable

import pytest

import engine.store.recorder as recorder_module
from engine.config import ExperimentConfig
from engine.events import (
    Failed,
    Finished,
    GateWeights,
    Interrupted,
    Loss,
    Metrics,
    Note,
    Progress,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.store import Store, StoreError
from engine.store.recorder import RunRecorder

SLICES = {
    "overall": {"HR@10": 0.5, "NDCG@10": 0.25},
    "head": {"HR@10": 0.6, "NDCG@10": 0.3},
    "tail": {"HR@10": 0.1, "NDCG@10": float("nan")},
}
SAMPLED = {part: {metric: value + 0.3 for metric, value in metrics.items()} for part, metrics in SLICES.items()}


@pytest.fixture
def run(store: Store) -> int:
    return store.runs.create(ExperimentConfig(), "f")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the recorder's clock on by some seconds."""
    now = [1000.0]
    monkeypatch.setattr(recorder_module.time, "monotonic", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


def test_events_become_series(store: Store, run: int) -> None:
    record = RunRecorder(store, run)
    record(Loss(10, 0.5, {"total": 3.0, "recommendation": 2.5}))
    record(Loss(20, 1.0, {"total": 2.0, "recommendation": 1.5}))
    record(Metrics(1, "validation", "full", SLICES))
    record(GateWeights(1, (0.7, 0.3)))
    record.close()
    curves = store.runs.curves(run)
    assert set(curves) == {
        "loss/total",
        "loss/recommendation",
        "gate/1",
        "gate/2",
        *(f"validation/full/{part}/{metric}@10" for part in SLICES for metric in ("HR", "NDCG")),
    }
    total = curves["loss/total"]
    assert tuple(each.tolist() for each in (total.steps, total.epochs, total.values)) == (
        [10, 20],
        [0.5, 1.0],
        [3.0, 2.0],
    )
    head = curves["validation/full/head/NDCG@10"]
    assert tuple(each.tolist() for each in (head.steps, head.epochs, head.values)) == ([1], [1.0], [0.3])
    assert curves["gate/2"].values.tolist() == [0.3]


def test_points_wait_for_a_second_and_stages_do_not(store: Store, run: int, clock: Callable[[float], None]) -> None:
    record = RunRecorder(store, run)
    record(Loss(1, 0.1, {"total": 1.0}))
    clock(0.9)
    record(Progress(Stage.TRAIN, 1, 10, "epochs"))
    record(Loss(2, 0.2, {"total": 1.0}))
    assert store.runs.curves(run) == {}
    clock(0.2)
    record(Loss(3, 0.3, {"total": 1.0}))
    assert store.runs.curves(run)["loss/total"].steps.tolist() == [1, 2, 3]
    record(Loss(4, 0.4, {"total": 1.0}))
    assert store.runs.curves(run)["loss/total"].steps.tolist() == [1, 2, 3]
    record(StageStarted(Stage.EVALUATE, "Evaluating"))
    assert store.runs.curves(run)["loss/total"].steps.tolist() == [1, 2, 3, 4]
    assert [line.text for line in store.runs.log(run)] == ["Evaluating"]
    record(Loss(5, 0.5, {"total": 1.0}))
    record(StageFinished(Stage.EVALUATE, 1.5))
    assert len(store.runs.curves(run)["loss/total"].steps) == 5


def test_many_points_take_few_transactions(
    store: Store, run: int, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = RunRecorder(store, run)
    writes = []
    write = store.runs.record
    monkeypatch.setattr(store.runs, "record", lambda *arguments: (writes.append(1), write(*arguments)))
    for step in range(1000):
        clock(0.01)
        record(Loss(step, step / 100, {"total": 1.0, "alignment": 0.1}))
    record.close()
    assert len(writes) <= 11
    assert len(store.runs.curves(run)["loss/alignment"].steps) == 1000


def test_a_finished_run_has_its_results(store: Store, run: int) -> None:
    record = RunRecorder(store, run)
    record(SemanticIdsReady({"collision_rate": 0.02, "levels": [{"used": 30}]}, reused=True))
    record(Metrics(7, "test", "full", SLICES))
    seconds = {"text": 1.0, "train": 2.0}
    record(Finished(5, 9, {"full": SLICES, "sampled": SAMPLED}, seconds, {"model": "model.safetensors"}))
    row = store.runs.get(run)
    assert (row.status, row.best_epoch, row.epochs, row.error) == ("finished", 5, 9, None)
    assert (row.hr_overall, row.hr_head, row.hr_tail) == (0.5, 0.6, 0.1)
    assert (row.ndcg_overall, row.ndcg_head, row.ndcg_tail) == (0.25, 0.3, None)
    assert (row.sampled_hr_overall, row.sampled_ndcg_head) == (0.8, 0.6)
    assert row.test["sampled"]["overall"]["HR@10"] == 0.8
    assert row.stage_seconds == seconds
    assert row.artefacts == {"model": "model.safetensors"}
    assert row.semantic_ids == {"collision_rate": 0.02, "levels": [{"used": 30}], "reused": True}
    assert row.finished_at is not None
    assert row.seconds == pytest.approx((row.finished_at - row.created_at).total_seconds(), abs=0.05)


def test_an_interrupted_run_keeps_what_is_known(store: Store, run: int) -> None:
    record = RunRecorder(store, run)
    record(StageFinished(Stage.TEXT, 0.5))
    record(Metrics(3, "validation", "full", SLICES))
    record(Interrupted(2, {"model": "model.safetensors"}))
    row = store.runs.get(run)
    assert (row.status, row.best_epoch, row.epochs) == ("interrupted", 2, 3)
    assert row.stage_seconds == {"text": 0.5}
    assert row.artefacts == {"model": "model.safetensors"}
    assert row.test == {}
    assert row.hr_overall is None
    assert row.finished_at is not None
    assert "validation/full/overall/HR@10" in store.runs.curves(run)


def test_a_failed_run_says_why(store: Store, run: int) -> None:
    record = RunRecorder(store, run)
    record(Note("warning", "4 items have no text."))
    record(Failed("The memory was not enough.", "Traceback ..."))
    row = store.runs.get(run)
    assert (row.status, row.error, row.best_epoch) == ("failed", "The memory was not enough.", None)
    assert row.finished_at is not None
    log = [(line.level, line.text) for line in store.runs.log(run)]
    assert log == [("warning", "4 items have no text."), ("error", "Traceback ...")]


def test_what_could_not_be_written_is_written_later(store: Store, run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    record = RunRecorder(store, run)
    record(Loss(1, 0.1, {"total": 1.0}))

    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(store.runs, "record", fail)
        with pytest.raises(StoreError, match="disk"):
            record.close()
    record.close()
    assert store.runs.curves(run)["loss/total"].steps.tolist() == [1]


def test_a_run_that_is_gone_is_said(store: Store, run: int) -> None:
    record = RunRecorder(store, run)
    store.runs.record(run, changes={"status": "finished"})
    store.runs.delete([run])
    with pytest.raises(StoreError, match=f"no run {run}"):
        record(StageStarted(Stage.TRAIN, "Training"))
