"""Training batches: shuffled, every sequence exactly once an epoch, grouped by length so that little is padded.

A step's loss is the mean over the positions it asks for. Were batches of long sequences as many sequences as those of
short ones, a position in a long history would count for less, and the model would learn the short ones. So batches
are cut by positions: every step asks for about as many, and every position counts the same. Where a loss is a mean over
users, `Batch.share` does the same for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.data.cloze import Cloze
from engine.data.dataset import IntArray, Sequences

POOL_BATCHES = 32  # batches whose sequences are sorted by length together


@dataclass(frozen=True)
class Batch:
    """Right-padded with 0: `targets[b, t]` comes after `inputs[b, t]`, or is masked there; 0 asks for nothing.

    Arrays (batch, length); `lengths` (batch,) of the inputs; `users` (batch,) are the rows of the sequences. `share`:
    how many sequences these are, over their mean number in a batch of the epoch.
    """

    users: IntArray
    inputs: IntArray
    targets: IntArray
    lengths: IntArray
    share: float = 1.0


def padded(sequences: Sequences, rows: IntArray, max_length: int) -> tuple[IntArray, IntArray]:
    """The latest `max_length` items of some sequences: right-padded items (rows, length) and lengths (rows,)."""
    lengths = np.minimum(sequences.lengths[rows], max_length)
    places = np.arange(max(int(lengths.max(initial=0)), 1))
    inside = places < lengths[:, None]
    starts = sequences.offsets[1:][rows] - lengths
    items = np.zeros(inside.shape, dtype=np.int64)
    items[inside] = sequences.items[(starts[:, None] + places)[inside]]
    return items, lengths


def equal_cuts(sizes: IntArray, parts: int) -> IntArray:
    """(parts - 1,) where to cut things of these `sizes` (things,) so that the sums of the parts are about equal.

    No part is empty; `parts` is at most the number of things.
    """
    sums = np.cumsum(sizes)
    inner = np.arange(1, parts)
    cuts = np.searchsorted(sums - sizes / 2, sums[-1] * inner / parts)
    rising = np.maximum.accumulate(np.maximum(cuts - inner, 0)) + inner  # each at least one after the one before
    return np.minimum(rising, len(sizes) - parts + inner)


class TrainingBatches:
    """The batches of every epoch; the same seed and epoch give the same batches.

    A batch holds `batch_size` sequences on average: fewer long ones, more short ones.
    With `cloze`, items are masked and asked for where they stood; else every item is asked for at the one before.
    """

    def __init__(
        self, training: Sequences, max_length: int, batch_size: int, seed: int, cloze: Cloze | None = None
    ) -> None:
        self._training = training
        self._max_length = max_length
        self._batch_size = batch_size
        self._seed = seed
        self._cloze = cloze
        self._rows = np.flatnonzero(training.lengths >= 2)

    def __len__(self) -> int:
        """Batches per epoch."""
        return -(-len(self._rows) // self._batch_size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch: every sequence with at least two training items once."""
        random = np.random.default_rng([self._seed, number])
        rows = random.permutation(self._rows)
        pool = POOL_BATCHES * self._batch_size
        batches: list[IntArray] = []
        for start in range(0, len(rows), pool):
            chunk = rows[start : start + pool]
            chunk = chunk[np.argsort(self._training.lengths[chunk], kind="stable")]
            asked = np.minimum(self._training.lengths[chunk], self._max_length + 1) - 1
            batches.extend(np.split(chunk, equal_cuts(asked, -(-len(chunk) // self._batch_size))))
        for place in random.permutation(len(batches)):
            users = batches[place]
            share = len(users) * len(self) / len(self._rows)
            items, lengths = padded(self._training, users, self._max_length + 1)
            if self._cloze is None:
                targets = items[:, 1:]
                yield Batch(users, items[:, :-1] * (targets > 0), targets, lengths - 1, share)
            else:
                yield Batch(users, *self._cloze(items, lengths, random), lengths, share)
