"""Runs that another process computes in the same home folder: which there are, and what one of them reports."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.events import Event, Failed, Finished, Interrupted
from workbench.latest import Latest
from workbench.run_thread import in_words

if TYPE_CHECKING:
    from engine.store import RunReader, RunRow, Store

LOOK_MS = 2000  # between two looks for runs
READ_MS = 300  # between two looks at what a run reports


class RunsElsewhere(QObject):
    """Looks for such runs while it is `watching`; `changed` when there are others than before."""

    changed = Signal()

    def __init__(self, store: "Store", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.runs: list[RunRow] = []  # the newest first
        self._latest = Latest(self)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self._look)

    def watch(self, watching: bool) -> None:
        """Begin to look, or rest."""
        if watching:
            self._clock.start()
            self._look()
        else:
            self._clock.stop()
            self._latest.drop()

    def _look(self) -> None:
        store = self._store

        def look() -> "list[RunRow]":
            store.runs.mark_dead()
            return store.runs.going_elsewhere()

        self._latest.ask(look, self._take, lambda _error: None)  # the next look may succeed

    def _take(self, runs: "list[RunRow]") -> None:
        if [run.id for run in runs] != [run.id for run in self.runs]:
            self.runs = runs
            self.changed.emit()


class RunFollower(QObject):
    """Follows one run at a time by what is recorded of it: `events` in their order, then `ended` as the controller."""

    events = Signal(int, list)
    ended = Signal(int, str, str)
    lost = Signal(int, Exception)

    def __init__(self, store: "Store", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.run: int | None = None
        self._latest = Latest(self)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(READ_MS)

    def follow(self, run: int) -> None:
        """Report this run from its beginning, and no other any longer."""
        from engine.store import RunReader

        self.leave()
        self.run = run
        reader = RunReader(self._store, run)
        self._clock.timeout.connect(lambda: self._read(reader))
        self._read(reader)

    def leave(self) -> None:
        """Follow no run any longer."""
        if self.run is not None:
            self.run = None
            self._clock.stop()
            self._clock.timeout.disconnect()
            self._latest.drop()

    def _read(self, reader: "RunReader") -> None:
        self._latest.ask(reader.read, self._take, self._lose)

    def _take(self, events: list[Event]) -> None:
        run = self.run
        assert run is not None
        if events:
            self.events.emit(run, events)
        match events:
            case [*_, (Finished() | Interrupted() | Failed()) as end]:
                self.leave()
                self.ended.emit(run, *in_words(end))
            case _ if self.run == run:
                self._clock.start()

    def _lose(self, error: Exception) -> None:
        run = self.run
        assert run is not None
        self.leave()
        self.lost.emit(run, error)
