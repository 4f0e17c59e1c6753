"""Work beside the window that takes a while: it tells how far it is, and can be stopped."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from engine.errors import Stopped
from workbench.latest import Latest

Result = TypeVar("Result")
Tick = Callable[[int, int], None]


class LongWork(QObject):
    """One task at a time. `progressed(done, total)` comes on the window's thread."""

    progressed = Signal(int, int)
    _told = Signal(object, int, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._latest = Latest(self)
        self._stop = threading.Event()
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def is_running(self) -> bool:
        return self._latest.is_asking

    def start(
        self,
        function: Callable[[Tick], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Run `function`, which calls the tick it is given as it goes; what ran before is stopped.

        One of the two others gets what came of it, unless it was stopped.
        """
        self.stop()
        self._stop = stop = threading.Event()

        def tick(done: int, total: int) -> None:
            if stop.is_set():
                raise Stopped
            self._told.emit(stop, done, total)

        def run() -> Any:
            try:
                return function(tick)
            except Stopped:
                return None

        self._latest.ask(run, on_result, on_error)

    def stop(self) -> None:
        """End it soon; nothing is heard of it any more."""
        self._stop.set()
        self._latest.drop()

    def _tell(self, stop: threading.Event, done: int, total: int) -> None:
        if stop is self._stop and not stop.is_set():
            self.progressed.emit(done, total)
