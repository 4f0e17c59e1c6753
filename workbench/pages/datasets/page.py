"""The datasets page: the list on the left, the chosen dataset on the right, the import as its main action."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QListView, QSplitter, QWidget

from engine.config import DataSettings, ExperimentConfig
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.models.dataset_table import DatasetTableModel
from workbench.pages.base import Page
from workbench.pages.datasets.dataset_list import DatasetDelegate
from workbench.pages.datasets.detail import DatasetDetail
from workbench.pages.datasets.summary import DatasetSummary
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
        self._name: str | None = None
        self._reading, self._deleting = Latest(self), Latest(self)
        self.model = DatasetTableModel(workbench.store.datasets.list, self)
        self.list = QListView()
        self.list.setObjectName("datasets.list")
        self.list.setAccessibleName("Datasets")
        self.list.setModel(self.model)
        self.list.setItemDelegate(DatasetDelegate(self.list))
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumWidth(180)
        self.detail = DatasetDetail()
        self.search_field = self.detail.search
        self.detail_states = StateStack(
            self.detail, EmptyState("database", "No dataset chosen", "Choose a dataset on the left."), "datasets.detail"
        )
        self.detail_states.show_empty()
        self.set_main_action("Import", "upload-simple", self.import_files, "datasets.import")
        self.setAcceptDrops(True)
        self.states = self._lay_out()
        self.list.selectionModel().currentChanged.connect(lambda now, _before: self._show(now.row()))
        self.detail.experiment_wanted.connect(self._start_experiment)
        self.detail.delete_wanted.connect(self.delete_chosen)
        self.detail_states.retry.connect(lambda: self._show(self.list.currentIndex().row()))

    # What the window asks

    def activate(self) -> None:
        """Look which datasets there are; the chosen one stays chosen."""
        self.model.refresh()
        if not self.model.rowCount():
            self._name = None
            self.states.show_empty()
            return
        self.states.show_content()
        place = self.model.row_of(self._name) if self._name else None
        self.list.setCurrentIndex(self.model.index(place or 0, 0))

    def open_with(self, payload: object) -> None:
        """Choose the dataset of this name."""
        place = self.model.row_of(payload) if isinstance(payload, str) else None
        if place is not None:
            self.list.setCurrentIndex(self.model.index(place, 0))

    # The chosen dataset

    def _show(self, place: int) -> None:
        if not 0 <= place < self.model.rowCount():
            self._reading.drop()
            self._name = None
            self.detail_states.show_empty()
            return
        row = self.model.dataset(place)
        self._name = row.name
        self.detail_states.show_loading()
        library, share = self._workbench.library, DataSettings().head_share

        def read() -> DatasetSummary:
            return DatasetSummary.of(library.load(row.name), share)

        def show(summary: DatasetSummary) -> None:
            self.detail.show_row(row)
            self.detail.show_summary(summary)
            self.detail_states.show_content()

        self._reading.ask(
            read, show, lambda error: self.detail_states.show_error(f"“{row.name}” cannot be read", str(error))
        )

    def _start_experiment(self) -> None:
        if self._name is not None:
            self.open_page.emit("setup", ExperimentConfig(data=DataSettings(dataset=self._name)))

    # Import

    def import_files(self, paths: list[Path] | None = None) -> ImportDialog:
        """Open the import dialog, with these files if there are any."""
        dialog = ImportDialog(self._workbench.library, self)
        dialog.imported.connect(self._show_imported)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        if paths:
            dialog.set_paths(paths)
        return dialog

    def _show_imported(self, name: str) -> None:
        self._name = name
        self.activate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window closes: a running import is told to stop, and keeps nothing."""
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

    # Deletion

    def delete_chosen(self) -> None:
        """Delete the chosen dataset once the person has agreed; refused while runs use it."""
        name = self._name
        if name is None:
            return
        runs = self._workbench.store.datasets.runs_using(name)
        if runs:
            which = f"run {runs[0]}" if len(runs) == 1 else f"runs {', '.join(map(str, runs))}"
            dialogs.show_error(
                self, f"“{name}” cannot be deleted.", f"It is used by {which}. Delete them first, on the Runs page."
            )
            return
        row = self.model.dataset(self.list.currentIndex().row())
        lost = (
            f"{row.users:,} users, {row.items:,} items and {row.interactions:,} interactions are removed from the "
            f"workbench. The files it was imported from stay where they are:\n{row.source}"
        )
        if dialogs.ask(self, f"Delete the dataset “{name}”?", lost, "Delete"):
            self._deleting.ask(
                partial(self._workbench.library.delete, name),
                lambda _nothing: self.activate(),
                lambda error: dialogs.show_error(self, f"“{name}” was not deleted.", str(error)),
            )

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
        states = StateStack(split, empty, "datasets")
        self.body.addWidget(states, 1)
        return states
