"""The queue in the Monitor, by mouse and by keyboard."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QItemSelectionModel, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QToolButton
from pytestqt.qtbot import QtBot

from engine.config import ExperimentConfig
from engine.groups import plan
from engine.store import Planned, Store
from workbench.context import Workbench
from workbench.models.queue import QueueModel
from workbench.pages.monitor import MonitorPage

MakeWorkbench = Callable[..., Workbench]


def planned(*names: str) -> list[Planned]:
    return [Planned(ExperimentConfig(name=name)) for name in names]


def open_page(qtbot: QtBot, workbench: Workbench) -> MonitorPage:
    page = MonitorPage(workbench)
    qtbot.addWidget(page)
    page.resize(1096, 760)
    page.show()
    page.activate()
    return page


def names(page: MonitorPage) -> list[str]:
    return [row.name for row in page.queue.model.rows()]


def choose(page: MonitorPage, *rows: int) -> None:
    selection = page.queue.list.selectionModel()
    selection.clear()
    for row in rows:
        selection.select(page.queue.model.index(row), QItemSelectionModel.SelectionFlag.Select)


def press(page: MonitorPage, name: str) -> None:
    tool = page.findChild(QToolButton, name)
    assert tool is not None
    assert tool.isEnabled()
    tool.click()


@pytest.fixture
def page(qtbot: QtBot, make_workbench: MakeWorkbench, store: Store, scripts: SimpleNamespace) -> MonitorPage:
    """The monitor at the start of the program, which finds a queue of four."""
    store.queue.add(planned("one", "two", "three", "four"))
    return open_page(qtbot, make_workbench(scripts.Script([], scripts.finished(), waits=True)))


def test_a_queue_that_is_found_is_shown_and_started_by_its_button(page: MonitorPage, qtbot: QtBot) -> None:
    tabs = page.findChild(QTabWidget, "monitor.side")
    assert tabs is not None
    assert tabs.isVisible()
    assert [tabs.tabText(each) for each in range(tabs.count()) if tabs.isTabVisible(each)] == ["Queue (4)"]
    words, go = page.findChild(QLabel, "monitor.queue.words"), page.findChild(QPushButton, "monitor.queue.go")
    assert words is not None
    assert go is not None
    assert words.text() == "4 runs wait for your word."
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    controller = page._workbench.controller
    assert controller.config is not None
    assert controller.config.name == "one"
    assert names(page) == ["two", "three", "four"]
    assert words.text() == "3 runs wait; the next one starts when this run has ended."
    assert go.text() == "Do not go on"
    go.click()
    assert controller.waiting == 0
    assert words.text() == "3 runs wait for your word."


def test_rows_are_moved_by_keys_and_stay_chosen(page: MonitorPage, qtbot: QtBot) -> None:
    page.window().activateWindow()
    page.queue.list.setFocus()
    qtbot.waitUntil(page.queue.list.hasFocus)
    choose(page, 1, 3)
    qtbot.keyClick(page.queue.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(page) == ["two", "four", "one", "three"]
    assert [index.row() for index in sorted(page.queue.list.selectedIndexes())] == [0, 1]
    for _ in range(3):
        qtbot.keyClick(page.queue.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert names(page) == ["one", "three", "two", "four"]


def drop(page: MonitorPage, rows: list[int], at: QPointF) -> None:
    """Drag rows and drop them at a place of the list, as the platform reports it."""
    dragged = page.queue.model.mimeData([page.queue.model.index(row) for row in rows])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(at, Qt.DropAction.MoveAction, dragged, buttons, keys)
    page.queue.list.dropEvent(event)
    assert event.dropAction() == Qt.DropAction.IgnoreAction  # the view must not remove the rows it dragged


def test_rows_are_moved_by_dragging(page: MonitorPage) -> None:
    def edge(row: int, *, lower: bool) -> QPointF:
        place = page.queue.list.visualRect(page.queue.model.index(row))
        return QPointF(place.center().x(), place.bottom() - 2 if lower else place.top() + 2)

    drop(page, [0, 3], edge(1, lower=False))
    assert names(page) == ["one", "four", "two", "three"]
    drop(page, [3, 0], edge(1, lower=True))
    assert names(page) == ["four", "one", "three", "two"]
    drop(page, [0], QPointF(20, page.queue.list.height() - 10))  # below all rows
    assert names(page) == ["one", "three", "two", "four"]
    drop(page, [1], edge(1, lower=False))  # onto itself
    assert names(page) == ["one", "three", "two", "four"]


def test_rows_are_held_released_and_run_next(page: MonitorPage, qtbot: QtBot) -> None:
    controller = page._workbench.controller
    choose(page, 0, 1)
    press(page, "monitor.queue.hold")
    assert controller.queue.waiting == 2
    hold = page.findChild(QToolButton, "monitor.queue.hold")
    assert hold is not None
    assert hold.accessibleName() == "Take off hold"
    controller.start_queue()
    assert controller.config is not None
    assert controller.config.name == "three"
    choose(page, 1)
    press(page, "monitor.queue.runNext")
    assert [(row.name, row.held) for row in page.queue.model.rows()] == [
        ("two", False), ("one", True), ("four", False),
    ]  # fmt: skip
    choose(page, 1)
    press(page, "monitor.queue.hold")
    assert controller.waiting == 3


def test_removing_asks_first(page: MonitorPage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = [False, True]

    def ask(parent: object, question: str, *_words: str) -> bool:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr("workbench.widgets.dialogs.ask", ask)
    choose(page, 0, 2)
    press(page, "monitor.queue.remove")
    assert len(names(page)) == 4
    press(page, "monitor.queue.remove")
    assert names(page) == ["two", "four"]
    assert asked == ["Remove these 2 planned runs?"] * 2


def test_the_model_is_sound(qtbot: QtBot, make_workbench: MakeWorkbench, store: Store) -> None:
    workbench = make_workbench()
    model = QueueModel(workbench.controller.queue)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    added = workbench.controller.queue.add(planned("one", "two"))
    workbench.controller.queue.move(added[:1], None)
    workbench.controller.queue.remove(added)
    assert model.rowCount() == 0


def test_a_group_keeps_its_places(qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    page = open_page(qtbot, workbench)
    workbench.controller.start_group("study", plan(ExperimentConfig(), range(3)))
    about = [
        page.queue.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(page.queue.model.rowCount())
    ]
    assert about == [
        "H2Rec on sample, sample · seed 1 · 2 of 3",
        "H2Rec on sample, sample · seed 2 · 3 of 3",
    ]
