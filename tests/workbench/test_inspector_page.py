"""The inspector in a real window, over a run that is played by a double."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from engine.config import EvaluationSettings, ExperimentConfig
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.errors import DataError
from engine.store import Store
from workbench.context import Workbench
from workbench.models.cards import CardEntry
from workbench.models.recommendations import HALVES, RecommendationModel
from workbench.pages.inspector import InspectorPage
from workbench.pages.inspector import page as page_module
from workbench.pages.inspector.delegates import FIRST_ROLE, SECOND_ROLE, ContributionDelegate, bar_parts
from workbench.pages.inspector.session import Session
from workbench.theme import Role

TITLES = ["Kettle", "Saucepan of polished steel with a lid and two handles, 24 cm", "Teapot", "Tent", "Lamp"]


@dataclass(frozen=True)
class Card:
    index: int
    id: str
    title: str
    text: str
    semantic_id: tuple[int, ...] | None
    is_head: bool
    popularity: int


@dataclass(frozen=True)
class Near:
    item: Card
    similarity: float


@dataclass(frozen=True)
class Shared:
    item: Card
    levels: int


@dataclass(frozen=True)
class Recommended:
    rank: int
    item: Card
    score: float
    hid: float | None
    sid: float | None
    text: float | None
    is_held_out: bool


@dataclass(frozen=True)
class View:
    user_id: str
    history: list[Card]
    held_out: Card | None
    held_out_rank: float | None
    candidates: int
    recommendations: list[Recommended]


@dataclass
class FakeInspector:
    """Answers like a RunInspector; `gate` holds answers back until it is set."""

    has_hid: bool = True
    has_sid: bool = True
    rank: float | None = 2.0
    dataset: Dataset = field(default_factory=lambda: dataset())
    config: ExperimentConfig = field(default_factory=ExperimentConfig)
    gate: threading.Event = field(default_factory=threading.Event)
    threads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    def item(self, index: int) -> Card:
        codes = (3, index % 2, index) if self.has_sid else None
        text = "" if index == 4 else f"Text of {TITLES[index - 1]}"
        return Card(index, f"i{index}", TITLES[index - 1], text, codes, index < 3, 100 // index)

    def search_items(self, text: str, limit: int = 50) -> list[Card]:
        cards = [self.item(index) for index in range(1, len(TITLES) + 1)]
        return [card for card in cards if text.casefold() in f"{card.title}\n{card.id}".casefold()]

    def search_users(self, text: str, limit: int = 50) -> list[str]:
        return [user for user in ("ann", "bob", "anna") if text in user]

    def nearest(self, index: int, by: str, k: int = 10) -> list[Near]:
        assert self.has_hid if by == "hid" else self.has_sid
        order = (3, 5) if by == "hid" else (5, 3)
        return [Near(self.item(each), 0.9 - place / 10) for place, each in enumerate(order)]

    def sharing_codes(self, index: int, limit: int = 20) -> list[Shared]:
        return [Shared(self.item(3), 2), Shared(self.item(2), 1)]

    def recommend(self, user_id: str, k: int = 10) -> View:
        self.threads.append(threading.current_thread().name)
        if user_id == "bob":
            self.gate.wait(5)
        both = self.has_hid and self.has_sid
        items = [self.item(index) for index in (3, 5, 4)]
        halves = [(2.0, -0.5), (0.25, 0.75), (-0.5, 0.4)]
        return View(
            user_id=user_id,
            history=[self.item(1), self.item(2)],
            held_out=self.item(5),
            held_out_rank=self.rank,
            candidates=3,
            recommendations=[
                Recommended(rank, item, sum(pair), *(pair if both else (None, None)), None, item.index == 5)
                for rank, (item, pair) in enumerate(zip(items, halves, strict=True), start=1)
            ][:k],
        )


def dataset() -> Dataset:
    column = np.array(["", *TITLES], dtype=object)
    return Dataset(
        "sample",
        np.array(["ann", "bob", "anna"], dtype=object),
        Sequences(np.array([0, 3, 6, 9]), np.array([1, 2, 5, 3, 4, 1, 2, 3, 4], dtype=np.int32)),
        Catalogue(column, column, column),
    )


@pytest.fixture
def inspector() -> FakeInspector:
    return FakeInspector()


@pytest.fixture
def config() -> ExperimentConfig:
    return ExperimentConfig()


def finish(store: Store, config: ExperimentConfig, status: str = "finished") -> int:
    run = store.runs.create(config, "s")
    store.runs.record(run, changes={"status": status})
    return run


Open = Callable[[], InspectorPage]


@pytest.fixture
def open_page(
    qtbot: Any, make_workbench: Callable[..., Workbench], inspector: FakeInspector, monkeypatch: pytest.MonkeyPatch
) -> Open:
    workbench = make_workbench()

    def open_session(_workbench: Workbench, run: int) -> Session:
        details = workbench.store.runs.get(run)
        inspector.config = ExperimentConfig.model_validate(details.config)
        return Session(details, inspector)  # type: ignore[arg-type]

    monkeypatch.setattr(page_module.Session, "open", open_session)

    def make() -> InspectorPage:
        page = InspectorPage(workbench)
        qtbot.addWidget(page)
        page.resize(1100, 740)
        page.show()
        page.activate()
        return page

    return make


def shown(qtbot: Any, page: InspectorPage) -> None:
    """Wait until user and item of the opened run are on show."""
    qtbot.waitUntil(lambda: page.user.model.rowCount() > 0 and page.item.title.text() != "", timeout=3000)


def titles(view: Any) -> list[str]:
    model = view.model if isinstance(view.model, RecommendationModel) else view.view.model()
    column = 1 if isinstance(model, RecommendationModel) else 0
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_without_a_run_it_says_what_to_do(qtbot: Any, open_page: Open) -> None:
    page = open_page()
    assert page._states.currentWidget() is page._states.empty
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page._states.empty.button, Qt.MouseButton.LeftButton)
    assert asked.args[0] == "setup"


def test_it_offers_runs_that_can_be_opened_newest_first(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig, home: Any
) -> None:
    first = finish(store, config)
    finish(store, config, "failed")
    without = finish(store, config, "interrupted")
    kept = finish(store, config, "interrupted")
    folder = home.run_folder(kept)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x")
    page = open_page()
    offered = [page.runs.itemData(place) for place in range(page.runs.count())]
    assert offered == [kept, first]
    assert without not in offered
    shown(qtbot, page)
    assert page.runs.currentData() == kept
    assert "interrupted" in page.runs.currentText()


def test_an_opened_run_shows_an_item_and_a_user(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig, inspector: FakeInspector
) -> None:
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    assert page.item.title.text() == "Kettle"
    assert page.item.slice.text == "head"
    assert "Id i1" in page.item.facts.text()
    assert "100 training interactions" in page.item.facts.text()
    assert page.item.codes.codes == (3, 1, 1)
    assert titles(page.item.by_hid) == ["Teapot", "Lamp"]
    assert titles(page.item.by_sid) == ["Lamp", "Teapot"]
    entry: CardEntry = page.item.sharing.model.entry(0)
    assert (entry.card.title, entry.shared_levels) == ("Teapot", 2)
    assert page.user.field.text() == "ann"
    assert titles(page.user) == ["Teapot", "Lamp", "Tent"]
    assert page.user.history.heading.text() == "History of 2 items, latest first"
    assert titles(page.user.history) == [TITLES[1], "Kettle"]
    assert "Lamp" in page.user.landing.text()
    assert "rank 2 of 3 items" in page.user.landing.text()
    assert threading.current_thread().name not in inspector.threads


def test_searching_finds_by_title_and_id(qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig) -> None:
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    page.tabs.setCurrentWidget(page.search)
    page.find_in_page()
    assert page.search_field is page.search.field
    qtbot.keyClicks(page.search.field, "sauce")
    qtbot.waitUntil(lambda: titles(page.search.found) == [TITLES[1]], timeout=2000)
    page.search.field.setText("i4")
    qtbot.waitUntil(lambda: titles(page.search.found) == ["Tent"], timeout=2000)
    click(qtbot, page.search.found.view, 0)
    qtbot.waitUntil(lambda: page.item.title.text() == "Tent", timeout=2000)
    assert page.item.text.text() == "This item has no text."
    page.search.field.setText("nothing like it")
    qtbot.waitUntil(lambda: page.search.found.message.isVisible(), timeout=2000)


def click(qtbot: Any, view: Any, row: int, column: int = 0) -> None:
    place: QRect = view.visualRect(view.model().index(row, column))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())


def test_an_item_that_is_clicked_anywhere_opens_its_card(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig
) -> None:
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    for view, row, title in (
        (page.user.table, 2, "Tent"),
        (page.user.history.view, 0, TITLES[1]),
        (page.item.by_hid.view, 1, "Lamp"),
        (page.item.sharing.view, 0, "Teapot"),
    ):
        click(qtbot, view, row)
        qtbot.waitUntil(lambda title=title: page.item.title.text() == title, timeout=2000)
    page.user.landing.linkActivated.emit("item")
    qtbot.waitUntil(lambda: page.item.title.text() == "Lamp", timeout=2000)


def test_users_are_found_chosen_at_random_or_unknown(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig
) -> None:
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    page.user.field.clear()
    qtbot.keyClicks(page.user.field, "an")
    qtbot.waitUntil(lambda: page.user._found.stringList() == ["ann", "anna"], timeout=2000)
    page.user._completer.popup().hide()
    page.user.field.setText("anna")
    qtbot.keyClick(page.user.field, Qt.Key.Key_Return)
    assert page.user.user == "anna"
    page.user.field.setText("nobody")
    qtbot.keyClick(page.user.field, Qt.Key.Key_Return)
    assert "no user “nobody”" in page.user.landing.text()
    assert page.user.model.rowCount() == 0
    qtbot.mouseClick(page.user.random, Qt.MouseButton.LeftButton)
    assert page.user.user in ("ann", "bob", "anna")
    shown(qtbot, page)
    page.user.top_k.setCurrentIndex(0)
    assert page.user.k == 5


def test_a_stale_answer_is_dropped(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig, inspector: FakeInspector
) -> None:
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    inspector.gate.clear()
    page.user.ask("bob")
    qtbot.waitUntil(lambda: len(inspector.threads) == 2, timeout=2000)
    answers: list[str] = []
    show = page.user.show_user
    page.user.show_user = lambda view, landing: (answers.append(view.user_id), show(view, landing))  # type: ignore[method-assign]
    page.user.ask("anna")
    inspector.gate.set()
    qtbot.waitUntil(lambda: answers == ["anna"], timeout=3000)
    qtbot.wait(50)
    assert answers == ["anna"]


@pytest.mark.parametrize(
    ("removes_seen", "rank", "words"),
    [
        (True, 1234.5, "rank 1,234.5 of 3 items"),
        (True, math.inf, "not ranked: already in the history"),
        (False, None, "not ranked"),
    ],
)
def test_where_the_held_out_item_landed_is_said_in_words(
    qtbot: Any, open_page: Open, store: Store, inspector: FakeInspector, removes_seen: bool, rank: float, words: str
) -> None:
    inspector.rank = rank
    finish(store, ExperimentConfig(evaluation=EvaluationSettings(remove_seen=removes_seen)))
    page = open_page()
    shown(qtbot, page)
    assert words in page.user.landing.text()


def test_a_model_with_one_half_shows_no_contributions(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig, inspector: FakeInspector
) -> None:
    inspector.has_sid = False
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    assert not page.user.legend.isVisible()
    assert page.user.model.columnCount() == HALVES
    assert page.item.no_codes.isVisible()
    assert not page.item.by_sid.isVisible()
    assert not page.item.sharing.isVisible()
    assert titles(page.item.by_hid) == ["Teapot", "Lamp"]


def test_a_model_with_both_halves_explains_its_colours(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig
) -> None:
    finish(store, config)
    page = open_page()
    shown(qtbot, page)
    assert page.user.legend.isVisible()
    assert page.user.model.index(1, 1).data(Qt.ItemDataRole.BackgroundRole) is not None
    assert page.user.model.index(0, 1).data(Qt.ItemDataRole.BackgroundRole) is None


def test_a_run_that_cannot_be_opened_says_why_and_can_be_tried_again(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(store, config)
    opens = page_module.Session.open

    def fail(_workbench: Workbench, _run: int) -> Session:
        raise DataError("The model file is missing.")

    monkeypatch.setattr(page_module.Session, "open", fail)
    page = open_page()
    qtbot.waitUntil(lambda: page._states.currentWidget() is page._states.error, timeout=2000)
    assert page._states.error._text.text() == "The model file is missing."
    assert f"Run {run}" in page._states.error._title.text()
    monkeypatch.setattr(page_module.Session, "open", opens)
    qtbot.mouseClick(page._states.error.button, Qt.MouseButton.LeftButton)
    shown(qtbot, page)
    assert page._states.currentWidget() is page._states.content


def test_another_run_keeps_user_and_shows_its_own_answers(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig
) -> None:
    first, second = finish(store, config), finish(store, config)
    page = open_page()
    shown(qtbot, page)
    page.user.ask("anna")
    page.open_with(first)
    qtbot.waitUntil(lambda: page._session is not None and page._session.run.id == first, timeout=2000)
    assert page.runs.currentData() == first != second
    assert page.user.user == "anna"
    shown(qtbot, page)


def test_a_run_that_is_asked_for_is_the_only_one_that_is_opened(
    qtbot: Any, open_page: Open, store: Store, config: ExperimentConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = finish(store, config)
    finish(store, config)
    opened: list[int] = []
    opens = page_module.Session.open
    monkeypatch.setattr(
        page_module.Session, "open", lambda workbench, run: (opened.append(run), opens(workbench, run))[1]
    )
    page = open_page()
    page.open_with(wanted)
    shown(qtbot, page)
    assert opened == [wanted]


def test_bars_stack_from_zero_and_show_what_was_taken_away() -> None:
    assert bar_parts(2.0, 1.0) == [(0.0, 2.0, FIRST_ROLE), (2.0, 3.0, SECOND_ROLE)]
    assert bar_parts(2.0, -0.5) == [(0.0, 2.0, FIRST_ROLE), (-0.5, 0.0, SECOND_ROLE)]
    assert bar_parts(-1.0, -0.5) == [(-1.0, 0.0, FIRST_ROLE), (-1.5, -1.0, SECOND_ROLE)]
    assert {FIRST_ROLE, SECOND_ROLE}.isdisjoint({Role.head, Role.tail})


def test_all_bars_share_one_scale(qtbot: Any) -> None:
    model = RecommendationModel()
    model.set_recommendations(FakeInspector().recommend("ann").recommendations)
    delegate = ContributionDelegate(model)
    place = QRect(QPoint(10, 0), QPoint(109, 20))
    assert model.scale == (-0.5, 2.0)
    assert delegate.place(-0.5, place) == 10
    assert delegate.place(2.0, place) == 110
    assert delegate.place(0.0, place) == 30
