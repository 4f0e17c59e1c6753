"""One user: the history and what if it were another, what the model recommends, and a second run beside it."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from workbench.models.recommendations import RecommendationModel
from workbench.pages.inspector.history_panel import HistoryPanel
from workbench.pages.inspector.recommendation_list import RecommendationList
from workbench.pages.inspector.search_field import SearchField
from workbench.pages.inspector.session import UserAnswer, landing
from workbench.theme import SPACE_2, SPACE_3, Role, theme
from workbench.widgets.parts import button, label

if TYPE_CHECKING:
    from engine.inspection import UserView

SIZES = (5, 10, 20, 50, 100)


class UserPanel(QWidget):
    """Chooses a user and shows the answer; the page does the asking.

    `wanted(user)`: show this user. `asked_again()`: the same user with another history or number of places.
    `typed(text)`: find users. `random_wanted`: any user. `chosen(index)`: an item is to be looked at.
    """

    wanted = Signal(str)
    asked_again = Signal()
    typed = Signal(str)
    random_wanted = Signal()
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.user = ""  # on show or asked for; "" before the first
        self._shown = ""
        self._landing: tuple[UserView, str] | None = None
        self._found = QStringListModel(self)
        self.field = SearchField("inspector.userSearch", "User id", self._found)
        self.random = button("Random user", "inspector.randomUser", "shuffle")
        self.top_k = QComboBox()
        self.top_k.setObjectName("inspector.topK")
        self.top_k.setAccessibleName("How many recommendations")
        for size in SIZES:
            self.top_k.addItem(f"Top {size}", size)
        self.top_k.setCurrentIndex(SIZES.index(10))
        self.landing = label("", wrap=True)
        self.landing.setObjectName("inspector.heldOut")
        self.landing.setTextFormat(Qt.TextFormat.RichText)
        self.landing.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.history = HistoryPanel()
        self.list = RecommendationList("inspector.recommendations", "Recommendations")
        self.beside = RecommendationList("inspector.beside", "Recommendations of the other run")
        self.beside.hide()
        self._connect()
        self._lay_out()

    @property
    def model(self) -> RecommendationModel:
        return self.list.model

    @property
    def k(self) -> int:
        return int(self.top_k.currentData())

    def ask(self, user: str) -> None:
        """Choose a user, as a click would."""
        self.user = user
        self.field.settle(user)
        self.wanted.emit(user)

    def offer(self, users: list[str]) -> None:
        """Users that fit what was typed."""
        self._found.setStringList(users)
        if self.field.text() != self.user:
            self.field.offer()

    def show_nothing(self, words: str) -> None:
        """Say why there is no answer."""
        self._landing, self._shown = None, ""
        self.landing.setText(escape(words))
        self.landing.setAccessibleName(words)
        self.list.show_list([])
        self.beside.show_list([])
        self.history.show_nothing()

    def show_answer(self, answer: UserAnswer, removes_seen: bool, has_unique_level: bool, other_run: str) -> None:
        """Show an answer; `other_run` names the run that is beside this one."""
        view = answer.view
        if answer.moves is None:
            self.history.show_own(view)
        else:
            self.history.show_view(view)
        self._landing = view, landing(view, removes_seen)
        self._write_landing()
        self.list.heading.setText(_list_words(answer))
        self.list.show_list(
            view.recommendations,
            answer.moves,
            answer.gone,
            gone_words="Gone:",
            unique_level=has_unique_level,
        )
        self.beside.setVisible(answer.beside is not None)
        if answer.beside is not None:
            self.beside.heading.setText(_beside_words(answer.beside, other_run))
            self.beside.show_list(
                answer.beside.recommendations,
                answer.beside_moves,
                answer.beside_gone,
                gone_words="Not here:",
            )

    def _write_landing(self) -> None:
        if self._landing is not None:
            self.landing.setText(_landing_line(*self._landing))
            self.landing.setAccessibleName(QTextDocumentFragment.fromHtml(self.landing.text()).toPlainText())

    def _connect(self) -> None:
        self.field.typed.connect(self.typed)
        self.field.chosen.connect(lambda row: self.ask(self._found.stringList()[row]))
        self.field.entered.connect(lambda text: self.ask(text) if text else None)
        self.random.clicked.connect(self.random_wanted)
        self.top_k.currentIndexChanged.connect(lambda _place: self.asked_again.emit())
        self.history.changed.connect(self.asked_again)
        for each in (self.history, self.list, self.beside):
            each.chosen.connect(self.chosen)
        self.landing.linkActivated.connect(self._open_held_out)
        theme().changed.connect(self._write_landing)

    def _open_held_out(self) -> None:
        if self._landing is not None and self._landing[0].held_out is not None:
            self.chosen.emit(self._landing[0].held_out.index)

    def _lay_out(self) -> None:
        self.field.setMaximumWidth(240)
        top = QHBoxLayout()
        top.setSpacing(SPACE_2)
        top.addWidget(self.field, 1)
        top.addWidget(self.random)
        top.addSpacing(SPACE_2)
        top.addWidget(self.landing, 2)
        top.addWidget(self.top_k)
        lists = QSplitter(Qt.Orientation.Horizontal)
        lists.setChildrenCollapsible(False)
        lists.addWidget(self.list)
        lists.addWidget(self.beside)
        lists.setSizes([450, 330])
        lists.setStretchFactor(0, 4)
        lists.setStretchFactor(1, 3)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.history)
        self.split.addWidget(lists)
        self.split.setSizes([310, 740])
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addLayout(top)
        layout.addWidget(self.split, 1)


def _list_words(answer: UserAnswer) -> str:
    if answer.moves is None:
        return "Recommendations"
    new = sum(move is None for move in answer.moves)
    return f"Recommendations after the changed history, {new} of {len(answer.moves)} new"


def _beside_words(view: "UserView", other_run: str) -> str:
    rank = view.held_out_rank
    where = (
        ""
        if view.held_out is None or rank is None or rank == float("inf")
        else f"  ·  held-out item at rank {rank:,.10g}"
    )
    return f"{other_run[:1].upper()}{other_run[1:]}{where}"


def _landing_line(view: "UserView", words: str) -> str:
    if view.held_out is None:
        return escape(words)
    style = f"color: {theme().color(Role.accent).name()}"
    return f'Held-out item <a href="item" style="{style}">{escape(view.held_out.title)}</a>: <b>{escape(words)}</b>'
