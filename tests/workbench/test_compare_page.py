"""The compare page in a real window, over runs with ranks, curves and test results of their own."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from engine.artefacts import RANKS
from engine.comparison.series import Series
from engine.config import ExperimentConfig
from engine.data.dataset import Catalogue
from engine.errors import DataError
from engine.evaluation.metrics import slice_metrics
from engine.evaluation.slices import band_masks
from engine.home import Home
from engine.store import Store
from engine.store.rows import Point
from workbench.context import Workbench
from workbench.links import InspectorLink
from workbench.main_window import SMALLEST
from workbench.models.roles import DataRole
from workbench.navigation import WIDTH
from workbench.pages.compare import ComparePage
from workbench.pages.compare.picker import Picker
from workbench.pages.compare.session import Session

USERS = 200
HEAD = np.arange(USERS) < 50
TARGETS = np.array([f"i{user % 20}" for user in range(USERS)])
COUNTS = np.where(HEAD, 80, 5)
PLACES = np.random.default_rng(0).integers(1, 40, size=USERS).astype(float)
BETTER = np.maximum(1, PLACES - 6)
TAIL_ONLY = np.where(HEAD, PLACES + 3, np.maximum(1, PLACES - 12))
TITLES = np.array(["", *(f"Title {item}" for item in range(20))], dtype=object)

Add = Callable[..., int]


@pytest.fixture
def add(home: Home, store: Store) -> Add:
    """Adds a run whose targets landed at these places (users,), trained for so many epochs; gives its number."""

    def add(
        ranks: Any = PLACES, epochs: int = 4, status: str = "finished", fingerprint: str = "abc", **settings: Any
    ) -> int:
        run = store.runs.create(ExperimentConfig(**settings), fingerprint)
        ranks = np.asarray(ranks)
        slices = {"overall": HEAD | True, "head": HEAD, "tail": ~HEAD, **band_masks(COUNTS)}
        metrics = slice_metrics(ranks, slices)
        test = {"full": metrics, "sampled": metrics} if status == "finished" else {}
        points = [
            Point(name, epoch, float(epoch), 0.01 * epoch + 0.001 * settings.get("seed", 0))
            for epoch in range(1, epochs + 1)
            for name in ("loss/total", *(f"validation/full/{part}/NDCG@10" for part in ("overall", "head", "tail")))
        ]
        store.runs.record(run, points, changes={"status": status, "test": test})
        if status == "finished":
            home.run_folder(run).mkdir(parents=True)
            about = {"user": [f"u{user:03}" for user in range(USERS)], "target": TARGETS, "head": HEAD}
            table = pd.DataFrame(about | {"target_interactions": COUNTS, "full": ranks, "sampled": ranks})
            table.to_parquet(home.run_folder(run) / RANKS)
        return run

    return add


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch) -> Workbench:
    made = make_workbench()

    def load(name: str) -> Any:
        if name != "sample":
            raise DataError("gone")
        ids = np.array(["", *(f"i{item}" for item in range(20))], dtype=object)
        return SimpleNamespace(facts={"fingerprint": "abc"}, items=Catalogue(ids, TITLES, TITLES))

    made.library.load = load  # type: ignore[method-assign]
    return made


@pytest.fixture
def open_page(qtbot: QtBot, workbench: Workbench) -> Callable[..., ComparePage]:
    def open_page(*runs: int, tab: int = 0) -> ComparePage:
        page = ComparePage(workbench)
        qtbot.addWidget(page)
        page.resize(1100, 760)
        page.tabs.setCurrentIndex(tab)
        page.show()
        page.activate()
        if runs:
            page.open_with(runs)
        settle(qtbot, page)
        return page

    return open_page


def settle(qtbot: QtBot, page: ComparePage) -> None:
    qtbot.waitUntil(lambda: not page.is_busy, timeout=10_000)


def titles(page: ComparePage) -> list[str]:
    return [line.title for line in page.lines.all]


def cells(page: ComparePage, row: int) -> list[str]:
    model = page.metrics.model
    return [model.index(row, column).data() for column in range(model.columnCount())]


METRICS, HEAD_TAIL, MOVES, CURVES, SETTINGS, SWEEP = range(6)


def test_differences_come_with_interval_p_and_probability(open_page: Any, add: Add) -> None:
    page = open_page(add(), add(BETTER, model={"kind": "hid"}))
    model = page.metrics.model
    assert model.rowCount() == 6
    assert cells(page, 0)[6] == "reference"
    series, part, users, mean, points, change, interval, p, beats, userwise = cells(page, 3)
    assert (series, part, users) == (titles(page)[1], "overall", "200")
    assert mean.endswith(" %")
    assert points.startswith("+")
    assert change.startswith("+")
    assert interval.startswith("[+")
    assert p.endswith("***")
    assert beats == "> 99.9 %"
    assert userwise.endswith("/ 0.0 %")
    assert "6" not in page.metrics.status.text()
    assert "3 comparisons" in page.metrics.explanation.text()
    assert not page.notes.isVisible()


def test_seeds_of_one_setting_are_one_series_until_each_is_wanted_alone(qtbot: QtBot, open_page: Any, add: Add) -> None:
    page = open_page(add(seed=0), add(BETTER, seed=1), add(TAIL_ONLY, model={"kind": "hid"}))
    assert [line.series.numbers for line in page.lines.all] == [(1, 2), (3,)]
    assert next(chip.name.text().strip() for chip in page.chips.chips).endswith("2 seeds")
    assert " ± " in cells(page, 0)[3]
    page.each_alone.click()
    settle(qtbot, page)
    assert [line.series.numbers for line in page.lines.all] == [(1,), (2,), (3,)]
    assert " ± " not in cells(page, 0)[3]


def test_the_reference_and_the_measure_can_be_others(qtbot: QtBot, open_page: Any, add: Add) -> None:
    page = open_page(add(name="a"), add(BETTER, name="b", model={"kind": "hid"}))
    before = cells(page, 3)[4]
    page.chips.chips[1].reference.click()
    settle(qtbot, page)
    assert page.lines.reference.title == "b"
    assert cells(page, 0)[4] == before.replace("+", "−")
    page.measure_bar.metric_field.setCurrentText("HR@5")
    page.measure_bar.metric_field.activated.emit(0)
    settle(qtbot, page)
    assert page.metrics.rows[0].difference.mean == pytest.approx((PLACES <= 5).mean())
    assert page.metrics.model.headerData(3, Qt.Orientation.Horizontal) == "HR@5"
    page.metrics.parts.setCurrentIndex(1)
    settle(qtbot, page)
    assert [cells(page, row)[1] for row in range(2)] == ["1–9", "60–99"]


def test_taking_one_out_leaves_the_strokes_of_the_others(qtbot: QtBot, open_page: Any, add: Add) -> None:
    page = open_page(*(add(BETTER, name=name, model={"kind": name}) for name in ("hid", "sid", "text")))
    strokes = [line.role for line in page.lines.all]
    page.chips.chips[0].remove.click()
    settle(qtbot, page)
    assert titles(page) == ["sid", "text"]
    assert [line.role for line in page.lines.all] == strokes[1:]


def test_what_cannot_be_compared_is_said_and_the_rest_is_shown(
    qtbot: QtBot, open_page: Any, add: Add, home: Home
) -> None:
    runs = {
        "fine": add(name="fine"),
        "other": add(BETTER, name="other", model={"kind": "hid"}),
        "stopped": add(name="stopped", status="interrupted"),
        "lost": add(name="lost", model={"kind": "sid"}),
    }
    (home.run_folder(runs["lost"]) / RANKS).unlink()
    page = open_page(*runs.values())
    assert "stopped: Run 3 has not finished" in page.notes.words.text()
    assert "lost: The ranks of run 4 cannot be read" in page.notes.words.text()
    by_name = {cells(page, row)[0]: cells(page, row) for row in range(page.metrics.model.rowCount())}
    assert by_name["other"][4].startswith(("+", "−"))
    assert by_name["stopped"][3:5] == ["–", "–"]
    assert by_name["lost"][3].endswith("%")  # its own results are there
    assert by_name["lost"][4] == "–"
    page.tabs.setCurrentIndex(CURVES)
    settle(qtbot, page)
    assert page.curves.charts["overall"].keys() == [line.key for line in page.lines.all]
    page.tabs.setCurrentIndex(MOVES)
    page.moves.chosen.emit((runs["stopped"],))
    settle(qtbot, page)
    assert page.moves.states.currentWidget() is page.moves.states.empty
    page.chips.chips[2].reference.click()
    settle(qtbot, page)
    assert "It is the reference" in page.notes.words.text()


def test_runs_on_other_data_stay_out_of_the_charts(open_page: Any, add: Add) -> None:
    page = open_page(add(name="a"), add(BETTER, name="b", fingerprint="xyz"), tab=HEAD_TAIL)
    assert "different data" in page.notes.words.text()
    assert [dot.line.title for dot in page.head_tail.scatter.means] == ["a"]


def test_the_front_is_drawn_and_a_click_on_a_dot_looks_at_it(qtbot: QtBot, open_page: Any, add: Add) -> None:
    runs = (
        add(name="a"),
        add(PLACES + 3, name="b", model={"kind": "hid"}),
        add(TAIL_ONLY, name="c", model={"kind": "sid"}),
    )
    page = open_page(*runs, tab=HEAD_TAIL)
    scatter = page.head_tail.scatter
    assert {scatter.means[place].line.title for place in scatter.front} == {"a", "c"}
    assert page.lines.other.title == "b"
    dot = next(dot for dot in scatter.means if dot.line.title == "c")
    place = scatter.plot.getPlotItem().vb.mapViewToScene(QPointF(dot.x, dot.y))
    assert scatter.words_for(place).startswith("c: head ")
    qtbot.mouseClick(scatter.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(place.x()), round(place.y())))
    qtbot.waitUntil(lambda: page.lines.other.title == "c")
    bands = page.head_tail.bands
    assert bands.bands == ["band_1-9", "band_60-99"]
    page.head_tail.as_difference.click()
    assert bands.value(page.lines.reference, "band_1-9") == 0
    assert "+" in bands.band_words("band_1-9")


def test_items_and_users_that_gained_lead_to_the_inspector(qtbot: QtBot, open_page: Any, add: Add) -> None:
    page = open_page(add(name="a"), add(TAIL_ONLY, name="b", model={"kind": "hid"}), tab=MOVES)
    moves = page.moves
    assert moves.items_model.rowCount() == 20
    gains = [moves.items_model.index(row, 3).data(DataRole.raw) for row in range(20)]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0
    assert moves.items_model.index(0, 0).data().startswith("Title ")
    opened: list[Any] = []
    page.open_page.connect(lambda name, payload: opened.append((name, payload)))
    moves.items.selectRow(0)
    qtbot.keyClick(moves.items, Qt.Key.Key_Return)
    item = int(moves.items_model.index(0, 0).data().removeprefix("Title ")) + 1
    assert opened == [("inspector", InspectorLink(2, item=item, against=1))]
    moves.users.selectRow(0)
    user = moves.users_model.index(0, 0).data()
    qtbot.keyClick(moves.users, Qt.Key.Key_Return)
    assert opened[1] == ("inspector", InspectorLink(2, user=user, against=1))
    moves.search.setText("title 17")
    qtbot.waitUntil(lambda: moves.items_model.rowCount() == 1)
    assert {moves.users_model.index(row, 1).data() for row in range(moves.users_model.rowCount())} == {"Title 17"}
    page.find_in_page()
    moves.search.setText("u042")
    qtbot.waitUntil(lambda: moves.users_model.rowCount() == 1)
    moves.search.clear()
    moves.least.setValue(11)
    assert moves.items_model.rowCount() == 0


def test_without_its_dataset_items_keep_their_identifiers(qtbot: QtBot, open_page: Any, add: Add) -> None:
    data = {"data": {"dataset": "deleted"}}
    page = open_page(add(**data), add(BETTER, model={"kind": "hid"}, **data), tab=MOVES)
    assert page.moves.items_model.index(0, 0).data().startswith("i")
    with qtbot.assertNotEmitted(page.open_page):
        page.moves.items.opened.emit(0)


def test_curves_are_means_with_a_band_whose_meaning_is_written(qtbot: QtBot, open_page: Any, add: Add) -> None:
    runs = add(seed=0, epochs=5), add(seed=4, epochs=3), add(name="count", model={"kind": "popularity"}, epochs=0)
    page = open_page(*runs, tab=CURVES)
    chart = page.curves.charts["tail"]
    (key,) = chart.keys()
    x, y = chart.points(key)
    assert x == [1, 2, 3]
    assert y == pytest.approx([0.012, 0.022, 0.032])
    words = page.curves.notes.text()
    assert "means of 2 seeds" in words
    assert "one standard deviation" in words
    assert "count has no curves: popularity only counts interactions." in words
    page.curves.band.setCurrentIndex(2)
    page.curves.band.activated.emit(2)
    settle(qtbot, page)
    assert "95 % confidence interval" in page.curves.notes.text()
    assert not page.measure_bar.protocol_field.isEnabled()


def test_settings_and_sweep_show_what_differs(open_page: Any, add: Add) -> None:
    page = open_page(add(alignment={"alpha": 0.3}), add(BETTER, alignment={"alpha": 2.0}), tab=SETTINGS)
    model = page.settings.model
    assert [model.index(0, column).data() for column in range(1, 4)] == ["α code-guided alignment", "0.3", "2"]
    assert model.rowCount() == 1
    page.settings.all.click()
    assert model.rowCount() > 50
    page.tabs.setCurrentIndex(SWEEP)
    chart = page.sweep.chart
    assert chart.kept == [0, 1]
    chart.brush(0, 0.5, 1.0)
    assert chart.kept == [1]
    chart.release(0)
    assert chart.kept == [0, 1]
    assert "α code-guided alignment 0.3" in chart.accessibleName()


def test_runs_are_chosen_in_the_dialog(qtbot: QtBot, open_page: Any, add: Add) -> None:
    add(name="H2Rec one", seed=0), add(name="H2Rec one", seed=1), add(BETTER, name="HID", model={"kind": "hid"})
    page = open_page()
    assert page.states.currentWidget() is page.states.empty
    page.states.empty.button.click()
    picker = page.findChild(Picker)
    assert picker is not None
    qtbot.waitUntil(lambda: picker.model.rowCount() == 2)
    assert not picker.compare.isEnabled()
    picker.table.setCurrentIndex(picker.model.index(0, 0))
    qtbot.keyClick(picker.table, Qt.Key.Key_Space)
    picker.search.setText("one")
    qtbot.waitUntil(lambda: picker.model.rowCount() == 1)
    qtbot.mouseClick(
        picker.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=picker.table.visualRect(picker.model.index(0, 1)).center(),
    )
    assert picker.count.text() == "2 chosen with 3 runs"
    picker.compare.click()
    settle(qtbot, page)
    assert titles(page) == ["HID", "H2Rec one"]


def test_the_last_selection_is_there_again_without_what_was_deleted(
    qtbot: QtBot, open_page: Any, add: Add, store: Store, home: Home
) -> None:
    runs = [add(BETTER, name=name, model={"kind": name}) for name in ("hid", "sid", "text")]
    page = open_page(*runs)
    page.chips.chips[1].reference.click()
    settle(qtbot, page)
    store.runs.delete([runs[2]])
    shutil.rmtree(home.run_folder(runs[2]))
    again = open_page()
    assert titles(again) == ["hid", "sid"]
    assert again.lines.reference.title == "sid"
    assert "Run 3 is gone" in again.notes.words.text()


def test_more_than_ten_are_not_shown_silently(open_page: Any, add: Add) -> None:
    page = open_page(*(add(evaluation={"negatives": 50 + place}) for place in range(11)))
    assert len(page.chips.chips) == 10
    assert "The first 10 of 11" in page.notes.words.text()


def test_only_the_last_of_many_quick_choices_counts(qtbot: QtBot, open_page: Any, add: Add) -> None:
    runs = [add(BETTER, name=name, model={"kind": name}) for name in ("hid", "sid", "text")]
    page = open_page()
    for chosen in (runs, runs[:2], runs[1:], runs[:1], runs[::2]):
        page.compare(chosen)
    settle(qtbot, page)
    assert titles(page) == ["hid", "text"]
    assert {cells(page, row)[0] for row in range(page.metrics.model.rowCount())} == {"hid", "text"}
    page.compare(runs)
    page.close()  # while it reads


def test_numbers_follow_the_way_to_show_metrics(qtbot: QtBot, open_page: Any, add: Add, workbench: Workbench) -> None:
    page = open_page(add(), add(BETTER, model={"kind": "hid"}))
    workbench.preferences.metric_format = "decimal"
    assert not cells(page, 3)[3].endswith("%")
    assert len(cells(page, 3)[4]) == len("+0.1234")


def test_export_writes_the_table(open_page: Any, add: Add, tmp_path: Path) -> None:
    page = open_page(add(), add(BETTER, model={"kind": "hid"}))
    page.metrics.export_to(tmp_path / "out.csv")
    written = pd.read_csv(tmp_path / "out.csv")
    assert len(written) == 6
    assert written.loc[3, "difference"] == pytest.approx(page.metrics.rows[3].difference.difference)


def test_long_names_and_ten_series_fit_into_the_smallest_window(open_page: Any, add: Add) -> None:
    name = "A very long name of a run that goes on and on " * 4
    page = open_page(
        *(add(BETTER, name=f"{name}{place}", evaluation={"negatives": 50}, seed=place) for place in range(3))
    )
    page.each_alone.click()
    for tab in range(page.tabs.count()):
        page.tabs.setCurrentIndex(tab)
        least = page.minimumSizeHint()
        assert least.width() <= SMALLEST.width() - WIDTH
        assert least.height() <= SMALLEST.height()


def test_nothing_is_worked_out_again_when_the_page_comes_back(qtbot: QtBot, open_page: Any, add: Add) -> None:
    page = open_page(add(), add(BETTER, model={"kind": "hid"}))
    rows = page.metrics.rows
    page.activate()
    settle(qtbot, page)
    assert page.metrics.rows is rows


def test_charts_are_read_by_keys(qtbot: QtBot, open_page: Any, add: Add) -> None:
    runs = (
        add(name="a"),
        add(TAIL_ONLY, name="b", model={"kind": "sid"}),
        add(PLACES + 3, name="c", model={"kind": "hid"}),
    )
    page = open_page(*runs, tab=HEAD_TAIL)
    scatter = page.head_tail.scatter
    for _ in range(2):
        qtbot.keyClick(scatter, Qt.Key.Key_Right)
    assert scatter.caption.text().startswith("b: head ") or scatter.caption.text().startswith("c: head ")
    order = sorted(scatter.means, key=lambda dot: dot.x)
    qtbot.keyClick(scatter, Qt.Key.Key_Return)
    wide = scatter.plot.getPlotItem().vb.viewRange()[0]
    qtbot.keyClick(scatter, Qt.Key.Key_Plus)
    near = scatter.plot.getPlotItem().vb.viewRange()[0]
    assert near[1] - near[0] < wide[1] - wide[0]
    qtbot.keyClick(scatter, Qt.Key.Key_Home)
    assert scatter.plot.getPlotItem().vb.viewRange()[0] == pytest.approx(wide)
    assert order[1].line.title in (page.lines.other.title, page.lines.reference.title)
    page.tabs.setCurrentIndex(SWEEP)
    chosen: list[Any] = []
    page.sweep.chosen.connect(chosen.append)
    qtbot.keyClick(page.sweep.chart, Qt.Key.Key_Down)
    qtbot.keyClick(page.sweep.chart, Qt.Key.Key_Down)
    qtbot.keyClick(page.sweep.chart, Qt.Key.Key_Return)
    assert chosen == [(runs[1],)]


def test_a_chosen_protocol_stays_while_runs_come_and_go(qtbot: QtBot, open_page: Any, add: Add) -> None:
    runs = [add(BETTER, name=name, model={"kind": name}) for name in ("hid", "sid", "text")]
    page = open_page(*runs[:2])
    field = page.measure_bar.protocol_field
    field.setCurrentIndex(field.findData("sampled"))
    field.activated.emit(1)
    page.compare(runs)
    settle(qtbot, page)
    assert page.measure_bar.measure.protocol == "sampled"
    assert page.metrics.rows[3].difference.protocol == "sampled"


def test_a_comparison_can_be_cancelled_and_taken_up_again(
    qtbot: QtBot, workbench: Workbench, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [add(BETTER, name=name, model={"kind": name}) for name in ("hid", "sid", "text", "hid_text")]
    go_on, work_out = threading.Event(), Session.differences

    def slowly(self: Session, series: Series, *rest: Any) -> Any:
        if series.numbers == (runs[3],):
            go_on.wait(5)
        return work_out(self, series, *rest)

    monkeypatch.setattr(Session, "differences", slowly)
    page = ComparePage(workbench)
    qtbot.addWidget(page)
    page.show()
    page.open_with(tuple(runs))
    metrics = page.metrics
    qtbot.waitUntil(lambda: len(metrics._found) == 2)  # answers are shown as they come
    assert cells(page, 3)[4] != "–"
    assert cells(page, 3)[7] == "–"  # p only once all are there
    qtbot.waitUntil(metrics.cancel.isVisible)
    metrics.cancel.click()
    assert metrics.status.text() == "1 of 3 not compared"
    assert cells(page, 3)[7] != "–"
    go_on.set()
    metrics.resume.click()
    settle(qtbot, page)
    assert cells(page, 9)[4] != "–"
    assert not metrics.resume.isVisible()
