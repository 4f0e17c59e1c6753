"""Popularity of items and the head/tail line, both from training interactions alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray, Sequences


@dataclass(frozen=True)
class Popularity:
    """`counts` (items + 1,): training interactions per item; `is_head` (items + 1,): the head/tail line."""

    counts: IntArray
    is_head: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, training: Sequences, items: int, head_share: float) -> "Popularity":
        """Count training interactions; head is the most popular `head_share` of the items.

        Ties at the line go to the lower item index, so that the head has the same size whatever the order.
        """
        counts = np.bincount(training.items, minlength=items + 1).astype(np.int64)
        head_size = min(items, max(1, round(items * head_share)))
        most_popular = 1 + np.argsort(-counts[1:], kind="stable")[:head_size]
        is_head = np.zeros(items + 1, dtype=bool)
        is_head[most_popular] = True
        return cls(counts, is_head)

    @property
    def least_head_count(self) -> int:
        """Training interactions of the least popular head item: where the line lies."""
        return int(self.counts[self.is_head].min())
