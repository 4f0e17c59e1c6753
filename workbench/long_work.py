"""Work beside the window that takes a while: it tells how far it is, and can be stopped."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from engine.errors import Stopped
from workbench.latest import Latest

Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
BETWEEN = 0.1  # seconds between two reports


class LongWork(QObject):
    """One task at a time; a newer one stops the older. `progressed(words, done, total)` comes on the window's thread."""

    progressed = Signal(str, int, int)
    _told = Signal(object, str, int, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._latest = Latest(parent)
        self._stop = threading.Event()
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def is_working(self) -> bool:
        return self._latest.is_asking

    def start(
        self,
        task: Callable[[Progress], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Run `task` with a `progress(words, done, total)` that raises Stopped when nobody wants the result any more."""
        self.stop()
        self._stop = stop = threading.Event()
        last = 0.0

        def progress(words: str, done: int, total: int) -> None:
            nonlocal last
            if stop.is_set():
                raise Stopped
            now = time.monotonic()
            if now - last >= BETWEEN:
                last = now
                self._told.emit(stop, words, done, total)

        def run() -> Result | Stopped:
            try:
                return task(progress)
            except Stopped as stopped:
                return stopped

        self._latest.ask(run, lambda result: None if isinstance(result, Stopped) else on_result(result), on_error)

    def stop(self) -> None:
        """End the task soon; nothing more is heard of it."""
        self._stop.set()
        self._latest.drop()

    def _tell(self, stop: threading.Event, words: str, done: int, total: int) -> None:
        if stop is self._stop and not stop.is_set():
            self.progressed.emit(words, done, total)
