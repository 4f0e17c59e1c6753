"""The check that every other test relies on finds what it is there for."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QThread, QTimer
from pytestqt.qtbot import QtBot


def test_a_running_timer_is_found(qtbot: QtBot, find_leftovers: Callable[[], list[str]]) -> None:
    timer = QTimer()
    timer.start(1000)
    assert find_leftovers() == ["QTimer of None"]
    timer.stop()
    assert find_leftovers() == []


def test_a_running_thread_is_found(qtbot: QtBot, find_leftovers: Callable[[], list[str]]) -> None:
    thread = QThread()
    thread.setObjectName("busy")
    thread.start()
    assert find_leftovers() == ["QThread busy"]
    thread.quit()
    thread.wait()
    gate = threading.Event()
    other = threading.Thread(target=gate.wait, name="plain")
    other.start()
    assert find_leftovers() == ["thread plain"]
    gate.set()
    other.join()
    assert find_leftovers() == []
