"""Who computes a run, whether that still lives, and that only one process can take a run over."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.config import ExperimentConfig
from engine.events import Failed, Finished, GateWeights, GoesOn, Interrupted, Loss, Metrics, SavePoint, Stage
from engine.store import RunReader, RunRecorder, Store, StoreError
from engine.store import recorder as recorder_module

GONE = 1.0  # when a process started that is no more
VALUES = {"overall": {"NDCG@10": 0.25}}


def made(store: Store) -> int:
    return store.runs.create(ExperimentConfig(), "f")


def dead(store: Store, **changes: object) -> int:
    run = made(store)
    store.runs.record(run, changes={"process_started": GONE, **changes})
    assert store.runs.mark_dead() == 1
    return run


def test_a_run_on_another_host_lives_as_long_as_it_says_so(store: Store) -> None:
    run = made(store)
    now = datetime.now(UTC)
    store.runs.record(run, changes={"host": "elsewhere", "process_started": GONE, "heartbeat": now})
    assert store.runs.mark_dead() == 0
    assert [each.id for each in store.runs.going_elsewhere()] == [run]
    store.runs.record(run, changes={"heartbeat": now - timedelta(minutes=3), "created_at": now - timedelta(minutes=5)})
    assert store.runs.mark_dead() == 1
    details = store.runs.get(run)
    assert (details.status, details.finished_at) == ("interrupted", now - timedelta(minutes=3))
    assert details.seconds == pytest.approx(120, abs=1)


def test_a_silent_run_gives_a_sign_of_life_and_holds_nothing_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_SECONDS_BETWEEN_WRITES", 0.05)
    run = made(store)
    first = store.runs.get(run).heartbeat
    recorder = RunRecorder(store, run)
    with recorder.beating():
        recorder(Loss(1, 0.1, {"total": 1.0}))
        until = time.monotonic() + 5
        while not store.runs.curves(run) and time.monotonic() < until:
            time.sleep(0.02)
        assert store.runs.curves(run)["loss/total"].values.tolist() == [1.0]
        beat = store.runs.get(run).heartbeat
        assert first is not None
        assert beat is not None
        assert beat > first
        recorder(Interrupted(None, {}))
    assert not [each for each in threading.enumerate() if "heartbeat" in each.name]


def test_a_database_that_cannot_be_written_does_not_end_the_heartbeat(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_SECONDS_BETWEEN_WRITES", 0.02)
    run = made(store)
    write, tries = store.runs.record, list[int]()

    def record(*arguments: object) -> None:
        tries.append(1)
        if len(tries) < 4:
            raise StoreError("locked")
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store.runs, "record", record)
    recorder = RunRecorder(store, run)
    with recorder.beating():
        recorder(Loss(1, 0.1, {"total": 1.0}))
        until = time.monotonic() + 5
        while not store.runs.curves(run) and time.monotonic() < until:
            time.sleep(0.01)
    assert len(store.runs.curves(run)["loss/total"].steps) == 1


def test_a_dead_run_can_be_resumed_by_one_process_alone(store: Store, tmp_path: Path) -> None:
    run = dead(store)
    won: list[int] = []
    lost: list[str] = []

    def claim() -> None:
        other = Store(tmp_path / "workbench.db")
        try:
            won.append(other.runs.resume(run).resumed)
        except StoreError as error:
            lost.append(str(error))
        other.close()

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [1]
    assert len(lost) == 5
    assert all("is still running" in words for words in lost)
    details = store.runs.get(run)
    assert (details.status, details.error, details.finished_at) == ("running", None, None)
    assert store.runs.mark_dead() == 0


def test_what_has_finished_or_is_not_there_cannot_be_resumed(store: Store) -> None:
    run, failed = made(store), made(store)
    RunRecorder(store, run)(Finished(1, 1, {}, {}, {}))
    RunRecorder(store, failed)(Failed("The disk is full.", ""))
    with pytest.raises(StoreError, match=r"has finished\. It can be trained further"):
        store.runs.resume(run)
    with pytest.raises(StoreError, match="There is no run 99"):
        store.runs.resume(99)
    assert store.runs.resume(failed).status == "running"
    store.runs.record(failed, changes={"status": "interrupted"})
    store.runs.put_away([failed])
    with pytest.raises(StoreError):
        store.runs.resume(failed)


def test_a_run_that_another_process_has_resumed_meanwhile_is_not_marked(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking who is dead and writing it down, the run may go again."""
    run = made(store)
    store.runs.record(run, changes={"process_started": GONE})
    from engine.store import runs as runs_module

    class Slow(runs_module.Worker):
        @property
        def lives(self) -> bool:
            monkeypatch.undo()
            other = Store(tmp_path / "workbench.db")
            other.runs.resume(run)
            other.close()
            return False

    monkeypatch.setattr(runs_module, "Worker", Slow)
    assert store.runs.mark_dead() == 0
    assert store.runs.get(run).status == "running"


