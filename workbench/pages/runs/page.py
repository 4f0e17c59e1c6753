"""The runs page: the table of all runs above, the chosen run below."""

import shutil
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QSplitter, QWidget

from engine.store import RunRow
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.pages.base import Page
from workbench.pages.runs.contents import RunContents
from workbench.pages.runs.detail import RunDetail
from workbench.pages.runs.errands import RunErrands
from workbench.pages.runs.facts import config_of
from workbench.pages.runs.run_list import RunList
from workbench.widgets import dialogs
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import set_kind
from workbench.widgets.splitters import remember_splitter
from workbench.widgets.states import StateStack

REFRESH = 2000  # milliseconds between looks at a run that goes
NAMED = 8  # runs that a confirmation names before it only counts


class RunsPage(Page):
    """All runs of the store; the one that is chosen is shown below the table."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Runs", "Every run with its settings, curves and results", parent)
        self._workbench = workbench
        self._contents: RunContents | None = None
        self._reading, self._deleting = Latest(self), Latest(self)
        self.list = RunList(workbench)
        self.search_field = self.list.search
        self.detail = RunDetail(workbench.preferences)
        self.errands = RunErrands(workbench, self.detail, self)
        self.several = EmptyState("cursor", "No run chosen", "", "Delete", "runs.deleteSeveral")
        set_kind(self.several.button, "danger")
        self.detail_states = StateStack(self.detail, self.several, "runs.detail")
        self.states = self._lay_out()
        self._clock = QTimer(self, interval=REFRESH)
        self._connect()

    # What the window asks

    def activate(self) -> None:
        """Look what has changed; choose the newest run when none is chosen."""
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
        model = self.list.model
        model.refresh()
        if model.total or model.search:
            self.states.show_content()
        else:
            self.states.show_empty()
        if self._workbench.controller.is_running and self.isVisible():
            self._clock.start()
        else:
            self._clock.stop()

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
            self._show_none_or_several(len(chosen))
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

    def _show_none_or_several(self, chosen: int) -> None:
        self._reading.drop()
        self._contents = None
        self.detail.header.large.setChecked(False)
        search = self.list.model.search
        self.several.button.setVisible(chosen > 0)
        if chosen:
            self.several.set_words(f"{chosen} runs chosen", "Choose one run alone to see its curves.")
            self.several.button.setText(f"Delete {chosen} runs")
        elif search and not self.list.model.total:
            self.several.set_words("No run found", f"Nothing fits “{search}”. Esc in the search field clears it.")
        else:
            self.several.set_words("No run chosen", "Choose a run in the table to see its curves.")
        self.detail_states.show_empty()

    def _show_if_none_found(self) -> None:
        if not self.list.chosen_runs():
            self._show_none_or_several(0)

    def _show_contents(self, contents: RunContents) -> None:
        self._contents = contents
        self.detail.show_run(contents)
        self.detail.delete.setEnabled(contents.run.status != "running")
        self.detail.inspect.setEnabled(self._workbench.can_inspect(contents.run.id, contents.run.status))
        self.detail_states.show_content()

    def _tick(self) -> None:
        self.refresh()
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

    def _chosen_numbers(self) -> list[int]:
        return [run.id for run in self.list.chosen_runs()]

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

    def watch(self) -> None:
        """Show the chosen run on the Monitor."""
        if self._contents is not None:
            self.open_page.emit("monitor", self._contents.run.id)

    def open_run(self, run: RunRow) -> None:
        """Show a run where there is most to see: in the inspector, or on the Monitor while there is no model."""
        page = "inspector" if self._workbench.can_inspect(run.id, run.status) else "monitor"
        self.open_page.emit(page, run.id)

    def delete_chosen(self) -> None:
        """Delete the chosen runs with their files, once the person has agreed."""
        runs = self.list.chosen_runs()
        going = [run for run in runs if run.status == "running"]
        if going:
            names = ", ".join(f"{run.id} ({run.name})" for run in going)
            dialogs.show_error(
                self, "A run that is going cannot be deleted.", f"Stop run {names} first, on the Monitor."
            )
        elif runs and dialogs.ask(self, *deletion_words(runs), "Delete"):
            self._delete([run.id for run in runs])

    def _delete(self, runs: list[int]) -> None:
        store, home = self._workbench.store, self._workbench.home

        def delete() -> None:
            store.runs.delete(runs)
            for run in runs:
                shutil.rmtree(home.run_folder(run), ignore_errors=True)

        self._deleting.ask(delete, lambda _nothing: self.activate(), self._show_deletion_failure)

    def _show_deletion_failure(self, error: Exception) -> None:
        self.refresh()
        dialogs.show_error(self, "The runs were not deleted.", str(error))

    # Layout

    def _lay_out(self) -> StateStack:
        split = QSplitter(Qt.Orientation.Vertical)
        split.setObjectName("runs.split")
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.detail_states)
        split.setSizes([280, 400])
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
        self.body.addWidget(states, 1)
        return states

    def _connect(self) -> None:
        self.list.chosen.connect(self._read_chosen)
        self.list.delete_wanted.connect(self.delete_chosen)
        self.list.opened.connect(self.open_run)
        self.list.export_wanted.connect(lambda: self.errands.export_results(self._chosen_numbers(), self.list.found()))
        self.list.import_wanted.connect(self.errands.ask_and_import)
        self.errands.open_page.connect(self.open_page)
        self.errands.imported.connect(self._show_imported)
        self.detail.header.large_wanted.connect(self.list.setHidden)
        self.list.model.counted.connect(lambda _total: self._show_if_none_found())
        self.detail.watch_wanted.connect(self.watch)
        self.detail.copy_wanted.connect(self.copy_settings)
        self.detail.inspect_wanted.connect(self.inspect)
        self.detail.delete_wanted.connect(self.delete_chosen)
        self.several.clicked.connect(self.delete_chosen)
        self.detail_states.retry.connect(self._read_chosen)
        self._clock.timeout.connect(self._tick)
        self._workbench.controller.run_ended.connect(lambda *_: self._run_ended())
        self._workbench.controller.run_started.connect(lambda *_: self.refresh() if self.isVisible() else None)
        self._workbench.preferences.changed.connect(self._restyle)


def deletion_words(runs: list[RunRow]) -> tuple[str, str]:
    """The question and what would be lost."""
    names = [f"{run.id}  {run.name}" for run in runs[:NAMED]]
    if len(runs) > NAMED:
        names.append(f"and {len(runs) - NAMED} more")
    what = "this run" if len(runs) == 1 else f"these {len(runs)} runs"
    lost = "Settings, curves, log, semantic IDs and the trained model are lost. This cannot be undone."
    return f"Delete {what}?", "\n".join([*names, "", lost])
