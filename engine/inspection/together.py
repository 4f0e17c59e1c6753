"""What two items have in common beside their vectors: users who had both, and words that both texts hold."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from engine.data.dataset import Catalogue, IntArray, Sequences

WORD = re.compile(r"[^\W\d_]{3,}")
COMMON = 0.1  # a word in a larger share of the texts tells nothing
EMPTY = {"and", "are", "for", "from", "not", "that", "the", "this", "was", "with", "you", "your"}
MOST_WORDS = 3


class CoOccurrence:
    """Users whose training interactions hold two items. Counted when it is asked for, one item at a time."""

    def __init__(self, training: Sequences, items: int) -> None:
        self._baskets = training.distinct()
        self._items = items

    def counts(self, item: int) -> IntArray:
        """(items + 1,) for every item the users who had it together with `item`; 0 for the item itself."""
        users = self._users[self._starts[item] : self._starts[item + 1]]
        baskets = [self._baskets[user] for user in users]
        counts = np.bincount(np.concatenate(baskets) if baskets else [], minlength=self._items + 1).astype(np.int64)
        counts[item] = 0
        return counts

    @cached_property
    def users_of(self) -> IntArray:
        """(items + 1,) users who had an item."""
        return np.bincount(self._baskets.items, minlength=self._items + 1).astype(np.int64)

    @cached_property
    def _users(self) -> IntArray:
        """Users of all items, item by item."""
        owners = np.repeat(np.arange(len(self._baskets)), self._baskets.lengths)
        return owners[np.argsort(self._baskets.items, kind="stable")]

    @cached_property
    def _starts(self) -> IntArray:
        return np.concatenate([[0], np.cumsum(self.users_of)])


class SharedWords:
    """The words of the items' titles and texts, and how many items hold each."""

    def __init__(self, items: Catalogue) -> None:
        self._items = items

    def between(self, one: int, others: Sequence[int]) -> list[tuple[str, ...]]:
        """The rarest words that item `one` shares with each of the others."""
        mine = self._words(one)
        most = max(2.0, COMMON * len(self._items))
        telling = sorted((word for word in mine if self._holders[word] <= most), key=lambda word: self._holders[word])
        return [tuple(word for word in telling if word in theirs)[:MOST_WORDS] for theirs in map(self._words, others)]

    def _words(self, item: int) -> set[str]:
        return set(WORD.findall(f"{self._items.titles[item]} {self._items.texts[item]}".casefold())) - EMPTY

    @cached_property
    def _holders(self) -> Counter[str]:
        holders: Counter[str] = Counter()
        for item in range(1, len(self._items) + 1):
            holders.update(self._words(item))
        return holders
