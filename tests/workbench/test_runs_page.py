"""The runs page in a real window, over a real store."""

import copy
import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from engine.config import DataSettings, ExperimentConfig, ModelSettings, SemanticIdSettings
from engine.home import Home
from engine.store import Store
from engine.store.rows import LogLine, Point
from workbench.context import Workbench
from workbench.models.run_columns import COLUMNS
from workbench.pages.runs import RunsPage
from workbench.pages.runs.semantic_ids import SemanticIdReport
from workbench.widgets.run_charts import RunCharts

TEST = {
    protocol: {
        part: {"HR@10": base + place / 10, "NDCG@10": base / 2, "NDCG@5": base / 4, "MRR": 0.1}
        for place, part in enumerate(("overall", "head", "tail"))
    }
    for protocol, base in (("full", 0.1), ("sampled", 0.5))
}
SEMANTIC_IDS = {
    "items": 800, "depth": 2, "codebook_size": 32, "utilisation": [1.0, 0.5], "perplexity": [28.1, 12.0],
    "unique_tuples": 780, "collision_rate": 0.032, "largest_collision": 4, "reconstruction_error": 0.041,
    "neighbour_preservation": 0.61, "reused": True,
}  # fmt: skip


def column(field: str) -> int:
    return next(place for place, each in enumerate(COLUMNS) if each.field == field)


def add_run(store: Store, name: str, status: str = "finished", ndcg: float = 0.1234, **config: Any) -> int:
    """A run with curves, a log and results."""
    run = store.runs.create(ExperimentConfig(name=name, **config), "m")
    points = [
        Point(series, epoch, float(epoch), value / epoch)
        for epoch in (1, 2, 3)
        for series, value in (
            ("loss/total", 3.0),
            ("validation/full/overall/NDCG@10", 0.3),
            ("validation/full/head/NDCG@10", 0.6),
            ("validation/full/tail/NDCG@10", 0.1),
            ("gate/1", 0.6),
            ("gate/2", 0.4),
        )
    ]
    lines = [LogLine(datetime.now(UTC), "info", "Training begins."), LogLine(datetime.now(UTC), "warning", "Low disk.")]
    changes: dict[str, Any] = {"status": status}
    if status == "finished":
        test = copy.deepcopy(TEST)
        test["full"]["overall"]["NDCG@10"], test["sampled"]["overall"]["NDCG@10"] = ndcg, 0.4567
        changes |= {
            "best_epoch": 2, "epochs": 3, "seconds": 65.0, "test": test, "semantic_ids": SEMANTIC_IDS,
            "stage_seconds": {"text": 4.0, "train": 60.0},
        }  # fmt: skip
    store.runs.record(run, points, lines, changes)
    return run


Open = Callable[[], RunsPage]


@pytest.fixture
def open_page(qtbot: Any, make_workbench: Callable[..., Workbench]) -> Open:
    workbench = make_workbench()

    def make() -> RunsPage:
        page = RunsPage(workbench)
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        page.activate()
        return page

    return make


def rows(page: RunsPage, field: str) -> list[str]:
    model = page.list.model
    return [model.index(row, column(field)).data() for row in range(model.rowCount())]


def shown(qtbot: Any, page: RunsPage, run: int) -> None:
    qtbot.waitUntil(
        lambda: page.detail_states.currentWidget() is page.detail and page.detail.name.text().startswith(f"Run {run} "),
        timeout=10_000,
    )


def test_an_empty_store_leads_to_a_new_experiment(qtbot: Any, open_page: Open) -> None:
    page = open_page()
    assert page.states.currentWidget() is page.states.empty
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.states.empty.button, Qt.MouseButton.LeftButton)
    assert asked.args == ["setup", None]


