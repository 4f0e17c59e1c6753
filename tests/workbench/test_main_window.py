"""The window: pages on their first visit, keys, and an orderly way in and out."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.config import ExperimentConfig
from engine.errors import DataError
from engine.groups import plan
from engine.home import Home
from engine.library import Library
from engine.store import Store
from workbench.main_window import FIRST_PAGE, TITLE, MainWindow
from workbench.pages.registry import MAIN_PAGES, OTHER_PAGES
from workbench.preferences import Preferences

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _quick_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """List the sample without making its files."""

    def ensure_sample(self: Any) -> None:
        self._store.datasets.add(
            "sample", source="generator", fingerprint="s", users=1200, items=800, interactions=15342, synthetic=True
        )

    monkeypatch.setattr(Library, "ensure_sample", ensure_sample)


class Windows:
    """Opens windows over one home folder and sees to it that they are closed."""

    def __init__(self, qtbot: QtBot, home: Home, scripts: SimpleNamespace) -> None:
        self.qtbot, self.home, self.scripts = qtbot, home, scripts
        self.opened: list[MainWindow] = []

    def open(self, runner: Any = None, *, wait: bool = True) -> MainWindow:
        runner = runner or self.scripts.Script(self.scripts.scripted(), self.scripts.finished())
        window = MainWindow(self.home, Preferences(self.home.root / "workbench.ini"), runner)
        self.opened.append(window)  # not given to qtbot, which would delete it before its run has ended
        window.show()
        with self.qtbot.waitActive(window):
            window.activateWindow()
        if wait:
            self.qtbot.waitUntil(lambda: window.page is not None, timeout=10_000)
        return window

    def close_all(self) -> None:
        for window in self.opened:
            if window.workbench is not None:
                controller = window.workbench.controller
                controller.stop()
                self.qtbot.waitUntil(lambda controller=controller: not controller.is_running, timeout=5000)
            window.close()
            window.deleteLater()


@pytest.fixture
def windows(qtbot: QtBot, home: Home, scripts: SimpleNamespace) -> Iterator[Windows]:
    made = Windows(qtbot, home, scripts)
    yield made
    made.close_all()


def child(window: QWidget, kind: type[Any], name: str) -> Any:
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def current(window: MainWindow) -> str:
    return window.page.objectName().removeprefix("page.") if window.page is not None else ""


def test_pages_are_made_on_their_first_visit_and_kept(windows: Windows) -> None:
    window = windows.open()
    assert current(window) == FIRST_PAGE
    assert list(window._pages) == [FIRST_PAGE]
    for entry in (*MAIN_PAGES, *OTHER_PAGES):
        child(window, QPushButton, f"navigation.{entry.id}").click()
        assert current(window) == entry.id
        assert child(window, QPushButton, f"navigation.{entry.id}").isChecked()
    first = window.page
    window.show_page("setup")
    window.show_page(OTHER_PAGES[-1].id)
    assert window.page is first


def test_the_sample_appears_in_the_page_in_view(windows: Windows, qtbot: QtBot) -> None:
    window = windows.open()
    start = child(window, QPushButton, "setup.start")
    qtbot.waitUntil(start.isEnabled, timeout=5000)


def test_keys_lead_to_the_pages(windows: Windows, qtbot: QtBot) -> None:
    window = windows.open()
    for number, entry in enumerate(MAIN_PAGES, start=1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        assert current(window) == entry.id
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert current(window) == "setup"
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert current(window) == "help"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert current(window) == "help"


def test_ctrl_enter_starts_on_the_setup_page_only(windows: Windows, qtbot: QtBot, scripts: SimpleNamespace) -> None:
    window = windows.open(scripts.Script([], scripts.finished(), waits=True))
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    window.show_page("help")
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.workbench is not None
    assert not window.workbench.controller.is_running
    window.show_page("setup")
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.workbench.controller.is_running
    assert current(window) == "monitor"


def test_the_keyboard_alone_starts_a_run_and_stops_it(windows: Windows, qtbot: QtBot, scripts: SimpleNamespace) -> None:
    window = windows.open(scripts.Script([], scripts.finished(), waits=True))
    assert window.workbench is not None
    controller = window.workbench.controller
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert controller.is_running
    stop = child(window, QPushButton, "monitor.stop")
    for _ in range(100):
        if window.focusWidget() is stop:
            break
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    assert window.focusWidget() is stop
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not controller.is_running, timeout=5000)


def test_title_and_status_bar_tell_what_runs(windows: Windows, qtbot: QtBot, scripts: SimpleNamespace) -> None:
    script = scripts.Script(scripts.scripted()[:-10], scripts.finished(), waits=True)
    window = windows.open(script)
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    assert window.workbench is not None
    words = child(window, QLabel, "status.words")
    assert window.windowTitle() == TITLE
    window.workbench.controller.start(ExperimentConfig(name="first"))
    qtbot.waitUntil(lambda: window.windowTitle() == f"75% – first – {TITLE}")
    assert words.text() == "first – Training: epoch 3 of 4"
    script.go_on.set()
    qtbot.waitUntil(lambda: window.windowTitle() == TITLE)
    assert words.text() == "Run 1: Finished after 4 epochs; the best was epoch 3."


def test_home_folder_is_always_to_be_seen(windows: Windows) -> None:
    window = windows.open()
    where = child(window, QLabel, "status.home")
    assert where.toolTip() == str(windows.home.root)


def test_closing_during_a_run_asks_and_may_keep_it(windows: Windows, qtbot: QtBot, scripts: SimpleNamespace) -> None:
    window = windows.open(scripts.Script([], scripts.finished(), waits=True))
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    assert window.workbench is not None
    window.workbench.controller.start(ExperimentConfig(name="first"))
    assert not window.close()
    box = child(window, QMessageBox, "closeQuestion")
    assert "first" in box.text()
    child(box, QPushButton, "closeQuestion.keep").click()
    assert window.isVisible()
    assert window.workbench.controller.is_running
    assert not window.workbench.controller.is_stopping


def test_stop_and_close_waits_for_the_run_to_end(windows: Windows, qtbot: QtBot, scripts: SimpleNamespace) -> None:
    window = windows.open(scripts.Script([], scripts.finished(), waits=True))
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    assert window.workbench is not None
    controller = window.workbench.controller
    controller.start(ExperimentConfig())
    window.close()
    box = child(window, QMessageBox, "closeQuestion")
    child(box, QPushButton, "closeQuestion.stop").click()
    assert window.isVisible()
    assert "Stopping…" in child(window, QLabel, "status.words").text()
    assert not window.close()  # again, while it stops: no second question
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert not controller.is_running
    assert window.workbench is None


def test_closing_during_a_group_starts_none_of_those_that_wait(
    windows: Windows, qtbot: QtBot, scripts: SimpleNamespace
) -> None:
    window = windows.open(scripts.Script([], scripts.finished(), waits=True))
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    assert window.workbench is not None
    store = window.workbench.store
    window.workbench.controller.start_group("study", plan(ExperimentConfig(), range(3)))
    assert "H2Rec on sample (1 of 3) – " in child(window, QLabel, "status.words").text()
    window.close()
    box = child(window, QMessageBox, "closeQuestion")
    assert "The queue of 2 runs is kept for the next time." in box.informativeText()
    assert store.runs.count() == 1
    child(box, QPushButton, "closeQuestion.stop").click()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert window.workbench is None
    again = windows.open()
    assert again.workbench is not None
    assert [row.place for row in again.workbench.controller.queue.rows()] == [2, 3]
    assert not again.workbench.controller.is_running
    assert "2 runs wait in the queue for your word" in child(again, QLabel, "status.words").text()


def test_deleted_runs_go_for_good_with_the_window_or_at_the_next_start(windows: Windows) -> None:
    store = Store(windows.home.database)
    left, deleted, kept = (store.runs.create(ExperimentConfig(), "f") for _ in range(3))
    for run in (left, deleted, kept):
        store.runs.record(run, changes={"status": "finished"})
        windows.home.run_folder(run).mkdir(parents=True)
    store.runs.put_away([left])  # as a window left it that was killed
    store.close()

    def folders() -> list[int]:
        return sorted(int(folder.name) for folder in windows.home.runs.iterdir())

    window = windows.open()
    assert folders() == [deleted, kept]
    assert window.workbench is not None
    window.workbench.store.runs.put_away([deleted])
    assert folders() == [deleted, kept]
    window.close()
    assert folders() == [kept]


def test_a_store_that_cannot_be_opened_is_told_and_tried_again(windows: Windows, qtbot: QtBot) -> None:
    windows.home.database.write_text("this is no database, it is only a sentence")
    window = windows.open(wait=False)
    retry = child(window, QPushButton, "startup.retry")
    qtbot.waitUntil(retry.isVisible, timeout=10_000)
    words = " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())
    assert "is not a database" in words
    assert not window.navigation.isEnabled()
    windows.home.database.unlink()
    retry.click()
    qtbot.waitUntil(lambda: window.page is not None, timeout=10_000)


def test_a_sample_that_cannot_be_made_is_told(windows: Windows, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Library, "ensure_sample", fail)
    window = windows.open()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "errorBox") is not None, timeout=5000)
    box = child(window, QMessageBox, "errorBox")
    assert "No space left" in box.informativeText()
    box.close()


def test_page_geometry_and_choices_are_remembered(windows: Windows) -> None:
    window = windows.open()
    window.resize(1111, 777)
    window.show_page("help")
    assert window.workbench is not None
    window.workbench.preferences.theme = "dark"
    window.close()
    again = windows.open()
    assert current(again) == "help"
    assert again.width() < 1280  # the screen of the tests is small, so the size is cut to it
    assert again.workbench is not None
    assert again.workbench.preferences.theme == "dark"


def test_runs_of_a_program_that_died_are_told(windows: Windows, qtbot: QtBot, home: Home) -> None:
    program = """
