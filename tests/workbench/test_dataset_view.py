"""What is shown of a dataset and done with it, in a real window over a real library."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget

from engine.config import ExperimentConfig, PreparationSettings
from engine.data.histograms import DateHistogram
from engine.data.texts import TextCoverage
from engine.errors import DataError
from engine.home import Home
from engine.library import Library
from engine.store import Store, StoreError
from workbench.context import Workbench
from workbench.models.dataset_table import ORDERS
from workbench.models.roles import DataRole
from workbench.pages.datasets import DatasetsPage
from workbench.pages.datasets.deletion import NAMED, question
from workbench.pages.datasets.histograms import DateCard, TextCard, coverage_words
from workbench.pages.datasets.items import ItemsTab
from workbench.pages.datasets.popularity import PopularityCard
from workbench.pages.datasets.rename_dialog import RenameDialog
from workbench.widgets.curve import MOST_DRAWN

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHOP, FILMS, BAKERY = FIXTURES / "shop", FIXTURES / "ml-100k", FIXTURES / "sequences"


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench], home: Home, store: Store) -> Workbench:
    for row in store.datasets.list():
        store.datasets.delete(row.name)
    made = make_workbench()
    made.library = Library(home, store)
    return made


@pytest.fixture
def page(qtbot: Any, workbench: Workbench) -> Iterator[DatasetsPage]:
    """The page with one dataset, "films"."""
    workbench.library.import_files("films", [FILMS])
    made = DatasetsPage(workbench)
    qtbot.addWidget(made)
    made.resize(1100, 740)
    made.show()
    made.activate()
    shown(qtbot, made, "films")
    yield made
    made.close()


def shown(qtbot: Any, page: DatasetsPage, name: str) -> None:
    qtbot.waitUntil(
        lambda: page.detail_states.currentWidget() is page.detail and page.detail.name.text() == name, timeout=5000
    )


def names(page: DatasetsPage) -> list[str]:
    return [page.model.index(row, 0).data() for row in range(page.model.rowCount())]


def run_on(workbench: Workbench, name: str, status: str = "finished") -> int:
    config = ExperimentConfig.model_validate({"data": {"dataset": name}, "name": f"try {name}"})
    run = workbench.store.runs.create(config, "f")
    workbench.store.runs.record(run, changes={"status": status})
    workbench.home.run_folder(run).mkdir()
    return run


# Popularity and its line


MOVE_EVERY = 15  # milliseconds; the scene thins out what comes quicker


def mouse(widget: QWidget, kind: QEvent.Type, place: QPointF, *, held: bool) -> None:
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    buttons = Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def drag_line(qtbot: Any, card: PopularityCard, rank: int) -> None:
    """Take the line by the mouse and let it go at a rank."""
    assert card.head_line is not None
    view, widget = card.plot.getPlotItem().vb, card.plot.viewport()
    middle = sum(view.viewRange()[1]) / 2
    start, end = (
        QPointF(card.plot.mapFromScene(view.mapViewToScene(QPointF(np.log10(each), middle))))
        for each in (card.head_line.head_items, rank)
    )
    mouse(widget, QEvent.Type.MouseMove, start, held=False)
    mouse(widget, QEvent.Type.MouseButtonPress, start, held=True)
    for step in range(1, 6):
        qtbot.wait(MOVE_EVERY)
        mouse(widget, QEvent.Type.MouseMove, start + (end - start) * step / 5, held=True)
    mouse(widget, QEvent.Type.MouseButtonRelease, end, held=False)


def test_the_line_is_dragged_and_tells_shares_threshold_and_settings(qtbot: Any, page: DatasetsPage) -> None:
    card, row = page.detail.overview.popularity, page.model.dataset(0)
    assert card.head_line is not None
    assert card.head_line.head_items == 8
    assert not card.reset.isEnabled()
    drag_line(qtbot, card, 20)
    line = card.head_line
    assert 17 <= line.head_items <= 23
    head, tail = (entry.name for entry in card.legend._entries.values())
    share = line.head_items / row.items
    assert head == (
        f"Head: {line.head_items} items ({share * 100:.1f} %) with {line.interactions * 100:.1f} % of interactions"
    )
    assert tail.startswith(f"Tail: {row.items - line.head_items} items")
    assert f"data.head_share = {line.share:g}." in card.setting.text()
    assert f"data.head_count = {line.least_count}, " in card.setting.text()
    assert card.share.value() == line.share
    slices = [page.detail.items.model.index(place, 3).data() for place in range(row.items)]
    assert slices.count("head") == line.head_items
    qtbot.mouseClick(card.reset, Qt.MouseButton.LeftButton)
    assert card.head_line.head_items == 8
    assert card.share.value() == 0.2


def test_the_line_is_moved_by_keyboard_and_wrong_shares_are_said(qtbot: Any, page: DatasetsPage) -> None:
    card = page.detail.overview.popularity
    card.share.setFocus()
    card.share.selectAll()
    qtbot.keyClicks(card.share, "0.5")
    assert card.head_line is not None
    assert card.head_line.head_items == 20
    assert float(card._handle.value()) == pytest.approx(np.log10(20))
    qtbot.keyClick(card.share, Qt.Key.Key_Up)
    assert card.head_line.head_items == 22
    for wrong in ("2", "x", ""):
        card.share.selectAll()
        qtbot.keyClick(card.share, Qt.Key.Key_Delete)
        qtbot.keyClicks(card.share, wrong)
        assert "must be a number from 0.01 to 0.99" in card.setting.text()
        assert card.share.property("invalid") == "true"
        assert card.head_line.head_items == 22
    card.share.set_value(0.1)
    assert card.share.property("invalid") == "false"


def test_no_line_has_more_points_than_can_be_seen(qtbot: Any) -> None:
    from engine.data.head_tail import PopularityCurve

    card = PopularityCard()
    qtbot.addWidget(card)
    card.show_curve(PopularityCurve.of(np.arange(200_000)))
    drawn = [len(item.getOriginalDataset()[0]) for item in card.plot.listDataItems()]
    assert 100 < sum(drawn) <= MOST_DRAWN


def test_charts_follow_the_theme(page: DatasetsPage) -> None:
    from workbench.theme import Role, theme

    page.detail.overview.popularity.share.set_value(0.5)
    theme().use("dark")
    head, tail = page.detail.overview.popularity.plot.listDataItems()
    colours = [item.opts["pen"].color().name() for item in (head, tail)]
    assert colours == [theme().color(role).name() for role in (Role.head, Role.tail)]
    assert page.detail.overview.popularity.head_line.head_items == 20  # type: ignore[union-attr]


# The other charts


def test_dates_are_counted_or_their_absence_is_said(qtbot: Any) -> None:
    card = DateCard()
    qtbot.addWidget(card)
    card.show_dates(None)
    assert "no timestamps" in card._nothing.text()
    assert card._stack.currentWidget() is card._nothing
    card.show_dates(DateHistogram.of(np.array([0, 10, 86_400 * 2])))
    assert card._stack.currentWidget() is card.plot
    assert card.words_at(5.0) == "01 Jan 1970: 2"
    assert card.words_at(86_400 * 1.5) == "02 Jan 1970: 0"
    assert card.words_at(-1.0) == ""
    assert card.plot.getAxis("left").labelText == "Interactions per day"


def test_texts_say_what_is_missing_and_shared(qtbot: Any) -> None:
    def words(*texts: str) -> str:
        return coverage_words(TextCoverage.of(np.array(texts, dtype=object)))

    assert words("a b", "c") == "Every item has a text. No two texts are the same."
    assert words("", "") == "No item has a text."
    assert words("<b>a</b>", "<b>a</b>", "c", "") == (
        "1 item without text. 2 share theirs with another item, 2 of them “<b>a</b>”."
    )
    card = TextCard()
    qtbot.addWidget(card)
    card.show_coverage(TextCoverage.of(np.array(["one two", "one"], dtype=object)))
    assert card.words_at(2.5) == "2: 1 item"
    assert card.coverage.textFormat() == Qt.TextFormat.PlainText
    card.show_coverage(TextCoverage.of(np.array([""], dtype=object)))
    assert card._stack.currentWidget() is card._nothing


def test_the_value_under_the_pointer_is_said(qtbot: Any, page: DatasetsPage) -> None:
    card = page.detail.overview.lengths
    view = card.plot.getPlotItem().vb
    card._point_at(view.mapViewToScene(QPointF(card._edges[0] + 0.01, 1.0)))
    assert " user" in card.caption.text()
    assert card._crosshair.isVisible()
    card._point_at(QPointF(-50, -50))
    assert card.caption.text() == card._resting
    assert not card._crosshair.isVisible()


# Items


def test_listed_items_are_exported_as_they_are_shown(qtbot: Any, page: DatasetsPage, tmp_path: Path) -> None:
    tab: ItemsTab = page.detail.items
    page.find_in_page()
    qtbot.keyClicks(tab.search, "silent")
    qtbot.waitUntil(lambda: 0 < tab.model.rowCount() < tab.model.total, timeout=2000)
    tab.export_to(tmp_path / "items.csv")
    qtbot.waitUntil(lambda: "written to items.csv" in tab.found.text(), timeout=3000)
    with (tmp_path / "items.csv").open(encoding="utf-8", newline="") as file:
        exported = [row[1] for row in csv.reader(file)][1:]
    assert exported == [tab.model.index(row, 0).data() for row in range(tab.model.rowCount())]


def test_an_export_that_fails_says_so(qtbot: Any, page: DatasetsPage, tmp_path: Path) -> None:
    page.detail.items.export_to(tmp_path / "nowhere" / "items.csv" / "\0")
    qtbot.waitUntil(lambda: page.findChild(QMessageBox, "errorBox") is not None, timeout=3000)
    box = page.findChild(QMessageBox, "errorBox")
    assert "could not be exported" in box.text()
    box.close()


# The list


def test_versions_are_shown_together_and_the_list_is_filtered_and_sorted(
    qtbot: Any, page: DatasetsPage, workbench: Workbench
) -> None:
    workbench.library.import_files("core 2", [FILMS], preparation=PreparationSettings(k_core=2))
    workbench.library.import_files("bakery", [BAKERY], preparation=PreparationSettings(k_core=1))
    page.activate()
    assert names(page) == ["bakery", "core 2", "films"]
    marks = [page.model.index(row, 0).data(DataRole.version) for row in range(3)]
    assert [mark.words for mark in marks] == ["", "k-core 2", "k-core 5"]
    assert [(mark.joins_above, mark.joins_below) for mark in marks] == [(False, False), (False, True), (True, False)]
    page.list.order.setCurrentIndex(list(ORDERS).index("created_at"))
    assert names(page) == ["bakery", "core 2", "films"]
    page.list.order.setCurrentIndex(list(ORDERS).index("users"))
    assert names(page)[-1] == "bakery"
    assert page.detail.name.text() == "films"
    qtbot.keyClicks(page.list.filter, "core bak")
    assert names(page) == []
    assert page.list.none.isVisible()
    assert page.list.none.text() == "No dataset fits “core bak”."
    page.list.filter.clear()
    qtbot.keyClicks(page.list.filter, "k-core 2")
    assert names(page) == ["core 2"]
    page.open_with("films")
    assert "films" in names(page)
    assert page.list.found.currentWidget() is page.list.view
    other = DatasetsPage(workbench)
    qtbot.addWidget(other)
    assert other.list.order.currentData() == "users"


def test_sorting_and_filtering_do_not_read_the_dataset_again(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbench.library, "load", lambda name: pytest.fail("read again"))
    page.list.order.setCurrentIndex(2)
    qtbot.keyClicks(page.list.filter, "fil")
    page.activate()
    qtbot.wait(20)
    assert page.detail_states.currentWidget() is page.detail


def test_a_dataset_that_cannot_be_read_can_be_tried_again(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, home: Home
) -> None:
    workbench.library.import_files("shop", [SHOP])
    hidden = home.datasets / "shop" / "hidden.npy"
    (home.datasets / "shop" / "items.npy").rename(hidden)
    page.activate()
    page.open_with("shop")
    qtbot.waitUntil(lambda: page.detail_states.currentWidget() is page.detail_states.error, timeout=3000)
    hidden.rename(home.datasets / "shop" / "items.npy")
    qtbot.mouseClick(page.detail_states.error.button, Qt.MouseButton.LeftButton)
    shown(qtbot, page, "shop")


# Another name


def open_rename(qtbot: Any, page: DatasetsPage) -> RenameDialog:
    qtbot.mouseClick(page.detail.rename, Qt.MouseButton.LeftButton)
    dialog = page.findChild(RenameDialog)
    assert dialog is not None
    return dialog


def test_a_dataset_is_renamed_and_its_runs_follow(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    run = run_on(workbench, "films")
    dialog = open_rename(qtbot, page)
    assert not dialog.rename.isEnabled()
    assert any("The run on it points" in each.text() for each in dialog.findChildren(QWidget) if hasattr(each, "text"))
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "a/b")
    assert "cannot be the name" in dialog.error.text()
    assert not dialog.rename.isEnabled()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, " Movies")
    assert dialog.error.text() == ""
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    shown(qtbot, page, "Movies")
    assert names(page) == ["Movies"]
    assert workbench.store.runs.get(run).dataset == "Movies"
    assert workbench.library.load("Movies").name == "Movies"


def test_the_list_renames_and_deletes_by_keyboard(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    with qtbot.waitActive(page):
        page.activateWindow()
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_F2)
    dialog = page.findChild(RenameDialog)
    assert dialog is not None
    dialog.reject()
    seen: list[str] = []
    answer("question.yes", seen)
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_Delete)
    assert seen[-1] == "Delete"
    qtbot.waitUntil(lambda: workbench.store.datasets.list() == [], timeout=3000)
    qtbot.waitUntil(lambda: page.states.currentWidget() is page.states.empty, timeout=3000)


def test_escape_leaves_the_name_as_it_was(qtbot: Any, page: DatasetsPage) -> None:
    dialog = open_rename(qtbot, page)
    qtbot.keyClicks(dialog.name, "x")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert names(page) == ["films"]


def test_a_rename_that_fails_is_said(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, new_name: str) -> str:
        raise DataError("The dataset cannot be moved.")

    monkeypatch.setattr(workbench.library, "rename", fail)
    dialog = open_rename(qtbot, page)
    qtbot.keyClicks(dialog.name, "x")
    qtbot.mouseClick(dialog.rename, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(QMessageBox, "errorBox") is not None, timeout=3000)
    assert page.findChild(QMessageBox, "errorBox").informativeText() == "The dataset cannot be moved."
    page.findChild(QMessageBox, "errorBox").close()


# Deletion


def answer(button: str, seen: list[str]) -> None:
    """Press a button of the question that is about to be asked, noting its words."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        chosen = box.findChild(QPushButton, button)
        seen.extend([box.text(), box.informativeText(), chosen.text()])
        chosen.click()

    QTimer.singleShot(0, press)


