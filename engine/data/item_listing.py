"""The items of a dataset to search, sort and export; an item's place among them is its index in the catalogue less 1."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from engine.data.dataset import Catalogue, IntArray, TextArray
from engine.files import write_csv

Column = Literal["title", "id", "popularity", "text"]


@dataclass(frozen=True)
class ItemListing:
    """`ids`, `titles`, `texts`, `counts` (training interactions) and `ranks` (0 is the most popular): all (items,).

    Orders and search keys are made with it, so that searching and sorting later only pick from arrays.
    """

    ids: TextArray
    titles: TextArray
    texts: TextArray
    counts: IntArray
    ranks: IntArray
    _keys: list[str] = field(repr=False)
    _orders: dict[Column, IntArray] = field(repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue, counts: IntArray) -> "ItemListing":
        """`counts` (items,) training interactions. Equally popular items keep the order of the catalogue."""
        ids, titles, texts = catalogue.ids[1:], catalogue.titles[1:], catalogue.texts[1:]
        by_popularity = np.argsort(-counts, kind="stable")
        ranks = np.empty_like(by_popularity)
        ranks[by_popularity] = np.arange(len(counts))
        return cls(
            ids, titles, texts, counts, ranks,
            [f"{title}\n{identifier}".casefold() for title, identifier in zip(titles, ids, strict=True)],
            {"title": _order(titles), "id": _order(ids), "popularity": by_popularity[::-1], "text": _order(texts)},
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, search: str, by: Column, descending: bool) -> IntArray:
        """(found,) places of the items whose title and id hold every word of `search`, in order."""
        order = self._orders[by][::-1] if descending else self._orders[by]
        found = np.ones(len(self), dtype=bool)
        for word in search.casefold().split():
            found &= np.array([word in key for key in self._keys], dtype=bool)
        return order[found[order]]

    def export(self, path: Path, places: IntArray, head_items: int) -> None:
        """Write the items at `places` (chosen,) as CSV, `head_items` of all being head. Raises OSError."""
        write_csv(
            path,
            ["id", "title", "training_interactions", "slice", "text"],
            (
                [
                    *(self.ids[place], self.titles[place], int(self.counts[place])),
                    *("head" if self.ranks[place] < head_items else "tail", self.texts[place]),
                ]
                for place in places
            ),
        )


def _order(texts: TextArray) -> IntArray:
    """(items,) places in the order of the texts, whatever their case; where all are numbers, in that of the numbers."""
    if all(text.isascii() and text.isdecimal() for text in texts):
        keys = [(len(digits), digits) for digits in (text.lstrip("0") for text in texts)]
        return np.array(sorted(range(len(texts)), key=keys.__getitem__), dtype=np.int64)
    folded = [text.casefold() for text in texts]
    return np.array(sorted(range(len(texts)), key=folded.__getitem__), dtype=np.int64)
