"""When the state of a training is written, and how the best checkpoint stays that of the state.

Better weights are first written beside the checkpoint, under a name with their epoch. Then the state is written, which
names its best epoch; only then they become the checkpoint. Whenever the program ends between two of these steps, the
state says which weights are those of its best epoch.
"""

import time
from collections.abc import Callable
from pathlib import Path

import torch

from engine.training.checkpoint import save_weights
from engine.training.state import State, save_state

SHARE = 0.01  # of the time at most goes into writing states
SECONDS_WITHIN_EPOCH = 60.0  # what a crash can cost where epochs are long


class Keeper:
    """Writes the state and the checkpoint of one training."""

    def __init__(self, state: Path, checkpoint: Path) -> None:
        self._state, self._checkpoint = state, checkpoint
        self._cost = 0.0  # seconds that the latest state took
        self._saved_at = time.perf_counter()

    def is_due(self, *, within_epoch: bool) -> bool:
        """Whether a state is to be written now, that is, has not been for long enough."""
        wait = max(SECONDS_WITHIN_EPOCH if within_epoch else 0.0, self._cost / SHARE)
        return time.perf_counter() - self._saved_at >= wait

    def save(self, state: Callable[[], State]) -> None:
        """Write the state, and make the weights of its "best_epoch" the checkpoint. Raises OSError."""
        start = time.perf_counter()
        values = state()
        save_state(values, self._state)
        self.settle(values["best_epoch"])
        self._saved_at = time.perf_counter()
        self._cost = self._saved_at - start

    def offer(self, model: torch.nn.Module, epoch: int) -> None:
        """Write the best weights so far, to be the checkpoint from the next state on. Raises OSError."""
        save_weights(model, self._candidate(epoch))

    def settle(self, best_epoch: int | None) -> None:
        """Make the weights of that epoch the checkpoint, if they wait for it, and remove all others that do."""
        if best_epoch is not None and (chosen := self._candidate(best_epoch)).exists():
            chosen.replace(self._checkpoint)
        for other in self._checkpoint.parent.glob(self._candidate("*").name):
            other.unlink(missing_ok=True)

    def _candidate(self, epoch: int | str) -> Path:
        return self._checkpoint.with_name(f"{self._checkpoint.stem}.{epoch}{self._checkpoint.suffix}")
