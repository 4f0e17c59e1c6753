"""How far a run is, from its events alone."""

from types import SimpleNamespace

import pytest

from engine.events import Failed, Interrupted, Metrics, Progress, Stage, StageFinished, StageStarted
from workbench.run_progress import RunProgress


def test_stages_go_from_waiting_to_done_and_those_left_out_are_skipped() -> None:
    progress = RunProgress()
    progress.add(StageStarted(Stage.DATA, "Preparing"), 0)
    assert progress.current == Stage.DATA
    progress.add(StageFinished(Stage.DATA, 0.5), 1)
    progress.add(StageStarted(Stage.TRAIN, "Training"), 1)
    states = {stage.value: state.state for stage, state in progress.stages.items()}
    assert states == {
        "data": "done",
        "text": "skipped",
        "semantic_ids": "skipped",
        "train": "running",
        "refit": "waiting",
        "evaluate": "waiting",
    }
    assert progress.stages[Stage.DATA].seconds == 0.5


def test_time_left_comes_from_the_pace_and_only_when_it_can_be_judged() -> None:
    progress = RunProgress()
    progress.add(StageStarted(Stage.TRAIN, "Training"), 0)
    assert progress.words(0) == "Training…"
    progress.add(Progress(Stage.TRAIN, 0.5, 100, "epochs"), 10)
    assert progress.words(10.5) == "Training: epoch 1 of 100"
    progress.add(Progress(Stage.TRAIN, 10.5, 100, "epochs"), 30)
    # 10 epochs in 20 s leave 89.5 epochs, 179 s
    assert progress.stages[Stage.TRAIN].left(30) == 179
    assert progress.words(30) == "Training: epoch 11 of 100, at most about 3 min left"
    progress.add(Progress(Stage.TRAIN, 12.0, 100, "epochs"), 33)
    assert "epoch 12 of 100" in progress.words(33)


def test_a_second_pass_over_a_stage_starts_its_pace_anew() -> None:
    progress = RunProgress()
    progress.add(StageStarted(Stage.EVALUATE, "Final test"), 0)
    progress.add(Progress(Stage.EVALUATE, 100, 1000, "users"), 0)
    progress.add(Progress(Stage.EVALUATE, 1000, 1000, "users"), 90)
    progress.add(Progress(Stage.EVALUATE, 100, 1000, "users"), 91)
    progress.add(Progress(Stage.EVALUATE, 400, 1000, "users"), 94)
    assert progress.words(94) == "Final test: 400 of 1,000 users, a few seconds left"


def test_best_epoch_is_the_one_with_the_highest_overall_ndcg(scripts: SimpleNamespace) -> None:
    progress = RunProgress()
    for event in scripts.scripted(epochs=4, best=3):
        progress.add(event, 0)
    assert progress.best is not None
    assert progress.best.epoch == 3
    assert progress.semantic_ids == scripts.report
    assert progress.notes[0].level == "warning"
    progress.add(Metrics(9, "test", "full", scripts.slices(0.9)), 0)
    assert progress.best.epoch == 3


def test_the_stage_in_which_a_run_ends_too_soon_is_marked() -> None:
    for end, state in ((Interrupted(3, {}), "stopped"), (Failed("No room.", ""), "failed")):
        progress = RunProgress()
        progress.add(StageStarted(Stage.TRAIN, "Training"), 10)
        progress.add(end, 23)
        assert progress.stages[Stage.TRAIN].state == state
        assert progress.stages[Stage.TRAIN].seconds == pytest.approx(13, abs=0.01)
        assert progress.stages[Stage.EVALUATE].state == "waiting"
        assert progress.current is None
