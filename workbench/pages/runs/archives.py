"""Runs into archives and out of them, in the background, with progress and a way to stop."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from engine.errors import Stopped
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.widgets import dialogs, numbers

STEPS = 1000
PATIENCE = 400  # milliseconds before the progress is shown
Tick = Callable[[int, int], None]
Result = TypeVar("Result")


class RunArchives(QObject):
    """`written(run, words)`: an archive is there. `imported(run, words)`: a run was taken over; words on what is missing."""

    written = Signal(int, str)
    imported = Signal(int, str)
    _progressed = Signal(int, int)

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._window = workbench, window
        self._working = Latest(self)
        self._stop = threading.Event()
        self._dialog: QProgressDialog | None = None
        self._progressed.connect(self._show_progress)

    @property
    def is_working(self) -> bool:
        return self._working.is_asking

    def write(self, run: int, path: Path) -> None:
        """Put a run into an archive."""

        def work(tick: Tick) -> str:
            from engine.archive import export_archive

            export_archive(self._workbench.store, self._workbench.home, run, path, tick)
            return f"Run {run} was written to {path} ({numbers.size(path.stat().st_size)})."

        self._do(f"Writing {path.name}", work, partial(self.written.emit, run), f"Run {run} could not be exported.")

    def take_over(self, path: Path) -> None:
        """Take the run in an archive over."""

        def work(tick: Tick) -> Any:
            from engine.archive import import_archive

            return import_archive(self._workbench.store, self._workbench.home, path, tick)

        self._do(
            f"Reading {path.name}",
            work,
            lambda found: self.imported.emit(found.run, f"Imported from {found.origin}."),
            "No run was imported.",
        )

    def stop(self) -> None:
        """Let what is being done end without a trace."""
        self._stop.set()

    def _do(self, title: str, work: Callable[[Tick], Result], done: Callable[[Result], object], fault: str) -> None:
        if self.is_working:
            dialogs.show_error(self._window, fault, "Another archive is still being written or read. Wait for its end.")
            return
        stop = self._stop = threading.Event()
        self._dialog = self._make_dialog(title)

        def tick(now: int, total: int) -> None:
            if stop.is_set():
                raise Stopped
            self._progressed.emit(STEPS * now // max(1, total), STEPS)

        def ended() -> None:
            if self._dialog is not None:
                self._dialog.close()
                self._dialog.deleteLater()
                self._dialog = None

        def succeeded(result: Result) -> None:
            ended()
            done(result)

        def failed(error: Exception) -> None:
            ended()
            if not isinstance(error, Stopped):
                dialogs.show_error(self._window, fault, str(error))

        self._working.ask(partial(work, tick), succeeded, failed)

    def _make_dialog(self, title: str) -> QProgressDialog:
        dialog = QProgressDialog(title, "Cancel", 0, STEPS, self._window)
        dialog.setObjectName("runs.archiveProgress")
        dialog.setWindowTitle("H2Rec Workbench")
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.setMinimumDuration(PATIENCE)
        dialog.canceled.connect(self.stop)
        return dialog

    def _show_progress(self, now: int, _total: int) -> None:
        if self._dialog is not None:
            self._dialog.setValue(now)
