"""The inspector in a real window, over runs whose models have random weights."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QMenu, QWidget

from engine.config import ExperimentConfig
from engine.errors import DataError
from engine.store import Store
from workbench.context import Workbench
from workbench.links import InspectorLink
from workbench.models.recommendations import PARTS, TITLE, RecommendationModel
from workbench.pages.inspector import InspectorPage
from workbench.pages.inspector import page as page_module
from workbench.pages.inspector.delegates import PartsDelegate, stacked
from workbench.pages.inspector.export_dialog import ExportDialog
from workbench.pages.inspector.session import Session
from workbench.pages.inspector.visits import Visits
from workbench.pages.inspector.what_if import WhatIf
from workbench.theme import Role

Open = Callable[..., InspectorPage]


def finish(store: Store, status: str = "finished", **changes: Any) -> int:
    run = store.runs.create(ExperimentConfig(**changes), "s")
    store.runs.record(run, changes={"status": status})
    return run


@pytest.fixture
def inspectors(make_inspector: Callable[..., Any], store: Store) -> dict[int, Any]:
    """run -> what opens for it; another run gets an H2Rec model of its own."""
    return {}


@pytest.fixture
def open_page(
    qtbot: Any,
    make_workbench: Callable[..., Workbench],
    make_inspector: Callable[..., Any],
    inspectors: dict[int, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Open]:
    workbench = make_workbench()
    pages: list[InspectorPage] = []

    def open_session(_workbench: Workbench, run: int, beside: Session | None = None) -> Session:
        if run not in inspectors:
            inspectors[run] = make_inspector()
        return Session(workbench.store.runs.get(run), inspectors[run], workbench.home)

    monkeypatch.setattr(page_module.Session, "open", open_session)

    def make(payload: object = None) -> InspectorPage:
        page = InspectorPage(workbench)
        pages.append(page)
        qtbot.addWidget(page)
        page.resize(1080, 740)
        page.show()
        with qtbot.waitActive(page):  # else no widget in it has the focus
            page.activateWindow()
        page.activate()
        if payload is not None:
            page.open_with(payload)
        return page

    yield make
    for page in pages:
        page.close()


def ready(qtbot: Any, page: InspectorPage) -> InspectorPage:
    """Wait until a user and an item of the opened run are on show."""
    qtbot.waitUntil(lambda: page.user.model.rowCount() > 0 and page.item.title.text() != "", timeout=5000)
    return page


def listed(page: InspectorPage) -> list[int]:
    return [each.item.index for each in page.user.model.rows]


def history(page: InspectorPage) -> list[int]:
    """The history on show, oldest first."""
    return [entry.card.index for entry in page.user.history.list.model.entries][::-1]


def expected(inspectors: dict[int, Any], run: int, user: str, items: list[int] | None = None) -> list[int]:
    return [each.item.index for each in inspectors[run].recommend(user, 10, items).recommendations]


# Runs


def test_without_a_run_it_says_what_to_do(qtbot: Any, open_page: Open) -> None:
    page = open_page()
    assert page._states.currentWidget() is page._states.empty
    assert not page.chooser.isVisible()
    assert not page.export.isEnabled()
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page._states.empty.button, Qt.MouseButton.LeftButton)
    assert asked.args[0] == "setup"


def test_it_offers_runs_that_can_be_opened_newest_first(qtbot: Any, open_page: Open, store: Store, home: Any) -> None:
    first = finish(store)
    finish(store, "failed")
    without = finish(store, "interrupted")
    kept = finish(store, "interrupted")
    folder = home.run_folder(kept)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x")
    page = ready(qtbot, open_page())
    runs = page.chooser.runs
    assert [runs.itemData(place) for place in range(runs.count())] == [kept, first]
    assert without != kept == runs.currentData()
    assert "interrupted" in runs.currentText()
    beside = page.chooser.beside
    assert [beside.itemData(place) for place in range(beside.count())] == [None, first]


def test_a_run_that_cannot_be_opened_says_why_and_can_be_tried_again(
    qtbot: Any, open_page: Open, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(store)
    opens = page_module.Session.open

    def fail(_workbench: Workbench, _run: int, beside: Session | None = None) -> Session:
        raise DataError("The model file is missing.")

    monkeypatch.setattr(page_module.Session, "open", fail)
    page = open_page()
    qtbot.waitUntil(lambda: page._states.currentWidget() is page._states.error, timeout=2000)
    assert page._states.error._text.text() == "The model file is missing."
    assert f"Run {run}" in page._states.error._title.text()
    monkeypatch.setattr(page_module.Session, "open", opens)
    qtbot.mouseClick(page._states.error.button, Qt.MouseButton.LeftButton)
    ready(qtbot, page)
    assert page._states.currentWidget() is page._states.content


def test_a_run_that_is_asked_for_is_the_only_one_that_is_opened(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any]
) -> None:
    wanted = finish(store)
    finish(store)
    ready(qtbot, open_page(wanted))
    assert list(inspectors) == [wanted]


def test_a_link_opens_run_user_item_and_the_run_beside(qtbot: Any, open_page: Open, store: Store) -> None:
    first, second = finish(store), finish(store)
    page = open_page(InspectorLink(first, item=7, user="u5", against=second))
    ready(qtbot, page)
    qtbot.waitUntil(lambda: page.user.beside.isVisible(), timeout=3000)
    assert (page.user.user, page.item.title.text()) == ("u5", "Blue thing 6")
    assert page.chooser.beside.currentData() == second
    assert page.item.tabs.currentWidget() is page.item.outcomes
    page.open_with(InspectorLink(first, item=3))
    qtbot.waitUntil(lambda: page.item.title.text() == "Blue thing 2", timeout=3000)
    assert page.tabs.currentWidget() is page.item


def test_another_run_keeps_user_and_item(qtbot: Any, open_page: Open, store: Store) -> None:
    first = finish(store)
    finish(store)
    page = ready(qtbot, open_page())
    page.show_user("u7")
    page.show_item(9)
    page.open_with(first)
    qtbot.waitUntil(lambda: page._session is not None and page._session.run.id == first, timeout=3000)
    ready(qtbot, page)
    assert (page.user.user, page.questions.item) == ("u7", 9)


# Users


def test_a_user_is_shown_with_history_list_and_where_the_held_out_item_landed(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any]
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    view = inspectors[run].recommend("u0", 10)
    assert page.user.field.text() == "u0"
    assert listed(page) == expected(inspectors, run, "u0")
    assert history(page) == inspectors[run].history("u0")
    assert f"rank {view.held_out_rank:g} of {view.candidates}" in page.user.landing.text()
    assert page.user.history.strip.isVisible()
    assert "too old" in page.user.history.strip.words(0)
    assert "level 1 " in page.user.history.strip.words(7)
    page.user.landing.linkActivated.emit("item")
    qtbot.waitUntil(lambda: page.item.title.text() == view.held_out.title, timeout=2000)


def test_numbers_are_shown_for_the_row_that_is_selected(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any]
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    place = inspectors[run].recommend("u0", 10).recommendations[1]
    assert "+" not in page.user.list.legend.text()
    page.user.list.table.selectRow(1)
    words = page.user.list.legend.text()
    assert f"HID {place.hid:+.2f}".replace("-", "−") in words
    assert f"SID level 2 {place.levels[1]:+.2f}".replace("-", "−") in words


def test_users_are_found_chosen_at_random_or_unknown(qtbot: Any, open_page: Open, store: Store) -> None:
    finish(store)
    page = ready(qtbot, open_page())
    field = page.user.field
    field.setFocus()
    field.clear()
    qtbot.keyClicks(field, "u5")
    qtbot.waitUntil(lambda: field.popup.isVisible(), timeout=2000)
    assert page.user._found.stringList() == ["u5", *(f"u5{digit}" for digit in range(10))]
    qtbot.keyClick(field.popup, Qt.Key.Key_Down)
    qtbot.keyClick(field.popup, Qt.Key.Key_Down)
    qtbot.keyClick(field.popup, Qt.Key.Key_Return)
    assert page.user.user == "u50"
    field.setText("nobody")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "no user “nobody”" in page.user.landing.text()
    assert page.user.model.rowCount() == 0
    qtbot.mouseClick(page.user.random, Qt.MouseButton.LeftButton)
    ready(qtbot, page)
    assert page.user.user.startswith("u")
    page.user.top_k.setCurrentIndex(0)
    qtbot.waitUntil(lambda: page.user.model.rowCount() == 5, timeout=2000)


def test_a_stale_answer_is_dropped(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    gate, asked = threading.Event(), threading.Event()
    recommend = inspectors[run].recommend

    def slow(user: str, *rest: Any) -> Any:
        if user == "u1":
            asked.set()
            gate.wait(5)
        assert threading.current_thread() is not threading.main_thread()
        return recommend(user, *rest)

    monkeypatch.setattr(inspectors[run], "recommend", slow)
    answers: list[str] = []
    show = page.user.show_answer
    monkeypatch.setattr(page.user, "show_answer", lambda answer, *rest: (answers.append(answer.view.user_id), show(answer, *rest)))  # fmt: skip
    page.show_user("u1")
    qtbot.waitUntil(asked.is_set, timeout=2000)
    page.show_user("u2")
    gate.set()
    qtbot.waitUntil(lambda: answers == ["u2"], timeout=3000)
    qtbot.wait(50)
    assert answers == ["u2"]


# What if


def test_what_if_changes_the_list_at_once_and_reset_brings_it_back(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any]
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    own, before = history(page), listed(page)
    view = page.user.history.list.view
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))  # the latest
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: page.user.model.has_moves, timeout=2000)
    assert history(page) == own[:-1]
    assert listed(page) == expected(inspectors, run, "u0", own[:-1])
    assert page.user.history.list.heading.text() == "What if: 1 removed"
    gone = [item for item in before if item not in listed(page)]
    assert page.user.list.gone.isVisible() == bool(gone)

    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)  # the latest cannot come later
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    moved = [*own[:-3], own[-2], own[-3]]
    qtbot.waitUntil(lambda: listed(page) == expected(inspectors, run, "u0", moved), timeout=2000)
    assert history(page) == moved

    field = page.user.history.add
    field.setFocus()
    qtbot.keyClicks(field, "i30")
    qtbot.waitUntil(lambda: field.popup.isVisible(), timeout=2000)
    qtbot.keyClick(field.popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: listed(page) == expected(inspectors, run, "u0", [*moved, 31]), timeout=2000)
    assert history(page)[-1] == 31

    qtbot.mouseClick(page.user.history.reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.user.model.has_moves, timeout=2000)
    assert (history(page), listed(page)) == (own, before)


def test_a_history_is_changed_and_told_in_words() -> None:
    class Card:
        def __init__(self, index: int) -> None:
            self.index = index

    what_if = WhatIf([Card(1), Card(2), Card(3)])  # type: ignore[list-item]
    assert (what_if.is_changed, what_if.words) == (False, "")
    assert what_if.move(0, 1)
    assert not what_if.move(2, 1)
    assert (what_if.items, what_if.words) == ([2, 1, 3], "moved")
    what_if.add(Card(9))  # type: ignore[arg-type]
    assert what_if.remove([0])
    assert (what_if.items, what_if.words) == ([1, 3, 9], "1 added, 1 removed")
    assert not what_if.remove([0, 1, 2])
    what_if.reset()
    assert not what_if.is_changed


# A second run


def test_a_second_run_stands_beside_with_its_moves(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any], make_inspector: Callable[..., Any]
) -> None:
    other, run = finish(store), finish(store)
    inspectors[other] = make_inspector("model.kind=hid")
    page = ready(qtbot, open_page())
    assert not page.user.beside.isVisible()
    page.chooser.beside.setCurrentIndex(1)
    page.chooser.beside.activated.emit(1)
    qtbot.waitUntil(lambda: page.user.beside.isVisible(), timeout=3000)
    mine, theirs = expected(inspectors, run, "u0"), expected(inspectors, other, "u0")
    model = page.user.beside.model
    assert [each.item.index for each in model.rows] == theirs
    for place, item in enumerate(theirs):
        move = model.index(place, 1).data()
        was = mine.index(item) if item in mine else None
        assert move == ("new" if was is None else "=" if was == place else f"{'▲' if was > place else '▼'} {abs(was - place)}")  # fmt: skip
    assert f"Run {other}" in page.user.beside.heading.text()
    page.chooser.beside.activated.emit(0)
    qtbot.waitUntil(lambda: not page.user.beside.isVisible(), timeout=3000)


# Items


def test_an_item_is_shown_with_path_and_neighbours(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any]
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    page.show_item(3)
    qtbot.waitUntil(lambda: page.item.title.text() == "Blue thing 2", timeout=2000)
    card = inspectors[run].item(3)
    assert page.item.codes.codes == card.semantic_id
    assert f"{card.popularity} training interactions" in page.item.facts.text()
    for kind in ("hid", "sid", "both", "together"):
        near = [each.item.title for each in inspectors[run].nearest(3, kind, 20)]
        column = page.item.neighbours.columns[kind]
        assert [entry.card.title for entry in column.model.entries] == near
    page.item.codes.findChild(type(page.back), "inspector.code1").click()
    menu = page.item.codes.findChild(QMenu, "inspector.sharing")
    shared = menu.actions()[0].text()
    menu.actions()[0].trigger()
    menu.close()
    qtbot.waitUntil(lambda: page.item.title.text() == shared, timeout=2000)
    column = page.item.neighbours.columns["hid"]
    click(qtbot, column.view, 1)
    nearest = column.model.entry(1).card.title
    qtbot.waitUntil(lambda: page.item.title.text() == nearest, timeout=2000)


def click(qtbot: Any, view: Any, row: int) -> None:
    place: QRect = view.visualRect(view.model().index(row, 0))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())


def test_an_item_is_found_by_title_or_id(qtbot: Any, open_page: Open, store: Store) -> None:
    finish(store)
    page = ready(qtbot, open_page())
    page.tabs.setCurrentWidget(page.item)
    page.find_in_page()
    field = page.item.field
    assert field.hasFocus()
    qtbot.keyClicks(field, "red 17")
    qtbot.waitUntil(lambda: field.popup.isVisible(), timeout=2000)
    qtbot.keyClick(field.popup, Qt.Key.Key_Down)
    qtbot.keyClick(field.popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.item.title.text() == "Red thing 17", timeout=2000)


def test_texts_are_encoded_when_that_is_wanted(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any], tmp_path: Path
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    near = page.item.neighbours
    page.tabs.setCurrentWidget(page.item)
    assert near.encode.isVisible()
    assert "not in the cache" in near.columns["text"].message.text()
    file = tmp_path / "v.parquet"
    ids = inspectors[run].dataset.items.ids[1:]
    pd.DataFrame({"id": ids, **{f"d{axis}": range(axis, 40 + axis) for axis in range(3)}}).to_parquet(file)
    text = inspectors[run].config.text.model_copy(update={"encoder": "vectors", "source": str(file)})
    inspectors[run].config = inspectors[run].config.model_copy(update={"text": text})
    near.encode.click()
    qtbot.waitUntil(lambda: near.columns["text"].model.rowCount() > 0, timeout=3000)
    assert not near.encoding.is_going
    assert not near.encode.isVisible()


def test_where_an_item_landed_stands_beside_the_other_run(qtbot: Any, open_page: Open, store: Store, home: Any) -> None:
    other, run = finish(store), finish(store)
    for number, ranks in ((run, [3.0, 40.0]), (other, [9.0, 12.0])):
        home.run_folder(number).mkdir(parents=True)
        pd.DataFrame({"user": ["u1", "u2"], "target": ["i6", "i6"], "full": ranks}).to_parquet(
            home.run_folder(number) / "ranks.parquet"
        )
    page = ready(qtbot, open_page(InspectorLink(run, item=7, against=other)))
    page.item.tabs.setCurrentWidget(page.item.outcomes)
    model = page.item.outcomes.model
    qtbot.waitUntil(lambda: model.rowCount() == 2 and "Against" in page.item.outcomes.words.text(), timeout=3000)
    assert [[model.index(row, column).data() for column in range(4)] for row in range(2)] == [
        ["u1", "3", "9", "▲ 6"],
        ["u2", "40", "12", "▼ 28"],
    ]
    assert "better for 1, worse for 1" in page.item.outcomes.words.text()
    page.item.outcomes.table.opened.emit(1)
    assert (page.user.user, page.tabs.currentWidget()) == ("u2", page.user)


def test_to_whom_an_item_is_recommended_is_looked_up_in_the_background_and_can_be_stopped(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(store)
    page = ready(qtbot, open_page())
    panel = page.item.recipients
    page.tabs.setCurrentWidget(page.item)
    page.item.tabs.setCurrentWidget(panel)
    assert "60 users" in panel.words.text()
    lists = inspectors[run].lists_of_all
    begun, gate = threading.Event(), threading.Event()

    def slow(k: int, tick: Callable[[int, int], None]) -> Any:
        tick(0, 60)
        begun.set()
        gate.wait(5)
        return lists(k, tick)

    monkeypatch.setattr(inspectors[run], "lists_of_all", slow)
    panel.make.click()
    qtbot.waitUntil(begun.is_set, timeout=2000)
    qtbot.waitUntil(panel.progress.isVisible, timeout=2000)
    panel.progress.cancel.click()
    gate.set()
    assert not panel.progress.isVisible()
    assert panel.make.isVisible()
    panel.make.click()
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0, timeout=3000)
    item = page.questions.item
    expected = [user for user in (f"u{row}" for row in range(60))
                if item in [each.item.index for each in inspectors[run].recommend(user, 20).recommendations]]  # fmt: skip
    assert {panel.model.index(row, 0).data() for row in range(panel.model.rowCount())} == set(expected)


def test_models_without_halves_or_codes_show_what_they_have(
    qtbot: Any, open_page: Open, store: Store, inspectors: dict[int, Any], make_inspector: Callable[..., Any]
) -> None:
    kinds = ("popularity", "hid", "sid", "text", "llm_esr")
    runs = {kind: finish(store) for kind in kinds}
    for kind, run in runs.items():
        inspectors[run] = make_inspector(f"model.kind={kind}")
    page = open_page(runs["popularity"])
    for kind in kinds:
        page.open_with(runs[kind])
        qtbot.waitUntil(
            lambda kind=kind: page._session is not None and page._session.run.id == runs[kind], timeout=3000
        )  # type: ignore[misc]
        qtbot.waitUntil(
            lambda kind=kind: listed(page) == expected(inspectors, runs[kind], page.user.user), timeout=3000
        )  # type: ignore[misc]
        several = kind in ("sid", "llm_esr")
        assert page.user.model.columnCount() == PARTS + several
        assert page.user.list.legend.isVisibleTo(page.user.list) == several
        qtbot.waitUntil(lambda kind=kind: page.item.no_codes.isHidden() == (kind == "sid"), timeout=3000)  # type: ignore[misc]


# The way back


def test_back_and_forward_between_users_and_items(qtbot: Any, open_page: Open, store: Store) -> None:
    finish(store)
    page = ready(qtbot, open_page())
    page.show_user("u4")
    page.show_item(12)
    qtbot.waitUntil(lambda: page.item.title.text() == "Red thing 11", timeout=2000)
    qtbot.keyClick(page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert (page.tabs.currentWidget(), page.user.user) == (page.user, "u4")
    qtbot.keyClick(page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.user.user == "u0"
    assert not page.back.isEnabled()
    qtbot.keyClick(page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(page, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.tabs.currentWidget() is page.item
    assert not page.forward.isEnabled()


def test_a_new_visit_forgets_what_lay_ahead() -> None:
    visits = Visits()
    first, second, third = (InspectorLink(1, item=item) for item in (1, 2, 3))
    visits.add(first)
    visits.add(second)
    visits.add(second)
    assert visits.go(-1) == first
    assert visits.go(-1) is None
    visits.add(third)
    assert (visits.can_go_forward, visits.go(-1)) == (False, first)


def test_everything_that_takes_the_keyboard_has_a_name(qtbot: Any, open_page: Open, store: Store) -> None:
    finish(store)
    page = ready(qtbot, open_page())
    for tab in (page.user, page.item):
        page.tabs.setCurrentWidget(tab)
        stops = [
            each
            for each in page.findChildren(QWidget)
            if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and not each.focusProxy()
        ]
        assert len(stops) > 10
        unnamed = [
            f"{type(each).__name__} {each.objectName()}"
            for each in stops
            if not (each.accessibleName() or getattr(each, "text", str)())
        ]
        assert not unnamed


# Export


@pytest.fixture
def dialog(qtbot: Any, make_inspector: Callable[..., Any], store: Store, home: Any, tmp_path: Path) -> ExportDialog:
    session = Session(store.runs.get(finish(store)), make_inspector(), home)
    made = ExportDialog(session, 5, tmp_path)
    qtbot.addWidget(made)
    made.show()
    return made


def test_all_users_lists_are_written(qtbot: Any, dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.format.setCurrentText("Parquet")
    dialog.start.click()
    qtbot.waitUntil(lambda: "60 users" in dialog.words.text(), timeout=3000)
    (file,) = [path for path in tmp_path.iterdir() if path.suffix == ".parquet"]
    assert len(pd.read_parquet(file)) == 60 * 5
    assert dialog.start.isEnabled()


def test_an_export_that_is_cancelled_or_fails_leaves_nothing(
    qtbot: Any, dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate = threading.Event(), threading.Event()
    session = dialog._session

    def slow(path: Path, k: int, tick: Callable[[int, int], None]) -> int:
        begun.set()
        gate.wait(5)
        tick(0, 60)
        path.write_text("")
        return 60

    monkeypatch.setattr(session, "export", slow)
    dialog.start.click()
    qtbot.waitUntil(begun.is_set, timeout=2000)
    assert not dialog.path.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    gate.set()
    assert dialog.isVisible()
    assert "Cancelled" in dialog.words.text()
    monkeypatch.undo()
    dialog.path.setText(str(tmp_path / "lists.xlsx"))
    dialog.start.click()
    qtbot.waitUntil(lambda: "neither .csv nor .parquet" in dialog.words.text(), timeout=3000)
    assert [path for path in tmp_path.iterdir() if path.name != "home"] == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


# Painting


def test_bars_stack_from_zero_and_show_what_was_taken_away() -> None:
    roles = [Role.run_1, Role.level_1, Role.level_2]
    assert stacked([2.0, -0.5, 1.0], roles) == [
        (0.0, 2.0, Role.run_1),
        (-0.5, 0.0, Role.level_1),
        (2.0, 3.0, Role.level_2),
    ]


def test_all_bars_share_one_scale(qtbot: Any, make_inspector: Callable[..., Any]) -> None:
    model = RecommendationModel()
    model.set_recommendations(make_inspector().recommend("u1", 10).recommendations)
    delegate = PartsDelegate(model)
    place = QRect(QPoint(10, 0), QPoint(109, 20))
    least, greatest = model.scale
    assert least < 0 < greatest
    assert delegate.place(least, place) == 10
    assert delegate.place(greatest, place) == pytest.approx(110)
    assert model.index(0, TITLE).data() == model.recommendation(0).item.title