def test_the_newest_run_is_chosen_and_shown_with_all_that_is_known(qtbot: Any, open_page: Open, store: Store) -> None:
    add_run(store, "older")
    run = add_run(store, "newer", semantic_ids=SemanticIdSettings(depth=2, codebook_size=32), seed=5)
    page = open_page()
    shown(qtbot, page, run)
    assert rows(page, "name") == ["newer", "older"]
    detail = page.detail
    assert detail.badge.text == "Finished"
    assert "L 2 × K 32" in detail.summary.text()
    assert "best epoch 2 of 3" in detail.summary.text()
    assert detail.charts.ndcg.points("head") == ([1.0, 2.0, 3.0], pytest.approx([0.6, 0.3, 0.2]))
    assert detail.charts.loss.points("total")[1] == pytest.approx([3.0, 1.5, 1.0])
    metrics = detail.test.metrics
    texts = [[metrics.index(row, place).data() for place in range(4)] for row in range(metrics.rowCount())]
    assert [text[0] for text in texts] == ["NDCG@5", "NDCG@10", "HR@10", "MRR"]
    assert texts[2][1:] == ["10.00 %", "20.00 %", "30.00 %"]
    assert metrics.index(2, 4).data() == "50.00 %"
    assert "left out" in detail.test.protocols.text()
    assert "100 " in detail.test.protocols.text()
    assert "training 1 min 00 s" in detail.test.stages.text()
    assert "Low disk." in detail.log.view.toPlainText()
    assert detail.semantic_ids.tiles["collision_rate"].value == "3.2 %"


def test_opening_the_page_reads_a_run_once_and_makes_charts_only_to_show_it(
    qtbot: Any, open_page: Open, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    get = store.runs.get
    monkeypatch.setattr(store.runs, "get", lambda run: asked.append(run) or get(run))
    run = add_run(store, "newest")
    page = open_page()
    assert page.detail.findChildren(RunCharts) == []
    shown(qtbot, page, run)
    page.detail.tabs.setCurrentIndex(1)
    assert [charts.isVisible() for charts in page.detail.findChildren(RunCharts)] == [True]
    assert asked == [run]


def test_the_final_test_shows_every_protocol_its_parts_and_the_lists(
    qtbot: Any, open_page: Open, store: Store, preferences: Any
) -> None:
    part = {"users": 1234, "HR@10": 0.4, "NDCG@10": 0.2}
    lists = {"coverage@10": 0.75, "gini@10": 0.5, "novelty@10": 9.25, "tail_share@10": 0.125}
    bands = {"band_0": {"users": 1, "NDCG@10": 0.0}, "band_1-9": {"users": 2000, "NDCG@10": 0.05}}
    full = {"overall": part, "head": part, "tail": part, **bands, "long": {"users": 7, "NDCG@10": 0.1}}
    test = {"full": full, "sampled": {"overall": part}, "full_with_history": {"overall": part}}
    run = add_run(store, "mine")
    store.runs.record(run, changes={"test": {**test, "lists": {"overall": lists}}})
    page = open_page()
    shown(qtbot, page, run)
    tab = page.detail.test
    header = [tab.metrics.headerData(place, Qt.Orientation.Horizontal) for place in range(tab.metrics.columnCount())]
    assert header[1:4] == ["Full,\noverall", "Full,\nhead", "Full,\ntail"]
    assert header[7] == "History kept,\noverall"
    assert [tab.metrics.index(0, place).data() for place in (0, 1, 7, 8)] == ["Users", "1,234", "1,234", "–"]
    assert [(bar.name, bar.value, bar.note, bar.share) for bar in tab.bands.bars] == [
        ("0", "0.00 %", "1 user", 0),
        ("1–9", "5.00 %", "2,000 users", 0.5),
    ]
    assert [(bar.name, bar.share) for bar in tab.lengths.bars] == [("Long", 1)]
    assert {key: tile.value for key, tile in tab.tiles.items()} == {
        "coverage@10": "75.0 %", "gini@10": "0.500", "novelty@10": "9.25 bits", "tail_share@10": "12.5 %",
    }  # fmt: skip
    preferences.metric_format = "decimal"
    assert tab.bands.bars[1].value == "0.0500"


def test_collisions_are_shown_with_and_without_the_unique_level(qtbot: Any) -> None:
    report = SemanticIdReport()
    qtbot.addWidget(report)
    tile = report.tiles["collision_rate"]
    report.show_report(SEMANTIC_IDS | {"collision_rate": 0.0, "collision_rate_without_unique_level": 0.032})
    assert tile.value == "0.0 %"
    assert "3.2 % without the unique level" in tile.accessibleName()
    report.show_report(SEMANTIC_IDS)
    assert "without" not in tile.accessibleName()


def test_settings_show_what_differs_from_the_default(qtbot: Any, open_page: Open, store: Store) -> None:
    run = add_run(store, "mine", seed=5, model=ModelSettings(kind="sid"))
    page = open_page()
    shown(qtbot, page, run)
    settings = page.detail.settings
    everything = settings.rowCount()
    page.detail.only_different.setChecked(True)
    texts = {settings.index(row, 1).data(): settings.index(row, 2).data() for row in range(settings.rowCount())}
    assert settings.rowCount() == 3 < everything
    assert texts == {"Name": "mine", "Seed": "5", "Model": "Semantic IDs only"}
    assert page.detail.only_different.text() == "Only the 3 that differ from the default"


def test_search_finds_and_sorting_is_by_value(qtbot: Any, open_page: Open, store: Store) -> None:
    add_run(store, "low", ndcg=0.02)
    add_run(store, "high", ndcg=0.9)
    add_run(store, "middle", ndcg=0.11, data=DataSettings(dataset="ml-100k"))
    page = open_page()
    page.find_in_page()
    qtbot.keyClicks(page.list.bar.search, "ml-100k")
    qtbot.waitUntil(lambda: rows(page, "name") == ["middle"], timeout=2000)
    assert page.list.bar.count.text() == "1 run found"
    page.list.bar.search.clear()
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 3, timeout=2000)
    page.list.table.sortByColumn(column("ndcg_overall"), Qt.SortOrder.AscendingOrder)
    assert rows(page, "ndcg_overall") == ["2.00 %", "11.00 %", "90.00 %"]
    page.list.bar.protocol.setFocus()
    qtbot.keyClick(page.list.bar.protocol, Qt.Key.Key_Down)
    assert set(rows(page, "ndcg_overall")) == {"45.67 %"}


