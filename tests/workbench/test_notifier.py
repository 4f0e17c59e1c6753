"""Word of the end of a run reaches someone who looks elsewhere, and nobody else."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

import workbench.notifier as notifier_module
from engine.config import ExperimentConfig
from workbench.context import Workbench
from workbench.notifier import Notifier

MakeWorkbench = Callable[..., Workbench]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notifications that a desktop with a tray would show."""
    told: list[str] = []
    monkeypatch.setattr(notifier_module, "can_notify", lambda: True)

    def show(self: QSystemTrayIcon, title: str, message: str, icon: QIcon, seconds: int) -> None:
        told.append(f"{title}: {message}")

    monkeypatch.setattr(QSystemTrayIcon, "showMessage", show)
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda self: None)
    return told


def run_to_its_end(qtbot: QtBot, workbench: Workbench) -> None:
    with qtbot.waitSignal(workbench.controller.run_ended, timeout=5000):
        workbench.controller.start(ExperimentConfig(name="night"))


def test_a_run_that_ends_behind_another_window_is_told_and_marked(
    qtbot: QtBot, make_workbench: MakeWorkbench, shown: list[str]
) -> None:
    workbench, window = make_workbench(), QWidget()
    qtbot.addWidget(window)
    notifier = Notifier(window, workbench.controller, workbench.preferences)
    run_to_its_end(qtbot, workbench)
    assert shown == ["night is finished: Finished after 4 epochs; the best was epoch 3."]
    marked = window.windowIcon().pixmap(64, 64).toImage()
    notifier.seen()
    assert window.windowIcon().pixmap(64, 64).toImage() != marked


def test_it_can_be_switched_off_and_is_silent_in_use(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace, shown: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    workbench, window = make_workbench(), QWidget()
    qtbot.addWidget(window)
    Notifier(window, workbench.controller, workbench.preferences)
    workbench.preferences.notifies = False
    run_to_its_end(qtbot, workbench)
    assert shown == []
    workbench.preferences.notifies = True
    monkeypatch.setattr(QWidget, "isActiveWindow", lambda self: True)
    run_to_its_end(qtbot, workbench)
    assert shown == []


def test_a_desktop_without_notifications_is_none_the_worse(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    assert not QSystemTrayIcon.isSystemTrayAvailable()
    workbench, window = make_workbench(), QWidget()
    qtbot.addWidget(window)
    Notifier(window, workbench.controller, workbench.preferences)
    run_to_its_end(qtbot, workbench)
