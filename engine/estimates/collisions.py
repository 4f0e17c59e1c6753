"""How many semantic IDs there are, and how many items would share one by chance."""

import math

from engine.config import SemanticIdSettings


def possible_ids(settings: SemanticIdSettings) -> int:
    """K to the power of L: the tuples of L codes out of K each, a unique level not counted."""
    return int(settings.codebook_size**settings.depth)


def expected_collision_rate(items: int, ids: int) -> float:
    """The share of `items` whose ID is not theirs alone when each draws one of `ids` at random, all equally likely.

    1 − (1 − 1/M)^(N − 1) with N items and M IDs: the birthday problem (Feller, An Introduction to Probability Theory
    and Its Applications, 1968, volume 1, II.3). Codes of real texts crowd together, so expect more.
    """
    if items < 2:
        return 0.0
    if ids < 2:
        return 1.0
    return -math.expm1((items - 1) * math.log1p(-1 / ids))
