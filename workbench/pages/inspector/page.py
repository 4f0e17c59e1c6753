"""The inspector page: choose a run, then an item or a user; every answer is computed beside the window."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QSplitter, QTabWidget, QWidget

from engine.errors import WorkbenchError
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.models.cards import CardEntry
from workbench.models.run_columns import STATUS_WORDS, model_name, moment
from workbench.pages.base import Page
from workbench.pages.inspector.item_card import ItemPanel
from workbench.pages.inspector.item_search import ItemSearch
from workbench.pages.inspector.session import ItemView, Session, landing
from workbench.pages.inspector.user_panel import UserPanel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import label
from workbench.widgets.splitters import remember_splitter
from workbench.widgets.states import StateStack

if TYPE_CHECKING:
    from engine.inspection import UserView
    from engine.store import RunRow

LISTED = 1000  # newest runs that the chooser offers


class InspectorPage(Page):
    """Items and users of one run side by side: what is chosen on the left is shown as a card on the right."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Inspector", "What a run recommends, and why", parent)
        self._workbench = workbench
        self._session: Session | None = None
        self._run: int | None = None
        self._item: int | None = None
        self._opening, self._items, self._users = Latest(self), Latest(self), Latest(self)
        self._card, self._answer = Latest(self), Latest(self)
        self.runs = QComboBox()
        self.runs.setObjectName("inspector.run")
        self.runs.setAccessibleName("Run")
        self.runs.setMinimumWidth(320)
        self.runs.setMinimumContentsLength(40)
        self.runs.setMaximumWidth(560)
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.search, self.user, self.item = ItemSearch(), UserPanel(), ItemPanel()
        self.search_field = self.user.field
        self._states = self._lay_out()
        self._connect()

    # What the window asks

    def activate(self) -> None:
        """Offer the runs there are now; open the newest one when none is open yet."""
        offered = self._offer_runs()
        if self._run in offered:
            return
        self._forget()
        if offered:
            # Not at once: `open_with` may ask for another run right after.
            QTimer.singleShot(0, self, partial(self._open_by_default, offered[0]))
        else:
            self._states.show_empty()

    def open_with(self, payload: object) -> None:
        """Open the run of this number."""
        if isinstance(payload, int) and payload != self._run:
            self.open_run(payload)

    def _open_by_default(self, run: int) -> None:
        if self._run is None:
            self.open_run(run)

    def open_run(self, run: int) -> None:
        """Load a run and its dataset in the background, then show its first item and user."""
        self._forget()
        self._run = run
        self.runs.setCurrentIndex(self.runs.findData(run))
        self._states.show_loading()
        self._opening.ask(partial(Session.open, self._workbench, run), self._show_session, self._show_failure)

    # The run

    def _offer_runs(self) -> list[int]:
        rows = [
            row
            for row in self._workbench.store.runs.list(limit=LISTED)
            if self._workbench.can_inspect(row.id, row.status)
        ]
        self.runs.blockSignals(True)
        self.runs.clear()
        for row in rows:
            self.runs.addItem(run_words(row), row.id)
            self.runs.setItemData(self.runs.count() - 1, run_words(row), Qt.ItemDataRole.ToolTipRole)
        self.runs.setCurrentIndex(self.runs.findData(self._run))
        self.runs.blockSignals(False)
        self.runs.setVisible(bool(rows))
        return [row.id for row in rows]

    def _forget(self) -> None:
        """Close what is open; answers that are still under way are dropped."""
        for questions in (self._opening, self._items, self._users, self._card, self._answer):
            questions.drop()
        self._session = self._run = self._item = None

    def _show_session(self, session: Session) -> None:
        self._session = session
        self._states.show_content()
        self.search.ask()
        kept = self.user.user
        self.user.ask(kept if session.knows_user(kept) else session.first_user)

    def _show_failure(self, error: Exception) -> None:
        run = self._run
        self._states.show_error(f"Run {run} cannot be opened", _words(error))

    def _retry(self) -> None:
        if self._run is not None:
            self.open_run(self._run)

    # Questions and answers

    def _find_items(self, text: str) -> None:
        if self._session is not None:
            self._items.ask(partial(self._session.find_items, text), self._show_items, self._show_problem)

    def _show_items(self, entries: list[CardEntry]) -> None:
        self.search.show_found(entries)
        if self._item is None and entries:
            self.show_item(entries[0].card.index)

    def show_item(self, index: int) -> None:
        """Show the card of an item."""
        if self._session is not None:
            self._item = index
            self._card.ask(partial(self._session.item, index), self._show_card, self._show_problem)

    def _show_card(self, view: ItemView) -> None:
        self._problem.hide()
        self.item.show_item(view)

    def _find_users(self, text: str) -> None:
        if self._session is not None:
            self._users.ask(partial(self._session.find_users, text), self.user.offer, self._show_problem)

    def _show_random_user(self) -> None:
        if self._session is not None:
            self.user.ask(self._session.random_user())

    def _ask_user(self, user: str, k: int) -> None:
        session = self._session
        if session is None:
            return
        if not session.knows_user(user):
            self._answer.drop()
            self.user.show_nothing(f"There is no user “{user}” in this dataset of {session.users:,} users.")
            return
        self._answer.ask(
            partial(session.user, user, k), self._show_user, lambda error: self.user.show_nothing(_words(error))
        )

    def _show_user(self, view: "UserView") -> None:
        if self._session is not None:
            self.user.show_user(view, landing(view, self._session.removes_seen))

    def _show_problem(self, error: Exception) -> None:
        self._problem.setText(_words(error))
        self._problem.show()

    # Layout

    def _lay_out(self) -> StateStack:
        self.title_row.addWidget(self.runs)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("inspector.tabs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Users or items")
        self.tabs.addTab(self.user, "User")
        self.tabs.addTab(self.search, "Items")
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setObjectName("inspector.split")
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.tabs)
        self._split.addWidget(self.item)
        self._split.setSizes([590, 450])
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 1)
        remember_splitter(self._split, self._workbench.preferences, "inspector/split")
        empty = EmptyState(
            "magnifying-glass",
            "No run to look into yet",
            "Once an experiment has finished, its recommendations and the neighbourhoods of its items are found here.",
            "New experiment",
            "inspector.newExperiment",
        )
        empty.clicked.connect(lambda: self.open_page.emit("setup", None))
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        states = StateStack(self._split, empty, "inspector")
        states.retry.connect(self._retry)
        states.show_empty()
        self.body.addWidget(self._problem)
        self.body.addWidget(states, 1)
        return states

    def _connect(self) -> None:
        self.runs.activated.connect(lambda place: self.open_with(self.runs.itemData(place)))
        self.search.typed.connect(self._find_items)
        self.search.chosen.connect(self.show_item)
        self.user.typed.connect(self._find_users)
        self.user.wanted.connect(self._ask_user)
        self.user.random_wanted.connect(self._show_random_user)
        self.user.chosen.connect(self.show_item)
        self.item.chosen.connect(self.show_item)
        self.tabs.currentChanged.connect(self._choose_search_field)

    def _choose_search_field(self) -> None:
        self.search_field = self.user.field if self.tabs.currentWidget() is self.user else self.search.field


def run_words(row: "RunRow") -> str:
    """A run as the chooser shows it."""
    parts = [f"{row.id}  {row.name}", f"{model_name(row.model)} on {row.dataset}", moment(row.created_at)]
    if row.dataset in row.name:
        del parts[1]
    if row.status != "finished":
        parts.append(STATUS_WORDS[row.status].lower())
    return "  ·  ".join(parts)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
