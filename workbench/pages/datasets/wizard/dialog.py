"""The import: choose files, look at them, say what is what, see what comes of it, and let it run in the background."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QWidget

from engine.data.formats import FORMATS, named, sniff
from engine.data.raw import ColumnMapping, Preview
from engine.errors import DataError, Stopped, WorkbenchError
from engine.library import READ
from workbench.latest import Latest
from workbench.pages.datasets.wizard.dropping import dropped_paths
from workbench.pages.datasets.wizard.recognised import suggested_name
from workbench.pages.datasets.wizard.view import ImportView
from workbench.pages.datasets.wizard.work import ImportWork, Source

if TYPE_CHECKING:
    from engine.data.filters import Outcome
    from engine.library import Library
    from engine.store import DatasetRow

ROWS = 50  # of each file in the preview
MOST_OF_A_NAME = 100
SMALLEST, LARGEST, SHARE_OF_WINDOW = QSize(1120, 740), QSize(1440, 900), 0.85


class ImportDialog(QDialog):
    """Imports one dataset. `imported(name)`: it is in the library now. `help_wanted`: on where to get data; it has closed."""

    imported = Signal(str)
    help_wanted = Signal()

    def __init__(self, library: "Library", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("importDialog")
        self.setWindowTitle("Import a dataset")
        self.setAcceptDrops(True)
        room = parent.window().size() if parent is not None else SMALLEST
        self.resize((room * SHARE_OF_WINDOW).expandedTo(SMALLEST).boundedTo(LARGEST))
        self._library = library
        self._paths: list[Path] = []
        self._preview: Preview | None = None
        self._looking = Latest(self)
        self._nothing_left = False
        self._closing = False
        self.is_importing = False
        self.work = ImportWork(library, self)
        self.view = ImportView(self)
        self.view.set_formats([(format.name, format.title, format.help) for format in FORMATS.values()])
        self._connect()
        self._check()

    # Files

    def set_paths(self, paths: list[Path]) -> None:
        """Look at these files or this folder: find out the format, show the first rows."""
        self._paths = list(paths)
        self.view.show_paths(self._paths)
        self.view.name.setText(self._free_name(suggested_name(self._paths)))
        self._look(None)

    def _look(self, format: str | None) -> None:
        if not self._paths:
            return
        self._preview = None
        self._forget()
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
        self.view.show_preview(format, self._paths, preview)
        self.view.name.setFocus()
        self._remap()

    def _show_fault(self, error: Exception) -> None:
        self.view.show_error(_words(error))
        self._check()

    # What is chosen

    @property
    def mapping(self) -> ColumnMapping | None:
        """The columns and the text that are chosen; None where the format leaves no choice."""
        return self.view.text.complete(self.view.columns.form.mapping)

    @property
    def _source(self) -> Source:
        return Source(tuple(self._paths), self.view.format, self.mapping)

    def _remap(self) -> None:
        if self._preview is None:
            return
        mapping = self.mapping
        if self.work.source not in (None, self._source):
            self._forget()
        self.view.columns.show_mapping(mapping)
        self.view.text.show_mapping(mapping)
        self._check()

    @property
    def reason(self) -> str:
        """Why the import cannot start; "" when it can."""
        if not self._paths:
            return "Choose the files to import."
        if self._preview is None:
            return "The files cannot be read." if self.view.error.text() else "Looking at the files…"
        if problem := self._name_problem() or self._choice_problem:
            return problem
        if self.view.filters.form.settings is None:
            return "A filter is not allowed as it stands."
        if self._nothing_left:
            return "The filters leave too little for a dataset."
        return ""

    @property
    def _choice_problem(self) -> str:
        """What is wrong with columns or text."""
        problems = self.view.columns.form.problems
        return next(iter(problems.values())) if problems else self.view.text.problem

    def _name_problem(self, name: str | None = None) -> str:
        """What is wrong with a name, else with the one that is chosen."""
        try:
            self._library.check_name(self.view.name.text() if name is None else name)
        except DataError as error:
            return str(error)
        return ""

    def _free_name(self, name: str) -> str:
        """The name, with a number where there is a dataset of that name already: of the same files, prepared otherwise."""
        names = (name, *(f"{name}-{number}" for number in range(2, MOST_OF_A_NAME)))
        return next((each for each in names if not self._name_problem(each)), name)

    def _check(self) -> None:
        if self.is_importing:
            return
        view, wrong_name = self.view, self._name_problem() if self._preview is not None else ""
        step, in_columns = view.steps.currentWidget(), bool(view.columns.form.problems)
        view.show_wrong_name(wrong_name)
        is_said = bool(wrong_name) or (
            bool(self._choice_problem) and step is (view.columns if in_columns else view.text)
        )
        view.allow_import(self.reason, is_said=is_said)

    # What comes of it

    def _show_step(self, _place: int) -> None:
        self._check()
        if self.view.steps.currentWidget() is self.view.filters and self._preview is not None:
            self._read()

    def _read(self) -> None:
        """Read the files for the numbers, unless they are there already or something is wrong with the choices."""
        if self._choice_problem:
            self.view.filters.result.show_error(self._choice_problem)
            return
        self.work.read_files(self._source)
        if self.work.is_reading:
            self.view.filters.form.show_log(None)
            self.view.filters.result.show_reading()
            self.view.show_busy(True)
        else:
            self._count()

    def _show_progress(self, words: str, share: float) -> None:
        self.view.show_progress(words, share if self.is_importing else min(1.0, share / READ))

    def _on_read(self) -> None:
        self.view.filters.form.show_log(self.work.log)
        if self.is_importing:
            self._keep()
        else:
            self.view.show_busy(False)
            self._check()

    def _on_reading_failed(self, error: Exception) -> None:
        if self.is_importing:
            self._failed(error)
            return
        self.view.show_busy(False)
        self.view.filters.result.show_error(_words(error))
        self._check()

    def _count(self) -> None:
        self._nothing_left = False
        self._check()
        settings, result = self.view.filters.form.settings, self.view.filters.result
        if self.work.log is None:
            return
        if settings is None:
            self.work.stop_counting()
            result.show_unknown()
        else:
            result.show_counting()
            self.work.count(settings)

    def _on_counted(self, outcome: "Outcome") -> None:
        self._nothing_left = bool(outcome.problem)
        self.view.filters.result.show_outcome(outcome)
        self._check()

    def _forget(self) -> None:
        self.work.forget()
        self.view.filters.form.show_log(None)
        if not self.is_importing:
            self.view.show_busy(False)

    # Import

    def start(self) -> None:
        """Import in the background; the dialog closes once the dataset is in the library."""
        if self.is_importing or self.reason:
            return
        self.is_importing = True
        self.view.show_busy(True, importing=True)
        self.view.show_error("")
        self.work.read_files(self._source)
        if not self.work.is_reading:
            self._keep()

    def _keep(self) -> None:
        settings = self.view.filters.form.settings
        if settings is None:  # now that the files are read, a filter turns out not to fit them
            self._failed(DataError("A filter does not fit these files; it says why."))
            self.view.steps.setCurrentWidget(self.view.filters)
        else:
            self.work.keep(self.view.name.text(), settings)

    def _on_kept(self, row: "DatasetRow") -> None:
        self.is_importing = False
        self.work.forget()
        self.imported.emit(row.name)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.is_importing = False
        self.view.show_busy(False)
        if self._closing:
            self.reject()
            return
        if isinstance(error, Stopped):
            self.view.show_error("The import was cancelled. Nothing was kept.")
        else:
            self.view.show_error(f"{_words(error)}\nNothing was imported.")
        self._check()

    # Leaving

    def reject(self) -> None:
        """Close; a running import is cancelled first, and the dialog closes when it has ended."""
        if self.is_importing:
            self._closing = True
            self.cancel()
        else:
            self._looking.drop()
            self.work.forget()
            super().reject()

    def cancel(self) -> None:
        """Stop a running import, or close the dialog when there is none."""
        if self.is_importing:
            self.work.stop()
            self.view.show_cancelling()
        else:
            self.reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_importing:
            event.ignore()
            self.reject()
        else:
            self._looking.drop()
            self.work.forget()
            super().closeEvent(event)

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event) and not self.is_importing:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event)
        if paths and not self.is_importing:
            event.acceptProposedAction()
            self.set_paths(paths)

    def _connect(self) -> None:
        view, work = self.view, self.work
        view.paths_chosen.connect(self.set_paths)
        view.format_chosen.connect(self._look)
        view.columns.form.changed.connect(self._remap)
        view.text.changed.connect(self._remap)
        view.step_changed.connect(self._show_step)
        view.filters.form.changed.connect(self._count)
        view.filters.result.retry.connect(self._read)
        view.name.textChanged.connect(lambda _text: self._check())
        view.help_wanted.connect(self.reject)
        view.help_wanted.connect(self.help_wanted)
        view.import_button.clicked.connect(self.start)
        view.cancel_button.clicked.connect(self.cancel)
        work.progressed.connect(self._show_progress)
        work.read.connect(self._on_read)
        work.reading_failed.connect(self._on_reading_failed)
        work.counted.connect(self._on_counted)
        work.counting_failed.connect(lambda error: view.filters.result.show_error(_words(error)))
        work.kept.connect(self._on_kept)
        work.keeping_failed.connect(self._failed)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
