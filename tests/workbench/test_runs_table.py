"""Looking at the table of runs in other ways, in a real window: queries, chips, columns, groups, views, tags."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QInputDialog

from engine.home import Home
from engine.settings import parse
from engine.store import Store, StoreError
from workbench.context import Workbench
from workbench.models.run_columns import COLUMNS
from workbench.models.run_rows import EntryRow
from workbench.pages.runs import RunsPage
from workbench.pages.runs.columns_dialog import ColumnsDialog
from workbench.pages.runs.page import MANY
from workbench.pages.runs.table_view import SavedViews, TableView
from workbench.pages.runs.tag_dialog import TagDialog

PLACES = {column.field: place for place, column in enumerate(COLUMNS)}
Open = Callable[[], RunsPage]


def add(store: Store, name: str, ndcg: float = 0.1, fingerprint: str = "f", **values: Any) -> int:
    """A finished run without curves, whose tail NDCG@10 is half of that overall."""
    run = store.runs.create(parse({"name": name, **values}), fingerprint)
    test = {"full": {part: {"NDCG@10": ndcg * share} for part, share in (("overall", 1), ("tail", 0.5))}}
    store.runs.record(run, changes={"status": "finished", "test": test, "best_epoch": 1, "epochs": 1, "seconds": 1.0})
    return run


@pytest.fixture
def runs(store: Store) -> list[int]:
    """Three seeds of H2Rec and one HID on beauty, one HID elsewhere."""
    beauty, yelp = {"data": {"dataset": "beauty"}}, {"data": {"dataset": "yelp"}}
    made = [add(store, f"full {seed}", 0.1 + seed / 10, seed=seed, **beauty) for seed in range(3)]
    made.append(add(store, "hid", 0.15, model={"kind": "hid"}, **beauty))
    return [*made, add(store, "hid", 0.4, "y", model={"kind": "hid"}, **yelp)]


@pytest.fixture
def open_page(qtbot: Any, make_workbench: Callable[..., Workbench]) -> Open:
    workbench = make_workbench()

    def make() -> RunsPage:
        page = RunsPage(workbench)
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        page.activate()
        return page

    return make


def listed(page: RunsPage) -> list[list[int]]:
    model = page.list.model
    return [
        [run.id for run in model.runs(row)] for row in range(model.rowCount()) if isinstance(model.row(row), EntryRow)
    ]


def see(page: RunsPage, **changes: object) -> None:
    page.list.set_view(page.list.view.but(**changes))


def test_a_query_filters_and_a_faulty_one_keeps_the_last_good_rows(
    qtbot: Any, open_page: Open, runs: list[int]
) -> None:
    page = open_page()
    bar = page.list.bar
    qtbot.keyClicks(bar.search, "model = h2rec and tail NDCG@10 > 9 %")
    qtbot.waitUntil(lambda: listed(page) == [[runs[2]], [runs[1]]], timeout=3000)
    assert bar.count.text() == "2 runs found"
    qtbot.keyClicks(bar.search, " and modle = x")
    qtbot.waitUntil(lambda: bar.fault.isVisible(), timeout=3000)
    assert bar.fault.text().startswith("Character 42: there is no “modle”. Did you mean “model”?")
    assert bar.search.property("invalid") == "true"
    assert listed(page) == [[runs[2]], [runs[1]]]
    see(page, sort="ndcg_overall", descending=False)
    assert listed(page) == [[runs[1]], [runs[2]]]
    bar.search.setText("hid")
    qtbot.waitUntil(lambda: listed(page) == [[runs[3]], [runs[4]]], timeout=3000)
    assert not bar.fault.isVisible()
    assert bar.search.property("invalid") == "false"
    qtbot.mouseClick(bar.chips.clear, Qt.MouseButton.LeftButton)
    assert len(listed(page)) == 5
    assert bar.search.text() == ""
    assert not bar.chips.clear.isVisible()


def test_names_and_values_complete_while_typing(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    search = page.list.bar.search
    search.setFocus()
    qtbot.keyClicks(search, "da")
    popup = search.popup
    qtbot.waitUntil(popup.isVisible, timeout=2000)
    assert popup.model().index(0, 0).data() == "dataset"
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert search.text() == "dataset "
    qtbot.keyClicks(search, "= ye")
    qtbot.waitUntil(popup.isVisible, timeout=2000)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert search.text() == "dataset = yelp "
    qtbot.waitUntil(lambda: listed(page) == [[runs[4]]], timeout=3000)
    search.clear()
    qtbot.keyClick(search, Qt.Key.Key_Down)
    qtbot.waitUntil(popup.isVisible, timeout=2000)
    assert popup.model().rowCount() > 20
    popup.hide()


def test_chips_combine_with_the_query_and_say_what_they_let_through(
    qtbot: Any, open_page: Open, runs: list[int]
) -> None:
    page = open_page()
    chips = page.list.bar.chips.chips
    see(page, query="ndcg > 0.1")
    menu = chips["dataset"].menu()
    menu.aboutToShow.emit()
    offered = {action.text().split()[0]: action for action in menu.actions()}
    assert [action.text() for action in menu.actions()] == ["beauty   (4)", "yelp   (1)"]
    offered["beauty"].trigger()
    assert listed(page) == [[runs[3]], [runs[2]], [runs[1]]]
    assert chips["dataset"].text() == "Dataset: beauty"
    menu = chips["model"].menu()
    menu.aboutToShow.emit()
    menu.actions()[1].trigger()
    assert listed(page) == [[runs[3]]]
    offered["beauty"].trigger()
    assert chips["dataset"].text() == "Dataset"
    assert listed(page) == [[runs[4]], [runs[3]]]


def test_seeds_fold_by_a_click_and_a_line_stands_for_all_its_runs(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    bar = page.list.bar
    bar.folds.click()
    assert listed(page) == [[runs[4]], [runs[3]], runs[:3]]
    assert bar.count.text() == "5 runs in 3 lines"
    page.list.table.selectRow(2)
    assert page.several.isVisible()
    assert "runs 1, 2, 3" in page.several._text.text()
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.several.button, Qt.MouseButton.LeftButton)
    assert asked.args == ["compare", tuple(runs[:3])]
    with qtbot.waitSignal(page.open_page) as asked:
        page.list.table.setFocus()
        qtbot.keyClick(page.list.table, Qt.Key.Key_Return)
    assert asked.args == ["compare", tuple(runs[:3])]
    bar.folds.click()
    assert [run.id for run in page.list.chosen_runs()] == [runs[2], runs[1], runs[0]]


def test_more_than_ten_runs_are_not_compared(qtbot: Any, open_page: Open, store: Store) -> None:
    for number in range(11):
        add(store, str(number), seed=number)
    page = open_page()
    page.list.table.selectAll()
    assert not page.several.button.isEnabled()
    assert not page.list.actions_.compare_action.isEnabled()
    assert "Two to ten" in page.several._text.text()
    asked: list[object] = []
    page.open_page.connect(lambda *payload: asked.append(payload))
    page.compare()
    assert asked == []


def test_groups_toggle_by_mouse_and_keyboard(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    see(page, group="dataset")
    table, model = page.list.table, page.list.model
    assert model.index(0, 0).data() == "Dataset: beauty  (4 runs)"
    assert len(listed(page)) == 5
    place = table.visualRect(model.index(0, PLACES["status"])).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert listed(page) == [[runs[4]]]
    table.setFocus()
    table.setCurrentIndex(model.index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert len(listed(page)) == 5
    page.list.choose(runs[4])
    assert [run.id for run in page.list.chosen_runs()] == [runs[4]]
    see(page, group=None)
    assert len(listed(page)) == page.list.model.rowCount() == 5


def test_columns_are_chosen_ordered_and_pinned(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    page.list.choose_columns()
    dialog = page.findChild(ColumnsDialog)
    assert dialog is not None
    dialog.search.setText("many epochs")
    (row,) = [row for row in range(dialog.list.count()) if not dialog.list.item(row).isHidden()]
    dialog.list.item(row).setCheckState(Qt.CheckState.Checked)
    assert page.list.view.columns[-1] == "epochs"
    dialog.search.clear()
    dialog.list.setCurrentRow(1)
    qtbot.mouseClick(dialog.up, Qt.MouseButton.LeftButton)
    dialog.pinned.setValue(1)
    assert page.list.view.columns[:2] == ("name", "id")
    assert page.list.table.shown_columns()[:2] == [PLACES["name"], PLACES["id"]]
    assert page.list.view.pinned == 1
    dialog.close()


def test_pinned_columns_stay_in_view_and_take_clicks_and_sorting(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    table = page.list.table
    qtbot.waitUntil(lambda: table.frozen.isVisible(), timeout=2000)
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    frozen = table.frozen
    assert [column for column in range(len(COLUMNS)) if not frozen.isColumnHidden(column)] == [
        PLACES["id"],
        PLACES["name"],
    ]
    assert frozen.geometry().topLeft() == QPoint(table.viewport().x(), table.horizontalHeader().y())
    row = page.list.model.row_of(runs[1])
    assert row is not None
    place = frozen.visualRect(page.list.model.index(row, PLACES["name"])).center()
    qtbot.mouseClick(frozen.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [run.id for run in page.list.chosen_runs()] == [runs[1]]
    header = frozen.horizontalHeader()
    middle = QPoint(header.sectionViewportPosition(PLACES["id"]) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert listed(page) == [[run] for run in runs]
    frozen.horizontalHeader().resizeSection(PLACES["name"], 260)
    assert table.columnWidth(PLACES["name"]) == 260
    qtbot.waitUntil(lambda: frozen.width() == 1 + 260 + table.columnWidth(PLACES["id"]), timeout=2000)
    table.horizontalHeader().moveSection(0, 1)
    assert page.list.view.columns[:2] == ("name", "id")


def test_how_it_is_looked_at_is_remembered_but_what_is_searched_is_not(open_page: Open, runs: list[int]) -> None:
    page = open_page()
    see(
        page, query="hid", chips={"dataset": ("yelp",)}, folded=True, k=20, protocol="sampled", heat=True, group="model"
    )
    again = open_page()
    assert again.list.view == page.list.view.but(query="", chips={})
    assert again.list.bar.cutoff.currentText() == "@20"
    assert again.list.bar.protocol.currentText() == "Sampled"
    page._workbench.preferences.remember("runs/view", "{broken")
    page._workbench.preferences.remember("runs/widths", "[1]")
    assert open_page().list.view == TableView()


def test_views_are_saved_chosen_and_deleted(
    qtbot: Any, open_page: Open, runs: list[int], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()
    menu = page.list.bar.menu
    see(page, query="model = hid", group="dataset", sort="ndcg_tail")
    wanted = page.list.view
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("  rivals ", True))
    menu.save()
    menu.menu().aboutToShow.emit()
    texts = {action.text(): action for action in menu.menu().actions()}
    assert texts["rivals"].isChecked()
    texts["Back to the usual view"].trigger()
    assert page.list.view == TableView()
    menu.menu().aboutToShow.emit()
    {action.text(): action for action in menu.menu().actions()}["rivals"].trigger()
    assert page.list.view == wanted
    assert listed(page) == [[runs[3]], [runs[4]]]
    assert json.loads((home.root / "views.json").read_text(encoding="utf-8"))["rivals"]["query"] == "model = hid"
    monkeypatch.setattr("workbench.pages.runs.view_menu.dialogs.ask", lambda *_: True)
    menu._delete("rivals")
    assert SavedViews(home.root / "views.json").all() == {}


def test_a_damaged_or_older_file_of_views_harms_nobody(tmp_path: Path) -> None:
    file = tmp_path / "views.json"
    for text in ("", "[]", '{"a": 3}', "nonsense", '{"a": {"columns": 5}}'):
        file.write_text(text, encoding="utf-8")
        assert SavedViews(file).all() == {}
    stored = {"old": {"columns": ["gone", "name", "name"], "sort": "gone", "group": "seconds", "wild": 1}}
    file.write_text(json.dumps(stored), encoding="utf-8")
    assert SavedViews(file).all() == {"old": TableView(columns=("name",))}


def test_the_menu_shows_validation_beside_the_test_and_leads_to_help(
    qtbot: Any, open_page: Open, runs: list[int]
) -> None:
    page = open_page()
    menu = page.list.bar.menu
    for _ in range(2):
        before = page.list.view.columns
        menu.menu().aboutToShow.emit()
        next(action for action in menu.menu().actions() if "Validation" in action.text()).trigger()
    place = before.index("ndcg_tail")
    assert before[place : place + 3] == ("ndcg_tail", "best_ndcg_tail", "last_ndcg_tail")
    assert page.list.view.columns == TableView().columns
    with qtbot.waitSignal(page.open_page) as asked:
        next(action for action in menu.menu().actions() if action.text() == "What can be asked").trigger()
    assert asked.args == ["help", "runs"]


def test_tags_of_many_runs_are_set_at_once(qtbot: Any, open_page: Open, runs: list[int], store: Store) -> None:
    store.runs.tag(runs[:1], ["old", "some"])
    store.runs.tag(runs[1:2], ["old"])
    page = open_page()
    see(page, query="model = h2rec")
    page.list.table.selectAll()
    page.changes.tag_chosen()
    dialog = page.findChild(TagDialog)
    assert dialog is not None
    states = {dialog.list.item(row).text(): dialog.list.item(row).checkState() for row in range(dialog.list.count())}
    assert set(states.values()) == {Qt.CheckState.PartiallyChecked}
    qtbot.keyClicks(dialog.new, "paper")
    qtbot.keyClick(dialog.new, Qt.Key.Key_Return)
    old = next(dialog.list.item(row) for row in range(dialog.list.count()) if dialog.list.item(row).text() == "old")
    old.setCheckState(Qt.CheckState.Unchecked)
    qtbot.keyClicks(dialog.new, "typed")
    dialog.accept()
    tags = [["paper", "some", "typed"], ["paper", "typed"], ["paper", "typed"], [], []]
    qtbot.waitUntil(lambda: [store.runs.get(run).tags for run in runs] == tags, timeout=3000)
    qtbot.waitUntil(lambda: page.list.known()["tag"] == {"paper": 3, "typed": 3, "some": 1}, timeout=3000)
    column = PLACES["tags"]
    assert {page.list.model.index(row, column).data() for row in range(2)} == {"paper, typed"}


def test_a_baseline_is_pinned_and_unpinned(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    see(page, sort="id", descending=False)
    page.list.choose(runs[0])
    page.activateWindow()
    page.list.table.setFocus()
    qtbot.waitUntil(page.list.table.hasFocus, timeout=2000)
    qtbot.keyClick(page.list.table, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    shown = [page.list.model.index(row, PLACES["ndcg_overall"]).data() for row in range(5)]
    assert shown == ["10.00 %", "+10.00 · +100.0 %", "+20.00 · +200.0 %", "+5.00 · +50.0 %", "40.00 %"]
    assert page.list.bar.no_baseline.text().startswith("Baseline: run 1, full 0")
    qtbot.mouseClick(page.list.bar.no_baseline, Qt.MouseButton.LeftButton)
    assert page.list.model.index(1, PLACES["ndcg_overall"]).data() == "20.00 %"
    assert not page.list.bar.no_baseline.isVisible()


def test_5000_runs_are_opened_asked_folded_and_scrolled_without_a_stutter(
    qtbot: Any, open_page: Open, store: Store, fill_with_runs: Callable[[Store, int], None]
) -> None:
    fill_with_runs(store, 5000)
    took: dict[str, float] = {}

    def timed(name: str, act: Callable[[], object]) -> None:
        started = time.perf_counter()
        act()
        QApplication.processEvents()
        took[name] = time.perf_counter() - started

    pages: list[RunsPage] = []
    timed("open", lambda: pages.append(open_page()))
    (page,) = pages
    assert page.list.bar.count.text() == "5,000 runs"
    timed("ask", lambda: see(page, query="model = h2rec and dataset = sample and tail NDCG@10 > 0.02"))
    timed("fold", lambda: see(page, query="", folded=True))
    timed("group", lambda: see(page, group="model", folded=False))
    timed("sort", lambda: see(page, group=None, sort="last_hr_tail"))
    timed("choose all", page.list.table.selectAll)
    timed("again", lambda: see(page, query="h2rec"))
    assert max(took.values()) < 1.5, took
    see(page, query="")
    table = page.list.table
    while page.list.model.rowCount() <= MANY:
        page.list.model.fetchMore(table.rootIndex())
    row = page.list.model.rowCount() - 1
    store.runs.annotate(page.list.model.runs(row)[0].id, "new")
    page.activate()
    assert page.list.model.index(row, PLACES["notes"]).data() == ""
    qtbot.waitUntil(lambda: page.list.model.index(row, PLACES["notes"]).data() == "new", timeout=5000)
    bar = table.verticalScrollBar()
    frames = [0.0] * 40
    for frame in range(40):
        started = time.perf_counter()
        bar.setValue(37 * frame)
        QApplication.processEvents()
        frames[frame] = time.perf_counter() - started
    assert statistics.median(frames) < 0.1, frames


def test_a_store_that_cannot_be_read_is_told_and_tried_again(
    qtbot: Any, open_page: Open, runs: list[int], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page()

    def fail(*_: object, **__: object) -> None:
        raise StoreError("Another program keeps the database locked.")

    with monkeypatch.context() as broken:
        broken.setattr(store.table, "entries", fail)
        see(page, query="hid")
        assert page.states.currentWidget() is page.states.error
        page.states.error.button.click()
        assert page.states.currentWidget() is page.states.error
    page.states.error.button.click()
    assert page.states.currentWidget() is page.states.content
    assert listed(page) == [[runs[4]], [runs[3]]]
    assert page.list.bar.search.text() == "hid"


def test_a_run_behind_filters_groups_and_folds_is_found(qtbot: Any, open_page: Open, runs: list[int]) -> None:
    page = open_page()
    see(page, query="model = hid", chips={"dataset": ("yelp",)}, folded=True)
    page.open_with(runs[1])
    assert [run.id for run in page.list.chosen_runs()] == runs[:3]
    assert not page.list.view.is_filtered