def test_a_dataset_with_runs_is_deleted_only_together_with_them(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, home: Home
) -> None:
    runs = [run_on(workbench, "films"), run_on(workbench, "films", "failed")]
    other = run_on(workbench, "sample")
    seen: list[str] = []
    answer("question.no", seen)
    qtbot.mouseClick(page.detail.delete, Qt.MouseButton.LeftButton)
    assert names(page) == ["films"]
    assert workbench.store.datasets.runs_using("films") == runs
    text, informative, _ = seen
    assert text == "Delete the dataset “films” together with 2 runs?"
    for words in (f"{runs[0]}  try films", f"{runs[1]}  try films", "2 runs use it", "cannot be undone"):
        assert words in informative
    answer("question.yes", seen)
    qtbot.mouseClick(page.detail.delete, Qt.MouseButton.LeftButton)
    assert seen[-1] == "Delete with 2 runs"
    qtbot.waitUntil(lambda: page.states.currentWidget() is page.states.empty, timeout=3000)
    assert [run.id for run in workbench.store.runs.list()] == [other]
    assert not (home.datasets / "films").exists()
    assert [folder.name for folder in home.runs.iterdir()] == [str(other)]


def test_while_a_run_goes_its_dataset_is_neither_deleted_nor_renamed(
    qtbot: Any, page: DatasetsPage, workbench: Workbench
) -> None:
    run = run_on(workbench, "films", "running")
    for button in (page.detail.delete, page.detail.rename):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        box = page.findChild(QMessageBox, "errorBox")
        assert f"while run {run} (try films) goes" in box.informativeText()
        box.close()
        qtbot.waitUntil(lambda: page.findChild(QMessageBox, "errorBox") is None, timeout=1000)
    assert page.findChild(RenameDialog) is None
    assert workbench.store.datasets.get("films") is not None


