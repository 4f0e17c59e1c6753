"""Everything is reached by Tab and says what it is; every page fits into the smallest window."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.home import Home
from engine.library import Library
from workbench.main_window import SMALLEST, MainWindow
from workbench.navigation import WIDTH
from workbench.pages.datasets.wizard import ImportDialog
from workbench.pages.registry import MAIN_PAGES, OTHER_PAGES
from workbench.preferences import Preferences

SHOP = Path(__file__).parents[1] / "fixtures" / "shop"
PAGES = [entry.id for entry in (*MAIN_PAGES, *OTHER_PAGES)]
STATUS_BAR = 32  # pixels, more than it is high


@pytest.fixture
def window(qtbot: QtBot, home: Home, scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(Library, "ensure_sample", lambda self: None)
    made = MainWindow(
        home, Preferences(home.root / "workbench.ini"), scripts.Script(scripts.scripted(), scripts.finished())
    )
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    qtbot.waitUntil(lambda: made.page is not None, timeout=10_000)
    yield made
    made.close()
    made.deleteLater()


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    shown: Callable[[], str] = getattr(widget, "text", str)
    return widget.accessibleName() or ("" if isinstance(widget, QComboBox) else shown())


def tab_stops(start: QWidget) -> list[QWidget]:
    """The widgets that the Tab key visits, until it comes round."""
    start.setFocus(Qt.FocusReason.TabFocusReason)
    stops: list[QWidget] = []
    for _ in range(200):
        now = QApplication.focusWidget()
        assert now is not None
        if now is not (stops[-1] if stops else None):  # links are stops within a label
            if now in stops:
                return stops
            stops.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    raise AssertionError("Tab never comes round")


@pytest.mark.parametrize("page", PAGES)
def test_every_stop_of_a_page_has_a_name(window: MainWindow, page: str) -> None:
    window.show_page(page)
    start = window.findChild(QPushButton, f"navigation.{page}")
    assert start is not None
    stops = tab_stops(start)
    assert not [type(stop).__name__ + stop.objectName() for stop in stops if not name_of(stop)]
    inputs = {each for each in window.page.findChildren(QWidget) if each.isVisible() and each.isEnabled()}  # type: ignore[union-attr]
    reachable = {each for each in inputs if each.focusPolicy() & Qt.FocusPolicy.TabFocus and not each.focusProxy()}
    in_groups = {each for each in reachable if each.inherits("QRadioButton")}  # the arrow keys go on within a group
    assert reachable - in_groups <= set(stops)


def test_the_form_is_walked_through_as_it_stands(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("setup")
    window.resize(1280, 800)
    qtbot.wait(1)
    start = window.findChild(QComboBox, "setup.preset")
    assert start is not None
    names = [stop.objectName() for stop in tab_stops(start)]
    wanted = [
        "setup.preset",
        "setup.preset.menu",
        "setup.group.seeds",
        "setup.data.dataset",
        "setup.semantic_ids.depth",
        "setup.model.kind",
        "setup.alignment.alpha",
    ]
    places = [names.index(name) for name in wanted if name in names]
    assert len(places) >= len(wanted) - 1
    assert places == sorted(places)


@pytest.mark.parametrize("page", PAGES)
def test_pages_fit_into_the_smallest_window(window: MainWindow, page: str) -> None:
    window.show_page(page)
    assert window.page is not None
    least = window.page.minimumSizeHint()
    assert least.width() <= SMALLEST.width() - WIDTH
    assert least.height() <= SMALLEST.height() - STATUS_BAR


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (0, ["import.user", "import.item", "import.rating", "import.item_id", "import.title", "import.items"]),
        (1, ["import.text", "import.text.insert", "import.text.columns", "import.texts"]),
        (2, ["import.first_date", "import.last_date", "import.duplicates", "import.k_core", "import.order"]),
    ],
)
def test_every_step_of_the_import_is_walked_through_as_it_stands(
    qtbot: QtBot, window: MainWindow, step: int, wanted: list[str]
) -> None:
    window.show_page("datasets")
    page: Any = window.page
    dialog: ImportDialog = page.import_files([SHOP / "interactions.csv", SHOP / "items.csv"])
    qtbot.waitUntil(lambda: dialog.view.import_button.isEnabled(), timeout=10_000)
    dialog.activateWindow()
    dialog.view.steps.setCurrentIndex(step)
    qtbot.waitUntil(lambda: not dialog.work.is_reading and not dialog.view.progress.isVisible(), timeout=5000)
    stops = tab_stops(dialog.view.name)
    assert not [stop.objectName() for stop in stops if not name_of(stop)]
    names = [stop.objectName() for stop in stops]
    places = [names.index(name) for name in ["import.name", "import.format", *wanted, "import.cancel", "import.start"]]
    assert places == sorted(places)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
