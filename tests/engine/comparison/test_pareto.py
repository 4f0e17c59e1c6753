"""The front of head and tail, by hand and by its definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.comparison.pareto import pareto_front


def test_by_hand() -> None:
    points = np.array([[3, 1], [1, 3], [2, 2], [2, 1], [3, 1], [0, 3]], dtype=np.float64)
    assert pareto_front(points) == [1, 2, 0, 4]
    assert pareto_front(np.empty((0, 2))) == []


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12))
def test_a_point_is_on_the_front_just_when_none_dominates_it(points: list[tuple[int, int]]) -> None:
    def dominates(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one != other and one[0] >= other[0] and one[1] >= other[1]

    wanted = {place for place, mine in enumerate(points) if not any(dominates(each, mine) for each in points)}
    found = pareto_front(np.array(points, dtype=np.float64))
    assert set(found) == wanted
    assert [points[place][0] for place in found] == sorted(points[place][0] for place in found)