import sys
from pathlib import Path
from engine.config import ExperimentConfig
from engine.store import Store
Store(Path(sys.argv[1])).runs.create(ExperimentConfig(), "s")
"""
    subprocess.run([sys.executable, "-c", program, str(home.database)], cwd=ROOT, check=True, timeout=60)
    window = windows.open()
    assert window.workbench is not None
    assert window.workbench.store.runs.get(1).status == "interrupted"
    words = child(window, QLabel, "status.words")
    qtbot.waitUntil(lambda: words.text() == "1 run was interrupted when the workbench last ended, and can be resumed.")
    offer = child(window, QPushButton, "status.offer")
    assert (offer.isVisible(), offer.text()) == (True, "Resume run 1")
    offer.click()
    assert (window.workbench.controller.run, current(window)) == (1, "monitor")
    assert not offer.isVisible()
    qtbot.waitUntil(lambda: not window.workbench.controller.is_running, timeout=5000)
    assert window.workbench.store.runs.get(1).resumed == 1


def test_settings_page_takes_effect_at_once(windows: Windows) -> None:
    from workbench.theme import theme
    from workbench.widgets.numbers import metric

    window = windows.open()
    window.show_page("preferences")
    child(window, QWidget, "preferences.theme.dark").click()
    assert theme().is_dark()
    child(window, QWidget, "preferences.metrics.decimal").click()
    assert metric(0.5) == "0.5000"


def test_every_interactive_control_of_the_shells_pages_has_a_name(windows: Windows) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider

    window = windows.open()
    for page in ("setup", "monitor", "preferences", "help"):
        window.show_page(page)
        assert window.page is not None
        for kind in (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider):
            for control in window.page.findChildren(kind):
                if control.focusPolicy() != Qt.FocusPolicy.NoFocus and not control.objectName().startswith("qt_"):
                    assert control.objectName(), f"{page}: {control}"


class _Shown(QObject):
    """Notes every window that comes on screen, however shortly."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(type(watched).__name__)
        return False


