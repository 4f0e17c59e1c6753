"""The runs page: the table of all runs above, the chosen run below."""

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QSplitter, QWidget

from engine.store import RunRow, StoreError
from workbench.context import Workbench
from workbench.going_on import GoingOn
from workbench.latest import Latest
from workbench.models.run_rows import Contents
from workbench.pages.base import Page
from workbench.pages.runs.changes import RunChanges
from workbench.pages.runs.contents import RunContents
from workbench.pages.runs.detail import RunDetail
from workbench.pages.runs.errands import RunErrands
from workbench.pages.runs.run_actions import LEAST, MOST
from workbench.pages.runs.run_list import RunList
from workbench.pages.runs.selection import SelectionPanel
from workbench.run_settings import config_of
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.splitters import remember_splitter
from workbench.widgets.states import StateStack

REFRESH = 2000  # milliseconds between looks at a run that goes
MANY = 600  # rows: to read more of them again would be felt


class RunsPage(Page):
    """All runs of the store; the one that is chosen is shown below the table."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Runs", "Every run with its settings, curves and results", parent)
        self._workbench = workbench
        self._is_new = True
        self._contents: RunContents | None = None
        self._reading, self._looking = Latest(self), Latest(self)
        self.list = RunList(workbench)
        self.search_field = self.list.bar.search
        self.detail = RunDetail(workbench.preferences)
        self.errands = RunErrands(workbench, self.detail, self)
        self.changes = RunChanges(workbench.store, self.list, self)
        self.going_on = GoingOn(workbench, self)
        self.several = SelectionPanel()
        self.detail_states = StateStack(self.detail, self.several, "runs.detail")
        self.states = self._lay_out()
        self._clock = QTimer(self, interval=REFRESH)
        self._connect()

    # What the window asks

    def activate(self) -> None:
        """Look what has changed; choose the newest run when none is chosen."""
        if self._is_new:  # its rows have just been read
            self._is_new = False
            self._show_state()
        elif self.list.model.rowCount() > MANY:
            self._look()
        else:
            self.refresh()
        if self.list.chosen_runs():
            self._read_chosen()
        else:
            self.list.choose_first()  # which reads it

    def open_with(self, payload: object) -> None:
        """Choose the run of this number."""
        if isinstance(payload, int):
            self.list.choose(payload)

    def refresh(self) -> None:
        """Read the table again; selection and scroll position stay."""
        self.list.refresh()
        self._show_state()

    def _show_state(self) -> None:
        if self.list.model.total or self.list.view.is_filtered or self.changes.banner.isVisibleTo(self):
            self.states.show_content()
        else:
            self.states.show_empty()
        if self._workbench.controller.is_running and self.isVisible():
            self._clock.start()
        else:
            self._clock.stop()

    def _show_failure(self, why: str) -> None:
        self.states.show_error("The runs cannot be read", why)

    def _try_again(self) -> None:
        try:
            self.refresh()
            self.list.set_view(self.list.view)
        except StoreError as error:
            self._show_failure(str(error))

    def find_in_page(self) -> None:
        """Ctrl+F: the search of the table, which comes back where the run has the whole page."""
        self.detail.header.large.setChecked(False)
        super().find_in_page()

    def escape(self) -> None:
        """Esc: first the table comes back where the run has the whole page."""
        if self.detail.header.large.isChecked():
            self.detail.header.large.setChecked(False)
        else:
            super().escape()

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()
        super().hideEvent(event)

    # The chosen run

    def _read_chosen(self) -> None:
        chosen = self.list.chosen_runs()
        if len(chosen) != 1:
            self._show_none_or_several()
            return
        run = chosen[0].id
        if self._contents is None or self._contents.run.id != run:
            self._contents = None
            self.detail_states.show_loading()
        self._reading.ask(
            partial(RunContents.read, self._workbench.store, self._workbench.home, run),
            self._show_contents,
            lambda error: self.detail_states.show_error("The run cannot be read", str(error)),
        )

    def _show_none_or_several(self) -> None:
        self._reading.drop()
        self._contents = None
        self.detail.header.large.setChecked(False)
        chosen, lines = self.list.chosen_runs(), self.list.chosen_lines()
        self.several.show_selection(chosen, lines, None if self.list.model.total else self.list.view.query)
        self.detail_states.show_empty()

    def _show_if_none_found(self) -> None:
        if not self.list.chosen_runs():
            self._show_none_or_several()

    def _show_contents(self, contents: RunContents) -> None:
        self._contents = contents
        self.detail.show_run(contents)
        self.detail.delete.setEnabled(contents.run.status != "running")
        self.detail.header.further.setVisible(self._workbench.can_train_further(contents.run.id, contents.run.status))
        self.detail.inspect.setEnabled(self._workbench.can_inspect(contents.run.id, contents.run.status))
        self.detail_states.show_content()

    def _look(self) -> None:
        """Read the table again beside the window, which may be scrolled meanwhile."""
        request, table = self.list.model.request(), self._workbench.store.table

        def take(contents: Contents) -> None:
            self.list.take(request, contents)
            self._show_state()

        self._looking.ask(lambda: request.read(table), take, lambda error: self._show_failure(str(error)))

    def _tick(self) -> None:
        self._look()
        if self._contents is not None and self._contents.run.status == "running":
            self._read_chosen()

    def _run_ended(self) -> None:
        if self.isVisible():
            self.refresh()
            self._read_chosen()

    def _restyle(self) -> None:
        self.list.model.restyle()
        self.detail.restyle()

    # Actions

    def _export_results(self) -> None:
        self.errands.export_results([run.id for run in self.list.chosen_runs()], self.list.found())

    def _show_imported(self, run: int) -> None:
        self.refresh()
        self.list.choose(run)

    def copy_settings(self) -> None:
        """Take the settings of the chosen run over into a new experiment."""
        config = config_of(self._contents.run) if self._contents is not None else None
        if config is not None:
            self.open_page.emit("setup", config)

    def inspect(self) -> None:
        """Look into the recommendations of the chosen run."""
        if self._contents is not None:
            self.open_page.emit("inspector", self._contents.run.id)

    def resume(self) -> None:
        """Go on with the chosen run, which was interrupted or has failed."""
        for run in self.list.chosen_runs()[:1]:
            self.going_on.resume(run.id)

    def train_further(self) -> None:
        """Train the chosen run, which has finished, for more epochs."""
        for run in self.list.chosen_runs()[:1]:
            self.going_on.ask_and_train_further(run.id)

    def watch(self) -> None:
        """Show the chosen run on the Monitor."""
        if self._contents is not None:
            self.open_page.emit("monitor", self._contents.run.id)

    def open_runs(self, runs: list[RunRow]) -> None:
        """Show a run where there is most to see: in the inspector, or on the Monitor while there is no model; several
        of them side by side."""
        if len(runs) > 1:
            self.compare(runs)
            return
        (run,) = runs
        page = "inspector" if self._workbench.can_inspect(run.id, run.status) else "monitor"
        self.open_page.emit(page, run.id)

    def compare(self, runs: list[RunRow] | None = None) -> None:
        """Show two to ten runs side by side, by default the chosen ones."""
        chosen = self.list.chosen_runs() if runs is None else runs
        if LEAST <= len(chosen) <= MOST:
            self.open_page.emit("compare", tuple(run.id for run in chosen))

    # Layout

    def _lay_out(self) -> StateStack:
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("runs.split")
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.detail_states)
        split.setSizes([360, 320])
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        remember_splitter(split, self._workbench.preferences, "runs/split")
        empty = EmptyState(
            "list-dashes",
            "No runs yet",
            "Every experiment that you start is kept here with its settings, curves and results.",
            "New experiment",
            "runs.newExperiment",
        )
        empty.clicked.connect(lambda: self.open_page.emit("setup", None))
        states = StateStack(split, empty, "runs")
        self.body.addWidget(self.changes.banner)
        self.body.addWidget(states, 1)
        return states

    def _connect(self) -> None:
        self.list.chosen.connect(self._read_chosen)
        self.list.opened.connect(self.open_runs)
        self.list.bar.results_wanted.connect(self._export_results)
        self.list.bar.import_wanted.connect(self.errands.ask_and_import)
        self.errands.open_page.connect(self.open_page)
        self.errands.imported.connect(self._show_imported)
        self.detail.header.large_wanted.connect(self.list.setHidden)
        self.list.bar.menu.help_wanted.connect(lambda: self.open_page.emit("help", "runs"))
        actions = self.list.actions_
        actions.compare.connect(lambda: self.compare())
        actions.tags.connect(self.changes.tag_chosen)
        actions.resume.connect(self.resume)
        actions.train_further.connect(self.train_further)
        self.detail.header.resume_wanted.connect(self.resume)
        self.detail.header.further_wanted.connect(self.train_further)
        self.going_on.started.connect(lambda run: self.open_page.emit("monitor", run))
        actions.delete.connect(self.changes.delete_chosen)
        self.list.model.counted.connect(lambda _total: self._show_if_none_found())
        self.detail.watch_wanted.connect(self.watch)
        self.detail.copy_wanted.connect(self.copy_settings)
        self.detail.inspect_wanted.connect(self.inspect)
        self.detail.delete_wanted.connect(self.changes.delete_chosen)
        self.several.clicked.connect(lambda: self.compare())
        self.several.tags.clicked.connect(self.changes.tag_chosen)
        self.several.baseline.clicked.connect(self.list.pin_baseline)
        self.several.delete.clicked.connect(self.changes.delete_chosen)
        self.changes.changed.connect(self.refresh)
        self.changes.deleted.connect(self.activate)
        self.detail_states.retry.connect(self._read_chosen)
        self.list.failed.connect(self._show_failure)
        self.states.retry.connect(self._try_again)
        self._clock.timeout.connect(self._tick)
        self._workbench.controller.run_ended.connect(lambda *_: self._run_ended())
        self._workbench.controller.run_started.connect(lambda *_: self.refresh() if self.isVisible() else None)
        self._workbench.preferences.changed.connect(self._restyle)
