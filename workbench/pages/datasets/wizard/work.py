"""The import's work beside the window: read the files once, count what settings leave of them, keep the dataset."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.config import PreparationSettings
from engine.data.raw import ColumnMapping
from engine.errors import Stopped
from workbench.latest import Latest

if TYPE_CHECKING:
    from engine.data.filters import Outcome
    from engine.data.log import Log
    from engine.library import Library

PAUSE = 200  # milliseconds without a change before it is counted again
Result = TypeVar("Result")


@dataclass(frozen=True)
class Source:
    """What is read, and how."""

    paths: tuple[Path, ...]
    format: str
    mapping: ColumnMapping | None


class ImportWork(QObject):
    """Signals come on the window's thread.

    `progressed(words, share)`: of reading or keeping. `read`: `log` holds the files. `counted(outcome)`. `kept(row)`.
    `reading_failed(error)`, `counting_failed(error)`, `keeping_failed(error)`; an error is Stopped when it was asked for.
    """

    progressed = Signal(str, float)
    read = Signal()
    reading_failed = Signal(object)
    counted = Signal(object)
    counting_failed = Signal(object)
    kept = Signal(object)
    keeping_failed = Signal(object)
    _told = Signal(object, str, float)

    def __init__(self, library: "Library", parent: QObject) -> None:
        super().__init__(parent)
        self.log: Log | None = None
        self.source: Source | None = None  # of what is read, or about to be
        self.is_reading = False
        self._library = library
        self._reading, self._counting, self._keeping = Latest(self), Latest(self), Latest(self)
        self._stop, self._stop_counting = threading.Event(), threading.Event()
        self._settings = PreparationSettings()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._count)
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def read_files(self, source: Source) -> None:
        """Have these files in memory; nothing is done where they are, or are about to be."""
        if source == self.source and (self.log is not None or self.is_reading):
            return
        self.forget()
        self.source, self.is_reading = source, True
        self._stop = stop = threading.Event()
        task = partial(
            self._library.read_files, source.paths, source.format, source.mapping, self._progress(stop), stop
        )
        self._reading.ask(lambda: _unless_stopped(task), self._on_read, self._on_reading_failed)

    def count(self, settings: PreparationSettings) -> None:
        """Say soon what the settings leave of the files; an earlier question is dropped."""
        self.stop_counting()
        self._settings = settings
        self._pause.start()

    def stop_counting(self) -> None:
        self._pause.stop()
        self._stop_counting.set()
        self._counting.drop()

    def keep(self, name: str, settings: PreparationSettings) -> None:
        """Prepare and list what was read."""
        assert self.log is not None, "the files are read first"
        self.stop_counting()
        self._stop = stop = threading.Event()
        task = partial(self._library.keep, name, self.log, settings, self._progress(stop), stop)
        self._keeping.ask(task, self.kept.emit, self.keeping_failed.emit)

    def stop(self) -> None:
        """Stop reading or keeping, soon; the signal of the failure tells when it has."""
        self._stop.set()

    def forget(self) -> None:
        """Stop everything, and let go of what was read."""
        self.stop()
        self.stop_counting()
        self._reading.drop()
        self.log, self.source, self.is_reading = None, None, False

    def _count(self) -> None:
        if self.log is None:
            return
        self._stop_counting = stop = threading.Event()
        task = partial(_outcome, self.log, self._settings, stop)
        self._counting.ask(lambda: _unless_stopped(task), self._on_counted, self.counting_failed.emit)

    def _on_counted(self, outcome: "Outcome | None") -> None:
        if outcome is not None:
            self.counted.emit(outcome)

    def _on_read(self, log: "Log | None") -> None:
        if log is None:
            self._on_reading_failed(Stopped())
            return
        self.log, self.is_reading = log, False
        self.read.emit()

    def _on_reading_failed(self, error: Exception) -> None:
        self.source, self.is_reading = None, False
        self.reading_failed.emit(error)

    def _progress(self, stop: threading.Event) -> Callable[[str, float], None]:
        def tell(words: str, share: float) -> None:
            if not stop.is_set():  # else the dialog may be gone
                self._told.emit(stop, words, share)

        return tell

    def _tell(self, stop: threading.Event, words: str, share: float) -> None:
        if stop is self._stop and not stop.is_set():
            self.progressed.emit(words, share)


def _outcome(log: "Log", settings: PreparationSettings, stop: threading.Event) -> "Outcome":
    from engine.data.filters import Outcome

    def check() -> None:
        if stop.is_set():
            raise Stopped

    return Outcome.of(log, settings, check)


def _unless_stopped(task: Callable[[], Result]) -> Result | None:
    """None when it was stopped: nobody may be waiting for it any more."""
    try:
        return task()
    except Stopped:
        return None
