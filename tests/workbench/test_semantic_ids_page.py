"""The page of the semantic IDs in a real window, over small runs whose codes are known."""

import csv
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from engine.artefacts import SEMANTIC_IDS
from engine.config import DataSettings, ExperimentConfig, ModelSettings, SemanticIdSettings, TextSettings
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.home import Home
from engine.library import Library
from engine.semantic_ids import maps
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.store import Store
from workbench import long_work
from workbench.context import Workbench
from workbench.links import InspectorLink
from workbench.models.code_tree import CODE, EXAMPLE, SIZE, CodeTreeModel
from workbench.pages.semantic_ids import SemanticIdsPage
from workbench.pages.semantic_ids.make_dialog import MakeDialog
from workbench.palette import DARK, LIGHT, Role, around, contrast
from workbench.preferences import Preferences
from workbench.theme import theme

TITLES = [f"{what} {number}" for what in ("Kettle", "Tent", "<b>Lamp</b>") for number in range(1, 9)]
POPULAR = 2  # the row of the item that everybody has


def codes() -> np.ndarray[Any, np.dtype[np.int64]]:
    """Kettles have 0, tents 1, lamps 2 first; all but the last two of a kind have a code of their own; then 0."""
    return np.array([[kind, min(place, 6), 0] for kind in range(3) for place in range(8)])


def ids_of(array: np.ndarray[Any, np.dtype[np.int64]], size: int = 8) -> SemanticIds:
    random = np.random.default_rng(0)
    return SemanticIds(array, random.normal(size=(array.shape[1], size, 6)).astype(np.float32), 0.25)


class Shop:
    """A home folder with one dataset; makes runs on it without training."""

    def __init__(self, home: Home, preferences: Preferences) -> None:
        self.home, self.store = home, Store(home.database)
        self.library = Library(home, self.store)
        self.preferences = preferences
        self.vectors = home.root / "vectors.npy"
        random = np.random.default_rng(1)
        np.save(self.vectors, random.normal(size=(24, 6)).astype(np.float32))
        self.vectors.with_suffix(".ids.txt").write_text("\n".join(f"i{row}" for row in range(24)))
        self.import_dataset("first")

    def import_dataset(self, fingerprint: str) -> None:
        histories = [[POPULAR + 1, row + 1, (row + 5) % 24 + 1, (row + 9) % 24 + 1] for row in range(24)]
        column = lambda values: np.array(["", *values], dtype=object)  # noqa: E731
        dataset = Dataset(
            "shop",
            np.array([f"u{row}" for row in range(24)], dtype=object),
            Sequences(np.arange(0, 97, 4), np.array(histories, dtype=np.int32).reshape(-1)),
            Catalogue(
                column([f"i{row}" for row in range(24)]),
                column(TITLES),
                column([f"{title}, good for camping" if "Kettle" in title else title for title in TITLES]),
            ),
            facts={"source": "test", "fingerprint": fingerprint, "synthetic": False, "preparation": {}, "report": {}},
        )
        self.library._keep(dataset)

    def run(self, ids: SemanticIds | None, kind: str = "h2rec", status: str = "finished", **settings: Any) -> int:
        settings.setdefault("quantiser", "rq-kmeans")
        config = ExperimentConfig(
            data=DataSettings(dataset="shop"),
            text=TextSettings(encoder="vectors", source=str(self.vectors)),
            semantic_ids=SemanticIdSettings(depth=3, codebook_size=8, **settings),
            model=ModelSettings(kind=kind),  # type: ignore[arg-type]
        )
        fingerprint = self.library.load("shop").facts["fingerprint"]
        run = self.store.runs.create(config, fingerprint)
        report = {"neighbour_preservation": 0.5} if ids is not None else {}
        self.store.runs.record(run, changes={"status": status, "semantic_ids": report})
        if ids is not None:
            ids.save(self.home.run_folder(run) / SEMANTIC_IDS)
        return run

    @property
    def workbench(self) -> Workbench:
        return Workbench(self.home, self.store, self.library, None, self.preferences)  # type: ignore[arg-type]


@pytest.fixture
def shop(home: Home, preferences: Preferences) -> Iterator[Shop]:
    made = Shop(home, preferences)
    yield made
    made.store.close()


Open = Callable[..., SemanticIdsPage]


