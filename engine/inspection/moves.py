"""How a list differs from the one before it."""

from collections.abc import Sequence


def moves(before: Sequence[int], after: Sequence[int]) -> list[int | None]:
    """For every item of the list `after`: by how many places it rose (below zero: fell); None where it is new."""
    places = {item: place for place, item in enumerate(before)}
    return [places[item] - place if item in places else None for place, item in enumerate(after)]


def gone(before: Sequence[int], after: Sequence[int]) -> list[int]:
    """The items of the list `before` that are not in `after`, in their order."""
    kept = set(after)
    return [item for item in before if item not in kept]
