"""The window: navigation, pages, status bar, and an orderly way in and out."""

import logging
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMessageBox, QStackedWidget, QWidget

from engine.errors import WorkbenchError
from engine.home import Home
from workbench.background import finish_background, run_in_background
from workbench.context import Workbench
from workbench.going_on import GoingOn
from workbench.navigation import Navigation
from workbench.notifier import Notifier
from workbench.pages.base import Page
from workbench.pages.registry import MAIN_PAGES, OTHER_PAGES
from workbench.preferences import Preferences
from workbench.run_controller import RunController
from workbench.run_thread import Runner
from workbench.status_bar import StatusBar
from workbench.widgets.dialogs import show_error
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.states import StateStack

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import Store

TITLE = "H2Rec Workbench"
FIRST_PAGE = "setup"
_log = logging.getLogger(__name__)
SMALLEST = QSize(1024, 640)  # every page fits into it


class MainWindow(QMainWindow):
    """Opens the home folder after it is on screen; `ready` once the pages can be used."""

    ready = Signal()

    def __init__(
        self, home: Home, preferences: Preferences, runner: Runner | None = None, parent: QWidget | None = None
    ) -> None:
        """`runner` is handed to the RunController; by default runs are real."""
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setMinimumSize(SMALLEST)
        self._home, self._preferences, self._runner = home, preferences, runner
        self._entries = {entry.id: entry for entry in (*MAIN_PAGES, *OTHER_PAGES)}
        self._pages: dict[str, Page] = {}
        self.workbench: Workbench | None = None
        self._notifier: Notifier | None = None
        self._painted = False
        self._closing = False

        self.navigation = Navigation()
        self.navigation.chosen.connect(self.show_page)
        self.navigation.setEnabled(False)
        self._stack = QStackedWidget()
        opening = EmptyState("folder-open", "Opening the home folder…", str(home.root))
        self._opening = StateStack(QWidget(), opening, "startup")
        self._opening.show_empty()
        self._opening.retry.connect(self._open)
        self._stack.addWidget(self._opening)
        self.status = StatusBar(home)
        self.setStatusBar(self.status)
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addWidget(self._stack, 1)
        self.setCentralWidget(central)
        self._add_shortcuts()
        geometry = preferences.recall("window/geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(1280, 800)

    @property
    def page(self) -> Page | None:
        """The page in view."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Page) else None

    def show_page(self, page_id: str, payload: object = None) -> None:
        """Bring a page into view, made on its first visit, and hand it `payload` where there is one."""
        if self.workbench is None or page_id not in self._entries:
            return
        page = self._pages.get(page_id)
        if page is None:
            page = self._entries[page_id].make(self.workbench)
            page.setObjectName(f"page.{page_id}")
            page.open_page.connect(self.show_page)
            self._pages[page_id] = page
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.navigation.show_current(page_id)
        self._preferences.remember("window/page", page_id)
        self._bring_up_to_date(page, payload)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._open)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self._notifier is not None:
            self._notifier.seen()

    def closeEvent(self, event: QCloseEvent) -> None:
        controller = self.workbench.controller if self.workbench is not None else None
        if controller is not None and controller.is_running:
            event.ignore()
            if not self._closing:
                self._ask_to_stop(controller)
            return
        self._preferences.remember("window/geometry", self.saveGeometry())
        for page in self._pages.values():
            page.close()
        if self._notifier is not None:
            self._notifier.close()
        self.hide()
        finish_background()
        if self.workbench is not None:
            self._empty_bin(self.workbench)
            self.workbench.store.close()
            self.workbench = None
        self._preferences.save()
        event.accept()

    def _open(self) -> None:
        self._opening.show_empty()
        home = self._home

        def open_home() -> "tuple[Store, Library, int]":
            from engine.library import Library
            from engine.store import Store
            from engine.store.removal import remove_put_away

            store = Store(home.database)
            remove_put_away(home, store)  # what the last window left, for whatever reason it ended
            return store, Library(home, store), store.runs.mark_dead()

        run_in_background(
            open_home,
            lambda opened: self._start(*opened),
            lambda error: self._opening.show_error("The home folder cannot be opened", str(error)),
            self,
        )

    def _empty_bin(self, workbench: Workbench) -> None:
        """Runs that were deleted in this window go for good. What cannot be removed now is at the next start."""
        from engine.store.removal import remove_put_away

        try:
            remove_put_away(self._home, workbench.store)
        except WorkbenchError:
            _log.exception("Deleted runs could not be removed.")

    def _start(self, store: "Store", library: "Library", dead: int) -> None:
        controller = RunController(self._home, store, library, self._runner, self)
        self.workbench = Workbench(self._home, store, library, controller, self._preferences)
        self.status.follow(controller)
        for signal in (controller.run_started, controller.events, controller.run_ended):
            signal.connect(self._show_title)
        self._notifier = Notifier(self, controller, self._preferences)
        controller.run_ended.connect(self._go_on_closing)
        controller.not_started.connect(
            lambda why: show_error(self, "Some runs of the queue could not be started. They are on hold.", why)
        )
        self.navigation.setEnabled(True)
        last = self._preferences.recall("window/page", FIRST_PAGE)
        self.show_page(last if last in self._entries else FIRST_PAGE)
        if self._preferences.starts_queue:
            controller.start_queue()
        self._make_sample(store, library, _words_on(dead, controller.queue.waiting))
        if dead:
            self._offer_to_resume(self.workbench, dead)
        run_in_background(partial(import_module, "pyqtgraph"))  # slow; here nobody waits for it
        self.ready.emit()

    def _offer_to_resume(self, workbench: Workbench, dead: int) -> None:
        """Let the person resume the run that was found dead; of several, the latest is shown with the others."""
        newest = workbench.store.runs.list(limit=dead, search="interrupted")
        if not newest:
            return
        going_on, run = GoingOn(workbench, self), newest[0].id
        going_on.started.connect(lambda run: self.show_page("monitor", run))
        if dead == 1:
            self.status.offer(f"Resume run {run}", lambda: going_on.resume(run))
        else:
            self.status.offer("Show them", lambda: self.show_page("runs", run))

    def _bring_up_to_date(self, page: Page, payload: object = None) -> None:
        try:
            page.activate()
            if payload is not None:
                page.open_with(payload)
        except WorkbenchError as error:
            show_error(self, "The page could not be brought up to date.", str(error))

    def _make_sample(self, store: "Store", library: "Library", notice: str) -> None:
        from engine.library import SAMPLE

        self.status.say(notice if store.datasets.get(SAMPLE) else "Making the sample dataset…")

        def done(_: None) -> None:
            self.status.say(notice)
            if self.page is not None:
                self._bring_up_to_date(self.page)

        run_in_background(
            library.ensure_sample,
            done,
            lambda error: show_error(self, "The sample dataset could not be made.", str(error)),
            self,
        )

    def _add_shortcuts(self) -> None:
        def add(keys: str, act: Callable[[], object]) -> None:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda: act())

        for number, entry in enumerate(MAIN_PAGES, start=1):
            add(f"Ctrl+{number}", partial(self.show_page, entry.id))
        add("Ctrl+N", lambda: self.show_page("setup"))
        add("Ctrl+O", self._import)
        add("Ctrl+F", lambda: self.page.find_in_page() if self.page else None)
        add("Esc", lambda: self.page.escape() if self.page else None)
        add("F1", lambda: self.show_page("help"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            add(keys, self._start_experiment)

    def _import(self) -> None:
        if self.workbench is None:
            return
        self.show_page("datasets")
        self._pages["datasets"].press_main_action()

    def _start_experiment(self) -> None:
        page = self._pages.get("setup")
        if page is not None and self.page is page:
            page.press_main_action()

    def _show_title(self) -> None:
        controller = self.workbench.controller if self.workbench is not None else None
        if controller is None or not controller.is_running or controller.config is None:
            self.setWindowTitle(TITLE)
            return
        share = self.status.share
        done = f"{share:.0%} – " if share is not None else ""
        self.setWindowTitle(f"{done}{controller.config.title} – {TITLE}")

    def _ask_to_stop(self, controller: RunController) -> None:
        title = controller.config.title if controller.config is not None else ""
        box = QMessageBox(QMessageBox.Icon.Question, TITLE, f"“{title}” is still running.", parent=self)
        box.setObjectName("closeQuestion")
        waiting = controller.queue.waiting
        kept = (
            f" The queue of {waiting} {'run' if waiting == 1 else 'runs'} is kept for the next time." if waiting else ""
        )
        box.setInformativeText(
            f"If you stop it, what it has learned is kept, so that it can be resumed; then the window closes.{kept}"
        )
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        stop.setObjectName("closeQuestion.stop")
        keep = box.addButton("Keep running", QMessageBox.ButtonRole.RejectRole)
        keep.setObjectName("closeQuestion.keep")
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.finished.connect(lambda: self._close_after_run(controller) if box.clickedButton() is stop else None)
        box.finished.connect(box.deleteLater)
        box.open()

    def _close_after_run(self, controller: RunController) -> None:
        self._closing = True
        if controller.is_running:
            controller.stop_all()
        else:
            self.close()

    def _go_on_closing(self) -> None:
        if self._closing:
            self.close()


def _words_on(dead: int, waiting: int) -> str:
    """What the status bar says at the start, given how many runs were found dead and how many wait."""
    words = []
    if dead:
        words.append(
            f"{dead} {'run was' if dead == 1 else 'runs were'} interrupted when the workbench last ended, and can be resumed."
        )
    if waiting:
        words.append(f"{waiting} {'run waits' if waiting == 1 else 'runs wait'} in the queue for your word.")
    return " ".join(words) or "Ready"
