"""The monitor, driven by scripted runs."""

import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.artefacts import MODEL
from engine.config import DataSettings, ExperimentConfig, ModelSettings, TrainingSettings
from engine.control import RunControl
from engine.events import Failed, Interrupted, Listener, Loss, Stage, StageFinished, StageStarted
from engine.groups import plan
from engine.store import Store
from engine.store.recorder import RunRecorder
from workbench.context import Workbench
from workbench.pages.monitor import MonitorPage

MakeWorkbench = Callable[..., Workbench]


def open_page(qtbot: QtBot, workbench: Workbench) -> MonitorPage:
    page = MonitorPage(workbench)
    qtbot.addWidget(page)
    page.resize(1096, 760)
    page.show()
    page.activate()
    return page


def button(page: MonitorPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def text(page: MonitorPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None
    return found.text()


def run_to_its_end(qtbot: QtBot, workbench: Workbench, config: ExperimentConfig | None = None) -> int:
    with qtbot.waitSignal(workbench.controller.run_ended, timeout=5000):
        return workbench.controller.start(config or ExperimentConfig())


def test_with_no_run_it_says_what_to_do(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    new = button(page, "monitor.newExperiment")
    assert new.isVisible()
    assert not button(page, "monitor.stop").isVisible()
    with qtbot.waitSignal(page.open_page) as asked:
        new.click()
    assert asked.args == ["setup", None]


def test_a_run_is_shown_while_it_goes(qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace) -> None:
    events = scripts.scripted(epochs=4, best=3)[:-3]  # in the middle of the training
    workbench = make_workbench(scripts.Script(events, scripts.finished(), waits=True))
    page = open_page(qtbot, workbench)
    workbench.controller.start(ExperimentConfig(name="first"))
    qtbot.waitUntil(lambda: page.view.charts.ndcg.points("head")[0] == [1, 2, 3, 4])
    assert page.view.charts.loss.keys() == ["total", "recommendation", "alignment", "granularity"]
    assert page.view.charts.ndcg._marker == 3
    assert text(page, "monitor.words") == "Training: epoch 4 of 4"
    bar = page.findChild(QProgressBar, "monitor.progress")
    assert bar is not None
    assert bar.value() == bar.maximum()
    assert text(page, "test.best.tail.NDCG@10") == "5.00 %"
    assert page.view.charts.ndcg.caption.text() == "validation, full ranking, history left out"
    log = page.findChild(QPlainTextEdit, "monitor.log")
    assert log is not None
    assert "Warning: 12 of 800 items have no text." in log.toPlainText()
    assert "Epoch 4 done." in log.toPlainText()
    assert button(page, "monitor.stop").isVisible()


def test_stop_says_that_it_is_stopping_and_then_how_it_ended(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    stubborn = scripts.Script([StageStarted(Stage.TRAIN, "Training")], scripts.finished(), waits=True)
    workbench = make_workbench(stubborn)
    page = open_page(qtbot, workbench)
    workbench.controller.start(ExperimentConfig())
    qtbot.waitUntil(lambda: text(page, "monitor.words") == "Training…")
    stop = button(page, "monitor.stop")
    stop.click()
    assert stop.text() == "Stopping…"
    assert not stop.isEnabled()
    assert text(page, "monitor.words").startswith("Stopping…")
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run was stopped")
    assert "The best checkpoint, of epoch 3, is kept, and it can be resumed" in text(page, "monitor.outcomeText")
    assert not stop.isVisible()
    assert not button(page, "monitor.inspect").isVisible()


def test_the_runs_of_a_group_are_followed_and_stopped_one_by_one_or_all(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    controller = workbench.controller
    page = open_page(qtbot, workbench)
    first = controller.start_group("study", plan(ExperimentConfig(), range(7)))
    assert page._subtitle.text().startswith(f"Run {first} (1 of 7): dataset sample")
    stop, stop_all = button(page, "monitor.stop"), button(page, "monitor.stopAll")
    assert stop_all.isVisible()
    assert "the queue of 6 is kept" in stop_all.toolTip()
    stop.click()
    qtbot.waitUntil(lambda: page._subtitle.text().startswith(f"Run {first + 1} (2 of 7)"), timeout=5000)
    page.show_run(first)  # an earlier one: the next that starts does not take it out of view
    qtbot.waitUntil(lambda: page._subtitle.text().startswith(f"Run {first}: "), timeout=5000)
    controller.stop()
    qtbot.waitUntil(lambda: controller.run == first + 2, timeout=5000)
    assert page._subtitle.text().startswith(f"Run {first}: ")
    page.show_run(first + 2)
    assert stop_all.isVisible()
    stop_all.click()
    assert not stop_all.isVisible()
    qtbot.waitUntil(lambda: not controller.is_running, timeout=5000)
    assert workbench.store.runs.count() == 3


def test_a_finished_run_shows_its_test_and_leads_on(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench()
    page = open_page(qtbot, workbench)
    run = run_to_its_end(qtbot, workbench)
    assert text(page, "monitor.outcome") == "The run is finished"
    assert text(page, "test.full.overall.NDCG@10") == "9.00 %"
    assert text(page, "test.full.head.HR@10") == "27.00 %"
    assert text(page, "test.sampled.tail.NDCG@10") == "20.00 %"
    captions = {label.text() for label in page.view.results.findChildren(QLabel)}
    assert {"Test, full ranking, history left out", "Test, against 100 sampled negatives"} <= captions
    assert page.view.semantic_ids._collisions.value == "3.2 %"
    workbench.preferences.metric_format = "decimal"
    assert text(page, "test.full.overall.NDCG@10") == "0.0900"
    asked: list[tuple[str, object]] = []
    page.open_page.connect(lambda name, payload: asked.append((name, payload)))
    button(page, "monitor.inspect").click()
    button(page, "monitor.allRuns").click()
    assert asked == [("inspector", run), ("runs", run)]


def test_a_failed_run_says_why(qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace) -> None:
    failed = Failed("The folder is full. Free some space.", "Traceback")
    workbench = make_workbench(scripts.Script(scripts.scripted()[:6], failed))
    page = open_page(qtbot, workbench)
    run_to_its_end(qtbot, workbench)
    assert text(page, "monitor.outcome") == "The run failed"
    training = page.findChild(QWidget, "monitor.stage.train")
    assert training is not None
    assert training.accessibleName() == "Training: not reached"
    assert text(page, "monitor.outcomeText") == "The folder is full. Free some space."
    assert page.view.banner.property("tone") == "bad"


def test_a_page_made_during_a_run_shows_what_happened_before(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    script = scripts.Script(scripts.scripted(), scripts.finished(), waits=True)
    workbench = make_workbench(script)
    workbench.controller.start(ExperimentConfig())
    qtbot.waitUntil(lambda: len(workbench.controller.history) == len(script.events))
    page = open_page(qtbot, workbench)
    assert page.view.charts.hr.points("tail")[0] == [1, 2, 3, 4]
    assert button(page, "monitor.stop").isVisible()
    script.go_on.set()
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run is finished")


def test_a_run_without_semantic_ids_shows_no_gates_and_no_diagnostics(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(epochs=0, best=0)))
    page = open_page(qtbot, workbench)
    run_to_its_end(qtbot, workbench, ExperimentConfig(model=ModelSettings(kind="popularity")))
    assert page.view.charts.gate.isHidden()
    assert page.view.semantic_ids.isHidden()
    assert text(page, "monitor.outcomeText") == "Finished; there was nothing to train."
    assert text(page, "test.full.head.HR@10") == "27.00 %"


def test_a_past_run_comes_out_of_the_store(
    qtbot: QtBot, make_workbench: MakeWorkbench, store: Store, scripts: SimpleNamespace
) -> None:
    config = ExperimentConfig(name="old one", data=DataSettings(dataset="ml-100k"))
    run = store.runs.create(config, "m")
    recorder = RunRecorder(store, run)
    for event in [*scripts.scripted(epochs=4, best=3), scripts.finished()]:
        recorder(event)
    recorder.close()
    page = open_page(qtbot, make_workbench())
    page.open_with(run)
    qtbot.waitUntil(lambda: page.view.charts.ndcg.points("head")[0] == [1, 2, 3, 4])
    assert page.view.charts.ndcg._marker == 3
    assert page.view.charts.gate.points("1")[1] == [0.5] * 4
    assert text(page, "monitor.outcome") == "The run is finished"
    assert text(page, "test.full.tail.HR@10") == "9.00 %"
    assert page.view.stages._cells[Stage.TRAIN]._time.text() == "48 s"
    assert not button(page, "monitor.stop").isVisible()


def test_a_run_that_is_gone_is_an_error_with_a_retry(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    page.open_with(77)
    retry = button(page, "monitor.retry")
    qtbot.waitUntil(retry.isVisible)
    retry.click()
    qtbot.waitUntil(retry.isVisible)


def test_the_clock_rests_while_the_page_is_hidden(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    page = open_page(qtbot, workbench)
    workbench.controller.start(ExperimentConfig())
    assert page._clock.isActive()
    page.hide()
    assert not page._clock.isActive()
    page.show()
    assert page._clock.isActive()


def test_a_stopped_run_with_a_checkpoint_can_be_inspected(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([StageStarted(Stage.TRAIN, "Training")], scripts.finished(), waits=True))
    page = open_page(qtbot, workbench)
    run = workbench.controller.start(ExperimentConfig())
    folder = workbench.home.run_folder(run)
    folder.mkdir(parents=True)
    (folder / MODEL).touch()
    qtbot.waitUntil(lambda: text(page, "monitor.words") == "Training…")
    button(page, "monitor.stop").click()
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run was stopped")
    assert button(page, "monitor.inspect").isVisible()
    assert page.view.stages._cells[Stage.TRAIN]._time.text().startswith("stopped after ")


def test_a_past_run_shows_where_it_was_stopped(
    qtbot: QtBot, make_workbench: MakeWorkbench, store: Store, scripts: SimpleNamespace
) -> None:
    run = store.runs.create(ExperimentConfig(model=ModelSettings(kind="hid")), "s")
    recorder = RunRecorder(store, run)
    for event in (StageStarted(Stage.DATA, "Data"), StageFinished(Stage.DATA, 0.3), Interrupted(None, {})):
        recorder(event)
    recorder.close()
    page = open_page(qtbot, make_workbench())
    page.open_with(run)
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run was stopped")
    times = {stage.value: cell._time.text() for stage, cell in page.view.stages._cells.items()}
    assert times == {
        "data": "0.3 s", "text": "not needed", "semantic_ids": "not needed", "train": "stopped", "refit": "not needed",
        "evaluate": "not reached",
    }  # fmt: skip
    assert not button(page, "monitor.inspect").isVisible()


@pytest.mark.parametrize("killed", [False, True])
def test_a_past_run_that_was_stopped_or_killed_keeps_the_numbers_of_its_best_epoch(
    qtbot: QtBot, make_workbench: MakeWorkbench, store: Store, scripts: SimpleNamespace, killed: bool
) -> None:
    run = store.runs.create(ExperimentConfig(), "s")
    recorder = RunRecorder(store, run)
    for event in [*scripts.scripted(epochs=4, best=3)[:-3], *([] if killed else [Interrupted(3, {})])]:
        recorder(event)
    recorder.close()
    if killed:
        store.runs.record(run, changes={"process_started": 1.0})
        assert store.runs.mark_dead() == 1
    page = open_page(qtbot, make_workbench())
    page.open_with(run)
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run was stopped")
    assert text(page, "test.best.head.NDCG@10") == "15.00 %"
    assert page.view.results.caption.text() == "epoch 3"


def test_a_refit_has_a_curve_of_its_own_and_is_named_beside_its_numbers(
    qtbot: QtBot, make_workbench: MakeWorkbench, store: Store, scripts: SimpleNamespace
) -> None:
    run = store.runs.create(ExperimentConfig(training=TrainingSettings(refit=True)), "s")
    recorder = RunRecorder(store, run)
    losses = [Loss(1, 0.5, {"refit": 7.0}), Loss(2, 1.0, {"refit": 6.0})]
    end = scripts.finished()
    end = replace(end, seconds={**end.seconds, "refit": 12.0})
    for event in [*scripts.scripted(epochs=4, best=3), *losses, end]:
        recorder(event)
    recorder.close()
    page = open_page(qtbot, make_workbench())
    page.open_with(run)
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run is finished")
    assert "then learned the validation items" in text(page, "monitor.outcomeText")
    assert page.view.results.caption.text() == "refit of 3 epochs"
    assert "refit" in page.view.charts.loss.keys()  # noqa: SIM118 - a chart is no mapping


def test_a_run_is_paused_resumed_and_ended_early_by_its_buttons(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    def play(run: int, config: ExperimentConfig, listen: Listener, control: RunControl) -> object:
        listen(StageStarted(Stage.TRAIN, "Training"))
        while not control.ends_training:
            control.check(listen)
            time.sleep(0.001)
        listen(scripts.finished())
        return scripts.finished()

    workbench = make_workbench(play)
    page = open_page(qtbot, workbench)
    workbench.controller.start(ExperimentConfig())
    pause, test = button(page, "monitor.pause"), button(page, "monitor.endTraining")
    qtbot.waitUntil(test.isEnabled, timeout=5000)
    pause.click()
    assert pause.text() == "Resume"
    qtbot.waitUntil(lambda: text(page, "monitor.words").startswith("Paused"), timeout=5000)
    pause.click()
    assert pause.text() == "Pause"
    qtbot.waitUntil(lambda: text(page, "monitor.words") == "Training…", timeout=5000)
    test.click()
    assert not test.isEnabled()
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run is finished", timeout=5000)
    assert not pause.isVisible()


def test_notes_are_written_while_a_run_goes_and_afterwards(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    script = scripts.Script([], scripts.finished(), waits=True)
    workbench = make_workbench(script)
    page = open_page(qtbot, workbench)
    run = workbench.controller.start(ExperimentConfig())
    page.side.setCurrentWidget(page.notes)
    qtbot.waitUntil(page.notes.text.isEnabled, timeout=5000)
    qtbot.keyClicks(page.notes.text, "first look")
    qtbot.waitUntil(lambda: workbench.store.runs.get(run).notes == "first look", timeout=5000)
    script.go_on.set()
    qtbot.waitUntil(lambda: not workbench.controller.is_running, timeout=5000)
    assert workbench.store.runs.get(run).notes == "first look"
    page.notes.text.appendPlainText("tail gains")
    page.hide()  # which saves at once
    qtbot.waitUntil(lambda: workbench.store.runs.get(run).notes == "first look\ntail gains", timeout=5000)
    later = open_page(qtbot, make_workbench())
    later.open_with(run)
    qtbot.waitUntil(lambda: later.notes.text.toPlainText() == "first look\ntail gains", timeout=5000)
