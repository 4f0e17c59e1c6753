"""The item models: each under Qt's own tester, and what they show."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from engine.data.dataset import Catalogue
from engine.data.item_listing import ItemListing
from engine.query import parse
from engine.settings import parse as parse_settings
from engine.store import DatasetRow, Listing, Store
from workbench.models.cards import CardEntry, ItemListModel
from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.models.dataset_table import DatasetTableModel, Version
from workbench.models.item_table import COUNT, ID, SLICE, TITLE, ItemTableModel
from workbench.models.recommendations import MOVE, PARTS, SCORE, RecommendationModel
from workbench.models.roles import DataRole, Index
from workbench.models.run_columns import COLUMNS
from workbench.models.run_rows import PAGE
from workbench.models.run_table import RunTableModel
from workbench.palette import contrast
from workbench.theme import Role, theme
from workbench.widgets.heat import heat

RUNS = 5000


def check(model: QAbstractItemModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)


def place(field: str) -> int:
    return next(number for number, column in enumerate(COLUMNS) if column.field == field)


def texts(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


@pytest.fixture(scope="module")
def many_runs(
    tmp_path_factory: pytest.TempPathFactory, fill_with_runs: Callable[[Store, int], None]
) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("store") / "workbench.db")
    fill_with_runs(store, RUNS)
    yield store
    store.close()


def test_the_run_table_loads_lazily_and_completely(many_runs: Store, qtbot: object) -> None:
    model = RunTableModel(many_runs.table)
    assert model.rowCount() == PAGE
    assert model.total == RUNS
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == RUNS
    assert len({model.runs(number)[0].id for number in range(RUNS)}) == RUNS


def test_fetching_more_keeps_to_the_rules_of_item_models(many_runs: Store, qtbot: object) -> None:
    model = RunTableModel(many_runs.table)
    model.set_listing(Listing(parse("h2rec 4")))
    checker = check(model)
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert PAGE < model.rowCount() == model.total
    del checker


def test_listing_sorting_querying_folding_and_grouping_5000_runs_is_quick(many_runs: Store, qtbot: object) -> None:
    query = parse("model = h2rec and tail NDCG@10 > 0.02 and (seed in (0, 1) or tag = paper)")
    listings = {
        "first": Listing(),
        "sorted": Listing(sort="ndcg_tail"),
        "searched": Listing(parse("h2rec 49"), sort="ndcg_tail"),
        "queried": Listing(query),
        "folded": Listing(folded=True, sort="last_hr_head"),
        "grouped": Listing(query, group="model", folded=True),
        "by tag": Listing(group="tags"),
    }
    model = RunTableModel(many_runs.table, Listing(parse("nothing at all")))
    took = {}
    for name, listing in listings.items():
        started = time.perf_counter()
        model.set_listing(listing)
        took[name] = time.perf_counter() - started
        assert 0 < model.total <= RUNS
    assert max(took.values()) < 0.5, took


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """The SELECT statements sent meanwhile, with their parameters."""
    sent: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        sent.append((statement, parameters))

    engine = store.runs._database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
    sent[:] = [each for each in sent if each[0].startswith("SELECT")]


def test_the_run_table_reads_summaries_alone_from_the_index_that_holds_them(many_runs: Store, qtbot: object) -> None:
    with statements(many_runs) as sent:
        model = RunTableModel(many_runs.table)
        model.set_listing(Listing(parse("model = h2rec and tag = paper"), sort="ndcg_tail", folded=True, group="model"))
        model.refresh()
    assert len(sent) <= 12
    with many_runs.runs._database.reading() as session:
        for statement, parameters in sent:
            assert not [name for name in ("config", "test", "semantic_ids", "versions") if f"runs.{name}" in statement]
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            steps = [step[-1] for step in plan if " runs " in f"{step[-1]} "]
            assert not [step for step in steps if "COVERING INDEX" not in step and "PRIMARY KEY" not in step], steps


def test_the_store_sorts_by_every_column_and_both_protocols(many_runs: Store, qtbot: object) -> None:
    model = RunTableModel(many_runs.table)
    for column, each in enumerate(COLUMNS):
        if each.metric and each.field not in ("ndcg_tail", "best_hr_overall", "last_mrr_head"):
            continue
        model.sort(column, Qt.SortOrder.AscendingOrder)
        values = [model.index(number, column).data(DataRole.raw) for number in range(50)]
        known = [value for value in values if value is not None]
        assert known == sorted(known, key=lambda value: value.casefold() if isinstance(value, str) else value)
    model.sort(place("hr_head"), Qt.SortOrder.DescendingOrder)
    full = model.runs(0)[0].id
    model.set_listing(replace(model.listing, protocol="sampled", k=5))
    assert model.runs(0)[0].id != full
    rows = [row for (row,) in many_runs.table.entries(Listing(protocol="sampled", k=5))]
    best = max(rows, key=lambda each: each.metrics.get("hr_head", 0))
    assert model.runs(0)[0].id == best.run.id


def add(store: Store, ndcg: float | None, fingerprint: str = "f", **values: object) -> int:
    """A run, with this NDCG overall at every k, and twice as much in the sampled protocol."""
    run = store.runs.create(parse_settings(values), fingerprint)
    if ndcg is not None:
        test = {
            protocol: {"overall": {f"NDCG@{k}": ndcg * factor for k in (5, 10, 20)}}
            for protocol, factor in (("full", 1), ("sampled", 2))
        }
        store.runs.record(run, changes={"status": "finished", "test": test, "seconds": 65.0})
    return run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "workbench.db")
    yield opened
    opened.close()


def shown(model: RunTableModel, row: int, field: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return model.index(row, place(field)).data(role)


def is_bold(model: RunTableModel, row: int, field: str) -> bool:
    font = shown(model, row, field, Qt.ItemDataRole.FontRole)
    return (font is not None and font.bold()) or (font is not None and font.weight() > 500)  # type: ignore[attr-defined]


def test_a_cell_shows_words_and_carries_the_value(store: Store, qtbot: object) -> None:
    add(store, 0.1234)
    failed = add(store, None, name="<b>other</b>", model={"kind": "hid"})
    store.runs.record(failed, changes={"status": "failed", "error": "No disk"})
    store.runs.tag([failed], ["b", "a"])
    model = RunTableModel(store.table)
    checker = check(model)
    assert shown(model, 1, "ndcg_overall") == "12.34 %"
    assert shown(model, 1, "ndcg_overall", DataRole.raw) == 0.1234
    assert (shown(model, 1, "model"), shown(model, 1, "seconds"), shown(model, 1, "tags")) == (
        "H2Rec",
        "1 min 05 s",
        "",
    )
    assert (shown(model, 1, "backbone"), shown(model, 1, "quantiser")) == ("SASRec", "RQ-VAE")
    assert (shown(model, 0, "ndcg_overall"), shown(model, 0, "status"), shown(model, 0, "tags")) == (
        "–",
        "Failed",
        "a, b",
    )
    assert shown(model, 0, "status", Qt.ItemDataRole.ToolTipRole) == "No disk"
    assert "&lt;b&gt;" in str(shown(model, 0, "name", Qt.ItemDataRole.ToolTipRole))
    model.set_listing(replace(model.listing, protocol="sampled"))
    assert shown(model, 1, "ndcg_overall") == "24.68 %"
    assert "sampled negatives" in model.headerData(
        place("ndcg_overall"), Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole
    )
    model.set_listing(replace(model.listing, k=20))
    assert model.headerData(place("ndcg_overall"), Qt.Orientation.Horizontal) == "NDCG@20"
    del checker


def test_folded_seeds_are_mean_and_deviation_of_all_runs_and_say_which(store: Store, qtbot: object) -> None:
    runs = [add(store, ndcg, seed=seed) for seed, ndcg in enumerate((0.1, 0.2, 0.3))]
    untested = add(store, None, seed=3)
    other = add(store, 0.15, "elsewhere", seed=1)
    model = RunTableModel(store.table, Listing(folded=True, sort="ndcg_overall"))
    checker = check(model)
    assert [len(model.runs(row)) for row in range(model.rowCount())] == [4, 1]
    assert shown(model, 0, "ndcg_overall") == "20.00 ± 10.00 %"
    assert shown(model, 0, "name") == "H2Rec on sample  × 4, 3 tested"
    assert shown(model, 0, "id") == ", ".join(map(str, [*runs, untested]))
    assert shown(model, 0, "seed") == "0, 1, 2, 3"
    assert shown(model, 0, "status") == "3 of 4 finished"
    tip = str(shown(model, 0, "ndcg_overall", Qt.ItemDataRole.ToolTipRole))
    assert "standard deviation of runs 1, 2, 3, 4, of which 3 have a value" in tip
    assert shown(model, 1, "id") == str(other)
    assert model.row_of(runs[2]) == 0
    del checker


def test_the_best_of_what_is_shown_is_marked_and_coloured(store: Store, qtbot: object) -> None:
    for ndcg, dataset in ((0.1, "a"), (0.3, "a"), (0.2, "b"), (0.1, "b"), (0.5, "c")):
        add(store, ndcg, dataset, data={"dataset": dataset}, seed=len(store.runs.list()))
    model = RunTableModel(store.table, Listing(sort="ndcg_overall"))
    model.set_measured(["name", "ndcg_overall"])
    assert [is_bold(model, row, "ndcg_overall") for row in range(5)] == [True, False, False, False, False]
    model.set_listing(Listing(parse("dataset != c"), sort="ndcg_overall"))
    assert [shown(model, row, "ndcg_overall") for row in range(4) if is_bold(model, row, "ndcg_overall")] == ["30.00 %"]
    model.set_listing(Listing(sort="ndcg_overall", group="dataset"))
    bold = [shown(model, row, "ndcg_overall") for row in range(model.rowCount()) if is_bold(model, row, "ndcg_overall")]
    assert bold == ["30.00 %", "20.00 %"]
    assert shown(model, 1, "ndcg_overall", Qt.ItemDataRole.BackgroundRole) is None
    model.set_heat(True)
    best, worst = (shown(model, row, "ndcg_overall", Qt.ItemDataRole.BackgroundRole).color() for row in (1, 2))  # type: ignore[attr-defined]
    assert best != worst


def test_metrics_are_differences_from_a_baseline_on_the_same_data(store: Store, qtbot: object) -> None:
    base = [add(store, ndcg, seed=seed) for seed, ndcg in ((0, 0.1), (1, 0.3))]
    better = add(store, 0.25, model={"kind": "hid"})
    elsewhere = add(store, 0.5, "other", model={"kind": "hid"})
    model = RunTableModel(store.table, Listing(folded=True, sort="id", descending=False))
    model.set_baseline(base)
    rows = [model.row_of(run) or 0 for run in (base[0], better, elsewhere)]
    assert [shown(model, row, "ndcg_overall") for row in rows] == ["20.00 ± 14.14 %", "+5.00 · +25.0 %", "50.00 %"]
    assert "baseline (runs 1, 2, H2Rec on sample)" in str(
        shown(model, rows[1], "ndcg_overall", Qt.ItemDataRole.ToolTipRole)
    )
    assert "not compared" in str(shown(model, rows[2], "ndcg_overall", Qt.ItemDataRole.ToolTipRole))
    model.set_listing(replace(model.listing, protocol="sampled"))
    assert shown(model, rows[1], "ndcg_overall") == "+10.00 · +25.0 %"
    store.runs.delete(base)
    model.refresh()
    assert model.baseline is None
    assert shown(model, 0, "ndcg_overall") == "50.00 %"


def test_groups_open_and_close_under_their_headings(store: Store, qtbot: object) -> None:
    for dataset in ("b", "a", "b"):
        add(store, 0.1, data={"dataset": dataset})
    model = RunTableModel(store.table, Listing(group="dataset"))
    checker = check(model)

    def lines() -> list[object]:
        return [shown(model, row, "id") for row in range(model.rowCount())]

    assert lines() == ["Dataset: a  (1 run)", "2", "Dataset: b  (2 runs)", "3", "1"]
    chosen = QPersistentModelIndex(model.index(4, 0))
    model.toggle_group(0)
    assert lines() == ["Dataset: a  (1 run)", "Dataset: b  (2 runs)", "3", "1"]
    assert chosen.row() == 3
    add(store, 0.2, data={"dataset": "b"})
    model.refresh()
    assert lines() == ["Dataset: a  (1 run)", "Dataset: b  (3 runs)", "4", "3", "1"]
    model.toggle_group(1)
    assert lines() == ["Dataset: a  (1 run)", "Dataset: b  (3 runs)"]
    assert not chosen.isValid()
    assert model.runs(0) == []
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    del checker


def test_refresh_keeps_selection_and_takes_over_every_change(store: Store, qtbot: object) -> None:
    runs = [add(store, number / 10, name=str(number), seed=number) for number in range(6)]
    model = RunTableModel(store.table, Listing(sort="ndcg_overall"))
    checker = check(model)
    chosen = QPersistentModelIndex(model.index(2, 0))
    store.runs.delete([runs[5], runs[0]])
    store.runs.record(runs[3], changes={"name": "renamed"})
    add(store, 0.9, name="new")
    model.refresh()
    assert [shown(model, row, "name") for row in range(model.rowCount())] == ["new", "4", "renamed", "2", "1"]
    assert shown(model, chosen.row(), "name") == "renamed"
    assert model.total == 5
    del checker


def test_refresh_tells_only_of_rows_that_changed(store: Store, qtbot: object) -> None:
    runs = [add(store, 0.1, name=str(number)) for number in range(5)]
    model = RunTableModel(store.table)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.refresh()
    assert told == []
    for run in runs[1:3]:
        store.runs.annotate(run, "new")
    model.refresh()
    assert told == [(2, 3)]


@pytest.mark.parametrize("setting", ["light", "dark"])
def test_text_stays_readable_on_every_shade_of_heat(qtbot: object, setting: str) -> None:
    theme().use(setting)  # type: ignore[arg-type]
    text = theme().color(Role.text).name()
    shades = [heat(share / 20).name() for share in range(21)]
    assert len(set(shades)) > 10
    assert min(contrast(shade, text) for shade in shades) >= 4.5
    assert heat(-1).name() == shades[0]
    assert heat(2).name() == shades[-1]


def dataset(name: str, **changes: object) -> DatasetRow:
    base = DatasetRow(1, name, False, "u.data", "f", 943, 1682, 100000, {}, {}, {}, datetime.now(UTC))
    return replace(base, **changes)


def test_datasets_are_listed_by_name(qtbot: object) -> None:
    rows = [dataset("yelp", source="y"), dataset("Beauty", source="b"), dataset("ml", source="m", synthetic=True)]
    model = DatasetTableModel(lambda: rows)
    checker = check(model)
    assert texts(model, 0) == ["Beauty", "ml", "yelp"]
    assert model.index(0, 3).data() == "100,000"
    assert model.index(0, 3).data(DataRole.raw) == 100000
    assert model.dataset(model.row_of("ml")).synthetic
    rows.pop()
    model.refresh()
    assert texts(model, 0) == ["Beauty", "yelp"]
    del checker


def test_versions_of_a_source_stand_together_and_are_told_apart(qtbot: object) -> None:
    small, large = dataset("a small", preparation={"k_core": 10}), dataset("z large", preparation={"k_core": 5})
    other = dataset("middle", source="other.csv", users=950)
    model = DatasetTableModel(lambda: [small, large, other])
    checker = check(model)
    assert texts(model, 0) == ["a small", "z large", "middle"]
    versions = [model.index(row, 0).data(DataRole.version) for row in range(3)]
    assert versions == [
        Version("k-core 10", joins_below=True), Version("k-core 5", joins_above=True), Version("")
    ]  # fmt: skip
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "a small, k-core 10"
    model.set_search("core other")
    assert model.rowCount() == 0
    model.set_search("U.DATA 10")
    assert texts(model, 0) == ["a small"]
    assert model.index(0, 0).data(DataRole.version) == Version("k-core 10")
    model.set_search("")
    model.set_order("users")
    assert texts(model, 0) == ["middle", "a small", "z large"]
    assert model.total == 3
    del checker


def test_datasets_are_sorted_by_age_and_size(qtbot: object) -> None:
    now = datetime.now(UTC)
    rows = [
        dataset("a", source="a", items=5, created_at=now - timedelta(days=1)),
        dataset("b", source="b", items=9, created_at=now - timedelta(days=2)),
        dataset("c", source="c", items=7, created_at=now),
    ]
    model = DatasetTableModel(lambda: rows)
    orders = {}
    for order in ("created_at", "items", "name"):
        model.set_order(order)
        orders[order] = "".join(texts(model, 0))
    assert orders == {"created_at": "cab", "items": "bca", "name": "abc"}


def test_notes_change_a_dataset_in_its_place(qtbot: object) -> None:
    rows = [dataset("a"), dataset("b")]
    model = DatasetTableModel(lambda: rows)
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    rows[1] = dataset("b", notes="mine")
    model.refresh()
    assert resets == []
    assert model.dataset(1).notes == "mine"


def listing(titles: list[str]) -> ItemListing:
    ids = np.array(["", *map(str, range(100, 100 + len(titles)))], dtype=object)
    shown = np.array(["", *titles], dtype=object)
    return ItemListing.of(Catalogue(ids, shown, shown), np.arange(len(titles)) * 500)


def test_items_are_sorted_by_value_and_found_by_title_or_id(qtbot: object) -> None:
    model = ItemTableModel()
    checker = check(model)
    model.set_items(listing(["Zebra", "apple", "Mango"]))
    model.set_head(1)
    assert texts(model, COUNT) == ["1,000", "500", "0"]
    model.sort(TITLE, Qt.SortOrder.AscendingOrder)
    assert texts(model, TITLE) == ["apple", "Mango", "Zebra"]
    assert texts(model, SLICE) == ["tail", "head", "tail"]
    model.set_search("MAN")
    assert texts(model, TITLE) == ["Mango"]
    model.set_search("101")
    assert texts(model, ID) == ["101"]
    model.set_items(None)
    assert model.rowCount() == 0
    del checker


def test_texts_with_tags_are_shown_as_they_are(qtbot: object) -> None:
    model = ItemTableModel()
    model.set_items(listing(["<img src='x'>", "a < b"]))
    model.sort(ID)
    tooltips = [model.index(row, TITLE).data(Qt.ItemDataRole.ToolTipRole) for row in range(2)]
    assert tooltips == ["<p>&lt;img src='x'&gt;</p>", "a < b"]


def test_the_slice_follows_the_line_between_head_and_tail(qtbot: object) -> None:
    model = ItemTableModel()
    checker = check(model)
    model.set_items(listing(["a", "b", "c", "d"]))
    model.set_head(1)
    model.sort(SLICE, Qt.SortOrder.AscendingOrder)
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.set_head(3)
    model.set_head(3)
    assert changed == [(0, 3)]
    assert texts(model, SLICE) == ["head", "head", "head", "tail"]
    model.sort(SLICE, Qt.SortOrder.DescendingOrder)
    assert texts(model, SLICE) == ["tail", "head", "head", "head"]
    del checker


def test_a_long_catalogue_is_asked_only_for_what_is_in_view(qtbot: object) -> None:
    asked: set[int] = set()

    class Watched(ItemTableModel):
        def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
            asked.add(index.row())
            return super().data(index, role)

    model = Watched()
    model.set_items(listing([f"Item {number}" for number in range(50_000)]))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.resize(600, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.grab()
    view.scrollToBottom()
    view.grab()
    assert {0, 49_999} <= asked
    assert len(asked) < 200


def card(index: int, is_head: bool = False) -> SimpleNamespace:
    return SimpleNamespace(
        index=index, id=str(index), title=f"Item {index}", text="", semantic_id=(1, 2), is_head=is_head, popularity=3
    )


def test_cards_carry_their_entries(qtbot: object) -> None:
    model = ItemListModel()
    checker = check(model)
    model.set_entries([CardEntry(card(4), similarity=0.5), CardEntry(card(9, is_head=True))])
    assert [model.index(number, 0).data() for number in range(2)] == ["Item 4", "Item 9"]
    assert model.index(0, 0).data(DataRole.row).similarity == 0.5
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Item 9, head"
    del checker


def recommended(
    rank: int, hid: float | None, sid: float | None, text: float | None = None, levels: tuple[float, ...] | None = None
) -> SimpleNamespace:
    score = (hid or 0.0) + (sid or 0.0) + (text or 0.0)
    return SimpleNamespace(
        rank=rank, item=card(rank), score=score, hid=hid, sid=sid, text=text, is_held_out=rank == 2, levels=levels
    )


def test_parts_are_shown_only_where_there_are_several(qtbot: object) -> None:
    model = RecommendationModel()
    checker = check(model)
    model.set_recommendations([recommended(1, 3.0, -1.0), recommended(2, -0.5, 2.0)])
    assert model.columnCount() == PARTS + 1
    assert model.index(0, SCORE).data() == "2.000"
    assert model.index(0, PARTS).data(DataRole.raw) == (3.0, -1.0)
    assert model.index(0, PARTS).data() == "HID +3.00   SID −1.00"
    assert model.scale == (-1.0, 3.0)
    model.set_recommendations([recommended(1, 3.0, None, 0.5)])
    assert model.index(0, PARTS).data() == "HID +3.00   Text +0.50"
    model.set_recommendations([recommended(1, 3.0, None)])
    assert model.columnCount() == PARTS
    del checker


def test_the_semantic_half_is_shown_by_level(qtbot: object) -> None:
    model = RecommendationModel()
    model.set_recommendations([recommended(1, 3.0, 0.5, levels=(1.0, -0.75, 0.25))], unique_level=True)
    assert list(model.parts) == ["HID", "SID level 1", "SID level 2", "SID unique level"]
    assert model.values(0) == (3.0, 1.0, -0.75, 0.25)
    assert model.scale == (-0.75, 4.25)
    assert len(set(model.parts.values())) == 4


def test_moves_are_marked_where_there_is_something_to_compare_with(qtbot: object) -> None:
    model = RecommendationModel()
    model.set_recommendations([recommended(rank, 1.0, 1.0) for rank in (1, 2, 3, 4)], [2, -1, None, 0])
    assert [model.index(row, MOVE).data() for row in range(4)] == ["▲ 2", "▼ 1", "new", "="]
    colours = {model.index(row, MOVE).data(Qt.ItemDataRole.ForegroundRole).name() for row in range(4)}
    assert len(colours) == 4
    model.set_recommendations([recommended(1, 1.0, 1.0)])
    assert not model.has_moves
    assert model.index(0, MOVE).data() == ""


def test_a_table_sorts_by_values_and_puts_those_without_last() -> None:
    model = ColumnsModel()
    checker = check(model)
    values = np.array([2.0, np.nan, 10.0, 1.0])
    model.set_columns(
        [TableColumn("Name", "", ["b", "A", "c", "d"]), TableColumn("Value", "", values, "{:g}".format, True)]
    )

    def shown() -> list[str]:
        return [model.index(row, 0).data() for row in range(model.rowCount())]

    assert shown() == ["b", "A", "c", "d"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown() == ["c", "b", "d", "A"]
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert shown() == ["d", "b", "c", "A"]
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert shown() == ["A", "b", "c", "d"]
    model.keep(values > 1)
    assert shown() == ["b", "c"]
    assert model.source_row(1) == 2
    model.sort(-1)
    assert shown() == ["b", "c"]
    del checker


def test_new_values_in_the_same_rows_leave_the_view_where_it_is(qtbot: QtBot) -> None:
    model = ColumnsModel()
    model.set_columns([TableColumn("Name", "", ["a", "b"])])
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_columns([TableColumn("Name", "", ["c", "d"])])
    assert model.index(1, 0).data() == "d"
    with qtbot.waitSignal(model.modelReset):
        model.set_columns([TableColumn("Name", "", ["c", "d", "e"])])


def test_what_is_selected_in_a_table_stays_selected_when_it_is_sorted() -> None:
    model = ColumnsModel()
    checker = check(model)
    model.set_columns([TableColumn("Rank", "", [10, 9, 100], numeric=True)])
    selected = QPersistentModelIndex(model.index(0, 0))
    model.sort(0)
    assert (selected.row(), selected.data()) == (1, "10")
    model.set_columns([TableColumn("Rank", "", [7, 8, 9], numeric=True)])
    assert (selected.row(), selected.data()) == (0, "7")
    del checker


def test_a_cell_says_its_words_where_it_has_no_hint() -> None:
    model = ColumnsModel()
    model.set_columns([TableColumn("Name", "", ["a", "b"], right=True, hint=["what a is", ""].__getitem__)])
    assert [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(2)] == ["what a is", "b"]
    assert model.index(0, 0).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
