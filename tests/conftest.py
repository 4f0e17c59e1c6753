"""What all tests share: a home folder of their own, and no thread, timer or Qt warning left behind."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from engine.home import ENVIRONMENT_VARIABLE, Home

# Said by the offscreen platform itself, whatever the program does.
HARMLESS = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test forgets to say, it never touches the person's own home folder."""
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home folder."""
    return Home.locate(tmp_path / "home")


@pytest.fixture(scope="session")
def qapp(qapp: Any) -> Any:
    """The application as it is really made: with its theme, font and icon."""
    from workbench.application import make_application

    return make_application()


@pytest.fixture
def find_leftovers() -> Callable[[], list[str]]:
    """What the check below would find now, told apart from what lived before the test."""
    before = set(threading.enumerate())
    return lambda: leftovers(before)


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that uses Qt and leaves a thread, task or timer, or makes Qt print a warning."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    warnings: list[str] = []

    def collect(kind: QtMsgType, context: Any, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg and text not in HARMLESS:
            warnings.append(text)

    threads = set(threading.enumerate())
    previous = qInstallMessageHandler(collect)
    try:
        yield
        left = leftovers(threads)
    finally:
        qInstallMessageHandler(previous)
        reset_choices()
    assert not warnings, f"Qt warned: {warnings}"
    assert not left, f"Left behind: {left}"


def leftovers(threads_before: set[threading.Thread]) -> list[str]:
    """Threads, tasks and timers that still live after everything was given the chance to end."""
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QThreadPool, QTimer

    from workbench.background import finish_background

    left = [] if finish_background(10) else ["a background task"]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()
    if not QThreadPool.globalInstance().waitForDone(2000):
        left.append("a task of the global thread pool")
    for thing in gc.get_objects():
        kind = type(thing)  # asking the thing itself for its class makes some libraries warn
        if issubclass(kind, QThread) and shiboken6.isValid(thing) and thing.isRunning():
            left.append(f"QThread {thing.objectName()}")
        elif issubclass(kind, QTimer) and shiboken6.isValid(thing) and thing.isActive():
            left.append(f"QTimer of {thing.parent()}")
    new = set(threading.enumerate()) - threads_before
    # Dummies are threads of Qt's pools, which Python has seen once.
    return left + [f"thread {thread.name}" for thread in new if not isinstance(thread, threading._DummyThread)]


def reset_choices() -> None:
    """Undo what preferences change for the whole program."""
    if "workbench.theme" in sys.modules:
        from workbench.theme import theme
        from workbench.widgets.numbers import use_metric_format

        theme().use("system")
        use_metric_format("percent")
