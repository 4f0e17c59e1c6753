"""Starts and stops runs, one at a time: a worker thread per run, whose events arrive in small bundles."""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.errors import DataError, WorkbenchError
from engine.events import Event, Failed, Finished, Interrupted, Listener
from engine.groups import PlannedRun
from engine.home import Home
from workbench.calm import calm, load_torch

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import Store

FLUSH_MS = 50  # events reach the pages at most 20 times a second
Outcome = Finished | Interrupted | Failed
Runner = Callable[[int, ExperimentConfig, Listener, RunControl], Outcome]

_log = logging.getLogger(__name__)


class RunController(QObject):
    """The one run that may go at a time, and the others of its group, which wait for it to end.

    `events` carries what happened since the last flush, in order, at most 20 times a second; `run_ended` comes after
    the last of them, with "finished", "interrupted" or "failed" and words for the person. `group_broken` tells why
    the runs that waited could not be started.
    """

    run_started = Signal(int, object)
    events = Signal(int, list)
    stopping = Signal(int)
    run_ended = Signal(int, str, str)
    group_broken = Signal(str)

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
        self._home, self._store, self._library = home, store, library
        self._runner = runner or self._run_recorded
        self._thread: _RunThread | None = None
        self._control = RunControl()
        self.run: int | None = None  # the run that goes, or the last one
        self.config: ExperimentConfig | None = None
        self.outcome: tuple[str, str] | None = None  # status and words, once it has ended
        self.history: list[Event] = []  # everything that the run has reported so far
        self._group: str | None = None
        self.place: tuple[int, int] | None = None  # which of how many it is in its group; None for one on its own
        self._waiting: deque[PlannedRun] = deque()
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
    def waiting(self) -> int:
        """How many runs of the group are still to come."""
        return len(self._waiting)

    def start(self, config: ExperimentConfig) -> int:
        """Start a run and return its number. Raises WorkbenchError when one is going or the dataset is not there."""
        self._refuse_a_second()
        return self._begin(config)

    def start_group(self, group: str, planned: Sequence[PlannedRun]) -> int:
        """Start the first of several runs and return its number; whenever one ends, however it does, the next starts.

        Raises WorkbenchError when a run is going or the dataset is not there.
        """
        self._refuse_a_second()
        first, *others = planned
        self._waiting.extend(others)
        try:
            return self._begin(first.config, group, first.label, (1, len(planned)))
        except WorkbenchError:
            self._waiting.clear()
            raise

    def _refuse_a_second(self) -> None:
        if self.is_running:
            raise WorkbenchError("A run is already going. Wait until it ends, or stop it on the Monitor page.")

    def _begin(
        self,
        config: ExperimentConfig,
        group: str | None = None,
        label: str | None = None,
        place: tuple[int, int] | None = None,
    ) -> int:
        dataset = self._store.datasets.get(config.data.dataset)
        if dataset is None:
            raise DataError(f"There is no dataset “{config.data.dataset}”. Import it on the Datasets page.")
        run = self._store.runs.create(config, dataset.fingerprint, group, label)
        self._group, self.place = group, place
        self.run, self.config, self.history, self.outcome = run, config, [], None
        self._control = RunControl()
        self._thread = _RunThread(self._runner, run, config, self._control)
        self._thread.finished.connect(self._end)
        self._thread.start()
        self._clock.start()
        self.run_started.emit(run, config)
        return run

    def stop_all(self) -> None:
        """Ask the run to stop, and drop those that wait."""
        self._waiting.clear()
        if self.is_stopping and self.run is not None:
            self.stopping.emit(self.run)
        self.stop()

    def stop(self) -> None:
        """Ask the run to stop; it answers within one batch and ends with `run_ended`. Those that wait still come."""
        if self.is_running and not self._control.is_stopping:
            self._control.stop()
            assert self.run is not None
            self.stopping.emit(self.run)

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
        self.outcome = status, message = _in_words(thread.outcome)
        self.run_ended.emit(self.run, status, message)
        self._start_next()

    def _start_next(self) -> None:
        if not self._waiting or self.place is None:
            return
        planned = self._waiting.popleft()
        place, of = self.place
        try:
            self._begin(planned.config, self._group, planned.label, (place + 1, of))
        except WorkbenchError as error:
            self._waiting.clear()
            self.group_broken.emit(str(error))

    def _run_recorded(self, run: int, config: ExperimentConfig, listen: Listener, control: RunControl) -> Outcome:
        try:
            load_torch()
            from engine.experiment import run_recorded
            from engine.libraries import load_libraries

            with calm():
                load_libraries()
            return run_recorded(run, config, self._home, self._store, self._library, listen, control)
        except Exception as error:
            # A broken installation, for example: the run must not stay "running" for ever.
            from engine.store.recorder import RunRecorder

            _log.exception("Run %d broke off.", run)
            failed = Failed(f"The run broke off: {error}", traceback.format_exc())
            recorder = RunRecorder(self._store, run)
            recorder(failed)
            recorder.close()
            listen(failed)
            return failed


class _RunThread(QThread):
    """Runs one experiment; what it reports waits in a queue until the window's thread drains it."""

    def __init__(self, runner: Runner, run: int, config: ExperimentConfig, control: RunControl) -> None:
        super().__init__()
        self.setObjectName(f"run {run}")
        self._runner, self._run, self._config, self._control = runner, run, config, control
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self.outcome: Outcome = Failed("The run ended without a word.", "")

    def run(self) -> None:
        try:
            self.outcome = self._runner(self._run, self._config, self._queue.put, self._control)
        except Exception as error:  # the thread's last line of defence: the window must hear of it
            _log.exception("Run %d broke off.", self._run)
            self.outcome = Failed(f"The run broke off: {error}", traceback.format_exc())
            self._queue.put(self.outcome)

    def drain(self) -> list[Event]:
        """All events that wait, oldest first."""
        events: list[Event] = []
        while True:
            try:
                events.append(self._queue.get_nowait())
            except Empty:
                return events


def _in_words(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Finished(epochs=0):
            return "finished", "Finished; there was nothing to train."
        case Finished():
            return "finished", f"Finished after {outcome.epochs} epochs; the best was epoch {outcome.best_epoch}."
        case Interrupted(best_epoch=None):
            return "interrupted", "Stopped before the first epoch was complete."
        case Interrupted():
            return "interrupted", f"Stopped. The best checkpoint, of epoch {outcome.best_epoch}, is kept."
    return "failed", outcome.message
