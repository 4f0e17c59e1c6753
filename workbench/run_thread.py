"""A run on a thread of its own: what it reports waits until the window's thread fetches it."""

import logging
import traceback
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.events import Event, Failed, Finished, GoesOn, Interrupted, Listener, Stage
from engine.home import Home
from workbench.calm import calm, load_torch

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import Store

Outcome = Finished | Interrupted | Failed
Runner = Callable[[int, ExperimentConfig, Listener, RunControl], Outcome]

_log = logging.getLogger(__name__)


class RunThread(QThread):
    """Runs one experiment; `outcome` once it has ended."""

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


def recorded(home: Home, store: "Store", library: "Library") -> Runner:
    """The runner that computes with `engine.experiment.run_recorded`."""

    def run(number: int, config: ExperimentConfig, listen: Listener, control: RunControl) -> Outcome:
        try:
            load_torch()
            from engine.experiment import run_recorded
            from engine.libraries import load_libraries

            with calm():
                load_libraries()
            return run_recorded(number, config, home, store, library, with_past(store, number, listen), control)
        except Exception as error:
            # A broken installation, for example: the run must not stay "running" for ever.
            from engine.store.recorder import RunRecorder

            _log.exception("Run %d broke off.", number)
            failed = Failed(f"The run broke off: {error}", traceback.format_exc())
            recorder = RunRecorder(store, number)
            recorder(failed)
            recorder.close()
            listen(failed)
            return failed

    return run


def with_past(store: "Store", run: int, listen: Listener) -> Listener:
    """A listener that hears the points of an earlier attempt, too, before the training goes on from there."""

    def tell(event: Event) -> None:
        listen(event)
        if isinstance(event, GoesOn):
            from engine.store.reader import events_of

            is_refit = event.stage is Stage.REFIT
            curves = {name: each for name, each in store.runs.curves(run).items() if (name == "loss/refit") == is_refit}
            for past in events_of(curves):
                listen(past)

    return tell


def in_words(outcome: Outcome) -> tuple[str, str]:
    """How a run ended: its status, and a sentence."""
    match outcome:
        case Finished(epochs=0):
            return "finished", "Finished; there was nothing to train."
        case Finished():
            return "finished", f"Finished after {outcome.epochs} epochs; the best was epoch {outcome.best_epoch}."
        case Interrupted(best_epoch=None):
            return "interrupted", "Stopped before the first epoch was complete. It can be resumed where it was."
        case Interrupted():
            kept = f"The best checkpoint, of epoch {outcome.best_epoch}, is kept"
            return "interrupted", f"Stopped. {kept}, and it can be resumed where it was."
    return "failed", outcome.message
