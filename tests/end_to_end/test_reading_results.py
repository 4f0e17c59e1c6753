"""Reading results in the real window, over a home folder with twelve real runs: what happened, which is better, why."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from engine.artefacts import SEMANTIC_IDS
from engine.cli import main
from engine.comparison import compare_runs
from engine.comparison.differences import corrected
from engine.home import Home
from engine.semantic_ids.semantic_ids import SemanticIds
from workbench.models.code_tree import SIZE
from workbench.models.recommendations import MOVE, SCORE, TITLE
from workbench.models.run_columns import COLUMNS
from workbench.pages.compare import ComparePage
from workbench.pages.inspector import InspectorPage
from workbench.pages.inspector.export_dialog import ExportDialog as ListsDialog
from workbench.pages.runs import RunsPage
from workbench.pages.runs.export_dialog import ExportDialog as ResultsDialog
from workbench.pages.semantic_ids import SemanticIdsPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.store import RunDetails, Store
    from tests.end_to_end.conftest import Person

pytestmark = pytest.mark.real_data

ROOT = Path(__file__).parents[2]
DATASET, USER = "ml-100k", "42"
HID, SID, SUM, H2REC = (1, 5), (2, 6), (3, 7), (4, 8)  # the runs with seeds 0 and 1
SERIES = (HID, SID, SUM, H2REC)
K = 10
_PLACES = {column.field: place for place, column in enumerate(COLUMNS)}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Path:
    """A home folder with the twelve runs of tests/study.py, made once."""
    folder = tmp_path_factory.mktemp("study") / "home"
    made = subprocess.run(
        [sys.executable, "-m", "tests.study", str(folder), str(real_data)], cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def home(study: Path, tmp_path: Path) -> Home:
    """The test's own copy: it may delete and import."""
    return Home.locate(shutil.copytree(study, tmp_path / "home"))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Gives the file of a name, which every question for a file is answered with from then on."""

    def answer(name: str) -> Path:
        path = tmp_path / name
        for question in ("getSaveFileName", "getOpenFileName"):
            monkeypatch.setattr(QFileDialog, question, lambda *_: (str(path), ""))
        return path

    return answer


def store_of(person: Person) -> Store:
    assert person.window.workbench is not None
    return person.window.workbench.store


def metric(run: RunDetails, part: str, name: str = "NDCG@10", protocol: str = "full") -> float:
    return float(run.test[protocol][part][name])


# Runs


def open_runs(person: Person) -> RunsPage:
    person.press(Qt.Key.Key_4)
    page: RunsPage = person.page(RunsPage)
    person.wait(lambda: page.list.model.total == 12)
    return page


def lines(page: RunsPage) -> set[tuple[int, ...]]:
    """The runs of every line of the table."""
    model = page.list.model
    return {tuple(sorted(run.id for run in model.runs(row))) for row in range(model.rowCount())}


def cell(page: RunsPage, run: int, field: str) -> str:
    row = page.list.model.row_of(run)
    assert row is not None, f"run {run} is not in the table"
    return str(page.list.model.index(row, _PLACES[field]).data())


def click_lines(person: Person, page: RunsPage, *runs: int) -> None:
    """Select the lines in which these runs stand, those after the first with Ctrl."""
    for run in runs:
        row = page.list.model.row_of(run)
        assert row is not None
        person.click_row(page.list.table, page.list.model.index(row, _PLACES["status"]), more=run != runs[0])


def pick(menu: Any, words: str) -> None:
    """Choose an entry of a menu."""
    (action,) = [each for each in menu.actions() if each.text() == words]
    assert action.isEnabled()
    action.trigger()


def test_a_query_finds_exactly_the_runs_that_fit(person: Person) -> None:
    page, store = open_runs(person), store_of(person)
    asked = f'model = h2rec and dataset = "{DATASET}" and NDCG@10 > '
    values = {run: metric(store.runs.get(run), "overall") for run in (*H2REC, 9)}
    person.write("runs.search", f"{asked}0")
    assert lines(page) == {(run,) for run in values}
    assert page.list.bar.count.text() == "3 runs found"
    limit = sorted(values.values())[1]
    person.write("runs.search", f"{asked}{limit:.6f}")
    above = {(run,) for run, value in values.items() if value > round(limit, 6)}
    assert lines(page) == above
    assert 0 < len(above) < 3
    person.write("runs.search", "model = ")
    person.wait(page.list.bar.fault.isVisible)
    assert lines(page) == above, "an unfinished query must not empty the table"


def test_seeds_are_folded_into_their_mean_and_compared_with_a_baseline(person: Person) -> None:
    page, store = open_runs(person), store_of(person)
    person.click("runs.folds")
    assert lines(page) == {*SERIES, (9,), (10,), (11,), (12,)}
    fields = {
        f"{kind}_{part}": (f"{kind.upper()}@10", part)
        for kind in ("ndcg", "hr")
        for part in ("overall", "head", "tail")
    }
    means = {}
    for runs in SERIES:
        for field, (name, part) in fields.items():
            values = np.array([metric(store.runs.get(run), part, name) for run in runs])
            means[runs, field] = values.mean()
            assert cell(page, runs[0], field) == f"{values.mean() * 100:.2f} ± {values.std(ddof=1) * 100:.2f} %"
    numbers_shown = {int(run) for run in re.findall(r"\d+", cell(page, H2REC[0], "id"))}
    assert numbers_shown == set(H2REC)

    click_lines(person, page, H2REC[0])
    person.click("runs.pinSeveral")
    for runs in (HID, SID, SUM):
        for field in fields:
            value, base = means[runs, field], means[H2REC, field]
            words = f"{(value - base) * 100:+.2f} · {(value / base - 1) * 100:+.1f} %".replace("-", "−")
            assert cell(page, runs[0], field) == words
    assert "±" in cell(page, H2REC[0], "ndcg_tail"), "the baseline shows its own values"
    person.click("runs.noBaseline")
    assert "±" in cell(page, HID[0], "ndcg_tail")


def test_tags_are_put_on_several_runs_and_found(person: Person) -> None:
    page, store = open_runs(person), store_of(person)
    click_lines(person, page, 4, 10)
    person.click("runs.tagSeveral")
    person.write("runs.tags.new", "for the paper")
    person.click("runs.tags.done")
    person.wait(lambda: cell(page, 4, "tags") == "for the paper")
    assert {run.id for run in store.runs.list() if run.tags == ["for the paper"]} == {4, 10}
    person.write("runs.search", 'tag = "for the paper"')
    assert lines(page) == {(4,), (10,)}


def test_a_deletion_is_undone_with_all_that_was_there(person: Person, home: Home) -> None:
    page, store = open_runs(person), store_of(person)
    before = {run: store.runs.get(run).test for run in H2REC}
    click_lines(person, page, *H2REC)
    person.qtbot.keyClick(page.list.table, Qt.Key.Key_Delete)
    person.wait(page.changes.banner.isVisible)
    assert lines(page) == {(run,) for run in range(1, 13) if run not in H2REC}
    assert {run.id for run in store.runs.list()}.isdisjoint(H2REC)
    person.click("runs.undo")
    person.wait(lambda: lines(page) == {(run,) for run in range(1, 13)})
    assert not page.changes.banner.isVisible()
    assert {run: store.runs.get(run).test for run in H2REC} == before
    assert (home.run_folder(H2REC[0]) / SEMANTIC_IDS).is_file()


def test_results_are_written_as_latex_and_html(person: Person, file: Callable[[str], Path]) -> None:
    page, store = open_runs(person), store_of(person)
    expected = {
        runs: np.array([[metric(store.runs.get(run), part, "NDCG@10") for run in runs] for part in ("overall", "head", "tail")])
        for runs in (HID, H2REC)
    }  # fmt: skip
    click_lines(person, page, *HID, *H2REC)
    pick(page.list.bar.export_button.menu(), "Results as table or report…")
    (dialog,) = page.findChildren(ResultsDialog)
    written = {}
    for title, suffix in (("LaTeX", ".tex"), ("HTML report", ".html")):
        path = file(f"results{suffix}")
        person.choose("export.format", title)
        person.wait(dialog.save.isEnabled)
        person.click("export.save")
        person.wait(path.is_file)
        written[suffix] = path.read_text(encoding="utf-8")
    person.click("export.close")
    for runs, values in expected.items():
        for mean, deviation in zip(values.mean(axis=1), values.std(axis=1, ddof=1), strict=True):
            figures = rf"{mean:.4f}\D[^&]*\$\\pm\${deviation:.4f}"
            assert re.search(figures, written[".tex"]), (runs, figures)
            assert f"± {deviation:.4f}" in written[".html"]
            assert f"{mean:.4f}" in written[".html"]
    assert r"\toprule" in written[".tex"]
    assert written[".tex"].count(r"\begin{tabular}") == written[".tex"].count(r"\end{tabular}") == 1
    assert "<svg" in written[".html"], "the report has curves"


def test_an_exported_run_comes_back_with_a_new_number_and_the_same_metrics(
    person: Person, home: Home, file: Callable[[str], Path]
) -> None:
    page, store = open_runs(person), store_of(person)
    path = file("taken-along.zip")
    click_lines(person, page, 4)
    person.wait(
        lambda: page.detail_states.currentWidget() is page.detail and page.detail.name.text().startswith("Run 4 ")
    )
    pick(page.detail.header.more.menu(), "Export run…")
    person.wait(lambda: path.is_file() and not page.errands.archives.is_working)
    pick(page.list.bar.export_button.menu(), "Import run…")
    person.wait(lambda: page.list.model.total == 13)
    assert [run.id for run in page.list.chosen_runs()] == [13]
    before, after = store.runs.get(4), store.runs.get(13)
    assert (after.test, after.config, after.status) == (before.test, before.config, "finished")
    for field in ("ndcg_overall", "ndcg_tail", "hr_head", "model", "seed"):
        assert cell(page, 13, field) == cell(page, 4, field) != ""
    model = "model.safetensors"
    assert (home.run_folder(13) / model).read_bytes() == (home.run_folder(4) / model).read_bytes()
    person.wait(lambda: page.detail.name.text().startswith("Run 13 "))


# Compare


@pytest.fixture
def compared(person: Person) -> ComparePage:
    """The compare page with four folded lines, chosen in the table of runs."""
    page = open_runs(person)
    person.click("runs.folds")
    click_lines(person, page, *(runs[0] for runs in SERIES))
    person.click("runs.compare")
    found: ComparePage = person.page(ComparePage)
    person.wait(lambda: len(found.lines.all) == len(SERIES) and not found.is_busy, seconds=60)
    return found


def turn_to(person: Person, page: ComparePage, title: str) -> None:
    (place,) = [each for each in range(page.tabs.count()) if page.tabs.tabText(each) == title]
    person.qtbot.mouseClick(page.tabs, Qt.MouseButton.LeftButton, pos=page.tabs.tabRect(place).center())
    assert page.tabs.currentIndex() == place
    person.wait(lambda: not page.is_busy)


def titles(page: ComparePage) -> dict[tuple[int, ...], str]:
    return {line.series.numbers: line.title for line in page.lines.all}


def test_the_metric_table_is_what_the_engine_compares(person: Person, compared: ComparePage, home: Home) -> None:
    store, table = store_of(person), compared.metrics
    assert set(titles(compared)) == set(SERIES)
    reference = compared.lines.reference
    assert reference is not None
    groups = [list(reference.series.runs), *(list(line.series.runs) for line in compared.lines.others)]
    found = corrected([each for each in compare_runs(groups, home) if each.protocol == "full"])
    headings = [column.title for column in table.model.columns]
    shown = {
        (row[0], row[1]): dict(zip(headings, row, strict=True))
        for row in (
            [table.model.index(place, column).data() for column in range(len(headings))]
            for place in range(table.model.rowCount())
        )
    }
    assert len(shown) == 3 * len(SERIES)
    for runs, title in titles(compared).items():
        for part in ("overall", "head", "tail"):
            values = np.array([metric(store.runs.get(run), part) for run in runs])
            words = f"{values.mean() * 100:.2f} ± {values.std(ddof=1) * 100:.2f} %"
            assert shown[title, part]["NDCG@10"] == words
    for each in found:
        row = shown[titles(compared)[each.runs], each.slice]
        assert row["Users"] == f"{each.users}"
        assert row["Points"] == f"{each.difference * 100:+.2f}".replace("-", "−")
        low, high = (f"{end * 100:+.2f}".replace("-", "−") for end in (each.low, each.high))
        assert row["95 % interval"] == f"[{low}, {high}]"
        assert float(row["p"].split()[0]) == pytest.approx(
            each.corrected_p, abs=6e-5 if each.corrected_p < 0.9995 else 1e-3
        )
        assert row["Better, worse"] == f"{each.better * 100:.1f} / {each.worse * 100:.1f} %"
    assert len(found) == 9


def test_curves_settings_and_head_against_tail_are_those_of_the_runs(person: Person, compared: ComparePage) -> None:
    store, names = store_of(person), titles(compared)
    turn_to(person, compared, "Curves")
    for part, chart in compared.curves.charts.items():
        assert len(chart.keys()) == len(SERIES)
        for line in compared.lines.all:
            curves = [store.runs.curves(run)[f"validation/full/{part}/NDCG@10"] for run in line.series.numbers]
            epochs, values = chart.points(line.key)
            assert epochs == curves[0].epochs.tolist()
            assert values == pytest.approx(np.mean([curve.values for curve in curves], axis=0))
    assert all(len(compared.curves.loss.points(line.key)[0]) > 0 for line in compared.lines.all)

    turn_to(person, compared, "Settings")
    model = compared.settings.model
    rows = [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]
    assert [column.title for column in model.columns][2:] == list(names.values())
    (kinds,) = [row[2:] for row in rows if row[1] == "Model"]
    assert len(set(kinds)) == len(SERIES)
    assert all(len(set(row[2:])) > 1 for row in rows), "only what differs is shown"
    few = len(rows)
    person.click("compare.settings.all")
    assert model.rowCount() > few

    turn_to(person, compared, "Head, tail")
    dots = {dot.line.series.numbers: (dot.x, dot.y) for dot in compared.head_tail.scatter.means}
    assert dots == {
        runs: pytest.approx(tuple(np.mean([metric(store.runs.get(run), part) for run in runs]) for part in ("head", "tail")))
        for runs in SERIES
    }  # fmt: skip


def test_a_moved_user_opens_in_the_inspector_beside_the_second_run(person: Person, compared: ComparePage) -> None:
    turn_to(person, compared, "Gains")
    moves, lines = compared.moves, compared.lines
    person.wait(lambda: moves.users_model.rowCount() > 0)
    assert moves.items_model.rowCount() > 0
    assert lines.other is not None
    assert lines.reference is not None
    first = moves.users_model.index(0, 0)
    user, gains = (
        str(first.data()),
        [moves.users_model.index(row, 3).data() for row in (0, moves.users_model.rowCount() - 1)],
    )
    assert gains[0].startswith("+"), "who gained most comes first"
    assert gains[1].startswith("−")
    person.click_row(moves.users, first, twice=True)
    page: InspectorPage = person.page(InspectorPage)
    person.wait(lambda: page.user.beside.isVisible() and page.user.beside.model.rowCount() == K, seconds=60)
    run, against = lines.other.series.first.id, lines.reference.series.first.id
    assert page.user.user == page.user.field.text() == user
    assert (page.chooser.runs.currentData(), page.chooser.beside.currentData()) == (run, against)
    assert shown_list(page.user.list.model) == told_list(run, user)
    assert shown_list(page.user.beside.model) == told_list(against, user)
    assert page.user.beside.model.has_moves


# Inspector


def recommend(run: int, user: str) -> dict[str, Any]:
    """What `python -m engine recommend` says."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["recommend", str(run), "--user", user, "--top", str(K), "--json"]) == 0
    return dict(json.loads(out.getvalue()))


