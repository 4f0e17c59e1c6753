"""What can be done with runs beside looking at them: run again, open folder and semantic IDs, export, import."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.groups import PlannedRun
from engine.presets import OwnPresets
from engine.settings import Preset, presets
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.pages.runs.archives import RunArchives
from workbench.pages.runs.detail import RunDetail
from workbench.pages.runs.export_dialog import ExportDialog, FindRuns
from workbench.run_settings import config_of
from workbench.widgets import dialogs

ARCHIVES = "Exported runs (*.zip)"


class RunErrands(QObject):
    """Does what the header of a run and the export menu ask for. `open_page` as that of a page; `imported(run)`."""

    open_page = Signal(str, object)
    imported = Signal(int)

    def __init__(self, workbench: Workbench, detail: RunDetail, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._detail, self._window = workbench, detail, window
        window.installEventFilter(self)
        self.archives = RunArchives(workbench, window)
        self._presets = Latest(self)
        header = detail.header
        header.again_wanted.connect(self.run_again)
        header.folder_wanted.connect(self.open_folder)
        header.export_wanted.connect(self.ask_and_export_run)
        detail.semantic_ids.open.clicked.connect(self.open_semantic_ids)
        self.archives.written.connect(detail.say)
        self.archives.imported.connect(self._show_imported)
        self._presets.ask(self._read_presets, detail.settings_tab.set_presets, lambda _error: None)

    def run_again(self) -> None:
        """Queue a run with exactly the settings of the one that is shown."""
        contents = self._detail.contents
        config = config_of(contents.run) if contents is not None else None
        if config is None:
            return
        if self._workbench.store.datasets.get(config.data.dataset) is None:
            dialogs.show_error(
                self._window,
                "The run cannot be started again.",
                f"There is no dataset “{config.data.dataset}”. Import it on the Datasets page.",
            )
            return
        self._workbench.controller.add("", [PlannedRun("", config)])
        self.open_page.emit("monitor", None)

    def open_semantic_ids(self) -> None:
        """Look into the codes of the run that is shown."""
        if self._detail.contents is not None:
            self.open_page.emit("semantic_ids", self._detail.contents.run.id)

    def open_folder(self) -> None:
        """Show the run's folder on the desktop."""
        if self._detail.contents is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._detail.contents.folder)))

    def ask_and_export_run(self) -> None:
        """Put the run that is shown into an archive that the person names."""
        if self._detail.contents is None:
            return
        run = self._detail.contents.run.id
        chosen, _ = QFileDialog.getSaveFileName(self._window, f"Export run {run}", f"run-{run}.zip", ARCHIVES)
        if chosen:
            path = Path(chosen)
            self.archives.write(run, path if path.suffix else path.with_suffix(".zip"))

    def ask_and_import(self) -> None:
        """Take over a run from an archive that the person names."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import a run", "", ARCHIVES)
        if chosen:
            self.archives.take_over(Path(chosen))

    def export_results(self, selected: list[int], found: FindRuns) -> None:
        """Ask how the results of the selected runs, or of all that are found, shall be written down."""
        dialog = ExportDialog(self._workbench, selected, found, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The page is closed with its window: nothing that was begun here goes on."""
        if watched is self._window and event.type() == QEvent.Type.Close:
            for dialog in self._window.findChildren(ExportDialog):
                dialog.close()
            self.archives.stop()
        return super().eventFilter(watched, event)

    def _read_presets(self) -> list[Preset]:
        return [*presets(), *OwnPresets(self._workbench.home).read().presets]

    def _show_imported(self, run: int, words: str) -> None:
        self._detail.say(run, words)
        self.imported.emit(run)
