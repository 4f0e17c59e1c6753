"""How many items are head and how many tail, and what the head holds of the interactions."""

from dataclasses import dataclass

from engine.config import DataSettings
from engine.data.dataset import Dataset
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut


@dataclass(frozen=True)
class HeadTail:
    """`least` training interactions make an item head; `share` of the training interactions are with head items."""

    head: int
    tail: int
    least: int
    share: float


def head_and_tail(dataset: Dataset, settings: DataSettings) -> HeadTail:
    """Counted on training interactions, as a run does. Raises SettingsError when no head or no tail is left."""
    items = len(dataset.items)
    popularity = Popularity.by_settings(LeaveOneOut(dataset.sequences).training, items, settings)
    head = int(popularity.is_head.sum())
    share = float(popularity.counts[popularity.is_head].sum() / max(1, popularity.counts.sum()))
    return HeadTail(head, items - head, popularity.least_head_count, share)
