"""What the end-to-end tests share: somebody in front of the real window, over the home folder of the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QWidget

from engine.home import Home
from workbench.main_window import MainWindow
from workbench.preferences import Preferences

REAL = Path(__file__).parents[3] / "shared" / "data" / "ml-100k"
SECONDS = 1000  # milliseconds
Kind = TypeVar("Kind", bound=QWidget)


@dataclass
class Person:
    """Someone who uses the window by its buttons, fields and keys."""

    window: MainWindow
    qtbot: Any

    def find(self, kind: type[Kind], name: str) -> Kind:
        """The only one in view that is called so."""
        seen = [each for each in self.window.findChildren(kind, name) if each.isVisible()]
        assert len(seen) == 1, f"{len(seen)} visible ones are called {name}"
        return seen[0]

    def click(self, name: str) -> None:
        button = self.find(QAbstractButton, name)
        self.qtbot.waitUntil(button.isEnabled, timeout=10 * SECONDS)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def write(self, name: str, text: str) -> None:
        """Fill a field by keys, and press Enter."""
        field = self.find(QLineEdit, name)
        field.clear()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def choose(self, name: str, words: str) -> None:
        """Go to an entry of a chooser by keys."""
        chooser = self.find(QComboBox, name)
        place = chooser.findText(words)
        assert place >= 0, f"{name} offers {[chooser.itemText(each) for each in range(chooser.count())]}"
        while chooser.currentIndex() != place:
            before = chooser.currentIndex()
            self.qtbot.keyClick(chooser, Qt.Key.Key_Down if before < place else Qt.Key.Key_Up)
            assert chooser.currentIndex() != before

    def click_row(
        self, view: QAbstractItemView, index: QModelIndex, *, more: bool = False, twice: bool = False
    ) -> None:
        """Click a cell, with Ctrl for one more, or double-click it."""
        place = self._place(view, index)
        keys = Qt.KeyboardModifier.ControlModifier if more else Qt.KeyboardModifier.NoModifier
        self.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place)
        if twice:
            self.qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place)

    def page(self, kind: type) -> Any:
        """The page in view, which is of this kind."""
        self.qtbot.waitUntil(lambda: isinstance(self.window.page, kind), timeout=5 * SECONDS)
        return self.window.page

    def press(self, key: Qt.Key) -> None:
        """Ctrl and a key."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=5 * SECONDS)
        self.qtbot.keyClick(self.window, key, Qt.KeyboardModifier.ControlModifier)

    def wait(self, until: Callable[[], bool], seconds: int = 20) -> None:
        """Look on until something is so."""
        self.qtbot.waitUntil(until, timeout=seconds * SECONDS)

    @staticmethod
    def _place(view: QAbstractItemView, index: QModelIndex) -> QPoint:
        view.scrollTo(index)
        place = view.visualRect(index).center()
        assert view.indexAt(place) == index, "the cell is not in view"
        return place


@pytest.fixture
def person(qtbot: Any, home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    # The text encoder's library shows progress by tqdm, whose watching thread would outlive the test.
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
    preferences = Preferences(home.root / "workbench.ini")
    window = MainWindow(home, preferences)
    window.show()
    qtbot.waitUntil(lambda: window.workbench is not None, timeout=20 * SECONDS)
    window.activateWindow()
    someone = Person(window, qtbot)
    yield someone
    if window.workbench is not None and window.workbench.controller.is_running:
        window.workbench.controller.stop()
        qtbot.waitUntil(lambda: not window.workbench.controller.is_running, timeout=30 * SECONDS)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20 * SECONDS)
    window.deleteLater()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of MovieLens 100K as it is published."""
    if not REAL.is_dir():
        pytest.skip("needs ../shared/data/ml-100k")
    return REAL