@pytest.fixture
def open_page(qtbot: QtBot, shop: Shop) -> Iterator[Open]:
    """Shows the page; waits until its run, and the first map of it, are there."""
    pages: list[SemanticIdsPage] = []

    def make(run: int | None = None, *, ready: bool = True) -> SemanticIdsPage:
        page = SemanticIdsPage(shop.workbench)
        qtbot.addWidget(page)
        page.resize(1100, 720)
        pages.append(page)
        page.show()
        page.activate()
        if run is not None:
            page.open_with(run)
        if ready:
            qtbot.waitUntil(lambda: page._opened is not None, timeout=10_000)
            wait_for_map(qtbot, page)
        return page

    yield make
    for page in pages:
        page.close()


def wait_for_map(qtbot: QtBot, page: SemanticIdsPage) -> None:
    qtbot.waitUntil(
        lambda: not page.explore.map.work.is_working and len(page.explore.map.view.points) > 0, timeout=10_000
    )


def brought_out(page: SemanticIdsPage) -> list[int] | None:
    rows = page.explore.map.view.brought_out
    return None if rows is None else sorted(rows.tolist())


def listed(page: SemanticIdsPage) -> list[int]:
    return page.explore.tree.listed.shown.tolist()


# The tree


def test_the_tree_shows_sizes_and_the_most_popular_item(qtbot: QtBot, shop: Shop) -> None:
    from engine.coded_items import CodedItems

    run = shop.run(ids_of(codes()))
    items = CodedItems.of_run(shop.store.runs.get(run), shop.home, shop.library)
    model = CodeTreeModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_items(items)
    assert [model.index(row, CODE).data() for row in range(model.rowCount())] == ["0", "1", "2"]
    assert model.index(0, SIZE).data() == "8"
    assert model.index(0, EXAMPLE).data() == TITLES[POPULAR]
    kettles = model.index(0, 0)
    assert model.hasChildren(kettles)
    assert model.rowCount(kettles) == 0  # nobody has opened it
    model.fetchMore(kettles)
    assert [model.index(row, SIZE, kettles).data() for row in range(model.rowCount(kettles))] == ["2", *["1"] * 6]
    assert not model.hasChildren(model.index(1, 0, kettles))  # one item: nothing to open
    assert model.index_of((0, 6, 0)).parent().parent() == kettles
    assert "2 items" in model.index(0, 0, kettles).data(Qt.ItemDataRole.ToolTipRole)
    model.set_items(None)
    assert model.rowCount() == 0


