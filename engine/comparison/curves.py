"""The curves of replicates as one: their mean, and a band around it whose meaning is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from engine.evaluation.metrics import FloatArray

if TYPE_CHECKING:
    from engine.store.rows import Curve

Band = Literal["deviation", "error", "interval"]
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class MeanCurve:
    """The mean of `runs` curves at the steps that all of them have; all arrays (points,).

    `low` and `high` bound the band; they are None where one curve alone has no spread.
    """

    runs: int
    epochs: FloatArray
    mean: FloatArray
    low: FloatArray | None
    high: FloatArray | None


def mean_curve(curves: "Sequence[Curve]", band: Band) -> MeanCurve | None:
    """The mean of at least one curve with its band; None where the curves share no step.

    It ends where the first of them ends, because a mean over fewer would jump there.
    """
    steps = reduce(np.intersect1d, [curve.steps for curve in curves])
    if not len(steps):
        return None
    first = curves[0]
    values = np.stack([curve.values[np.searchsorted(curve.steps, steps)] for curve in curves])
    mean = values.mean(axis=0)
    reach = half_width(values, band) if len(curves) > 1 else None
    return MeanCurve(
        len(curves),
        first.epochs[np.searchsorted(first.steps, steps)],
        mean,
        None if reach is None else mean - reach,
        None if reach is None else mean + reach,
    )


def half_width(values: npt.NDArray[np.float64], band: Band) -> FloatArray:
    """(points,) how far the band reaches at either side of the mean of `values` (runs, points), at least two runs.

    "deviation": the standard deviation s with n - 1; "error": the standard error s/√n of the mean; "interval": half of
    the 95 % confidence interval of the mean, t·s/√n with Student's t of n - 1 degrees of freedom.
    """
    runs = len(values)
    deviation: FloatArray = values.std(axis=0, ddof=1)
    if band == "deviation":
        return deviation
    error: FloatArray = deviation / np.sqrt(runs)
    if band == "error":
        return error
    from scipy.special import stdtrit

    return float(stdtrit(runs - 1, (1 + CONFIDENCE) / 2)) * error
