"""The datasets page: the list on the left, the chosen dataset on the right, the import as its main action."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QWidget

from engine.config import DataSettings, ExperimentConfig
from engine.store import DatasetRow, RunRow
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.models.dataset_table import DatasetTableModel
from workbench.pages.base import Page
from workbench.pages.datasets.dataset_list import DatasetList
from workbench.pages.datasets.deletion import question, refusal
from workbench.pages.datasets.detail import DatasetDetail
from workbench.pages.datasets.rename_dialog import RenameDialog
from workbench.pages.datasets.wizard import ImportDialog
from workbench.pages.datasets.wizard.dropping import dropped_paths
from workbench.widgets import dialogs
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.splitters import remember_splitter
from workbench.widgets.states import StateStack


class DatasetsPage(Page):
    """All datasets of the library. Files that are dropped onto the page open the import dialog."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Datasets", "Who had what, in which order", parent)
        self._workbench = workbench
        self._chosen: DatasetRow | None = None
        self._reading, self._changing = Latest(self), Latest(self)
        self.model = DatasetTableModel(workbench.store.datasets.list, self)
        self.list = DatasetList(self.model, workbench.preferences)
        self.detail = DatasetDetail(workbench.store.datasets.set_notes)
        self.search_field = self.detail.items.search
        self.detail_states = StateStack(
            self.detail, EmptyState("database", "No dataset chosen", "Choose a dataset on the left."), "datasets.detail"
        )
        self.detail_states.show_empty()
        self.set_main_action("Import", "upload-simple", self.import_files, "datasets.import")
        self.setAcceptDrops(True)
        self.states = self._lay_out()
        self.list.chosen.connect(lambda place: self._show(self.model.dataset(place)))
        self.list.rename_wanted.connect(self.detail.rename.click)
        self.list.delete_wanted.connect(self.detail.delete.click)
        self.detail.experiment_wanted.connect(self._start_experiment)
        self.detail.rename_wanted.connect(self.rename_chosen)
        self.detail.delete_wanted.connect(self.delete_chosen)
        self.detail.notes.kept.connect(self.model.refresh)
        self.detail_states.retry.connect(lambda: self._read(self._chosen) if self._chosen is not None else None)

    # What the window asks

    def activate(self) -> None:
        """Look which datasets there are; the chosen one stays chosen."""
        self.model.refresh()
        if not self.model.total:
            self._chosen = None
            self.states.show_empty()
            return
        self.states.show_content()
        now = self._workbench.store.datasets.get(self._chosen.name) if self._chosen is not None else None
        if now is None:
            self.list.choose(None)
        else:
            self._show(now)

    def open_with(self, payload: object) -> None:
        """Choose the dataset of this name."""
        if isinstance(payload, str) and self._workbench.store.datasets.get(payload) is not None:
            self.list.choose(payload)

    def find_in_page(self) -> None:
        """Ctrl+F: search among the items of the chosen dataset."""
        if self.detail_states.currentWidget() is self.detail:
            self.detail.find_items()

    # The chosen dataset

    def _show(self, row: DatasetRow) -> None:
        shown, self._chosen = self._chosen, row
        is_read = self.detail_states.currentWidget() is self.detail or self._reading.is_asking
        same = shown is not None and (shown.name, shown.created_at) == (row.name, row.created_at)
        if not (same and is_read):
            self._read(row)

    def _read(self, row: DatasetRow) -> None:
        from engine.data.profile import DatasetProfile

        library, store = self._workbench.library, self._workbench.store
        self.detail_states.show_loading()
        self.detail.examination.examine(library, row.name)

        def show(profile: DatasetProfile) -> None:
            self.detail.show_row(store.datasets.get(row.name) or row)  # notes may have been kept since
            self.detail.show_profile(profile)
            self.detail_states.show_content()

        self._reading.ask(
            lambda: DatasetProfile.of(library.load(row.name)),
            show,
            lambda error: self.detail_states.show_error(f"“{row.name}” cannot be read", str(error)),
        )

    def _start_experiment(self) -> None:
        if self._chosen is not None:
            self.open_page.emit("setup", ExperimentConfig(data=DataSettings(dataset=self._chosen.name)))

    # Import

    def import_files(self, paths: list[Path] | None = None) -> ImportDialog:
        """Open the import dialog, with these files if there are any."""
        dialog = ImportDialog(self._workbench.library, self)
        dialog.imported.connect(self._show_changed)
        dialog.help_wanted.connect(self._show_help)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        if paths:
            dialog.set_paths(paths)
        return dialog

    def _show_changed(self, name: str) -> None:
        """Another dataset is there, or one under another name."""
        self.model.refresh()
        self.states.show_content()
        self.list.choose(name)

    def _show_help(self) -> None:
        self.open_page.emit("help", "datasets")

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window closes: notes are kept; a running import is told to stop, and keeps nothing."""
        self.detail.notes.keep()
        for dialog in self.findChildren(ImportDialog):
            dialog.reject()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.import_files(paths)

    # Another name, deletion

    def rename_chosen(self) -> None:
        """Ask for another name of the chosen dataset; refused while a run on it goes."""
        row, runs = self._chosen, self._runs_on_chosen()
        if row is None or self._refuse_while_one_goes(row, runs):
            return
        self.detail.notes.keep()
        library = self._workbench.library
        dialog = RenameDialog(row.name, len(runs), lambda name: library.check_name(name, renamed=row.name), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.agreed.connect(partial(self._rename, row.name))
        dialog.open()

    def _rename(self, name: str, new_name: str) -> None:
        self._changing.ask(
            partial(self._workbench.library.rename, name, new_name),
            self._show_changed,
            lambda error: dialogs.show_error(self, f"“{name}” was not renamed.", str(error)),
        )

    def delete_chosen(self) -> None:
        """Delete the chosen dataset, with the runs on it, once the person has agreed; refused while one of them goes."""
        row, runs = self._chosen, self._runs_on_chosen()
        if row is None or self._refuse_while_one_goes(row, runs):
            return
        if dialogs.ask(self, *question(row, runs)):
            self.detail.notes.forget()
            self._changing.ask(
                partial(self._workbench.library.delete, row.name, [run.id for run in runs]),
                lambda _nothing: self.activate(),
                lambda error: dialogs.show_error(self, f"“{row.name}” was not deleted.", str(error)),
            )

    def _runs_on_chosen(self) -> list[RunRow]:
        runs = self._workbench.store.runs
        runs.mark_dead()
        return runs.on_dataset(self._chosen.name) if self._chosen is not None else []

    def _refuse_while_one_goes(self, row: DatasetRow, runs: list[RunRow]) -> bool:
        going = [run for run in runs if run.status == "running"]
        if going:
            dialogs.show_error(self, *refusal(row.name, going))
        return bool(going)

    def _lay_out(self) -> StateStack:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("datasets.split")
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self.detail_states)
        split.setSizes([220, 830])
        split.setStretchFactor(1, 1)
        remember_splitter(split, self._workbench.preferences, "datasets/split")
        empty = EmptyState(
            "database",
            "No datasets yet",
            "Import a file with interactions, or drop it here.",
            "Import",
            "datasets.importFirst",
        )
        empty.clicked.connect(self.import_files)
        empty.add_link("Where to get data", "datasets.help").clicked.connect(self._show_help)
        states = StateStack(split, empty, "datasets")
        self.body.addWidget(states, 1)
        return states
