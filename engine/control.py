"""What a person may ask of a run while it goes: pause, go on, end the training early, stop."""

import threading
import time

from engine.errors import Stopped
from engine.events import Listener, Paused, Resumed

_LOOKS_EVERY = 0.05  # seconds, while paused


class RunControl:
    """The requests to one run. Any thread may ask; the run looks in every batch."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._end_training = threading.Event()
        self._goes = threading.Event()
        self._goes.set()
        self.paused_seconds = 0.0  # how long the run has stood still in all

    def stop(self) -> None:
        """End the run; what is finished is kept. A paused run ends, too."""
        self._stop.set()

    def pause(self) -> None:
        """Stand still from the next batch on."""
        self._goes.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._goes.set()

    def end_training(self) -> None:
        """Train no longer, and test the best checkpoint; a paused run goes on for that."""
        self._end_training.set()
        self._goes.set()

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    @property
    def is_paused(self) -> bool:
        return not self._goes.is_set()

    @property
    def ends_training(self) -> bool:
        return self._end_training.is_set()

    def check(self, listen: Listener) -> None:
        """Called by the run in every batch: stand still for as long as it is paused, which `listen` hears of.

        Raises Stopped when the run is to end.
        """
        if self.is_paused and not self.is_stopping:
            self._wait(listen)
        if self.is_stopping:
            raise Stopped

    def _wait(self, listen: Listener) -> None:
        listen(Paused())
        start = time.perf_counter()
        while not self.is_stopping and not self._goes.wait(_LOOKS_EVERY):
            pass
        seconds = time.perf_counter() - start
        self.paused_seconds += seconds
        listen(Resumed(seconds))
