"""The page that shows a run while it goes, and afterwards how it went."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QWidget

from engine.config import ExperimentConfig
from engine.events import Event
from workbench.background import Task, run_in_background
from workbench.context import Workbench
from workbench.going_on import GoingOn
from workbench.pages.base import Page
from workbench.pages.monitor.ghost import GhostChoice
from workbench.pages.monitor.notes_panel import NotesPanel
from workbench.pages.monitor.other_runs import OtherRuns
from workbench.pages.monitor.past_run import PastRun, load_past_run
from workbench.pages.monitor.queue_panel import QueuePanel
from workbench.pages.monitor.run_actions import RunActions
from workbench.pages.monitor.run_view import RunView
from workbench.pages.monitor.side_panel import WIDTH
from workbench.runs_elsewhere import RunFollower, RunsElsewhere
from workbench.theme import SPACE_3
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.states import StateStack


class MonitorPage(Page):
    """The run that goes or went last in this window, a past one, or one that goes elsewhere (`show_run`)."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Monitor", "Progress and curves of a run.", parent)
        self._workbench = workbench
        self._shown: int | None = None  # the run in view
        self._wanted: int | None = None  # the run in view or on its way
        self._own = workbench.controller.run  # the last run that this window started
        self._loading: Task | None = None

        self._elsewhere = RunsElsewhere(workbench.store, self)
        self._follower = RunFollower(workbench.store, self)
        self._others = OtherRuns()
        self._others.chosen.connect(self.show_run)
        self._actions = RunActions(workbench.controller)
        for each in (self._others, self._actions):
            self.title_row.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)

        self.view = RunView()
        self._ghost = GhostChoice(workbench.store, self.view.charts, self)
        self.view.banner.inspect.connect(lambda: self.open_page.emit("inspector", self._shown))
        self._going_on = GoingOn(workbench, self)
        self._going_on.started.connect(self.show_run)
        self.view.banner.resume.connect(lambda: self._with_shown(self._going_on.resume))
        self.view.banner.train_further.connect(lambda: self._with_shown(self._going_on.ask_and_train_further))
        self.view.banner.all_runs.connect(lambda: self.open_page.emit("runs", self._shown))
        empty = EmptyState(
            "activity",
            "Nothing has run yet",
            "Start an experiment, and its progress and curves appear here.",
            "New experiment",
            "monitor.newExperiment",
        )
        empty.clicked.connect(lambda: self.open_page.emit("setup", None))
        self._states = StateStack(self.view, empty, "monitor")
        self._states.retry.connect(self._retry)
        self._states.show_empty()
        self.queue = QueuePanel(workbench.controller)
        self.notes = NotesPanel(workbench.store)
        self.side = QTabWidget()
        self.side.setObjectName("monitor.side")
        self.side.setFixedWidth(WIDTH)
        self.side.tabBar().setDrawBase(False)
        self.side.tabBar().setAccessibleName("Beside the curves")
        for panel, title in ((self.view.side, "Run"), (self.queue, "Queue"), (self.notes, "Notes")):
            self.side.addTab(panel, title)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(self._states, 1)
        row.addWidget(self.side)
        self.body.addLayout(row, 1)

        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_times)
        controller = workbench.controller
        controller.run_started.connect(self._follow)
        controller.events.connect(self._take)
        controller.asked.connect(self._show_times)
        controller.run_ended.connect(self._end)
        controller.queue.changed.connect(self._show_state)
        self._elsewhere.changed.connect(self._show_others)
        self._follower.events.connect(self._take)
        self._follower.ended.connect(self._end)
        self._follower.lost.connect(lambda _run, error: self._show_error(error))
        workbench.preferences.changed.connect(self.view.refresh)
        self._show_state()
        if controller.run is not None:
            self.show_run(controller.run)

    def open_with(self, payload: object) -> None:
        if isinstance(payload, int):
            self.show_run(payload)

    def show_run(self, run: int) -> None:
        """Bring a run into view: from memory when it is this window's own, else out of the store."""
        if run == self._wanted:
            return
        controller = self._workbench.controller
        if run == controller.run and controller.config is not None:
            self._begin(run, controller.config)
            self._take(run, controller.history)
            if controller.outcome is not None:
                self._end(run, *controller.outcome)
            return
        self._cancel_loading()
        self._wanted = run
        self._states.show_loading()
        store = self._workbench.store
        self._loading = run_in_background(lambda: load_past_run(store, run), self._show_past, self._show_error, self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._elsewhere.watch(True)
        if self._is_live():
            self._clock.start()
            self._show_times()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
        self._elsewhere.watch(False)
        self.notes.save()

    def _is_live(self) -> bool:
        controller = self._workbench.controller
        return self._shown is not None and (
            (controller.is_running and controller.run == self._shown) or self._follower.run == self._shown
        )

    def _follow(self, run: int, config: ExperimentConfig) -> None:
        """Show a run that starts or is resumed; it takes no other run out of view than the one before it."""
        before, self._own = self._own, run
        if self._wanted in (None, before, run):
            self._begin(run, config)
        else:
            self._show_state()

    def _begin(self, run: int, config: ExperimentConfig) -> None:
        self._cancel_loading()
        self._head(run, config)
        self.view.begin(config)
        self._states.show_content()
        if self.isVisible():
            self._clock.start()
        self._show_state()

    def _take(self, run: int, events: list[Event]) -> None:
        if run == self._shown:
            self.view.take(events, stopping=self._is_stopping())
            self._show_state()

    def _end(self, run: int, status: str, message: str) -> None:
        self._show_state()
        if run == self._shown:
            self._clock.stop()
            self.view.end(status, message, **self._what_next(run, status))

    def _show_past(self, past: PastRun) -> None:
        self._loading = None
        self._head(past.details.id, past.config)
        self._clock.stop()
        details = past.details
        if details.status == "running":
            self._begin(details.id, past.config)
            self._follower.follow(details.id)
            return
        self.view.show_past(past, **self._what_next(details.id, details.status))
        self._states.show_content()
        self._show_state()

    def _what_next(self, run: int, status: str) -> dict[str, bool]:
        workbench = self._workbench
        return {
            "can_inspect": workbench.can_inspect(run, status),
            "can_train_further": workbench.can_train_further(run, status),
        }

    def _show_error(self, error: Exception) -> None:
        self._loading = None
        self._states.show_error(f"Run {self._wanted} cannot be shown", str(error))

    def _retry(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.show_run(wanted)

    def _with_shown(self, act: Callable[[int], None]) -> None:
        if self._shown is not None:
            act(self._shown)

    def _cancel_loading(self) -> None:
        self._follower.leave()
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None

    def _head(self, run: int, config: ExperimentConfig) -> None:
        is_first = self._shown is None
        self._shown = self._wanted = run
        self._show_state()
        if is_first:
            self.side.setCurrentWidget(self.view.side)
        self.notes.show_run(run)
        self._ghost.refresh(run)
        self.set_title(config.title)
        controller = self._workbench.controller
        place = controller.place if run == controller.run else None
        where = f" ({place[0]} of {place[1]})" if place else ""
        self.set_subtitle(f"Run {run}{where}: {_settings_words(config)}")

    def _show_times(self) -> None:
        self._show_state()
        if self._is_live():
            self.view.show_progress(stopping=self._is_stopping())

    def _is_stopping(self) -> bool:
        controller = self._workbench.controller
        return controller.is_stopping and controller.run == self._shown

    def _show_others(self) -> None:
        controller = self._workbench.controller
        going = {run.id: run.name for run in self._elsewhere.runs}
        if self._wanted is None and going:
            self.show_run(next(iter(going)))
        if controller.is_running and controller.run is not None and controller.config is not None:
            going[controller.run] = controller.config.title
        self._others.set_runs({run: name for run, name in going.items() if run != self._wanted})

    def _show_state(self) -> None:
        controller, planned = self._workbench.controller, len(self.queue.model.rows())
        self._show_others()
        self._actions.show_state(in_view=self._shown in (None, controller.run), trains=self.view.trains)
        self.side.setTabText(self.side.indexOf(self.queue), f"Queue ({planned})" if planned else "Queue")
        is_run = self._shown is not None
        for panel in (self.view.side, self.notes):
            self.side.setTabVisible(self.side.indexOf(panel), is_run)
        self.side.setVisible(is_run or planned > 0)


def _settings_words(config: ExperimentConfig) -> str:
    parts = [f"dataset {config.data.dataset}"]
    if config.uses_semantic_ids:
        unique = " + unique level" if config.semantic_ids.unique_level else ""
        parts.append(f"semantic IDs {config.semantic_ids.depth} × {config.semantic_ids.codebook_size}{unique}")
    if config.model.kind == "h2rec":
        parts.append(f"α {config.alignment.alpha:g}, β {config.alignment.beta:g}")
    return ", ".join([*parts, f"seed {config.seed}"])
