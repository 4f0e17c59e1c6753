"""Popularity of items and the head/tail line, both from training interactions alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.config import DataSettings
from engine.data.dataset import IntArray, Sequences
from engine.errors import SettingsError


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
        counts = training_counts(training, items)
        most_popular = 1 + np.argsort(-counts[1:], kind="stable")[: head_size(items, head_share)]
        is_head = np.zeros(items + 1, dtype=bool)
        is_head[most_popular] = True
        return cls(counts, is_head)

    @classmethod
    def by_count(cls, training: Sequences, items: int, head_count: int) -> "Popularity":
        """Count training interactions; head is every item with at least `head_count` of them.

        Raises SettingsError when that leaves no head or no tail.
        """
        counts = training_counts(training, items)
        is_head = counts >= head_count
        if not 0 < is_head.sum() < items:
            raise SettingsError(
                f"data.head_count: {'no' if not is_head.any() else 'every'} item has {head_count:,} training "
                f"interactions or more; the items have from {counts[1:].min():,} to {counts.max():,}."
            )
        return cls(counts, is_head)

    @classmethod
    def by_settings(cls, training: Sequences, items: int, settings: DataSettings) -> "Popularity":
        """Head and tail as the settings say. Raises SettingsError when that leaves no head or no tail."""
        if settings.head_rule == "count":
            return cls.by_count(training, items, settings.head_count)
        return cls.of(training, items, settings.head_share)

    @property
    def least_head_count(self) -> int:
        """Training interactions of the least popular head item: where the line lies."""
        return int(self.counts[self.is_head].min())


def head_size(items: int, head_share: float) -> int:
    """How many of `items` are head: their share, and at least one."""
    return min(items, max(1, round(items * head_share)))


def training_counts(training: Sequences, items: int) -> IntArray:
    """(items + 1,) training interactions per item; 0 for the padding item."""
    return np.bincount(training.items, minlength=items + 1).astype(np.int64)