def told_list(run: int, user: str) -> list[tuple[int, str, float]]:
    return [(each["rank"], each["item"]["id"], each["score"]) for each in recommend(run, user)["recommendations"]]


def shown_list(model: Any) -> list[tuple[int, str, float]]:
    return [(each.rank, each.item.id, pytest.approx(each.score, abs=1e-5)) for each in model.rows]


def open_inspector(person: Person, run: int) -> InspectorPage:
    """From the table of runs, by Enter."""
    runs = open_runs(person)
    click_lines(person, runs, run)
    person.qtbot.keyClick(runs.list.table, Qt.Key.Key_Return)
    page: InspectorPage = person.page(InspectorPage)
    person.wait(lambda: page.user.model.rowCount() == K, seconds=60)
    return page


def show_user(person: Person, page: InspectorPage, user: str) -> None:
    before = page.user.landing.text()
    person.write("inspector.userSearch", user)
    person.wait(lambda: page.user.landing.text() != before)


@pytest.mark.parametrize("run", [1, 4, 10, 12])
def test_the_list_is_that_of_the_command_line_and_adds_up(person: Person, run: int) -> None:
    page = open_inspector(person, run)
    show_user(person, page, USER)
    answer, model = recommend(run, USER), page.user.model
    for row, each in enumerate(answer["recommendations"]):
        mine = model.recommendation(row)
        assert model.index(row, TITLE).data() == each["item"]["title"]
        assert (mine.rank, mine.item.id) == (each["rank"], each["item"]["id"])
        for name in ("score", "hid", "sid", "text"):
            assert getattr(mine, name) == pytest.approx(each[name], abs=1e-6)
    assert model.rowCount() == len(answer["recommendations"]) == K
    assert [card.id for card in page.user.history.what_if.cards] == [each["id"] for each in answer["history"]]
    assert f"{answer['held_out_rank']:,.10g}" in re.findall(r"[\d,.]+", page.user.landing.accessibleName())
    parts = {1: 0, 4: 4, 10: 2, 12: 0}[run]
    assert len(model.parts) == parts
    for row in range(K if parts else 0):
        assert sum(model.values(row)) == pytest.approx(model.recommendation(row).score, abs=1e-5)


