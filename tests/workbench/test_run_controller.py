"""Runs on their own thread: events in order and in bundles, a clean end whatever happens."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from engine.config import DataSettings, ExperimentConfig
from engine.errors import DataError, WorkbenchError
from engine.events import Event, Loss
from workbench.context import Workbench
from workbench.run_controller import FLUSH_MS

MakeWorkbench = Callable[..., Workbench]


def test_events_come_in_order_and_before_the_end(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    script = scripts.Script(scripts.scripted(), scripts.finished())
    workbench = make_workbench(script)
    controller = workbench.controller
    told: list[tuple[str, object]] = []
    controller.run_started.connect(lambda run, config: told.append(("start", (run, config))))
    controller.events.connect(lambda run, events: told.append(("events", list(events))))
    controller.run_ended.connect(lambda run, status, message: told.append(("end", (run, status, message))))

    config = ExperimentConfig(name="first")
    with qtbot.waitSignal(controller.run_ended, timeout=5000):
        run = controller.start(config)

    assert told[0] == ("start", (run, config))
    assert told[-1] == ("end", (run, "finished", "Finished after 4 epochs; the best was epoch 3."))
    bundles = [value for kind, value in told if kind == "events"]
    received: list[Event] = [event for bundle in bundles for event in bundle]  # type: ignore[attr-defined]
    assert received == [*scripts.scripted(), scripts.finished()]
    assert controller.history == received
    assert script.thread is not threading.main_thread()
    assert not controller.is_running
    assert workbench.store.runs.get(run).name == "first"


def test_many_events_make_few_signals(qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace) -> None:
    def busy(run: int, config: ExperimentConfig, listen: Callable[[Event], None], stop: threading.Event) -> object:
        ends = time.monotonic() + 0.6
        step = 0
        while time.monotonic() < ends:
            step += 1
            listen(Loss(step, step / 100, {"total": 1.0}))
            time.sleep(0.0005)
        listen(scripts.finished())
        return scripts.finished()

    controller = make_workbench(busy).controller
    times: list[float] = []
    sizes: list[int] = []
    controller.events.connect(lambda run, events: (times.append(time.monotonic()), sizes.append(len(events))))
    with qtbot.waitSignal(controller.run_ended, timeout=5000):
        controller.start(ExperimentConfig())
    assert sum(sizes) > 200
    assert len(times) <= 0.6 * 1000 / FLUSH_MS + 3


def test_stop_reaches_the_run(qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace) -> None:
    controller = make_workbench(scripts.Script([], scripts.finished(), waits=True)).controller
    run = controller.start(ExperimentConfig())
    with (
        qtbot.waitSignal(controller.run_ended, timeout=5000) as ended,
        qtbot.waitSignal(controller.stopping, timeout=1000),
    ):
        controller.stop()
        assert controller.is_stopping
        controller.stop()  # asking twice changes nothing
    assert ended.args == [run, "interrupted", "Stopped. The best checkpoint, of epoch 3, is kept."]
    assert not controller.is_stopping


def test_a_failure_is_told_in_its_own_words(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    controller = make_workbench(scripts.Script([], scripts.failure)).controller
    with qtbot.waitSignal(controller.run_ended, timeout=5000) as ended:
        controller.start(ExperimentConfig())
    assert ended.args[1:] == ["failed", scripts.failure.message]


def test_an_exception_in_the_run_becomes_a_failure_and_the_next_run_can_start(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    script = scripts.Script([], RuntimeError("boom"))
    controller = make_workbench(script).controller
    with qtbot.waitSignal(controller.run_ended, timeout=5000) as ended:
        controller.start(ExperimentConfig())
    assert ended.args[1:] == ["failed", "The run broke off: boom"]
    script.end = scripts.finished()
    with qtbot.waitSignal(controller.run_ended, timeout=5000) as ended:
        controller.start(ExperimentConfig())
    assert ended.args[1] == "finished"


def test_an_engine_that_cannot_be_loaded_leaves_a_failed_run(
    qtbot: QtBot, make_workbench: MakeWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    workbench = make_workbench()
    controller = workbench.controller
    controller._runner = controller._run_recorded
    monkeypatch.setitem(sys.modules, "engine.experiment", None)
    with qtbot.waitSignal(controller.run_ended, timeout=5000) as ended:
        run = controller.start(ExperimentConfig())
    assert ended.args[1] == "failed"
    assert workbench.store.runs.get(run).status == "failed"


def test_one_run_at_a_time(qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    workbench.controller.start(ExperimentConfig())
    with pytest.raises(WorkbenchError, match="already going"):
        workbench.controller.start(ExperimentConfig())
    assert workbench.store.runs.count() == 1


def test_a_dataset_that_is_not_there_starts_nothing(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    workbench = make_workbench()
    with pytest.raises(DataError, match="no dataset “shop”"):
        workbench.controller.start(ExperimentConfig(data=DataSettings(dataset="shop")))
    assert workbench.store.runs.count() == 0
    assert not workbench.controller.is_running