def test_what_is_chosen_in_the_tree_is_brought_out_on_the_map(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    assert brought_out(page) is None
    assert listed(page)[0] == POPULAR
    assert len(listed(page)) == 24
    tree = page.explore.tree
    tree.tree.setCurrentIndex(tree.model.index(1, 0))
    assert brought_out(page) == sorted(listed(page)) == list(range(8, 16))
    assert tree.heading.text() == "8 items with code 1"
    page.escape()
    assert brought_out(page) is None
    assert len(listed(page)) == 24


def test_what_is_clicked_on_the_map_is_chosen_in_the_tree(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    run = shop.run(ids_of(codes()))
    page = open_page()
    view = page.explore.map.view
    place = view.mapFromScene(view.view.mapViewToScene(QPointF(*map(float, view.points[10]))))
    row = view.item_at(QPointF(place))
    assert row is not None
    assert np.allclose(view.points[row], view.points[10], atol=np.ptp(view.points) / 20)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page.explore.item.row == row)
    kind = row // 8
    assert brought_out(page) == list(range(8 * kind, 8 * kind + 8))
    assert page.explore.tree.heading.text() == f"8 items with code {kind}"
    assert page.explore.item.title.text() == TITLES[row]
    assert page.explore.item.codes.codes == tuple(codes()[row])
    with qtbot.waitSignal(page.open_page) as asked:
        page.explore.item.open.click()
    assert asked.args == ["inspector", InspectorLink(run, item=row + 1)]


def test_a_click_stays_as_deep_in_the_tree_as_the_node_before(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    page.explore.choose_codes((0, 1))
    page.explore.choose_item(23)
    assert page.explore.tree.heading.text() == "2 items with codes 2 › 6"
    assert brought_out(page) == [22, 23]


@pytest.mark.parametrize(
    ("typed", "rows"),
    [("tent", range(8, 16)), ("i7", [7]), ("camping 3", [2, 3]), ("2 6", [22, 23]), ("1 › 0", [8]), ("77 9", [])],
)
def test_search_finds_items_and_codes(
    qtbot: QtBot, open_page: Open, shop: Shop, typed: str, rows: "range | list[int]"
) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    page.find_in_page()
    page.explore.tree.field.setText(typed)
    qtbot.waitUntil(lambda: brought_out(page) == list(rows), timeout=3000)
    assert sorted(listed(page)) == list(rows)
    page.explore.tree.field.clear()
    qtbot.waitUntil(lambda: brought_out(page) is None, timeout=3000)


def test_the_listed_items_are_sorted_and_opened(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    run = shop.run(ids_of(codes()))
    page = open_page()
    panel = page.explore.tree
    QAbstractItemModelTester(panel.listed, QAbstractItemModelTester.FailureReportingMode.Fatal)
    panel.table.selectRow(0)
    assert page.explore.item.row == POPULAR
    panel.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert panel.listed.index(0, 0).data() == "Tent 8"
    assert panel.listed.shown[panel.table.selected_rows()[0]] == POPULAR  # it is chosen still
    panel.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert panel.listed.shown[0] == POPULAR
    with qtbot.waitSignal(page.open_page) as asked:
        panel.table.opened.emit(0)
    assert asked.args == ["inspector", InspectorLink(run, item=POPULAR + 1)]


# The map


def test_colours_can_be_others_and_groups_hidden(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    panel = page.explore.map
    assert panel.hues.isVisible()
    assert "no hue is one code's alone" in panel.hues.words.text()
    panel.coloured_by.setCurrentText("head or tail")
    panel.coloured_by.activated.emit(panel.coloured_by.currentIndex())
    assert panel.legend.text() == "Head (5); Tail (19)"
    assert not panel.hues.isVisible()
    panel.legend.toggled.emit("1")
    assert panel.legend.text() == "Head (5)"
    view = panel.view
    assert len(view._all.data) == 5
    for setting in ("dark", "light"):
        theme().use(setting)  # type: ignore[arg-type]
        assert view._all.data["brush"][0].color() == theme().color(Role.head)
    panel.coloured_by.setCurrentText("popularity")
    panel.coloured_by.activated.emit(panel.coloured_by.currentIndex())
    assert "10–29 (1)" in panel.legend.text()
    assert len(view._all.data) == 24


def test_t_sne_takes_the_place_of_pca_when_it_is_ready(
    qtbot: QtBot, open_page: Open, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "EARLY", 20)
    monkeypatch.setattr(maps, "LATE", 20)
    shop.run(ids_of(codes()))
    page = open_page()
    panel = page.explore.map
    assert panel.placed_by.currentText() == "item texts"
    before = panel.view.points.copy()
    choose(panel.method, "t-SNE")
    assert panel.work.is_working
    assert np.array_equal(panel.view.points, before)
    wait_for_map(qtbot, page)
    assert not np.array_equal(panel.view.points, before)
    assert not panel.progress.isVisible()
    choose(panel.placed_by, "semantic IDs")
    wait_for_map(qtbot, page)
    assert np.allclose(panel.view.points[6], panel.view.points[7], atol=np.ptp(panel.view.points) / 10)


def test_a_map_that_is_cancelled_leaves_the_one_before(
    qtbot: QtBot, open_page: Open, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    panel = page.explore.map
    before = panel.view.points.copy()
    monkeypatch.setattr(long_work, "BETWEEN", 0.0)
    monkeypatch.setattr(maps, "LATE", 1_000_000)
    said: list[tuple[str, int, int]] = []
    panel.work.progressed.connect(lambda *words: said.append(words))
    choose(panel.method, "t-SNE")
    qtbot.waitUntil(lambda: any(done for _, done, _ in said), timeout=10_000)
    qtbot.waitUntil(panel.progress.isVisible, timeout=3000)
    assert "of 1,000,250" in panel.progress.words.text()
    panel.progress.cancel.click()
    assert panel.method.currentText() == "PCA"
    assert not panel.progress.isVisible()
    assert np.array_equal(panel.view.points, before)
    assert not panel.work.is_working


def test_without_text_vectors_the_codes_place_the_items(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    shop.vectors.unlink()
    page = open_page()
    panel = page.explore.map
    assert panel.placed_by.currentText() == "semantic IDs"
    choose(panel.placed_by, "item texts")
    qtbot.waitUntil(panel.problem.isVisible, timeout=10_000)
    assert "there is no file" in panel.problem.text()
    assert panel.placed_by.currentText() == "semantic IDs"


def test_the_item_under_the_pointer_is_named(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    panel = open_page().explore.map
    panel.view.pointed.emit(POPULAR)
    assert QToolTip.text() == "Kettle 3\n0 › 2 › 0, head, 25 interactions"
    panel.view.pointed.emit(None)
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=3000)


def test_the_map_is_exported(open_page: Open, shop: Shop, tmp_path: Path) -> None:
    shop.run(ids_of(codes()))
    panel = open_page().explore.map
    panel.export_to(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f"i{row}" for row in range(24)]
    assert (rows[2]["semantic_id"], rows[2]["slice"]) == ("0 2 0", "head")
    assert np.allclose([[float(row["x"]), float(row["y"])] for row in rows], panel.view.points, atol=1e-4)
    panel.export_to(tmp_path / "map.png")
    assert QImage(str(tmp_path / "map.png")).width() == panel.view.width()
    with pytest.raises(OSError, match="cannot be written"):
        panel.export_to(tmp_path / "nowhere" / "map.png")


def test_the_map_moves_by_keys(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    panel = open_page().explore.map
    view = panel.view
    whole = view.view.viewRange()
    for key, changed in ((Qt.Key.Key_Right, True), (Qt.Key.Key_Home, False), (Qt.Key.Key_Plus, True)):
        qtbot.keyClick(panel, key)
        assert bool(np.abs(np.array(view.view.viewRange()) - whole).max() > 1e-6) is changed
    view.mark(0)
    view.view.translateBy(x=100, y=100)
    view.mark(5)  # it is brought into view
    (left, right), (low, high) = view.view.viewRange()
    assert left <= view.points[5, 0] <= right
    assert low <= view.points[5, 1] <= high


def choose(chooser: Any, words: str) -> None:
    chooser.setCurrentText(words)
    chooser.activated.emit(chooser.currentIndex())


@pytest.mark.parametrize("dark", [False, True])
def test_every_hue_is_seen_on_its_background(dark: bool) -> None:
    surface = (DARK if dark else LIGHT)[Role.surface]
    assert min(contrast(around(turn, dark=dark), surface) for turn in np.linspace(0, 1, 100)) >= 3


# Levels and collisions


def test_levels_tell_how_their_codes_are_used(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    page.tabs.setCurrentWidget(page.levels)
    assert [card.summary for card in page.levels.cards] == [
        "3 of 8 codes in use (37.5 %), perplexity 3.0",
        "7 of 8 codes in use (87.5 %), perplexity 6.7",
        "1 of 8 codes in use (12.5 %), perplexity 1.0",
    ]
    assert page.levels.cards[1].bar_words(0) == "code 6, the most used: 6 items"
    tiles = page.levels.tiles
    assert (tiles["unique_tuples"].value, tiles["collision_rate"].value) == ("21", "25.0 %")
    assert (tiles["largest_collision"].value, tiles["neighbour_preservation"].value) == ("2", "50.0 %")


def test_collision_groups_are_searched_sorted_and_exported(
    qtbot: QtBot, open_page: Open, shop: Shop, tmp_path: Path
) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    tab = page.collisions
    page.tabs.setCurrentWidget(tab)
    assert tab.count.text() == "3 groups, 6 items"
    assert texts(tab.model, 0) == ["0 › 6 › 0", "1 › 6 › 0", "2 › 6 › 0"]
    assert sorted(tab.members.shown.tolist()) == [6, 7]
    tab.groups.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    assert texts(tab.model, 4)[0].startswith("Tent")
    page.find_in_page()
    qtbot.keyClicks(tab.field, "lamp")
    qtbot.waitUntil(lambda: tab.model.rowCount() == 1, timeout=3000)
    assert tab.count.text() == "1 of 3 groups, 2 items"
    tab.export_to(tmp_path / "groups.csv")
    qtbot.waitUntil(lambda: "written" in tab.count.text(), timeout=3000)
    with (tmp_path / "groups.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["semantic_id"], row["items"], row["title"]) for row in rows] == [
        ("2 6 0", "2", "<b>Lamp</b> 7"),
        ("2 6 0", "2", "<b>Lamp</b> 8"),
    ]
    tab.show_button.click()
    assert page.tabs.currentWidget() is page.explore
    assert brought_out(page) == [22, 23]
    page.tabs.setCurrentWidget(tab)
    tab.table.opened.emit(0)
    assert page.explore.item.row in (22, 23)
    qtbot.keyClicks(tab.field, " nothing such")
    qtbot.waitUntil(lambda: tab.model.rowCount() == 0, timeout=3000)
    assert not tab.show_button.isEnabled()
    assert not tab.export.isEnabled()


def texts(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_unique_level_is_set_aside(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()).with_unique_level(), unique_level=True)
    page = open_page()
    page.tabs.setCurrentWidget(page.levels)
    assert len(page.levels.cards) == 3
    assert page.levels.tiles["unique_tuples"]._caption.text() == "of 24 items without the unique level"
    assert page.collisions.model.total == 3
    page.explore.choose_codes((0, 6, 0, 1))
    assert brought_out(page) == [7]


def test_no_collisions_are_said_to_be_none(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(np.stack([np.arange(24) // 8, np.arange(24) % 8], axis=1)))
    page = open_page()
    assert page.collisions._stack.currentIndex() == 1
    page.tabs.setCurrentWidget(page.levels)
    assert page.levels.tiles["largest_collision"].value == "1"


# Comparison


def test_another_run_with_other_codes_is_compared(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    renamed = codes()
    renamed[:, 0] = (renamed[:, 0] + 1) % 3
    renamed[0, 0] = 0  # a kettle goes where the lamps went
    other = shop.run(ids_of(renamed), seed=7)
    shop.run(ids_of(codes()))
    run = shop.run(ids_of(codes()))  # the same settings once more: nothing to compare with
    page = open_page(run)
    tab = page.comparison
    page.tabs.setCurrentWidget(tab)
    assert [tab.others.itemText(place) for place in range(tab.others.count())] == [
        f"Residual k-means, 3 × 8, seed 7 (run {other})"
    ]
    choose(tab.others, tab.others.itemText(0))
    qtbot.waitUntil(lambda: tab.compared is not None, timeout=10_000)
    assert tab.compared is not None
    assert tab.compared.levels[0].codes_ari < 1
    assert tab.compared.levels[1].codes_ari == pytest.approx(1)
    assert tab.changed.shown[0] == 0
    assert tab.changed.index(0, 1).data() == "0.0 %"
    assert texts(tab.facts, 0)[:3] == ["Quantiser", "Levels × codes", "Seed"]
    assert texts(tab.facts, 2)[2] == "7"
    assert texts(tab.levels, 0) == ["1", "2", "3"]
    assert not tab.same.isVisible()
    tab.table.opened.emit(0)
    assert page.explore.item.row == 0


def test_other_semantic_ids_are_made_for_comparison(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    tab = page.comparison
    page.tabs.setCurrentWidget(tab)
    assert not tab.others.isEnabled()
    for _ in range(2):
        tab.make.click()
        dialog = tab.findChild(MakeDialog)
        assert isinstance(dialog, MakeDialog)
        dialog.fields["depth"].editor.set_value("0")
        assert not dialog.make.isEnabled()
        assert "from 1 to 8" in dialog.fields["depth"].error
        dialog.fields["depth"].editor.set_value(2)
        dialog.fields["codebook_size"].editor.set_value(4)
        dialog.fields["quantiser"].editor.set_value("pq")
        dialog.make.click()
        qtbot.waitUntil(lambda: not tab.work.is_working, timeout=20_000)
        assert tab.problem.text() == ""
        QApplication.sendPostedEvents(None, 52)  # the dialog is deleted
    assert tab.compared is not None
    assert (tab.compared.other.ids.depth, tab.compared.other.ids.codebook_size) == (2, 4)
    assert tab.others.count() == 1  # made twice, offered once
    assert tab.others.currentText() == "Product quantisation (PQ), 2 × 4, seed 0 (made here)"
    assert len(tab.compared.levels) == 2
    tab.make.click()
    dialog = tab.findChild(MakeDialog)
    assert isinstance(dialog, MakeDialog)
    dialog.fields["quantiser"].editor.set_value("pq")
    dialog.fields["depth"].editor.set_value(8)  # more than the texts have dimensions
    dialog.make.click()
    qtbot.waitUntil(tab.problem.isVisible, timeout=20_000)
    assert "8 levels need at least 8 dimensions" in tab.problem.text()


# States


def test_without_runs_the_page_says_what_to_do(qtbot: QtBot, open_page: Open) -> None:
    page = open_page(ready=False)
    assert page.states.currentWidget() is page.states.empty
    assert not page.runs.isVisible()
    with qtbot.waitSignal(page.open_page) as asked:
        page.states.empty.button.click()
    assert asked.args == ["setup", None]


def test_a_run_without_semantic_ids_is_explained_and_another_offered(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    good = shop.run(ids_of(codes()))
    popularity = shop.run(None, kind="popularity")
    stopped = shop.run(None, status="interrupted")
    for run, words in ((popularity, "does not use any"), (stopped, "it ended before they were made")):
        page = open_page(run, ready=False)
        qtbot.waitUntil(lambda page=page: page.states.currentWidget() is page.states.error, timeout=10_000)
        assert words in page.states.error._text.text()
        assert page.another.text() == f"Show run {good}, the newest that has some"
        page.activate()
        assert page.states.currentWidget() is page.states.error  # coming back, it is the same run still
        page.another.click()
        qtbot.waitUntil(lambda page=page: page._opened is not None, timeout=10_000)
        assert page.runs.currentData() == good
        wait_for_map(qtbot, page)


def test_a_dataset_that_is_another_by_now_is_told(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    run = shop.run(ids_of(codes()))
    page = open_page(run)
    shop.store.datasets.delete("shop")
    shop.import_dataset("second")
    page.activate()
    qtbot.waitUntil(lambda: page.states.currentWidget() is page.states.error, timeout=10_000)
    assert "imported again with other content" in page.states.error._text.text()
    assert not page.another.isVisible()
    shop.store.datasets.delete("shop")
    page.states.error.button.click()
    qtbot.waitUntil(lambda: "There is no dataset" in page.states.error._text.text(), timeout=10_000)


def test_a_deleted_run_makes_place_for_the_newest(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    first, second = shop.run(ids_of(codes())), shop.run(ids_of(codes()))
    page = open_page(second)
    shop.store.runs.delete([second])
    page.activate()
    qtbot.waitUntil(lambda: page._opened is not None and page.runs.currentData() == first, timeout=10_000)
    wait_for_map(qtbot, page)


def test_a_damaged_file_is_told(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    run = shop.run(ids_of(codes()))
    (shop.home.run_folder(run) / SEMANTIC_IDS).write_bytes(b"broken")
    page = open_page(run, ready=False)
    qtbot.waitUntil(lambda: page.states.currentWidget() is page.states.error, timeout=10_000)
    assert "missing or damaged" in page.states.error._text.text()


def test_quick_changes_of_the_run_show_the_last_one(qtbot: QtBot, open_page: Open, shop: Shop) -> None:
    runs = [shop.run(ids_of(codes()[:, :depth])) for depth in (3, 2, 1)]
    page = open_page(runs[0], ready=False)
    for run in (runs[1], runs[2], runs[0], runs[1]):
        page.open_with(run)
    qtbot.waitUntil(lambda: page._opened is not None, timeout=10_000)
    wait_for_map(qtbot, page)
    assert page.runs.currentData() == runs[1]
    for run, levels in ((runs[1], 2), (runs[0], 3), (runs[2], 1)):
        page.open_with(run)
        qtbot.waitUntil(lambda: page._opened is not None, timeout=10_000)
        page.tabs.setCurrentWidget(page.levels)
        assert [card.isVisible() for card in page.levels.cards].count(True) == levels
        page.tabs.setCurrentWidget(page.explore)
    wait_for_map(qtbot, page)


def test_closing_stops_what_is_made(qtbot: QtBot, open_page: Open, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    ended = threading.Event()
    made = maps._tsne

    def watched(*arguments: Any) -> Any:
        try:
            return made(*arguments)
        finally:
            ended.set()

    monkeypatch.setattr(maps, "_tsne", watched)
    monkeypatch.setattr(maps, "LATE", 1_000_000)
    choose(page.explore.map.method, "t-SNE")
    qtbot.wait(50)
    page.close()
    assert ended.wait(10)


def test_a_text_with_tags_is_shown_as_it_is(open_page: Open, shop: Shop) -> None:
    shop.run(ids_of(codes()))
    page = open_page()
    page.explore.choose_item(20)
    assert page.explore.item.title.text() == TITLES[20]
    assert page.explore.item.title.textFormat() == Qt.TextFormat.PlainText
    tooltip = page.explore.tree.model.index_of((2,)).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>Lamp</b>" in tooltip
    assert not Qt.mightBeRichText(tooltip)
