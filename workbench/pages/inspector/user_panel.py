"""One user: the history, what the model recommends, and where the item that was held out landed."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.models.cards import CardEntry
from workbench.models.recommendations import HALVES, RANK, SCORE, SLICE, TITLE, RecommendationModel
from workbench.pages.inspector.delegates import FIRST_ROLE, SECOND_ROLE, ContributionDelegate
from workbench.pages.inspector.item_card import CardList
from workbench.theme import SPACE_2, SPACE_3, Role, theme
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.parts import button, label
from workbench.widgets.slices import SliceDelegate, TintDelegate
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.inspection import UserView

PAUSE = 150  # milliseconds without typing before a search begins
SIZES = (5, 10, 20, 50, 100)
LEGEND = {"hid": "Hash-ID half", "sid": "Semantic-ID half", "text": "Text half"}


class UserPanel(QWidget):
    """Chooses a user and shows the answer; the page does the asking.

    `wanted(user, k)`: show this user. `typed(text)`: find users. `random_wanted`: any user.
    `chosen(index)`: an item was clicked.
    """

    wanted = Signal(str, int)
    typed = Signal(str)
    random_wanted = Signal()
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._user = ""
        self._held_out: int | None = None
        self._landing: tuple[UserView, str] | None = None
        self._nothing = ""
        self.field = QLineEdit()
        self.field.setObjectName("inspector.userSearch")
        self.field.setAccessibleName("User id")
        self.field.setPlaceholderText("User id")
        self.field.setClearButtonEnabled(True)
        self._found = QStringListModel(self)
        self._completer = QCompleter(self._found, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.field.setCompleter(self._completer)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
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
        self.legend = Legend()
        self.model = RecommendationModel(self)
        self.table = self._make_table()
        self.history = CardList("inspector.history", "History")
        self._connect()
        self._lay_out()

    @property
    def user(self) -> str:
        """The user on show or asked for; "" before the first."""
        return self._user

    @property
    def k(self) -> int:
        return int(self.top_k.currentData())

    def ask(self, user: str) -> None:
        """Choose a user, as a click would."""
        self._user = user
        self._pause.stop()
        self.field.setText(user)
        self._hide_offer()
        self.wanted.emit(user, self.k)

    def _hide_offer(self) -> None:
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()

    def offer(self, users: list[str]) -> None:
        """Users that fit what was typed."""
        self._found.setStringList(users)
        if self.field.hasFocus() and self.field.text() != self._user:
            self._completer.complete()

    def show_nothing(self, words: str) -> None:
        """Say why there is no answer."""
        self._landing, self._nothing = None, escape(words)
        self._write_landing()
        self.model.set_recommendations([])
        self.legend.hide()
        self.history.heading.setText("History")
        self.history.show_entries([], "")

    def show_user(self, view: "UserView", landing: str) -> None:
        """Show an answer; `landing` says where the held-out item landed."""
        self._landing = view, landing
        self._write_landing()
        self._held_out = view.held_out.index if view.held_out is not None else None
        self.model.set_recommendations(view.recommendations)
        self.table.scrollToTop()
        roles = zip(self.model.halves, (FIRST_ROLE, SECOND_ROLE), strict=False)
        self.legend.set_entries({name: Entry(LEGEND[name], role) for name, role in roles})
        self.legend.setVisible(bool(self.model.halves))
        self._fit_columns()
        self.history.heading.setText(f"History of {len(view.history):,} items, latest first")
        self.history.show_entries([CardEntry(card) for card in reversed(view.history)], "This user has no history.")

    # Parts

    def _make_table(self) -> DataTable:
        table = DataTable("inspector.recommendations", "Recommendations")
        table.setModel(self.model)
        table.setItemDelegate(TintDelegate(table))
        table.setItemDelegateForColumn(SLICE, SliceDelegate(table))
        self._halves = ContributionDelegate(self.model, table)
        table.setItemDelegateForColumn(HALVES, self._halves)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        return table

    def _fit_columns(self) -> None:
        self.table.stretch_column(TITLE)
        for column, width in ((RANK, 56), (SLICE, 60), (SCORE, 74)):
            self.table.setColumnWidth(column, width)
        if self.model.halves:
            least = self._halves.least_width(self.table.font())
            self.table.setColumnWidth(HALVES, min(420, max(least, self.table.width() // 3)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _write_landing(self) -> None:
        self.landing.setText(_landing_line(*self._landing) if self._landing is not None else self._nothing)
        self.landing.setAccessibleName(QTextDocumentFragment.fromHtml(self.landing.text()).toPlainText())

    def _connect(self) -> None:
        self.field.textEdited.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(lambda: self.typed.emit(self.field.text().strip()))
        self.field.returnPressed.connect(self._enter)
        self._completer.activated.connect(self.ask)
        self.random.clicked.connect(self.random_wanted)
        self.top_k.currentIndexChanged.connect(lambda _place: self._ask_again())
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.history.chosen.connect(self.chosen)
        theme().changed.connect(self._write_landing)
        self.landing.linkActivated.connect(lambda _link: self.chosen.emit(self._held_out))

    def _ask_again(self) -> None:
        if self._user:
            self.ask(self._user)

    def _enter(self) -> None:
        if self.field.text().strip():
            self.ask(self.field.text().strip())

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.recommendation(index.row()).item.index)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_2)
        top.addWidget(self.field, 1)
        top.addWidget(self.random)
        top.addWidget(self.top_k)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.table)
        parts.addWidget(self.history)
        parts.setSizes([350, 200])
        parts.setStretchFactor(0, 7)
        parts.setStretchFactor(1, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(top)
        layout.addWidget(self.landing)
        layout.addWidget(self.legend)
        layout.addWidget(parts, 1)


def _landing_line(view: "UserView", landing: str) -> str:
    if view.held_out is None:
        return escape(landing)
    style = f"color: {theme().color(Role.accent).name()}"
    return f'Held-out item <a href="item" style="{style}">{escape(view.held_out.title)}</a>: <b>{escape(landing)}</b>'
