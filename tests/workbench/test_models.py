"""The item models: each under Qt's own tester, and what they show."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from sqlalchemy import event, insert

from engine.config import ExperimentConfig
from engine.data.dataset import Catalogue
from engine.data.item_listing import ItemListing
from engine.store import DatasetRow, RunRow, Store
from engine.store.schema import RunRecord
from workbench.models.cards import CardEntry, ItemListModel
from workbench.models.dataset_table import DatasetTableModel, Version
from workbench.models.item_table import COUNT, ID, SLICE, TITLE, ItemTableModel
from workbench.models.recommendations import MOVE, PARTS, SCORE, RecommendationModel
from workbench.models.records import RecordColumn, RecordModel
from workbench.models.roles import DataRole, Index
from workbench.models.run_columns import COLUMNS
from workbench.models.run_table import PAGE, RunTableModel

RUNS = 5000


def check(model: QAbstractItemModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)


def place(field: str) -> int:
    return next(number for number, column in enumerate(COLUMNS) if column.field == field)


def texts(model: QAbstractItemModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def row(**changes: object) -> RunRow:
    base = RunRow(
        id=1, name="first", status="finished", dataset="ml", dataset_fingerprint="f", model="h2rec", depth=4,
        codebook_size=128, alpha=0.1, beta=0.0, seed=7, best_epoch=12, epochs=20, hr_overall=0.2, hr_head=0.3,
        hr_tail=0.1, ndcg_overall=0.1234, ndcg_head=0.2, ndcg_tail=0.05, sampled_hr_overall=0.6, sampled_hr_head=0.7,
        sampled_hr_tail=0.5, sampled_ndcg_overall=0.4567, sampled_ndcg_head=0.5, sampled_ndcg_tail=0.4,
        created_at=datetime(2026, 8, 1, tzinfo=UTC), finished_at=None, seconds=65.0, error=None, notes="",
        group=None, label=None,
    )  # fmt: skip
    return replace(base, **changes)


class FakeRuns:
    """The run repository of a store, over rows in a list."""

    def __init__(self, rows: list[RunRow]) -> None:
        self.rows = rows

    def _found(self, search: str) -> list[RunRow]:
        return [each for each in self.rows if search in each.name]

    def count(self, search: str = "") -> int:
        return len(self._found(search))

    def list(
        self, search: str = "", sort: str = "created_at", descending: bool = True, offset: int = 0, limit: int = 200
    ) -> list[RunRow]:
        ordered = sorted(self._found(search), key=lambda each: getattr(each, sort), reverse=descending)
        return ordered[offset : offset + limit]


@pytest.fixture(scope="module")
def many_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("store") / "workbench.db")
    store.runs.create(ExperimentConfig(name="template"), "f")
    numbers = np.random.default_rng(0)
    with store.runs._database.writing() as session:
        template = {column.name: None for column in RunRecord.__table__.columns}
        first = dict(session.execute(RunRecord.__table__.select()).one()._mapping)
        records = []
        for number in range(2, RUNS + 1):
            metrics = {
                name: float(numbers.random()) for name in template if name.split("_")[-1] in ("overall", "head", "tail")
            }
            records.append(
                {**first, **metrics, "id": number, "name": f"run {number}", "status": "finished", "seconds": 60.0,
                 "created_at": first["created_at"] + timedelta(minutes=number), "model": ("h2rec", "hid", "sid")[number % 3]}
            )  # fmt: skip
        session.execute(insert(RunRecord), records)
    yield store
    store.close()


def test_the_run_table_loads_lazily_and_completely(many_runs: Store, qtbot: object) -> None:
    model = RunTableModel(many_runs.runs)
    assert model.rowCount() == PAGE
    assert model.total == RUNS
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == RUNS
    assert len({model.run(number).id for number in range(RUNS)}) == RUNS


def test_fetching_more_keeps_to_the_rules_of_item_models(many_runs: Store, qtbot: object) -> None:
    model = RunTableModel(many_runs.runs)
    model.set_search("h2rec 4")
    checker = check(model)
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert PAGE < model.rowCount() == model.total
    del checker


def test_listing_sorting_and_searching_5000_runs_is_quick(many_runs: Store, qtbot: object) -> None:
    started = time.perf_counter()
    model = RunTableModel(many_runs.runs)
    model.sort(place("ndcg_tail"), Qt.SortOrder.DescendingOrder)
    model.set_search("h2rec 49")
    took = time.perf_counter() - started
    assert 0 < model.rowCount() == model.total < RUNS
    assert took < 0.3, f"took {took:.3f} s"


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


def test_the_run_table_asks_little_of_the_store(many_runs: Store, qtbot: object) -> None:
    with statements(many_runs) as opening:
        model = RunTableModel(many_runs.runs)
        model.refresh()
    with statements(many_runs) as sorting:
        model.sort(place("ndcg_tail"), Qt.SortOrder.DescendingOrder)
    with statements(many_runs) as finding:
        model.set_search("run 4999")
    assert (len(opening), len(sorting), len(finding)) == (4, 2, 1)
    for statement, _ in (*opening, *sorting, *finding):
        assert not [name for name in ("config", "test", "semantic_ids", "versions") if f"runs.{name}" in statement]


def test_the_newest_runs_are_found_without_a_look_at_all_runs(many_runs: Store, qtbot: object) -> None:
    with statements(many_runs) as opening:
        RunTableModel(many_runs.runs)
    statement, parameters = opening[0]
    with many_runs.runs._database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert [step[-1] for step in plan] == ["SCAN runs USING INDEX ix_runs_created_at"]


def test_the_store_sorts_by_every_column_and_both_protocols(many_runs: Store, qtbot: object) -> None:
    model = RunTableModel(many_runs.runs)
    checker = check(model)
    for column in range(len(COLUMNS)):
        model.sort(column, Qt.SortOrder.AscendingOrder)
        values = [model.index(number, column).data(DataRole.raw) for number in range(PAGE)]
        known = [value for value in values if value is not None]
        assert known == sorted(known, key=lambda value: value.casefold() if isinstance(value, str) else value)
    model.sort(place("hr_head"), Qt.SortOrder.DescendingOrder)
    full = model.run(0).id
    model.set_protocol("sampled")
    assert model.sort_key == "sampled_hr_head"
    assert model.run(0).id != full
    best = max(many_runs.runs.list(limit=RUNS), key=lambda each: each.sampled_hr_head or 0)
    assert model.run(0).id == best.id
    del checker


def test_a_cell_shows_words_and_carries_the_value(qtbot: object) -> None:
    model = RunTableModel(
        FakeRuns([row(), row(id=2, name="other", status="failed", ndcg_overall=None, error="No disk")])
    )
    checker = check(model)
    other = model.row_of(2)
    first = model.row_of(1)
    assert model.index(first, place("ndcg_overall")).data() == "12.34 %"
    assert model.index(first, place("ndcg_overall")).data(DataRole.raw) == 0.1234
    assert model.index(first, place("model")).data() == "H2Rec"
    assert model.index(first, place("seconds")).data() == "1 min 05 s"
    assert model.index(other, place("ndcg_overall")).data() == "–"
    assert model.index(other, place("status")).data() == "Failed"
    assert model.index(other, place("status")).data(Qt.ItemDataRole.ToolTipRole) == "No disk"
    model.set_protocol("sampled")
    assert model.index(first, place("ndcg_overall")).data() == "45.67 %"
    del checker


def test_refresh_keeps_selection_and_takes_over_every_change(qtbot: object) -> None:
    source = FakeRuns([row(id=number, name=f"run {number}", seed=number) for number in range(1, 9)])
    model = RunTableModel(source)
    checker = check(model)
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    model.sort(place("seed"), Qt.SortOrder.DescendingOrder)
    chosen = model.index(model.row_of(5), 0)
    kept = QPersistentModelIndex(chosen)
    view.selectionModel().select(
        chosen, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    )
    source.rows = [
        replace(each, seed=-each.seed, name=each.name.upper()) for each in source.rows if each.id not in (2, 6, 7)
    ]
    source.rows.append(row(id=20, name="new", seed=-100))
    model.refresh()
    assert [model.run(number).id for number in range(model.rowCount())] == [1, 3, 4, 5, 8, 20]
    assert model.run(kept.row()).id == 5
    assert [index.row() for index in view.selectionModel().selectedRows()] == [kept.row()]
    assert model.index(kept.row(), place("name")).data() == "RUN 5"
    assert model.total == 6
    del checker


def test_refresh_tells_only_of_rows_that_changed(qtbot: object) -> None:
    source = FakeRuns([row(id=number, name=f"run {number}") for number in range(1, 5)])
    model = RunTableModel(source)
    model.sort(place("id"), Qt.SortOrder.AscendingOrder)
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.refresh()
    assert changed == []
    source.rows[2] = replace(source.rows[2], status="running")
    model.refresh()
    assert changed == [(2, 2)]


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


def test_records_are_sorted_by_value_not_by_words(qtbot: object) -> None:
    columns = [
        RecordColumn("User", "", lambda row: row[0], is_number=False),
        RecordColumn("Rank", "", lambda row: row[1]),
    ]
    model = RecordModel(columns)
    checker = check(model)
    model.set_records([("a", 10), ("b", 9), ("c", 100)])
    model.sort(1)
    assert [model.index(row, 1).data() for row in range(3)] == ["9", "10", "100"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.record(0) == ("c", 100)
    del checker