def story(recorder: RunRecorder, epochs: int) -> None:
    for epoch in range(1, epochs + 1):
        recorder(Loss(2 * epoch - 1, epoch - 0.5, {"total": 1.0 / epoch}))
        recorder(Loss(2 * epoch, float(epoch), {"total": 1.0 / epoch}))
        recorder(GateWeights(epoch, (0.5, 0.5)))
        recorder(Metrics(epoch, "validation", "full", VALUES))
    recorder(Loss(1, 0.5, {"refit": 1.0}))
    recorder(Metrics(epochs, "test", "full", VALUES))
    recorder.close()


def test_points_after_the_state_are_forgotten(store: Store) -> None:
    run = made(store)
    story(RunRecorder(store, run), 4)
    recorder = RunRecorder(store, run)
    recorder(GoesOn(Stage.TRAIN, 2.5, 2))
    curves = store.runs.curves(run)
    assert curves["loss/total"].epochs.tolist() == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert curves["gate/1"].steps.tolist() == curves["validation/full/overall/NDCG@10"].steps.tolist() == [1, 2]
    assert not [name for name in curves if name.startswith("test/")]
    recorder(GoesOn(Stage.REFIT, 0.0, 0))
    assert "loss/refit" not in store.runs.curves(run)
    recorder(Interrupted(2, {}))
    assert store.runs.get(run).epochs == 2
    recorder(GoesOn(Stage.TRAIN, 0.0, 0))
    assert store.runs.curves(run) == {}


def test_who_reads_along_hears_what_comes_after_a_run_was_resumed(store: Store) -> None:
    run = made(store)
    recorder, reader = RunRecorder(store, run), RunReader(store, run)
    story(recorder, 3)
    reader.read()
    recorder(GoesOn(Stage.TRAIN, 3.0, 3))
    recorder(Loss(7, 3.5, {"total": 0.1}))
    recorder(SavePoint())
    assert Loss(7, 3.5, {"total": 0.1}) in reader.read()


def test_the_time_that_a_run_took_leaves_out_the_time_in_which_it_was_dead(store: Store) -> None:
    now = datetime.now(UTC)
    run = dead(store, created_at=now - timedelta(hours=9), heartbeat=now - timedelta(hours=8))
    assert store.runs.get(run).seconds == pytest.approx(3600, abs=1)
    store.runs.resume(run)
    RunRecorder(store, run)(Interrupted(None, {}))
    assert store.runs.get(run).seconds == pytest.approx(3600, abs=5)


def test_a_run_that_trains_another_further_begins_with_its_curves(store: Store) -> None:
    run = made(store)
    story(RunRecorder(store, run), 2)
    further = store.runs.create(ExperimentConfig(), "f", continued_from=run)
    assert store.runs.get(further).continued_from == run
    assert store.runs.curves(further)["loss/total"].epochs.tolist() == [0.5, 1.0, 1.5, 2.0]
