"""How often which values occur: whole numbers in bins of even or growing width, times in days, weeks, months or years."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray

BINS = 40
MOST_DATES = 60  # bins of a histogram of times
DAY = 86_400  # seconds
_MONDAY = 3  # days from a Monday to the first day of 1970, a Thursday

Unit = Literal["day", "week", "month", "year"]


@dataclass(frozen=True)
class Histogram:
    """`edges` (bins + 1,) whole numbers, a bin reaching from its edge to just below the next; `counts` (bins,).
    `least` and `greatest` are the values at both ends.

    `logarithmic` tells that the bins widen by a constant factor, as they do when values span decades.
    """

    edges: IntArray
    counts: IntArray
    logarithmic: bool
    least: int
    greatest: int

    @classmethod
    def of(cls, values: npt.NDArray[np.integer]) -> "Histogram":
        """Count values from 1 up; there must be at least one."""
        least, greatest = int(values.min()), int(values.max())
        logarithmic = greatest > 20 * least
        if logarithmic:
            # The first bin is at least two values wide: bins of one and of two in turn would make teeth.
            factor = max((greatest / least) ** (1 / BINS), 1 + 2 / least)
            bins = int(np.ceil(np.log((greatest + 1) / least) / np.log(factor)))
            edges = np.unique((least * factor ** np.arange(bins + 1)).round().astype(np.int64))
        else:
            width = -(-(greatest + 1 - least) // BINS)
            edges = np.arange(least, greatest + width + 1, width)
        return cls(edges, np.histogram(values, edges)[0].astype(np.int64), logarithmic, least, greatest)


@dataclass(frozen=True)
class DateHistogram:
    """`edges` (bins + 1,) in seconds since 1970, UTC, at which days, weeks (from Monday), months or years begin;
    `counts` (bins,). The unit is the finest with at most 60 bins; where even years are too many, each bin holds several.
    """

    edges: IntArray
    counts: IntArray
    unit: Unit

    @classmethod
    def of(cls, timestamps: IntArray) -> "DateHistogram":
        """Count timestamps (interactions,) in seconds since 1970; there must be at least one."""
        first, last = (int(each) // DAY for each in (timestamps.min(), timestamps.max()))
        edges, unit = _calendar(first, last)
        return cls(edges * DAY, np.histogram(timestamps, edges * DAY)[0].astype(np.int64), unit)


def _calendar(first: int, last: int) -> tuple[IntArray, Unit]:
    """Days since 1970 at which the bins begin and the last one ends, so that both given days fall into one."""
    if last - first < MOST_DATES:
        return np.arange(first, last + 2), "day"
    monday = first - (first + _MONDAY) % 7
    if last - monday < 7 * MOST_DATES:
        return np.arange(monday, last + 8, 7)[: (last - monday) // 7 + 2], "week"
    days = np.array([first, last], dtype="datetime64[D]")
    month, final_month = days.astype("datetime64[M]").astype(np.int64).tolist()
    if final_month - month < MOST_DATES:
        return _in_days(np.arange(month, final_month + 2), "datetime64[M]"), "month"
    year, final_year = days.astype("datetime64[Y]").astype(np.int64).tolist()
    step = -(-(final_year + 1 - year) // MOST_DATES)
    return _in_days(np.arange(year, final_year + step + 1, step), "datetime64[Y]"), "year"


def _in_days(numbers: IntArray, unit: str) -> IntArray:
    return numbers.astype(unit).astype("datetime64[D]").astype(np.int64)
