"""How many items are head and how many tail, and what the head holds of the interactions."""

from dataclasses import dataclass

import numpy as np

from engine.config import DataSettings
from engine.data.dataset import Dataset, IntArray
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut


@dataclass(frozen=True)
class HeadTail:
    """Items in the `head` and in the `tail`. Head items have at least `least` training interactions and together
    the share `share` of them all; both 0 where there is no head."""

    head: int
    tail: int
    least: int
    share: float


def training_counts(dataset: Dataset) -> IntArray:
    """(items,) training interactions of every item, the most popular first."""
    training = LeaveOneOut(dataset.sequences).training
    return np.sort(Popularity.of(training, len(dataset.items), 1.0).counts[1:])[::-1].copy()


def head_and_tail(counts: IntArray, settings: DataSettings) -> HeadTail:
    """As `engine.data.popularity` draws the line; `counts` (items,) as `training_counts` gives them."""
    items = len(counts)
    if settings.head_rule == "count":
        head = int((counts >= settings.head_count).sum())
    else:
        head = min(items, max(1, round(items * settings.head_share)))
    of_head = counts[:head]
    least = int(of_head[-1]) if head else 0
    return HeadTail(head, items - head, least, float(of_head.sum() / max(1, counts.sum())))
