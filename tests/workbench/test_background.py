"""Work on other threads comes back on the window's thread, or not at all."""

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from workbench.background import finish_background, is_busy, run_in_background


def test_result_arrives_on_the_windows_thread(qtbot: QtBot) -> None:
    seen: list[tuple[int, bool, bool]] = []
    home = threading.get_ident()
    run_in_background(
        threading.get_ident,
        lambda worker: seen.append((worker, worker != home, threading.get_ident() == home)),
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][1:] == (True, True)
    assert not is_busy()


def test_exception_is_handed_over(qtbot: QtBot) -> None:
    errors: list[Exception] = []

    def fail() -> None:
        raise ValueError("no such thing")

    run_in_background(fail, lambda _: errors.append(AssertionError()), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "no such thing"


def test_nothing_is_delivered_to_the_deleted_or_to_those_who_cancelled(qtbot: QtBot) -> None:
    gate = threading.Event()
    seen: list[object] = []
    receiver = QObject()
    run_in_background(gate.wait, seen.append, None, receiver)
    task = run_in_background(gate.wait, seen.append)
    import shiboken6

    shiboken6.delete(receiver)
    task.cancel()
    gate.set()
    assert finish_background(5)
    assert seen == []


def test_finish_tells_when_a_task_goes_on(qtbot: QtBot) -> None:
    gate = threading.Event()
    run_in_background(gate.wait)
    assert not finish_background(0.05)
    gate.set()
    assert finish_background(5)