def test_no_part_of_a_page_flashes_up_as_a_window(windows: Windows, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert app is not None
    shown = _Shown()
    app.installEventFilter(shown)
    window = windows.open()
    for entry in (*MAIN_PAGES, *OTHER_PAGES):
        window.show_page(entry.id)
        qtbot.wait(50)
    app.removeEventFilter(shown)
    assert shown.windows == ["MainWindow"]


def test_a_page_that_cannot_be_brought_up_to_date_is_told(
    windows: Windows, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows.open()
    qtbot.waitUntil(child(window, QPushButton, "setup.start").isEnabled, timeout=5000)
    page = window.page
    assert page is not None

    def fail() -> None:
        raise DataError("The disk is gone.")

    monkeypatch.setattr(page, "activate", fail)
    window.show_page(current(window))
    box = child(window, QMessageBox, "errorBox")
    assert box.informativeText() == "The disk is gone."
    box.close()


def test_what_nobody_expected_is_shown_once_and_logged(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    from workbench.application import _report_crash

    for _ in range(2):
        try:
            raise ValueError("a number is missing")
        except ValueError as error:
            _report_crash(type(error), error, error.__traceback__)
    boxes = [widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "crashBox"]
    assert len(boxes) == 1
    box = boxes[0]
    assert isinstance(box, QMessageBox)
    assert "ValueError: a number is missing" in box.informativeText()
    assert "Traceback" in box.detailedText()
    assert "a number is missing" in caplog.text
    box.close()
