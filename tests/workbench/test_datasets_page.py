"""The datasets page and its import dialog in a real window, over a real library."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from engine.config import PreparationSettings
from engine.home import Home
from engine.library import Library
from engine.store import Store
from workbench.context import Workbench
from workbench.models.roles import DataRole
from workbench.pages.datasets import DatasetsPage
from workbench.pages.datasets import page as page_module
from workbench.pages.datasets.report import report_lines

SHOP = Path(__file__).parents[1] / "fixtures" / "shop"


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench], home: Home, store: Store) -> Workbench:
    for row in store.datasets.list():
        store.datasets.delete(row.name)
    made = make_workbench()
    made.library = Library(home, store)
    return made


@pytest.fixture
def page(qtbot: Any, workbench: Workbench) -> DatasetsPage:
    made = DatasetsPage(workbench)
    qtbot.addWidget(made)
    made.resize(1100, 740)
    made.show()
    return made


def shown(qtbot: Any, page: DatasetsPage, name: str) -> None:
    qtbot.waitUntil(
        lambda: page.detail_states.currentWidget() is page.detail and page.detail.name.text() == name, timeout=5000
    )


def names(page: DatasetsPage) -> list[str]:
    return [page.model.index(row, 0).data() for row in range(page.model.rowCount())]


# The page


def test_a_dataset_shows_its_numbers_charts_items_and_report(
    qtbot: Any, page: DatasetsPage, workbench: Workbench
) -> None:
    row = workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    assert names(page) == ["shop"]
    tiles = {name: tile.value for name, tile in page.detail.tiles.items()}
    assert tiles["users"] == f"{row.users:,}"
    assert tiles["items"] == f"{row.items:,}"
    assert tiles["interactions"] == f"{row.interactions:,}"
    assert tiles["period"] != "–"
    assert not page.detail.badge.isVisible()
    assert page.detail.items.model.rowCount() == row.items
    assert page.detail.overview.popularity.legend.text().startswith("Head: ")
    assert len(page.detail.overview.popularity.plot.listDataItems()) == 2
    report = page.detail.report.text()
    assert "interactions were read" in report
    assert row.fingerprint in report
    assert "k-core" in report
    assert page.detail.overview.popularity.words_at(0.0).startswith("rank 1, head: ")
    assert page.detail.overview.lengths.words_at(-1.0) == ""


def test_items_are_searched_on_the_page(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    items = page.detail.items.model
    title = items.index(3, 0).data()
    page.find_in_page()
    assert page.detail.items.search.hasFocus()
    qtbot.keyClicks(page.detail.items.search, title)
    qtbot.waitUntil(lambda: items.rowCount() < items.total, timeout=2000)
    assert title in {items.index(row, 0).data() for row in range(items.rowCount())}
    assert " of " in page.detail.items.found.text()


def test_the_sample_is_labelled_synthetic_and_stays(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.ensure_sample()
    page.activate()
    shown(qtbot, page, "sample")
    assert page.detail.badge.isVisible()
    assert page.detail.badge.text == "synthetic"
    assert not page.detail.delete.isEnabled()
    assert page.model.index(0, 0).data(DataRole.row).synthetic


def test_an_experiment_starts_from_the_dataset(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.detail.experiment, Qt.MouseButton.LeftButton)
    assert asked.args[0] == "setup"
    assert asked.args[1].data.dataset == "shop"


def test_a_deleted_dataset_is_gone_with_its_files(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        page_module.dialogs, "ask", lambda _parent, question, words, _yes: asked.append(question + words) or True
    )
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    qtbot.mouseClick(page.detail.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.states.currentWidget() is page.states.empty, timeout=3000)
    assert "“shop”" in asked[0]
    assert "interactions" in asked[0]
    assert "cannot be undone" in asked[0]
    assert not (home.datasets / "shop").exists()


def test_a_damaged_dataset_says_so(qtbot: Any, page: DatasetsPage, workbench: Workbench, home: Home) -> None:
    workbench.library.import_files("shop", [SHOP])
    (home.datasets / "shop" / "items.npy").unlink()
    page.activate()
    qtbot.waitUntil(lambda: page.detail_states.currentWidget() is page.detail_states.error, timeout=3000)
    assert "damaged" in page.detail_states.error._text.text()


def test_a_report_without_repairs_says_so(workbench: Workbench) -> None:
    row = workbench.store.datasets.add("x", source="<b>", fingerprint="f", users=1, items=1, interactions=1)
    lines = report_lines(row)
    assert "Nothing was dropped or repaired." in lines
    assert "Source: &lt;b&gt;" in lines


def test_a_report_tells_how_the_dataset_was_prepared(workbench: Workbench) -> None:
    row = workbench.library.import_files("shop", [SHOP], preparation=PreparationSettings(k_core=2, max_users=9))
    lines = report_lines(row)
    assert "Users at most: 9" in lines
    assert "Least rating: any rating" in lines
    assert "Repeated items: Keep every interaction" in lines
    assert "Text of an item: {title}. {categories}. {description}" in lines
    assert any("of users that were not drawn" in line for line in lines)