def test_what_a_search_finds_is_shown_from_its_top(qtbot: Any, open_page: Open, store: Store) -> None:
    for number in range(40):
        add_run(store, f"run {number}")
    page = open_page()
    bar = page.list.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    page.list.set_view(page.list.view.but(query="run"))
    assert bar.value() == 0


def test_sorting_keeps_the_chosen_run(qtbot: Any, open_page: Open, store: Store) -> None:
    first = add_run(store, "a")
    add_run(store, "b")
    page = open_page()
    page.open_with(first)
    shown(qtbot, page, first)
    page.list.table.sortByColumn(column("name"), Qt.SortOrder.DescendingOrder)
    assert [run.id for run in page.list.chosen_runs()] == [first]


def test_opening_a_run_drops_a_search_that_hides_it(qtbot: Any, open_page: Open, store: Store) -> None:
    hidden = add_run(store, "hidden")
    add_run(store, "other")
    page = open_page()
    page.list.bar.search.setText("other")
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 1, timeout=2000)
    page.open_with(hidden)
    shown(qtbot, page, hidden)
    assert page.list.bar.search.text() == ""


def test_settings_are_copied_and_the_run_is_inspected(qtbot: Any, open_page: Open, store: Store) -> None:
    run = add_run(store, "mine", seed=77)
    page = open_page()
    shown(qtbot, page, run)
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.detail.copy, Qt.MouseButton.LeftButton)
    assert asked.args[0] == "setup"
    assert isinstance(asked.args[1], ExperimentConfig)
    assert asked.args[1].seed == 77
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.detail.inspect, Qt.MouseButton.LeftButton)
    assert asked.args == ["inspector", run]


def test_deleted_runs_come_back_the_last_first_until_they_are_gone(
    qtbot: Any, open_page: Open, store: Store, home: Home
) -> None:
    runs = [add_run(store, name) for name in ("keep", "first", "second", "third")]
    for run in runs:
        home.run_folder(run).mkdir(parents=True)
    page = open_page()
    page.list.choose(runs[3])
    page.activateWindow()
    page.list.table.setFocus()
    qtbot.waitUntil(page.list.table.hasFocus, timeout=2000)
    qtbot.keyClick(page.list.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: rows(page, "name") == ["second", "first", "keep"], timeout=3000)
    page.list.table.selectAll()
    page.list.table.selectionModel().select(
        page.list.model.index(2, 0),
        page.list.table.selectionModel().SelectionFlag.Deselect | page.list.table.selectionModel().SelectionFlag.Rows,
    )
    assert page.several.isVisible()
    assert page.several.delete.text() == "Delete 2 runs"
    qtbot.mouseClick(page.several.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rows(page, "name") == ["keep"], timeout=3000)
    assert page.changes.banner.isVisible()
    assert "second" in page.changes.banner.text.text()
    assert "1 earlier" in page.changes.banner.text.text()
    shown(qtbot, page, runs[0])
    page.list.table.setFocus()
    qtbot.waitUntil(page.list.table.hasFocus, timeout=2000)
    qtbot.keyClick(page.list.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: rows(page, "name") == ["second", "first", "keep"], timeout=3000)
    assert "third" in page.changes.banner.text.text()
    assert all(home.run_folder(run).exists() for run in runs)
    store.runs.delete([runs[3]])
    qtbot.mouseClick(page.changes.banner.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(QMessageBox, "errorBox") is not None, timeout=3000)
    box = page.findChild(QMessageBox, "errorBox")
    assert box is not None
    assert "Another window" in box.informativeText()
    box.close()
    assert not page.changes.banner.isVisible()
    page.changes.undo()
    assert store.runs.count() == 3


