"""The import: choose files, look at them, say which column is what, and let it run in the background."""

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from engine.data.formats import FORMATS, named, sniff
from engine.data.raw import Preview
from engine.errors import DataError, Stopped, WorkbenchError
from workbench.latest import Latest
from workbench.pages.datasets.import_view import ImportView

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import DatasetRow

ROWS = 50  # of each file in the preview
NAMED_FILES = (".csv", ".tsv", ".parquet", ".jsonl", ".json")  # whose own name says what they are


class ImportDialog(QDialog):
    """Imports one dataset. `imported(name)`: it is in the library now. `help_wanted`: on where to get data; it has closed."""

    imported = Signal(str)
    help_wanted = Signal()
    _progressed = Signal(str, float)

    def __init__(self, library: "Library", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("importDialog")
        self.setWindowTitle("Import a dataset")
        self.setAcceptDrops(True)
        self.resize(1040, 720)
        self._library = library
        self._paths: list[Path] = []
        self._preview: Preview | None = None
        self._looking, self._importing = Latest(self), Latest(self)
        self._stop = threading.Event()
        self._closing = False
        self.is_importing = False
        self.view = ImportView(self)
        self.view.set_formats([(format.name, format.title, format.help) for format in FORMATS.values()])
        self._connect()
        self._check()

    # Files

    def set_paths(self, paths: list[Path]) -> None:
        """Look at these files or this folder: find out the format, show the first rows."""
        self._paths = list(paths)
        self.view.show_paths(self._paths)
        self.view.name.setText(suggested_name(self._paths))
        self._look(None)

    def _look(self, format: str | None) -> None:
        if not self._paths:
            return
        self._preview = None
        self.view.show_no_preview()
        paths = self._paths

        def look() -> tuple[str, Preview]:
            chosen = named(format) if format else sniff(paths)
            return chosen.name, chosen.preview(paths, None, ROWS)

        self.view.show_error("")
        self._looking.ask(look, lambda found: self._show(*found), self._show_fault)
        self._check()

    def _show(self, format: str, preview: Preview) -> None:
        self._preview = preview
        self.view.show_preview(format, preview)
        self.view.name.setFocus()
        self._check()

    def _show_fault(self, error: Exception) -> None:
        self.view.show_error(_words(error))
        self._check()

    def _remap(self) -> None:
        self.view.preview.show_mapping(self.view.mapping.mapping)
        self._check()

    # Import

    @property
    def reason(self) -> str:
        """Why the import cannot start; "" when it can."""
        if not self._paths:
            return "Choose the files to import."
        if self._preview is None:
            return "The files cannot be read." if self.view.error.text() else "Looking at the files…"
        if problem := self._name_problem():
            return problem
        if self.view.mapping.problem:
            return self.view.mapping.problem
        if self.view.preparation.settings is None:
            return "A preparation setting is not allowed."
        return ""

    def _name_problem(self) -> str:
        try:
            self._library.check_name(self.view.name.text())
        except DataError as error:
            return str(error)
        return ""

    def start(self) -> None:
        """Import in the background; the dialog closes once the dataset is in the library."""
        if self.is_importing or self.reason:
            return
        self._stop = threading.Event()
        self.is_importing = True
        self.view.show_importing(True)
        self.view.show_error("")
        task = partial(
            self._library.import_files,
            self.view.name.text(),
            self._paths,
            self.view.format,
            self.view.mapping.mapping,
            self.view.preparation.settings,
            self._progressed.emit,
            self._stop,
        )
        self._importing.ask(task, self._imported, self._failed)

    def _imported(self, row: "DatasetRow") -> None:
        self.is_importing = False
        self.imported.emit(row.name)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.is_importing = False
        self.view.show_importing(False)
        if self._closing:
            self.reject()
            return
        if isinstance(error, Stopped):
            self.view.show_error("The import was cancelled. Nothing was kept.")
        else:
            self.view.show_error(f"{_words(error)}\nNothing was imported.")
        self._check()

    def _check(self) -> None:
        self.view.allow_import(self.reason, wrong_name=bool(self._preview is not None and self._name_problem()))

    # Leaving

    def reject(self) -> None:
        """Close; a running import is cancelled first, and the dialog closes when it has ended."""
        if self.is_importing:
            self._closing = True
            self.cancel()
        else:
            self._looking.drop()
            super().reject()

    def cancel(self) -> None:
        """Stop a running import, or close the dialog when there is none."""
        if self.is_importing:
            self._stop.set()
            self.view.show_cancelling()
        else:
            self.reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_importing:
            event.ignore()
            self.reject()
        else:
            super().closeEvent(event)

    # Choosing

    def _choose_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Choose the files of a dataset")
        if chosen:
            self.set_paths([Path(path) for path in chosen])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose the folder of a dataset")
        if chosen:
            self.set_paths([Path(chosen)])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.is_importing:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.set_paths(paths)

    def _connect(self) -> None:
        view = self.view
        view.files_wanted.connect(self._choose_files)
        view.folder_wanted.connect(self._choose_folder)
        view.format_chosen.connect(self._look)
        view.help_wanted.connect(self.reject)
        view.help_wanted.connect(self.help_wanted)
        view.mapping.changed.connect(self._remap)
        view.preparation.changed.connect(self._check)
        view.name.textChanged.connect(lambda _text: self._check())
        view.import_button.clicked.connect(self.start)
        view.cancel_button.clicked.connect(self.cancel)
        self._progressed.connect(view.show_progress, Qt.ConnectionType.QueuedConnection)


def suggested_name(paths: list[Path]) -> str:
    """A name for the dataset, from the folder of its files or, of a lone file, its own."""
    if not paths:
        return ""
    path = paths[0].resolve()
    unpacked = Path(path.name.removesuffix(".gz"))
    plain = (
        path.name
        if path.is_dir()
        else unpacked.stem
        if len(paths) == 1 and unpacked.suffix in NAMED_FILES
        else path.parent.name
    )
    return "".join(letter if letter.isalnum() or letter in "-_. " else "-" for letter in plain).strip(".- ")[:60]


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
