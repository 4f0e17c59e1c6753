"""What any line between head and tail would mean, and which setting draws it."""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from engine.config import DataSettings
from engine.data.dataset import Dataset, IntArray
from engine.data.popularity import head_size, training_counts
from engine.data.split import LeaveOneOut
from engine.settings import settings_of


@dataclass(frozen=True)
class HeadLine:
    """A line behind the `head_items` most popular of `items`.

    `interactions` is the share of the training interactions that the head holds, from 0 to 1; `least_count` how many
    the least popular head item has. `share` is the value of `data.head_share` that draws this line, with as few
    decimals as do. `items_by_count` is how many items are head when `data.head_count` is `least_count`: all
    those with as many interactions as the last one; None where that setting would leave no tail.
    """

    items: int
    head_items: int
    interactions: float
    least_count: int
    share: float
    items_by_count: int | None


@dataclass(frozen=True)
class HeadTail:
    """Items in the `head` and in the `tail`. Head items have at least `least` training interactions and together
    the share `share` of them all; both 0 where there is no head."""

    head: int
    tail: int
    least: int
    share: float


@dataclass(frozen=True)
class PopularityCurve:
    """`counts` (items,): training interactions by rank, the most popular item first."""

    counts: IntArray

    @classmethod
    def of(cls, counts: IntArray) -> "PopularityCurve":
        """`counts` (items,) in any order."""
        return cls(np.sort(counts)[::-1])

    @classmethod
    def of_training(cls, dataset: Dataset) -> "PopularityCurve":
        """Of the training interactions of a dataset."""
        return cls.of(training_counts(LeaveOneOut(dataset.sequences).training, len(dataset.items))[1:])

    def head_and_tail(self, settings: DataSettings) -> HeadTail:
        """As `engine.data.popularity` draws the line, but for a line that leaves no head or no tail, which is told."""
        items = len(self.counts)
        if settings.head_rule == "count":
            head = int((self.counts >= settings.head_count).sum())
        else:
            head = head_size(items, settings.head_share)
        least = int(self.counts[head - 1]) if head else 0
        return HeadTail(head, items - head, least, float(self.counts[:head].sum() / max(1, self.counts.sum())))

    def line_by_share(self, share: float) -> HeadLine:
        """The line that `data.head_share` draws."""
        return replace(self.line_at(head_size(len(self.counts), share)), share=share)

    def line_at(self, head_items: int) -> HeadLine:
        """The line behind so many items, or as near to it as `data.head_share` allows."""
        items = len(self.counts)
        least, most = (head_size(items, share) for share in _limits())
        head = min(max(head_items, least), most)
        threshold = int(self.counts[head - 1])
        by_count = int(np.searchsorted(-self.counts, -threshold, side="right"))
        return HeadLine(
            items=items,
            head_items=head,
            interactions=float(self._held[head - 1] / max(1, self._held[-1])),
            least_count=threshold,
            share=_shortest_share(head, items),
            items_by_count=by_count if threshold and by_count < items else None,
        )

    @cached_property
    def _held(self) -> IntArray:
        """(items,) interactions of all items up to a rank."""
        return np.cumsum(self.counts)


def _shortest_share(head: int, items: int) -> float:
    """The share with the fewest decimals that makes `head` of `items` head."""
    least, greatest = _limits()
    for decimals in range(1, 11):
        share = min(max(round(head / items, decimals), least), greatest)
        if head_size(items, share) == head:
            break
    return share


@cache
def _limits() -> tuple[float, float]:
    """What `data.head_share` allows."""
    info = next(each for each in settings_of(DataSettings) if each.key == "head_share")
    assert info.minimum is not None
    assert info.maximum is not None
    return info.minimum, info.maximum
