"""Resume and Train further: offered where a run is shown, by mouse and by keyboard, and done."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from engine.artefacts import STATE
from engine.config import ExperimentConfig, ModelSettings
from engine.events import Event, GoesOn, Interrupted, Loss, Metrics, Stage
from engine.store import RunRecorder
from workbench.context import Workbench
from workbench.pages.monitor import MonitorPage
from workbench.pages.runs import RunsPage
from workbench.run_thread import with_past
from workbench.widgets.train_further import TrainFurtherDialog

MakeWorkbench = Callable[..., Workbench]
VALUES = {"overall": {"NDCG@10": 0.25, "HR@10": 0.5}}


def add(workbench: Workbench, status: str, model: str = "h2rec", **changes: Any) -> int:
    """A run that has ended after 7 epochs, the best being the fifth, with the state of its training."""
    config = ExperimentConfig(name="mine", model=ModelSettings(kind=model))  # type: ignore[arg-type]
    run = workbench.store.runs.create(config, "s")
    workbench.store.runs.record(run, changes={"status": status, "best_epoch": 5, "epochs": 7, "test": {}, **changes})
    folder = workbench.home.run_folder(run)
    folder.mkdir(parents=True)
    state = {"epoch": 8, "best_epoch": 5}
    save_file({"weights": np.zeros(3, np.float32)}, folder / STATE, {"state": json.dumps(state)})
    return run


def runs_page(qtbot: QtBot, workbench: Workbench, run: int) -> RunsPage:
    page = RunsPage(workbench)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.activate()
    page.open_with(run)
    qtbot.waitUntil(lambda: page.detail.contents is not None and page.detail.contents.run.id == run, timeout=5000)
    return page


def monitor(qtbot: QtBot, workbench: Workbench, run: int) -> MonitorPage:
    page = MonitorPage(workbench)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.show_run(run)
    qtbot.waitUntil(lambda: page.view.banner.isVisible(), timeout=5000)
    return page


def dialog_of(qtbot: QtBot, page: Any) -> TrainFurtherDialog:
    qtbot.waitUntil(lambda: page.findChild(TrainFurtherDialog) is not None, timeout=5000)
    found = page.findChild(TrainFurtherDialog)
    assert isinstance(found, TrainFurtherDialog)
    return found


def ended(qtbot: QtBot, workbench: Workbench) -> None:
    qtbot.waitUntil(lambda: not workbench.controller.is_running, timeout=5000)


@pytest.mark.parametrize("status", ["interrupted", "failed"])
def test_the_runs_page_resumes_a_run_under_its_number(qtbot: QtBot, make_workbench: MakeWorkbench, status: str) -> None:
    workbench = make_workbench()
    run = add(workbench, status)
    page = runs_page(qtbot, workbench, run)
    header = page.detail.header
    assert header.resume.isVisible()
    assert header.resume.accessibleName() == "Resume"
    assert not header.further.isVisible()
    with qtbot.waitSignal(page.open_page, timeout=5000) as opened:
        qtbot.mouseClick(header.resume, Qt.MouseButton.LeftButton)
    assert opened.args == ["monitor", run]
    assert workbench.controller.run == run
    ended(qtbot, workbench)
    assert workbench.store.runs.get(run).resumed == 1
    assert workbench.store.runs.count() == 1


def test_what_a_line_of_the_table_offers_follows_its_state(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    workbench = make_workbench()
    interrupted, finished = add(workbench, "interrupted"), add(workbench, "finished")
    counted = add(workbench, "finished", "popularity")
    page = runs_page(qtbot, workbench, interrupted)
    actions = page.list.actions_
    for run, resume, further in ((interrupted, True, False), (finished, False, True), (counted, False, False)):
        page.list.choose(run)
        assert (actions.resume_action.isEnabled(), actions.further_action.isEnabled()) == (resume, further)
    page.list.choose(interrupted)
    page.list.table.setFocus()
    with qtbot.waitSignal(workbench.controller.run_started, timeout=5000):
        qtbot.keyClick(page.list.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    ended(qtbot, workbench)


def test_the_monitor_resumes_the_run_that_was_stopped_in_the_same_charts(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    again: list[Event] = [GoesOn(Stage.TRAIN, 1.0, 1), Loss(1, 0.5, {"total": 3.0}), Loss(2, 1.0, {"total": 2.0})]
    workbench = make_workbench(scripts.Script([*again, Loss(3, 1.5, {"total": 1.0})], scripts.finished()))
    run = add(workbench, "interrupted", error="The program ended before the run did.")
    page = monitor(qtbot, workbench, run)
    words = page.findChild(QLabel, "monitor.outcomeText")
    assert words is not None
    assert words.text() == (
        "The program ended before the run did. The best checkpoint, of epoch 5, is kept. It can be resumed where it was."
    )
    button = page.findChild(QPushButton, "monitor.resumeRun")
    assert button is not None
    assert button.isVisible()
    with qtbot.waitSignal(workbench.controller.run_started, timeout=5000):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert not page.view.banner.isVisible()
    ended(qtbot, workbench)
    qtbot.waitUntil(lambda: page.view.banner.isVisible(), timeout=5000)
    assert not button.isVisible()
    assert page.view.charts.loss.points("total")[0] == [0.5, 1.0, 1.5]


def test_the_points_of_an_earlier_attempt_are_heard_before_those_that_follow(
    qtbot: QtBot, make_workbench: MakeWorkbench
) -> None:
    workbench = make_workbench()
    run = add(workbench, "running")
    recorder = RunRecorder(workbench.store, run)
    earlier: list[Event] = [
        Loss(1, 0.5, {"total": 3.0}), Metrics(1, "validation", "full", VALUES), Loss(1, 0.5, {"refit": 1.0}),
    ]  # fmt: skip
    for event in earlier:
        recorder(event)
    recorder.close()
    heard: list[Event] = []
    tell = with_past(workbench.store, run, heard.append)
    tell(GoesOn(Stage.TRAIN, 1.0, 1))
    assert heard[1:] == earlier[:2]
    tell(GoesOn(Stage.REFIT, 0.5, 0))
    assert heard[-1] == earlier[2]


def test_a_finished_run_is_trained_further_as_a_new_one(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    workbench = make_workbench()
    run = add(workbench, "finished")
    page = monitor(qtbot, workbench, run)
    button = page.findChild(QPushButton, "monitor.trainFurther")
    assert button is not None
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(qtbot, page)
    assert dialog.epochs.accessibleName() == "Epochs more"
    assert dialog.patience.accessibleName() == "Patience"
    assert dialog.chosen == (20, 20)
    dialog.epochs.set_value(13)
    with qtbot.waitSignal(workbench.controller.run_started, timeout=5000):
        qtbot.keyClick(dialog.epochs, Qt.Key.Key_Return)
    ended(qtbot, workbench)
    made = workbench.store.runs.get(run + 1)
    assert (made.continued_from, made.config["training"]["epochs"]) == (run, 20)


def test_numbers_that_cannot_be_are_called_so_in_the_dialog(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    workbench = make_workbench()
    page = runs_page(qtbot, workbench, add(workbench, "finished"))
    qtbot.mouseClick(page.detail.header.further, Qt.MouseButton.LeftButton)
    dialog = dialog_of(qtbot, page)
    dialog.patience.set_value(2)
    assert not dialog.go.isEnabled()
    assert dialog.fault.text() == "Patience must be a whole number from 3 to 10,000."
    dialog.epochs.set_value("many")
    assert "Epochs more must be a whole number from 1 to 9,993." in dialog.fault.text()
    dialog.epochs.set_value(5)
    dialog.patience.set_value(3)
    assert dialog.go.isEnabled()
    assert not dialog.fault.isVisible()
    dialog.reject()
    assert workbench.store.runs.count() == 1


def test_while_a_run_goes_no_other_is_resumed_and_words_say_so(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], Interrupted(None, {}), waits=True))
    run = add(workbench, "interrupted")
    page = runs_page(qtbot, workbench, run)
    workbench.controller.start(ExperimentConfig())
    page.resume()
    box = page.findChild(QMessageBox, "errorBox")
    assert isinstance(box, QMessageBox)
    assert "already going" in box.informativeText()
    box.close()
    assert workbench.store.runs.get(run).status == "interrupted"
    workbench.controller.stop()
    ended(qtbot, workbench)
