"""Runs on their own thread: events in order and in bundles, a clean end whatever happens."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from engine.config import DataSettings, ExperimentConfig
from engine.control import RunControl
from engine.errors import DataError, WorkbenchError
from engine.events import Event, Loss, Paused
from engine.groups import plan
from workbench.context import Workbench
from workbench.run_controller import FLUSH_MS
from workbench.run_thread import recorded

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
    def busy(run: int, config: ExperimentConfig, listen: Callable[[Event], None], control: RunControl) -> object:
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
        qtbot.waitSignal(controller.asked, timeout=1000),
    ):
        controller.stop()
        assert controller.is_stopping
        controller.stop()  # asking twice changes nothing
    assert ended.args == [
        run,
        "interrupted",
        "Stopped. The best checkpoint, of epoch 3, is kept, and it can be resumed where it was.",
    ]
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
    controller._runner = recorded(workbench.home, workbench.store, workbench.library)
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


def test_a_group_runs_one_after_another_whatever_their_ends(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    ends = [scripts.finished(), scripts.failure, scripts.finished()]
    configs: list[ExperimentConfig] = []

    def play(run: int, config: ExperimentConfig, listen: Callable[[Event], None], control: RunControl) -> object:
        configs.append(config)
        return ends[len(configs) - 1]

    workbench = make_workbench(play)
    controller = workbench.controller
    told: list[tuple[str, int, object]] = []
    controller.run_started.connect(lambda run, _config: told.append(("start", run, controller.place)))
    controller.run_ended.connect(lambda run, status, _words: told.append(("end", run, status)))
    planned = plan(ExperimentConfig(), [4, 5, 6])
    first = controller.start_group("study", planned)
    qtbot.waitUntil(lambda: len(told) == 6, timeout=5000)
    assert told == [
        ("start", first, (1, 3)), ("end", first, "finished"),
        ("start", first + 1, (2, 3)), ("end", first + 1, "failed"),
        ("start", first + 2, (3, 3)), ("end", first + 2, "finished"),
    ]  # fmt: skip
    assert configs == [each.config for each in planned]
    assert [(each.label, each.seed) for each in workbench.store.runs.in_group("study")] == [
        ("full", 4), ("full", 5), ("full", 6),
    ]  # fmt: skip
    assert not controller.is_running
    with qtbot.waitSignal(controller.run_ended, timeout=5000):
        ends.append(scripts.finished())
        alone = controller.start(ExperimentConfig())
    assert controller.place is None
    assert workbench.store.runs.get(alone).group is None


def test_stop_ends_one_run_and_stop_all_the_group(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    controller = workbench.controller
    first = controller.start_group("study", plan(ExperimentConfig(), range(5)))
    with pytest.raises(WorkbenchError, match="already going"):
        controller.start_group("other", plan(ExperimentConfig()))
    controller.stop()
    qtbot.waitUntil(lambda: controller.run == first + 1, timeout=5000)
    assert controller.is_running
    assert not controller.is_stopping
    assert (controller.place, controller.waiting) == ((2, 5), 3)
    controller.stop()
    controller.stop_all()  # also while the run is being stopped already
    qtbot.waitUntil(lambda: not controller.is_running, timeout=5000)
    assert (controller.run, controller.waiting) == (first + 1, 0)
    assert workbench.store.runs.count() == 2
    assert [row.place for row in controller.queue.rows()] == [3, 4, 5]  # they are kept, and wait for a word
    controller.start_queue()
    assert (controller.run, controller.place, controller.waiting) == (first + 2, (3, 5), 2)


def test_runs_that_cannot_be_started_are_put_on_hold_and_the_others_come(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    script = scripts.Script([], scripts.finished(), waits=True)
    workbench = make_workbench(script)
    controller = workbench.controller
    controller.start_group("study", plan(ExperimentConfig(), range(3)))
    controller.add("other", plan(ExperimentConfig(data=DataSettings(dataset="ml-100k"))))
    workbench.store.datasets.delete("sample")
    with qtbot.waitSignal(controller.not_started, timeout=5000) as told:
        script.go_on.set()
    assert told.args[0].count("no dataset “sample”") == 2
    qtbot.waitUntil(lambda: not controller.is_running, timeout=5000)
    assert [run.dataset for run in workbench.store.runs.list()] == ["ml-100k", "sample"]
    assert [(row.held, "no dataset" in (row.error or "")) for row in controller.queue.rows()] == [(True, True)] * 2
    assert controller.waiting == 0
    with pytest.raises(DataError):
        controller.start_group("study", plan(ExperimentConfig(), range(3)))
    assert len(controller.queue.rows()) == 2


def test_a_queue_that_is_found_waits_for_a_word(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    first = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    first.controller.start(ExperimentConfig(name="going"))
    first.controller.add("", plan(ExperimentConfig(name="waits")))
    first.controller.stop_all()  # as the window does when it closes
    qtbot.waitUntil(lambda: not first.controller.is_running, timeout=5000)
    controller = make_workbench().controller
    assert [row.name for row in controller.queue.rows()] == ["waits"]
    assert not controller.queue.goes
    with qtbot.waitSignal(controller.run_ended, timeout=5000):
        controller.start(ExperimentConfig(name="alone"))
    assert not controller.is_running  # the queue still waits
    with qtbot.waitSignal(controller.run_ended, timeout=5000) as ended:
        controller.start_queue()
    assert first.store.runs.get(ended.args[0]).name == "waits"
    assert controller.queue.rows() == []
    assert controller.queue.goes


def test_a_run_can_be_paused_resumed_and_ended_early(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    def play(run: int, config: ExperimentConfig, listen: Callable[[Event], None], control: RunControl) -> object:
        while not control.ends_training:
            control.check(listen)
            time.sleep(0.001)
        return scripts.finished()

    controller = make_workbench(play).controller
    controller.start(ExperimentConfig())
    controller.pause()
    assert controller.is_paused
    qtbot.waitUntil(lambda: controller.history == [Paused()], timeout=5000)
    controller.resume()
    assert not controller.is_paused
    qtbot.waitUntil(lambda: len(controller.history) == 2, timeout=5000)
    with qtbot.waitSignal(controller.run_ended, timeout=5000) as ended:
        controller.pause()
        controller.end_training()
    assert ended.args[1] == "finished"