def test_a_history_can_be_another_and_its_own_again(person: Person) -> None:
    page = open_inspector(person, 4)
    show_user(person, page, USER)
    user, history = page.user, page.user.history
    stored, own = list(user.model.rows), list(history.what_if.items)
    assert user.list.table.isColumnHidden(MOVE)
    person.click_row(history.list.view, history.list.model.index(0, 0))
    person.click("inspector.removeFromHistory")
    person.wait(lambda: user.model.has_moves)
    assert history.items == own[:-1], "the latest item is listed first"
    assert [each.score for each in user.model.rows] != [each.score for each in stored]
    assert "after the changed history" in user.list.heading.text()
    person.click("inspector.resetHistory")
    person.wait(lambda: not user.model.has_moves)
    assert history.items is None
    assert list(user.model.rows) == stored
    assert shown_list(user.model) == told_list(4, USER)
    assert user.model.index(0, SCORE).data() == f"{stored[0].score:.3f}"


def test_the_lists_of_all_users_are_exported(person: Person, tmp_path: Path) -> None:
    page = open_inspector(person, 4)
    path, k = tmp_path / "lists.csv", 5
    person.click("inspector.export")
    (dialog,) = page.findChildren(ListsDialog)
    dialog.top_k.setValue(k)
    person.find(QLineEdit, "inspector.export.path").setText(str(path))
    person.click("inspector.export.start")
    person.wait(lambda: path.is_file() and "943 users" in dialog.words.text(), seconds=60)
    person.click("inspector.export.close")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 943 * k
    assert set(Counter(row["user"] for row in rows).values()) == {k}
    mine = [(int(row["rank"]), row["item"], float(row["score"])) for row in rows if row["user"] == USER]
    assert mine == [(rank, item, pytest.approx(score, abs=1e-4)) for rank, item, score in told_list(4, USER)[:k]]


