"""Starts, pauses and stops runs, one at a time, and starts the next of the queue when one has ended."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine import continuation
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.errors import DataError, WorkbenchError
from engine.events import Event
from engine.groups import PlannedRun
from engine.home import Home
from engine.settings import parse
from workbench.run_queue import RunQueue
from workbench.run_thread import Runner, RunThread, in_words, recorded

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import Planned, QueuedRun, Store

FLUSH_MS = 50  # events reach the pages at most 20 times a second


class RunController(QObject):
    """The one run that may go at a time, and the queue of those that come after it.

    `events` carries what happened since the last flush, in order, at most 20 times a second; `run_ended` comes after
    the last of them, with "finished", "interrupted" or "failed" and words for the person. `asked` tells that the run
    was asked to stop, pause, go on or end its training. `not_started` tells which runs of the queue could not be
    started, and why; they are on hold now.
    """

    run_started = Signal(int, object)
    events = Signal(int, list)
    asked = Signal(int)
    run_ended = Signal(int, str, str)
    not_started = Signal(str)

    def __init__(
        self,
        home: Home,
        store: "Store",
        library: "Library",
        runner: Runner | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`runner` does the run itself; by default `engine.experiment.run_recorded`."""
        super().__init__(parent)
        self._home, self._store = home, store
        self._runner = runner or recorded(home, store, library)
        self._thread: RunThread | None = None
        self._control = RunControl()
        self.queue = RunQueue(store, self)
        self.run: int | None = None  # the run that goes, or the last one
        self.config: ExperimentConfig | None = None
        self.outcome: tuple[str, str] | None = None  # status and words, once it has ended
        self.history: list[Event] = []  # everything that the run has reported so far
        self.place: tuple[int, int] | None = None  # which of how many it is in its group; None for one on its own
        self._clock = QTimer(self)
        self._clock.setInterval(FLUSH_MS)
        self._clock.timeout.connect(self._flush)

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    @property
    def is_stopping(self) -> bool:
        return self.is_running and self._control.is_stopping

    @property
    def is_paused(self) -> bool:
        return self.is_running and self._control.is_paused and not self._control.is_stopping

    @property
    def ends_training(self) -> bool:
        return self.is_running and self._control.ends_training

    @property
    def waiting(self) -> int:
        """How many runs of the queue start by themselves after this one."""
        return self.queue.waiting if self.queue.goes else 0

    def start(self, config: ExperimentConfig) -> int:
        """Start a run and return its number. Raises WorkbenchError when one is going or the dataset is not there."""
        self._refuse_a_second()
        return self._begin(config)

    def resume_run(self, run: int) -> None:
        """Go on with an interrupted or failed run. Raises WorkbenchError when one is going, or when it cannot go on."""
        self._refuse_a_second()
        self._go(run, continuation.resume(self._store, run))

    def train_further(self, run: int, epochs: int, patience: int) -> int:
        """Train a finished run for more epochs, as a new run, whose number it gives. Raises WorkbenchError."""
        self._refuse_a_second()
        made, config = continuation.train_further(self._home, self._store, run, epochs, patience)
        self._go(made, config)
        return made

    def start_group(self, group: str, planned: Sequence[PlannedRun]) -> int:
        """Start the first of several runs and return its number; the others come next in the queue, which goes now.

        Raises WorkbenchError when a run is going or the dataset is not there.
        """
        self._refuse_a_second()
        added = self.queue.add(in_group(group, planned), first=True)
        try:
            run = self._start_queued(next(row for row in self.queue.rows() if row.id == added[0]))
        except WorkbenchError:
            self.queue.remove(added)
            raise
        self.queue.goes = True
        return run

    def add(self, group: str, planned: Sequence[PlannedRun]) -> None:
        """Put one run, or a group of several, at the end of the queue."""
        self.queue.add(in_group(group, planned))
        self._start_next()

    def start_queue(self) -> None:
        """Let the queue go: now, or when the present run has ended."""
        self.queue.goes = True
        self._start_next()

    def run_next(self, chosen: Sequence[int]) -> None:
        """Put planned runs before all others, and take them off hold."""
        order = [each.id for each in self.queue.rows() if each.id not in chosen]
        self.queue.hold(chosen, False)
        self.queue.move(chosen, order[0] if order else None)
        self._start_next()

    def stop(self) -> None:
        """Ask the run to stop; it answers within one batch and ends with `run_ended`. The queue goes on."""
        if self.is_running and not self.is_stopping:
            self._control.stop()
            self._tell()

    def stop_all(self) -> None:
        """Ask the run to stop, and let the queue wait for the person's word."""
        self.queue.goes = False
        self.stop()
        self._tell()

    def pause(self) -> None:
        """Let the run stand still from the next batch on."""
        self._control.pause()
        self._tell()

    def resume(self) -> None:
        """Let a paused run go on."""
        self._control.resume()
        self._tell()

    def end_training(self) -> None:
        """Let the run train no longer, and test its best checkpoint."""
        self._control.end_training()
        self._tell()

    def _tell(self) -> None:
        if self.is_running and self.run is not None:
            self.asked.emit(self.run)

    def _refuse_a_second(self) -> None:
        if self.is_running:
            raise WorkbenchError("A run is already going. Wait until it ends, or stop it on the Monitor page.")

    def _start_queued(self, row: "QueuedRun") -> int:
        config = parse(row.config, ExperimentConfig)
        run = self._begin(config, row.group, row.label, (row.place, row.of) if row.of > 1 else None, row.id)
        self.queue.changed.emit()
        return run

    def _begin(
        self,
        config: ExperimentConfig,
        group: str | None = None,
        label: str | None = None,
        place: tuple[int, int] | None = None,
        queued: int | None = None,
    ) -> int:
        dataset = self._store.datasets.get(config.data.dataset)
        if dataset is None:
            raise DataError(f"There is no dataset “{config.data.dataset}”. Import it on the Datasets page.")
        run = self._store.runs.create(config, dataset.fingerprint, group, label, queued)
        self._go(run, config, place)
        return run

    def _go(self, run: int, config: ExperimentConfig, place: tuple[int, int] | None = None) -> None:
        self.run, self.config, self.history, self.outcome, self.place = run, config, [], None, place
        self._control = RunControl()
        self._thread = RunThread(self._runner, run, config, self._control)
        self._thread.finished.connect(self._end)
        self._thread.start()
        self._clock.start()
        self.run_started.emit(run, config)

    def _start_next(self) -> None:
        troubles: list[str] = []
        while self.queue.goes and not self.is_running and (row := self.queue.next()) is not None:
            try:
                self._start_queued(row)
            except WorkbenchError as error:
                self.queue.hold([row.id], True, str(error))
                troubles.append(f"“{row.name}”: {error}")
        if troubles:
            self.not_started.emit("\n".join(troubles))

    def _flush(self) -> None:
        if self._thread is None or self.run is None:
            return
        events = self._thread.drain()
        if events:
            self.history.extend(events)
            self.events.emit(self.run, events)

    def _end(self) -> None:
        if self._thread is None or self.run is None:
            return
        self._clock.stop()
        self._flush()
        thread, self._thread = self._thread, None
        thread.wait()
        thread.deleteLater()
        self.outcome = status, message = in_words(thread.outcome)
        self.run_ended.emit(self.run, status, message)
        self._start_next()


def in_group(group: str, planned: Sequence[PlannedRun]) -> "list[Planned]":
    """The runs with their places in a group; one alone needs none."""
    from engine.store import Planned

    if len(planned) == 1:
        return [Planned(planned[0].config)]
    return [Planned(each.config, group, each.label, place, len(planned)) for place, each in enumerate(planned, start=1)]