def test_many_runs_are_counted(workbench: Workbench) -> None:
    row = workbench.store.datasets.add("x", source="x.csv", fingerprint="f", users=1, items=1, interactions=1)
    for _ in range(NAMED + 3):
        run_on(workbench, "x")
    asked, lost, verb = question(row, workbench.store.runs.on_dataset("x"))
    assert f"{NAMED + 3} runs" in asked
    assert lost.count("try x") == NAMED
    assert "and 3 more" in lost
    assert verb == f"Delete with {NAMED + 3} runs"


# Notes


def test_notes_are_kept_while_typing_and_shown_again(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    page.detail.tabs.setCurrentWidget(page.detail.notes)
    editor = page.detail.notes.editor
    qtbot.keyClicks(editor, "in order of time")
    qtbot.waitUntil(lambda: page.detail.notes.state.text() == "Kept", timeout=3000)
    assert workbench.store.datasets.get("films").notes == "in order of time"  # type: ignore[union-attr]
    qtbot.keyClicks(editor, ", and more")
    page.open_with("shop")
    shown(qtbot, page, "shop")
    assert editor.toPlainText() == ""
    page.open_with("films")
    shown(qtbot, page, "films")
    qtbot.waitUntil(
        lambda: workbench.store.datasets.get("films").notes == "in order of time, and more",  # type: ignore[union-attr]
        timeout=3000,
    )
    assert editor.toPlainText() == "in order of time, and more"
    assert workbench.store.datasets.get("shop").notes == ""  # type: ignore[union-attr]


def test_notes_survive_a_database_that_is_busy(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[str, str]] = []

    def busy(name: str, notes: str) -> None:
        kept.append((name, notes))
        if len(kept) == 1:
            raise StoreError("another program keeps it locked")

    notes = page.detail.notes
    monkeypatch.setattr(notes, "_save", busy)
    qtbot.keyClicks(notes.editor, "a")
    notes.keep()
    qtbot.waitUntil(lambda: "not kept yet: another program" in notes.state.text(), timeout=3000)
    qtbot.keyClicks(notes.editor, "b")
    notes.keep()
    qtbot.waitUntil(lambda: notes.state.text() == "Kept", timeout=3000)
    assert kept == [("films", "a"), ("films", "ab")]


def test_closing_keeps_the_notes(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    from workbench.background import finish_background

    qtbot.keyClicks(page.detail.notes.editor, "last words")
    page.close()
    assert finish_background(3)
    assert workbench.store.datasets.get("films").notes == "last words"  # type: ignore[union-attr]
