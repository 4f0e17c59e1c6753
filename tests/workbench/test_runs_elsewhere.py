"""A run that another process computes is watched like one's own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from engine.home import Home
from engine.store import Store
from workbench.context import Workbench
from workbench.pages.monitor import MonitorPage

ROOT = Path(__file__).resolve().parents[2]
OTHER = """
import sys
from engine.config import ExperimentConfig
from engine.events import *
from engine.home import Home
from engine.store import RunRecorder, Store

store = Store(Home.locate(sys.argv[1]).database)
run = store.runs.create(ExperimentConfig(name="elsewhere"), "s")
record = RunRecorder(store, run)
slices = {part: {"NDCG@10": 0.1, "HR@10": 0.2} for part in ("overall", "head", "tail")}
record(StageStarted(Stage.TRAIN, "Training"))
print(run, flush=True)
for epoch, line in enumerate(sys.stdin, start=1):
    if line == "end\\n":
        record(Finished(1, epoch - 1, {"full": slices}, {"train": 3.0}, {}))
        break
    record(Loss(epoch, float(epoch), {"total": 1.0 / epoch}))
    record(Progress(Stage.TRAIN, epoch, 50, "epochs"))
    record(Metrics(epoch, "validation", "full", slices))
    record(Note("info", f"Epoch {epoch} done."))
    record.close()
store.close()
"""


class Other:
    """A process on the same home folder, which reports an epoch for every word, and ends for "end"."""

    def __init__(self, home: Home) -> None:
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); exec({OTHER!r})"
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", code, str(home.root)]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout is not None
        self.run = int(self.process.stdout.readline())

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()


@pytest.fixture
def other(home: Home, store: Store) -> Iterator[Other]:
    made = Other(home)
    yield made
    if made.process.poll() is None:
        made.process.kill()
    made.process.communicate()


def open_page(qtbot: QtBot, workbench: Workbench) -> MonitorPage:
    page = MonitorPage(workbench)
    qtbot.addWidget(page)
    page.resize(1096, 760)
    page.show()
    page.activate()
    return page


def text(page: MonitorPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None
    return found.text()


def test_a_run_that_goes_elsewhere_is_followed_to_its_end(
    qtbot: QtBot, make_workbench: Callable[..., Workbench], other: Other
) -> None:
    page = open_page(qtbot, make_workbench())
    charts = page.view.charts
    qtbot.waitUntil(lambda: text(page, "monitor.words") == "Training…", timeout=10_000)
    assert not page._actions.isVisible()
    for epoch in (1, 2, 3):
        other.say("epoch")
        qtbot.waitUntil(lambda epoch=epoch: charts.ndcg.points("head")[0][-1:] == [epoch], timeout=5000)
    assert charts.ndcg.points("head") == ([1, 2, 3], [0.1, 0.1, 0.1])
    assert text(page, "monitor.words").startswith("Training: epoch 3 of 50")
    assert "Epoch 2 done." in page.view.log.toPlainText()
    other.say("end")
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run is finished", timeout=5000)
    assert text(page, "test.full.tail.HR@10") == "20.00 %"
    assert charts.loss.points("total")[0] == [1, 2, 3]


def test_a_run_whose_process_is_killed_ends_as_interrupted(
    qtbot: QtBot, make_workbench: Callable[..., Workbench], other: Other
) -> None:
    page = open_page(qtbot, make_workbench())
    qtbot.waitUntil(lambda: text(page, "monitor.words") == "Training…", timeout=10_000)
    other.process.kill()
    qtbot.waitUntil(lambda: text(page, "monitor.outcome") == "The run was stopped", timeout=10_000)


def test_ones_own_run_and_the_one_elsewhere_lead_to_each_other(
    qtbot: QtBot, make_workbench: Callable[..., Workbench], scripts: object, other: Other
) -> None:
    from engine.config import ExperimentConfig

    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))  # type: ignore[attr-defined]
    own = workbench.controller.start(ExperimentConfig(name="own"))
    page = open_page(qtbot, workbench)
    button = page.findChild(QPushButton, "monitor.others")
    assert button is not None
    qtbot.waitUntil(lambda: button.isVisible() and button.text() == f"Run {other.run} is going", timeout=10_000)
    button.click()
    qtbot.waitUntil(lambda: button.text() == f"Run {own} is going", timeout=5000)
    assert not page._actions.isVisible()
    button.click()
    qtbot.waitUntil(page._actions.isVisible, timeout=5000)
