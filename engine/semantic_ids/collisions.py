"""Items that a semantic ID does not tell apart."""

from dataclasses import dataclass

import numpy as np

from engine.semantic_ids.semantic_ids import CodeArray, SemanticIds


@dataclass(frozen=True)
class CollisionGroup:
    """Items with the same `codes`; `items` (size,) are their rows, the most popular first."""

    codes: tuple[int, ...]
    items: CodeArray


def collision_groups(ids: SemanticIds, counts: CodeArray) -> list[CollisionGroup]:
    """All groups of two items or more, the largest first, and of equally large ones the most popular.

    The unique level is left out: it tells items apart without any meaning. `counts` (items,): training interactions.
    """
    numbers = ids.prefix_numbers(ids.depth)
    groups = np.split(np.lexsort((-counts, numbers)), np.cumsum(np.bincount(numbers))[:-1])
    shared = [CollisionGroup(tuple(ids.codes[rows[0], : ids.depth].tolist()), rows) for rows in groups if len(rows) > 1]
    return sorted(shared, key=lambda group: (-len(group.items), -int(counts[group.items].sum())))
