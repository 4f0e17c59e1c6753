"""The numbers behind the dataset page's charts, computed without a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.models.item_table import CatalogueRows

if TYPE_CHECKING:
    from engine.data.dataset import Dataset

BINS = 40


@dataclass(frozen=True)
class LengthBins:
    """`edges` (bins + 1,) whole numbers, a bin reaching from its edge to just below the next; `users` (bins,).

    `logarithmic` tells that the bins widen by a constant factor, as they do when lengths span decades.
    """

    edges: npt.NDArray[np.int64]
    users: npt.NDArray[np.int64]
    logarithmic: bool

    @classmethod
    def of(cls, lengths: npt.NDArray[np.int64]) -> LengthBins:
        least, greatest = int(lengths.min()), int(lengths.max())
        logarithmic = greatest > 20 * least
        if logarithmic:
            # The first bin is at least two lengths wide: bins of one and of two in turn would make teeth.
            factor = max((greatest / least) ** (1 / BINS), 1 + 2 / least)
            bins = int(np.ceil(np.log((greatest + 1) / least) / np.log(factor)))
            edges = np.unique((least * factor ** np.arange(bins + 1)).round().astype(np.int64))
        else:
            width = -(-(greatest + 1 - least) // BINS)
            edges = np.arange(least, greatest + width + 1, width)
        return cls(edges, np.histogram(lengths, edges)[0].astype(np.int64), logarithmic)


@dataclass(frozen=True)
class DatasetSummary:
    """What the page shows of a dataset beyond its row in the store.

    `ranked` (items,): training interactions, most popular item first; the first `head_items` are head.
    """

    catalogue: CatalogueRows
    ranked: npt.NDArray[np.int64]
    head_items: int
    least_head_count: int
    longest: int
    lengths: LengthBins

    @classmethod
    def of(cls, dataset: Dataset, head_share: float) -> DatasetSummary:
        from engine.data.popularity import Popularity
        from engine.data.split import LeaveOneOut

        popularity = Popularity.of(LeaveOneOut(dataset.sequences).training, len(dataset.items), head_share)
        counts, is_head = popularity.counts[1:], popularity.is_head[1:]
        items = dataset.items
        return cls(
            catalogue=CatalogueRows(items.ids[1:], items.titles[1:], items.texts[1:], counts, is_head),
            ranked=np.sort(counts)[::-1],
            head_items=int(is_head.sum()),
            least_head_count=popularity.least_head_count,
            longest=int(dataset.sequences.lengths.max()),
            lengths=LengthBins.of(dataset.sequences.lengths),
        )

    @property
    def head_interactions(self) -> float:
        """Share of the training interactions that head items hold, from 0 to 1."""
        return float(self.ranked[: self.head_items].sum() / max(1, self.ranked.sum()))

    @property
    def words(self) -> tuple[str, str]:
        """What head and tail hold, a sentence each."""
        items, head, share = len(self.ranked), self.head_items, self.head_interactions
        return (
            f"Head: {head:,} items ({head / items:.0%}) hold {share:.1%} of interactions",
            f"Tail: {items - head:,} items ({1 - head / items:.0%}) hold {1 - share:.1%} of interactions",
        )
