"""Every value falls into one bin, and bins begin where people would let them."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.histograms import MOST_DATES, DateHistogram, Histogram


@pytest.mark.parametrize("values", [[3], [3, 4, 4, 9], [5, 5, 6, 7, 8, 30, 700], list(range(20, 600)), [1, 1, 5000]])
def test_every_value_falls_into_one_bin(values):
    bins = Histogram.of(np.array(values))
    assert bins.counts.sum() == len(values)
    assert len(bins.edges) == len(bins.counts) + 1
    assert bins.edges[0] <= min(values)
    assert bins.edges[-1] > max(values)
    assert (np.diff(bins.edges) > 0).all()


def test_few_values_get_a_bin_each():
    bins = Histogram.of(np.array([3, 3, 5]))
    assert bins.counts.tolist() == [2, 0, 1]
    assert bins.edges.tolist() == [3, 4, 5, 6]
    assert not bins.logarithmic


def seconds(*dates: str) -> np.ndarray:
    return np.array([int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) for date in dates])


def beginnings(bins: DateHistogram) -> list[str]:
    return [datetime.fromtimestamp(int(edge), UTC).date().isoformat() for edge in bins.edges]


@pytest.mark.parametrize(
    ("dates", "unit", "edges", "counts"),
    [
        (["2020-02-28T23:59:59", "2020-03-01"], "day", ["2020-02-28", "2020-02-29", "2020-03-01", "2020-03-02"], [1, 0, 1]),
        (["1997-09-20", "1998-04-22"], "week", ["1997-09-15", "1998-04-27"], [1, *[0] * 30, 1]),
        (["2019-12-31", "2021-12-01"], "month", ["2019-12-01", "2022-01-01"], [1, *[0] * 23, 1]),
        (["1969-12-31", "1990-01-01"], "year", ["1969-01-01", "1991-01-01"], [1, *[0] * 20, 1]),
        (["1999-05-05"], "day", ["1999-05-05", "1999-05-06"], [1]),
    ],
)  # fmt: skip
def test_bins_begin_with_days_weeks_months_or_years(dates, unit, edges, counts):
    bins = DateHistogram.of(seconds(*dates))
    assert bins.unit == unit
    shown = beginnings(bins)
    assert (shown if len(edges) > 2 else [shown[0], shown[-1]]) == edges
    assert bins.counts.tolist() == counts


@given(st.lists(st.integers(-3 * 10**10, 2 * 10**11), min_size=1, max_size=30))
def test_every_time_falls_into_one_of_few_bins(times):
    bins = DateHistogram.of(np.array(times, dtype=np.int64))
    assert bins.counts.sum() == len(times)
    assert len(bins.counts) <= MOST_DATES
    assert bins.counts[0] > 0
    assert (np.diff(bins.edges) > 0).all()
