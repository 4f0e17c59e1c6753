"""A history that the person changes: what would be recommended if …"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.inspection import ItemCard


class WhatIf:
    """A user's own items and what was made of them, both oldest first."""

    def __init__(self, own: "Sequence[ItemCard]" = ()) -> None:
        self._own = list(own)
        self.cards = list(own)

    @property
    def items(self) -> list[int]:
        return [card.index for card in self.cards]

    @property
    def is_changed(self) -> bool:
        return self.items != [card.index for card in self._own]

    @property
    def words(self) -> str:
        """What was changed, in short; "" for nothing."""
        if not self.is_changed:
            return ""
        before, after = [card.index for card in self._own], self.items
        added = len(after) - _common(before, after)
        removed = len(before) - _common(before, after)
        parts = [f"{count} {word}" for count, word in ((added, "added"), (removed, "removed")) if count]
        return ", ".join(parts) or "moved"

    def add(self, card: "ItemCard") -> None:
        """One more item, after all others."""
        self.cards.append(card)

    def remove(self, places: Sequence[int]) -> bool:
        """Take the items at these places out; False where none would be left, and nothing is changed."""
        if len(set(places)) >= len(self.cards):
            return False
        self.cards = [card for place, card in enumerate(self.cards) if place not in places]
        return True

    def move(self, place: int, by: int) -> bool:
        """Move an item later, or earlier for less than zero; False where that is not possible."""
        if not 0 <= place + by < len(self.cards):
            return False
        self.cards.insert(place + by, self.cards.pop(place))
        return True

    def reset(self) -> None:
        self.cards = list(self._own)


def _common(one: list[int], other: list[int]) -> int:
    """How many entries two lists have in common, whatever their order."""
    left, count = list(other), 0
    for each in one:
        if each in left:
            left.remove(each)
            count += 1
    return count