def test_the_last_run_can_be_brought_back_to_an_empty_table(qtbot: Any, open_page: Open, store: Store) -> None:
    run = add_run(store, "only")
    page = open_page()
    shown(qtbot, page, run)
    qtbot.mouseClick(page.detail.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.changes.banner.isVisible(), timeout=3000)
    qtbot.mouseClick(page.changes.banner.button, Qt.MouseButton.LeftButton)
    shown(qtbot, page, run)


def test_a_run_that_is_going_is_not_deleted(qtbot: Any, open_page: Open, store: Store) -> None:
    run = add_run(store, "busy", status="running")
    page = open_page()
    shown(qtbot, page, run)
    assert not page.detail.delete.isEnabled()
    assert not page.detail.inspect.isEnabled()
    page.changes.delete_chosen()
    box = page.findChild(QMessageBox, "errorBox")
    assert box is not None
    assert "busy" in box.informativeText()
    box.close()
    assert store.runs.count() == 1


def test_a_failed_run_says_why(qtbot: Any, open_page: Open, store: Store) -> None:
    run = add_run(store, "broken", status="failed")
    store.runs.record(run, changes={"error": "There is not enough memory."})
    page = open_page()
    shown(qtbot, page, run)
    assert page.detail.error.text() == "There is not enough memory."
    assert page.detail.error.isVisible()
    assert page.detail.test.protocols.text() == "The final test has not been reached."


def test_the_export_holds_all_runs_as_plain_values(qtbot: Any, open_page: Open, store: Store, tmp_path: Path) -> None:
    add_run(store, "with, comma")
    add_run(store, "other", ndcg=0.5)
    page = open_page()
    page.list.table.sortByColumn(column("ndcg_overall"), Qt.SortOrder.DescendingOrder)
    file = tmp_path / "runs.csv"
    page.list.export_to(file)
    qtbot.waitUntil(lambda: "written" in page.list.bar.count.text(), timeout=3000)
    with file.open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert [row["name"] for row in written] == ["other", "with, comma"]
    assert float(written[0]["ndcg_overall@10"]) == 0.5
    assert float(written[0]["sampled_ndcg_overall@10"]) == 0.4567
    assert [path.name for path in tmp_path.glob("*.csv")] == ["runs.csv"]


def test_numbers_follow_the_preference(qtbot: Any, open_page: Open, store: Store, preferences: Any) -> None:
    run = add_run(store, "mine")
    page = open_page()
    shown(qtbot, page, run)
    page._workbench.preferences.metric_format = "decimal"
    assert rows(page, "ndcg_overall") == ["0.1234"]
    assert page.detail.test.metrics.index(2, 1).data() == "0.1000"


def test_columns_are_remembered(qtbot: Any, open_page: Open, store: Store) -> None:
    add_run(store, "mine")
    open_page().list.table.setColumnWidth(column("name"), 333)
    assert open_page().list.table.columnWidth(column("name")) == 333


@pytest.mark.parametrize(("status", "page_id"), [("finished", "inspector"), ("failed", "monitor")])
def test_enter_or_a_double_click_opens_a_run(
    qtbot: Any, open_page: Open, store: Store, status: str, page_id: str
) -> None:
    run = add_run(store, "this", status)
    page = open_page()
    shown(qtbot, page, run)
    asked: list[tuple[str, object]] = []
    page.open_page.connect(lambda name, payload: asked.append((name, payload)))
    qtbot.keyClick(page.list.table, Qt.Key.Key_Return)
    page.list.table.doubleClicked.emit(page.list.model.index(0, 0))
    assert asked == [(page_id, run)] * 2


def test_a_search_without_a_find_says_so(qtbot: Any, open_page: Open, store: Store) -> None:
    add_run(store, "this")
    page = open_page()
    page.list.bar.search.setText("that")
    qtbot.waitUntil(lambda: page.several._title.text() == "No run found", timeout=3000)
    assert "“that”" in page.several._text.text()
