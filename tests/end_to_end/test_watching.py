"""Watching and steering real runs: paused ones, ended ones, and those of another process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.config import ExperimentConfig
from engine.home import Home
from engine.settings import override, parse
from workbench.main_window import MainWindow
from workbench.pages.monitor import MonitorPage
from workbench.preferences import Preferences

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 1000  # milliseconds
QUICK = ["model.kind=hid", "model.dim=16", "training.patience=20", "evaluation.negatives=20"]


@pytest.fixture
def window(qtbot: QtBot, home: Home) -> Iterator[MainWindow]:
    """A real window with the sample dataset, on the Monitor."""
    opened = MainWindow(home, Preferences(home.root / "workbench.ini"))
    opened.show()
    qtbot.waitUntil(lambda: opened.workbench is not None, timeout=20 * SECONDS)
    assert opened.workbench is not None
    store = opened.workbench.store
    qtbot.waitUntil(lambda: store.datasets.get("sample") is not None, timeout=20 * SECONDS)
    opened.show_page("monitor")
    yield opened
    opened.workbench.controller.stop_all()
    qtbot.waitUntil(lambda: not opened.workbench.controller.is_running, timeout=30 * SECONDS)
    opened.close()
    qtbot.waitUntil(lambda: not opened.isVisible(), timeout=20 * SECONDS)
    opened.deleteLater()


def config(*assignments: str) -> ExperimentConfig:
    return parse(override({}, [*QUICK, *assignments]), ExperimentConfig)


def monitor(window: MainWindow) -> MonitorPage:
    page = window.page
    assert isinstance(page, MonitorPage)
    return page


def epochs_in_view(window: MainWindow) -> int:
    return len(monitor(window).view.charts.ndcg.points("tail")[0])


def test_a_pause_changes_no_metric_and_a_run_can_be_tested_early(window: MainWindow, qtbot: QtBot) -> None:
    assert window.workbench is not None
    controller, store = window.workbench.controller, window.workbench.store
    with qtbot.waitSignal(controller.run_ended, timeout=60 * SECONDS):
        straight = controller.start(config("training.epochs=4"))
    with qtbot.waitSignal(controller.run_ended, timeout=60 * SECONDS):
        paused = controller.start(config("training.epochs=4"))
        qtbot.waitUntil(lambda: controller.run == paused and epochs_in_view(window) > 0, timeout=30 * SECONDS)
        controller.pause()
        qtbot.waitUntil(lambda: monitor(window).view.progress.paused_at is not None, timeout=10 * SECONDS)
        seen = epochs_in_view(window)
        qtbot.wait(500)
        assert epochs_in_view(window) == seen
        controller.resume()
    assert store.runs.get(paused).test == store.runs.get(straight).test
    assert store.runs.get(paused).epochs == 4

    with qtbot.waitSignal(controller.run_ended, timeout=60 * SECONDS) as ended:
        early = controller.start(config("training.epochs=500"))
        qtbot.waitUntil(lambda: controller.run == early and epochs_in_view(window) > 1, timeout=30 * SECONDS)
        controller.end_training()
    assert ended.args[1] == "finished"
    details = store.runs.get(early)
    assert details.epochs is not None
    assert 1 < details.epochs < 500
    assert details.test["full"]["overall"]["NDCG@10"] > 0


def test_a_paused_run_stops_when_the_window_closes(window: MainWindow, qtbot: QtBot) -> None:
    assert window.workbench is not None
    controller = window.workbench.controller
    controller.start(config("training.epochs=500"))
    qtbot.waitUntil(lambda: epochs_in_view(window) > 0, timeout=60 * SECONDS)
    controller.pause()
    qtbot.waitUntil(lambda: monitor(window).view.progress.paused_at is not None, timeout=10 * SECONDS)
    with qtbot.waitSignal(controller.run_ended, timeout=10 * SECONDS) as ended:
        controller.stop_all()
    assert ended.args[1] == "interrupted"


def test_a_run_from_the_command_line_is_followed_live(window: MainWindow, qtbot: QtBot, home: Home) -> None:
    settings = [word for each in (*QUICK, "training.epochs=500") for word in ("--set", each)]
    command: list[Any] = [sys.executable, "-m", "engine", "run", *settings, "--home", str(home.root)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        qtbot.waitUntil(lambda: epochs_in_view(window) > 2, timeout=90 * SECONDS)
        page = monitor(window)
        assert page.view.trains
        words = page.findChild(QLabel, "monitor.words")
        assert words is not None
        assert words.text().startswith("Training: epoch ")
        assert page.view.charts.training["gradient_norm"].has_points
        process.terminate()  # which stops it politely
        outcome = page.findChild(QLabel, "monitor.outcome")
        assert outcome is not None
        qtbot.waitUntil(lambda: outcome.text() == "The run was stopped" and outcome.isVisible(), timeout=30 * SECONDS)
    finally:
        process.kill()
        process.communicate()
    run = page._shown
    assert run is not None
    assert window.workbench is not None
    kept = window.workbench.store.runs.curves(run)["validation/full/tail/NDCG@10"]
    assert page.view.charts.ndcg.points("tail") == (kept.epochs.tolist(), kept.values.tolist())