# Semantic IDs


@pytest.fixture
def codes(person: Person) -> SemanticIdsPage:
    """The page of semantic IDs, with run 4."""
    person.press(Qt.Key.Key_7)
    page: SemanticIdsPage = person.page(SemanticIdsPage)
    person.wait(lambda: page.states.currentWidget() is page.tabs, seconds=60)
    person.wait(lambda: page.runs.currentData() is not None)
    (words,) = [page.runs.itemText(each) for each in range(page.runs.count()) if page.runs.itemData(each) == 4]
    person.choose("semantic_ids.run", words)
    person.wait(lambda: page.states.currentWidget() is page.tabs and len(page.explore.map.view.points) > 0)
    return page


def test_the_tree_holds_every_item_and_is_searched(person: Person, codes: SemanticIdsPage, home: Home) -> None:
    stored = SemanticIds.load(home.run_folder(4) / SEMANTIC_IDS).codes
    tree, items = codes.explore.tree, len(stored)
    sizes = {
        int(tree.model.index(row, 0).data()): int(tree.model.index(row, SIZE).data()) for row in range(tree.model.rowCount())
    }  # fmt: skip
    assert sizes == dict(Counter(stored[:, 0].tolist()))
    dataset = store_of(person).datasets.get(DATASET)
    assert dataset is not None
    assert sum(sizes.values()) == items == dataset.items
    assert codes.explore.map.view.points.shape == (items, 2)
    assert np.isfinite(codes.explore.map.view.points).all()

    wanted = tuple(stored[7, :2].tolist())
    person.write("semantic_ids.search", f"{wanted[0]} {wanted[1]}")
    node = tree.model.node(tree.tree.currentIndex())
    assert node is not None
    assert node.branch.prefix == wanted
    inside = np.flatnonzero((stored[:, :2] == wanted).all(axis=1))
    assert set(tree.listed.shown.tolist()) == set(inside.tolist())
    brought_out = codes.explore.map.view.brought_out
    assert brought_out is not None
    assert set(brought_out.tolist()) == set(inside.tolist())

    place = tree.listed.index(0, 0)
    title, row = place.data(), int(tree.listed.shown[0])
    person.click_row(tree.table, place)
    assert codes.explore.item.row == row
    person.click("semantic_ids.inspect")
    page: InspectorPage = person.page(InspectorPage)
    person.wait(lambda: page.tabs.currentWidget() is page.item and page.item.title.text() == title, seconds=60)
    assert page.chooser.runs.currentData() == 4
    assert page.questions.item == row + 1
    assert page.item.codes.codes == tuple(stored[row].tolist())


def test_the_items_of_a_collision_group_share_their_codes(person: Person, codes: SemanticIdsPage, home: Home) -> None:
    stored = SemanticIds.load(home.run_folder(4) / SEMANTIC_IDS).codes
    tab, bar = codes.collisions, codes.tabs.tabBar()
    person.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(codes.tabs.indexOf(tab)).center())
    assert codes.tabs.currentWidget() is tab
    shared = {each: count for each, count in Counter(map(tuple, stored.tolist())).items() if count > 1}
    assert {group.codes: len(group.items) for group in tab.model.groups} == shared
    for place in (0, 1, tab.model.rowCount() - 1):
        index: QModelIndex = tab.model.index(place, 0)
        person.click_row(tab.groups, index)
        group = tab.model.groups[place]
        assert tab.members.shown.tolist() == group.items.tolist()
        assert {tuple(each) for each in stored[tab.members.shown].tolist()} == {group.codes}
        assert index.data() == " › ".join(map(str, group.codes))
