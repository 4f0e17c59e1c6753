"""The inspector page: choose a run, then a user or an item; every answer is computed beside the window."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QWidget

from engine.errors import WorkbenchError
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.links import InspectorLink
from workbench.pages.base import Page
from workbench.pages.inspector.export_dialog import ExportDialog
from workbench.pages.inspector.item_view import ItemPanel
from workbench.pages.inspector.questions import Questions
from workbench.pages.inspector.run_chooser import RunChooser
from workbench.pages.inspector.session import Session
from workbench.pages.inspector.user_view import UserPanel
from workbench.pages.inspector.visits import Visits
from workbench.theme import SPACE_1
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, label
from workbench.widgets.splitters import remember_splitter
from workbench.widgets.states import StateStack


class InspectorPage(Page):
    """Users and items of one run, each in a tab, and the way back to those that were looked at before."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Inspector", "Who gets what, and why", parent)
        self._workbench = workbench
        self._session: Session | None = None
        self._run: int | None = None
        self._against: int | None = None
        self._wanted: InspectorLink | None = None  # to be shown once its run is open
        self._visits = Visits()
        self._opening, self._opening_beside = Latest(self), Latest(self)
        self.chooser = RunChooser(workbench)
        self.user, self.item = UserPanel(), ItemPanel()
        self.search_field = self.user.field
        self._problem = label("", "error", wrap=True)
        self.questions = Questions(self.user, self.item, self._show_problem, self)
        self._states = self._lay_out()
        self._connect()

    # What the window asks

    def activate(self) -> None:
        """Offer the runs there are now; open the newest one when none is open yet."""
        offered = self.chooser.refresh()
        if self._run in offered:
            self.chooser.show_runs(self._run, self._against)
            return
        self._close_run()
        self.chooser.show_runs(None, None)
        self.export.setEnabled(False)
        if offered:
            # Not at once: `open_with` may ask for another run right after.
            QTimer.singleShot(0, self, partial(self._open_by_default, offered[0]))
        else:
            self._states.show_empty()

    def open_with(self, payload: object) -> None:
        """Open the run of this number, or what an InspectorLink names."""
        if isinstance(payload, InspectorLink):
            self._go_to(payload)
        elif isinstance(payload, int) and payload != self._run:
            self.open_run(payload)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._close_run()
        super().closeEvent(event)

    # The run, and the one beside it

    def open_run(self, run: int) -> None:
        """Load a run and its dataset in the background, then show its first user, or the one that was on show."""
        self._close_run()
        self._run = run
        self.chooser.show_runs(run, None)
        self.export.setEnabled(False)
        self._problem.hide()
        self._states.show_loading()
        self._opening.ask(partial(Session.open, self._workbench, run), self._show_session, self._show_failure)

    def open_beside(self, run: int | None) -> None:
        """Load another run on the same data, to be looked at beside the open one; None for none any more."""
        self._against = run
        self._opening_beside.drop()
        self.chooser.show_runs(self._run, run)
        if run is None or self._session is None:
            self._show_beside(None)
        else:
            open_it = partial(Session.open, self._workbench, run, self._session)
            self._opening_beside.ask(open_it, self._show_beside, self._show_no_beside)

    def _open_by_default(self, run: int) -> None:
        if self._run is None:
            self.open_run(run)

    def _close_run(self) -> None:
        """Close what is open; answers that are still under way are dropped."""
        self._opening.drop()
        self._opening_beside.drop()
        self.questions.close()
        self._session = self._run = self._against = None

    def _show_session(self, session: Session) -> None:
        self._session = session
        self.export.setEnabled(True)
        self._states.show_content()
        self.questions.open(session)
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted.against is not None:
            self.open_beside(wanted.against)
        elif self._against is not None:
            self.open_beside(self._against)
        kept = self.user.user
        if wanted is not None and (wanted.item or wanted.user):
            self._show(wanted)
        if wanted is None or not wanted.user:
            user = kept if session.knows_user(kept) else session.first_user
            self.user.user = user
            self.user.field.settle(user)
            self.questions.ask_user(user)
            if wanted is None or not wanted.item:
                self._visit(InspectorLink(session.run.id, user=user))
        if self.questions.item is None:
            self.questions.ask_first_item()
        else:
            self.questions.ask_item(self.questions.item)

    def _show_failure(self, error: Exception) -> None:
        self._wanted = None
        self._states.show_error(f"Run {self._run} cannot be opened", words_of(error))

    def _show_beside(self, session: Session | None) -> None:
        self._problem.hide()
        self.questions.set_beside(session, "" if session is None else self.chooser.words(session.run.id))

    def _show_no_beside(self, error: Exception) -> None:
        self._against = None
        self.chooser.show_runs(self._run, None)
        self._show_beside(None)
        self._show_problem(error)

    def _retry(self) -> None:
        if self._run is not None:
            self.open_run(self._run)

    # Places

    def show_item(self, index: int) -> None:
        """Show an item."""
        if self._run is not None:
            self._go_to(InspectorLink(self._run, item=index))

    def show_user(self, user: str) -> None:
        """Show a user."""
        if self._run is not None:
            self._go_to(InspectorLink(self._run, user=user))

    def _show_random_user(self) -> None:
        if self._session is not None:
            self.show_user(self._session.random_user())

    def _go_to(self, link: InspectorLink) -> None:
        if link.run != self._run or self._session is None:
            self._wanted = link
            if link.run != self._run or not self._opening.is_asking:
                self.open_run(link.run)
            return
        if link.against is not None and link.against != self._against:
            self.open_beside(link.against)
        self._show(link)

    def _show(self, link: InspectorLink) -> None:
        if link.item is not None:
            self.questions.ask_item(link.item)
            self.tabs.setCurrentWidget(self.item)
            if link.against is not None:  # who sends two runs along wants to see them side by side
                self.item.tabs.setCurrentWidget(self.item.outcomes)
        if link.user is not None:
            self.user.user = link.user
            self.user.field.settle(link.user)
            self.questions.ask_user(link.user)
            self.tabs.setCurrentWidget(self.user)
        knows = self._session is not None and (link.user is None or self._session.knows_user(link.user))
        if knows and (link.item is not None or link.user is not None):
            self._visit(InspectorLink(link.run, link.item, link.user))

    def _visit(self, link: InspectorLink) -> None:
        self._visits.add(link)
        self._offer_visits()

    def _travel(self, steps: int) -> None:
        place = self._visits.go(steps)
        if place is not None:
            self._go_to(place)
            self._offer_visits()

    def _offer_visits(self) -> None:
        self.back.setEnabled(self._visits.can_go_back)
        self.forward.setEnabled(self._visits.can_go_forward)

    def _show_problem(self, error: Exception | None) -> None:
        self._problem.setText("" if error is None else words_of(error))
        self._problem.setVisible(error is not None)

    def _export(self) -> None:
        if self._session is not None:
            documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
            dialog = ExportDialog(self._session, self.user.k, Path(documents or Path.home()), self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    # Layout

    def _lay_out(self) -> StateStack:
        self.back = button("", "inspector.back", "arrow-left", kind="quiet")
        self.forward = button("", "inspector.forward", "arrow-right", kind="quiet")
        for each, words, keys in ((self.back, "Back", "Alt+Left"), (self.forward, "Forward", "Alt+Right")):
            each.setAccessibleName(words)
            each.setToolTip(f"{words} to what was looked at ({keys})")
            each.setEnabled(False)
        self.export = button("Export", "inspector.export", "export")
        self.export.setToolTip("The lists of all users as CSV or Parquet")
        travel = QHBoxLayout()
        travel.setSpacing(SPACE_1)
        travel.addWidget(self.back)
        travel.addWidget(self.forward)
        self.title_row.addLayout(travel)
        self.title_row.addWidget(self.chooser, 3)
        self.title_row.addWidget(self.export)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("inspector.tabs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Users or items")
        self.tabs.addTab(self.user, "User")
        self.tabs.addTab(self.item, "Item")
        remember_splitter(self.user.split, self._workbench.preferences, "inspector/userSplit")
        empty = EmptyState(
            "magnifying-glass",
            "No run to look into yet",
            "Once an experiment has finished, its recommendations and the neighbourhoods of its items are found here.",
            "New experiment",
            "inspector.newExperiment",
        )
        empty.clicked.connect(lambda: self.open_page.emit("setup", None))
        self._problem.hide()
        states = StateStack(self.tabs, empty, "inspector")
        states.retry.connect(self._retry)
        states.show_empty()
        self.body.addWidget(self._problem)
        self.body.addWidget(states, 1)
        return states

    def _connect(self) -> None:
        self.chooser.run_chosen.connect(self.open_with)
        self.chooser.beside_chosen.connect(self.open_beside)
        self.user.wanted.connect(self.show_user)
        self.user.random_wanted.connect(self._show_random_user)
        for panel in (self.user, self.item):
            panel.chosen.connect(self.show_item)
        self.item.user_chosen.connect(self.show_user)
        self.export.clicked.connect(self._export)
        self.back.clicked.connect(lambda: self._travel(-1))
        self.forward.clicked.connect(lambda: self._travel(1))
        for keys, steps in (("Alt+Left", -1), ("Alt+Right", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._travel, steps))
        self.tabs.currentChanged.connect(self._change_view)

    def _change_view(self) -> None:
        """Ctrl+F goes to the field of the view that is shown; what only shows there is asked for."""
        shows_user = self.tabs.currentWidget() is self.user
        self.search_field = self.user.field if shows_user else self.item.field
        if not shows_user:
            self.questions.ask_standing()


def words_of(error: Exception) -> str:
    """What went wrong, in words."""
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
