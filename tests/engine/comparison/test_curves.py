"""The band of a mean curve: known answers for each of its meanings, and curves of different lengths."""

import numpy as np
import pytest
from scipy import stats

from engine.comparison.curves import Band, half_width, mean_curve
from engine.store.rows import Curve


def curve(values: list[float], first: int = 1) -> Curve:
    steps = np.arange(first, first + len(values))
    return Curve("validation/full/overall/NDCG@10", steps, steps / 2, np.array(values))


@pytest.mark.parametrize(("band", "reach"), [("deviation", 2.0), ("error", 2 / 3**0.5), ("interval", 4.9682754)])
def test_the_meanings_of_a_band(band: Band, reach: float) -> None:
    # 2, 4 and 6 have the standard deviation 2; Student's t with two degrees of freedom is 4.302653 at 97.5 %.
    assert half_width(np.array([[2.0], [4.0], [6.0]]), band) == pytest.approx([reach])


def test_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(0).normal(size=(5, 3))
    found = mean_curve([curve(list(each)) for each in values], "interval")
    assert found is not None
    low, high = stats.t.interval(0.95, 4, loc=values.mean(axis=0), scale=stats.sem(values, axis=0))
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


def test_a_mean_ends_where_the_first_run_ends() -> None:
    found = mean_curve([curve([1, 2, 3, 4]), curve([3, 4])], "deviation")
    assert found is not None
    assert found.runs == 2
    assert found.epochs.tolist() == [0.5, 1.0]
    assert found.mean.tolist() == [2, 3]


def test_one_run_alone_has_no_band_and_runs_without_a_common_step_no_mean() -> None:
    alone = mean_curve([curve([1, 2])], "error")
    assert alone is not None
    assert alone.mean.tolist() == [1, 2]
    assert alone.low is None
    assert alone.high is None
    assert mean_curve([curve([1, 2]), curve([5], first=7)], "error") is None
