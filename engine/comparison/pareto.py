"""Who is on the front: no other is at least as good for head and tail, and better for one of them."""

import numpy as np
import numpy.typing as npt


def pareto_front(points: npt.NDArray[np.float64]) -> list[int]:
    """Places of the `points` (points, 2) that no other dominates, by rising first coordinate; more is better in both.

    A point dominates another when it is nowhere below it and somewhere above it; equal points do not.
    """
    above = (points[:, None] >= points).all(axis=2) & (points[:, None] > points).any(axis=2)
    front = np.flatnonzero(~above.any(axis=0))
    return [int(place) for place in front[np.lexsort((-points[front, 1], points[front, 0]))]]
