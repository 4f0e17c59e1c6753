"""Asks how the results of runs shall be written down, shows how that begins, and saves or copies it."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.errors import Stopped, WorkbenchError
from engine.exports import FORMATS, Choice, Comparisons, Format, Report, gather, with_significance
from engine.files import write_whole
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.pages.runs.export_options import ExportOptions
from workbench.theme import CAPTION, SPACE_2, SPACE_3, SPACE_4, SPACE_5, fixed
from workbench.widgets import dialogs
from workbench.widgets.numbers import count
from workbench.widgets.parts import button, label, set_kind

FindRuns = Callable[[], list[int]]
PAUSE = 150  # milliseconds without a change before the text is made
LINES, LONGEST = 300, 600  # of the preview: lines, and signs of a line
NOTES = 3  # that are told below the preview
OPTIONS_WIDTH = 300
REMEMBERED = "runs/export"


@dataclass(frozen=True)
class Written:
    """A report, and its text in the chosen format."""

    report: Report
    text: str


class ExportDialog(QDialog):
    """The options at the left, the first lines of the result at the right.

    The text is there at once without marks of significance; those are added when the users have been compared.
    """

    _compared = Signal(int, int)

    def __init__(
        self, workbench: Workbench, selected: list[int], found: FindRuns, parent: QWidget | None = None
    ) -> None:
        """`selected` are numbers of runs; `found` gives those of all that the table finds, on another thread."""
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export results")
        self.resize(1040, 680)
        self._workbench, self._selected, self._found = workbench, selected, found
        self._working, self._saving = Latest(self), Latest(self)
        self._comparisons = Comparisons(workbench.home)
        self._stop = threading.Event()
        self._written: Written | None = None
        self.options = ExportOptions(len(selected), _remembered(workbench))
        self.preview = QPlainTextEdit()
        self.preview.setObjectName("export.preview")
        self.preview.setAccessibleName("How the export begins")
        self.preview.setReadOnly(True)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setFont(fixed(CAPTION))
        self.words = label("", "muted", wrap=True)
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Users compared")
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.copy = button("Copy", "export.copy", "copy")
        self.save = button("Save…", "export.save", "export", kind="primary")
        self.save.setDefault(True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._lay_out()
        self._connect()
        self._enable(False)
        self._make()

    @property
    def format(self) -> Format:
        return FORMATS[self.options.format.currentData()]

    def save_to(self, path: Path) -> None:
        """Write the text to a file, which appears whole or not at all."""
        if self._written is None:
            return
        text = self._written.text

        def write() -> None:
            write_whole(path, lambda file: file.write_text(text, encoding="utf-8", newline=""))

        self._saving.ask(
            write,
            lambda _nothing: self._say(f"Written to {path}.", "good"),
            lambda error: dialogs.show_error(self, "The results could not be written.", f"{path}: {error}"),
        )

    def copy_text(self) -> None:
        """Put the text on the clipboard."""
        if self._written is not None:
            QGuiApplication.clipboard().setText(self._written.text)
            self._say(f"{self.format.title} is on the clipboard.", "good")

    def done(self, result: int) -> None:
        self._leave()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leave()
        super().closeEvent(event)

    def _leave(self) -> None:
        """Compare no longer, and remember what was chosen."""
        self._stop.set()
        self._pause.stop()
        self._working.drop()
        self._workbench.preferences.remember(REMEMBERED, json.dumps(self.options.state))

    # Making the text

    def _changed(self) -> None:
        self._stop.set()
        self._working.drop()
        self.progress.hide()
        self._enable(False)
        self._pause.start()

    def _make(self) -> None:
        try:
            choice = self.options.choice
        except WorkbenchError as error:
            self._fail(error)
            return
        self._say("Reading the runs…")
        find = (lambda: self._selected) if self.options.only_selected.isChecked() else self._found
        self._working.ask(partial(_write, self._workbench, find, choice, self.format), self._show, self._fail)

    def _show(self, written: Written) -> None:
        self._show_text(written)
        self.options.offer_rows(written.report)
        if not self.options.marks.isChecked():
            self._finish(written)
            return
        self._say("Comparing the users of the runs. Untick “Mark significant differences” to go without.")
        stop = self._stop = threading.Event()

        def tick(done: int, total: int) -> None:
            if stop.is_set():
                raise Stopped
            self._compared.emit(done, total)

        self._working.ask(
            partial(_compare, written.report, self._comparisons, self.format, tick), self._finish, self._fail
        )

    def _finish(self, written: Written | None) -> None:
        if written is None:
            return
        self._written = written
        self._show_text(written)
        self.progress.hide()
        self._enable(True)
        rows = len(written.report.tested)
        notes = list(written.report.notes[:NOTES])
        if len(written.report.notes) > NOTES:
            notes.append(f"And {count(len(written.report.notes) - NOTES)} notes more.")
        self._say(" ".join([f"{count(rows)} {'row' if rows == 1 else 'rows'} with results.", *notes]))

    def _fail(self, error: Exception) -> None:
        self.progress.hide()
        self._enable(False)
        self.preview.clear()
        self._say(str(error), "bad")

    def _show_text(self, written: Written) -> None:
        lines = written.text.splitlines()
        shown = [line if len(line) <= LONGEST else f"{line[:LONGEST]}…" for line in lines[:LINES]]
        if len(lines) > LINES:
            shown.append(f"… and {count(len(lines) - LINES)} lines more")
        self.preview.setPlainText("\n".join(shown))

    def _show_progress(self, done: int, total: int) -> None:
        if self._working.is_asking:
            self.progress.setMaximum(total)
            self.progress.setValue(done)
            self.progress.show()

    def _say(self, words: str, kind: str = "muted") -> None:
        set_kind(self.words, kind)
        self.words.setText(words)

    def _enable(self, ready: bool) -> None:
        self.copy.setEnabled(ready)
        self.save.setEnabled(ready)

    def _ask_and_save(self) -> None:
        chosen = self.format
        kind = f"{chosen.title} (*{chosen.suffix})"
        path, _ = QFileDialog.getSaveFileName(self, "Export results", f"results{chosen.suffix}", kind)
        if path:
            self.save_to(Path(path) if Path(path).suffix else Path(path).with_suffix(chosen.suffix))

    # Layout

    def _connect(self) -> None:
        self.options.changed.connect(self._changed)
        self._pause.timeout.connect(self._make)
        self._compared.connect(self._show_progress)
        self.copy.clicked.connect(self.copy_text)
        self.save.clicked.connect(self._ask_and_save)

    def _lay_out(self) -> None:
        options = QScrollArea()
        options.setWidgetResizable(True)
        options.setFixedWidth(OPTIONS_WIDTH)
        options.setFocusPolicy(self.words.focusPolicy())
        options.setWidget(self.options)
        right = QVBoxLayout()
        right.setSpacing(SPACE_2)
        right.addWidget(label("How it begins", "label"))
        right.addWidget(self.preview, 1)
        right.addWidget(self.progress)
        right.addWidget(self.words)
        both = QHBoxLayout()
        both.setSpacing(SPACE_4)
        both.addWidget(options)
        both.addLayout(right, 1)
        close = button("Close", "export.close")
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addStretch(1)
        for each in (close, self.copy, self.save):
            buttons.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_5, SPACE_4, SPACE_5, SPACE_4)
        layout.setSpacing(SPACE_3)
        layout.addLayout(both, 1)
        layout.addLayout(buttons)


def _write(workbench: Workbench, find: FindRuns, choice: Choice, format: Format) -> Written:
    report = gather(workbench.store, find(), choice, curves=format.draws)
    return Written(report, format.write(report))


def _compare(
    report: Report, comparisons: Comparisons, format: Format, tick: Callable[[int, int], None]
) -> Written | None:
    """None once it was stopped: nobody wants it any more."""
    try:
        compared = with_significance(report, comparisons, tick)
    except Stopped:
        return None
    return Written(compared, format.write(compared))


def _remembered(workbench: Workbench) -> Mapping[str, Any]:
    try:
        found = json.loads(str(workbench.preferences.recall(REMEMBERED, "{}")))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
