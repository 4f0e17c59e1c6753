"""Leave-one-out: a user's last item is the test target, the one before it the validation target."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray, Sequences

MIN_LENGTH = 3  # one item to learn from, one to validate, one to test


@dataclass(frozen=True)
class Targets:
    """What is asked of a model: for user `users[i]`, after `histories[i]`, comes item `items[i]`."""

    users: IntArray
    histories: Sequences
    items: npt.NDArray[np.int32]


class LeaveOneOut:
    """The three parts of a dataset's sequences.

    Users with fewer than three interactions are never asked about; all of theirs is training.
    """

    def __init__(self, sequences: Sequences) -> None:
        self._sequences = sequences
        self.asked: IntArray = np.flatnonzero(sequences.lengths >= MIN_LENGTH)
        held_out = np.where(sequences.lengths >= MIN_LENGTH, 2, 0)
        self.training: Sequences = sequences.prefixes(sequences.lengths - held_out)

    @property
    def before_test(self) -> Sequences:
        """Training and validation items together, for the model that is fitted once more before the test."""
        lengths = self._sequences.lengths
        return self._sequences.prefixes(np.where(lengths >= MIN_LENGTH, lengths - 1, lengths))

    def targets(self, split: Literal["validation", "test"]) -> Targets:
        """The questions of a split, one per user with at least three interactions."""
        back = 2 if split == "validation" else 1
        lengths = np.zeros_like(self._sequences.lengths)
        lengths[self.asked] = self._sequences.lengths[self.asked] - back
        histories = self._sequences.prefixes(lengths)
        nonempty = Sequences(np.concatenate([[0], np.cumsum(lengths[self.asked])]), histories.items)
        ends = self._sequences.offsets[1:][self.asked]
        return Targets(self.asked, nonempty, self._sequences.items[ends - back])
