"""The points of one curve: growing arrays, a smoothed view of them, and a thinned one for drawing."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MOST_DRAWN = 2000
_BLOCK = 256  # points that are smoothed by one product of matrices


class Curve:
    """Points (x, y) in the order of x; adding one costs no copy of the others."""

    def __init__(self) -> None:
        self._x, self._y = np.empty(0), np.empty(0)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def x(self) -> FloatArray:
        """(points,)"""
        return self._x[: self._size]

    @property
    def y(self) -> FloatArray:
        """(points,)"""
        return self._y[: self._size]

    def append(self, x: float, y: float) -> None:
        if self._size == len(self._x):
            room = np.empty(max(64, self._size))
            self._x, self._y = np.concatenate([self._x, room]), np.concatenate([self._y, room])
        self._x[self._size], self._y[self._size] = x, y
        self._size += 1

    def replace(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Take these points instead; both (points,), sorted by x. Arrays are kept as they are, and never written to."""
        self._x, self._y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self._size = len(self._x)


def nearest(places: FloatArray, x: float) -> int | None:
    """Index of the place nearest to `x` among sorted ones (points,), None when there is none."""
    if not len(places):
        return None
    right = min(int(np.searchsorted(places, x)), len(places) - 1)
    left = max(right - 1, 0)
    return left if x - places[left] <= places[right] - x else right


def smoothed(values: FloatArray, weight: float) -> FloatArray:
    """(points,) the exponential moving average that keeps `weight`, from 0 to below 1, of what was before.

    Corrected for its start as in Adam (Kingma and Ba, 2015), so that the first values are not drawn to zero. Values
    that are not finite are passed over, and stay gaps.
    """
    known = np.isfinite(values)
    kept = values[known]
    powers = weight ** np.arange(_BLOCK + 1)
    lags = np.arange(_BLOCK)[:, None] - np.arange(_BLOCK)
    kernel = np.where(lags >= 0, (1 - weight) * powers[np.abs(lags)], 0.0)
    padded = np.zeros(-(-len(kept) // _BLOCK) * _BLOCK)
    padded[: len(kept)] = kept
    blocks = padded.reshape(-1, _BLOCK) @ kernel.T
    before = 0.0
    for block in blocks:
        block += before * powers[1:]
        before = block[-1]
    means = np.full(len(values), np.nan)
    means[known] = blocks.ravel()[: len(kept)] / -np.expm1(np.arange(1, len(kept) + 1) * np.log(weight or 1e-300))
    return means


def thinned(x: FloatArray, y: FloatArray, most: int = MOST_DRAWN) -> tuple[FloatArray, FloatArray]:
    """At most `most` of the points (points,) that look the same: the lowest and the highest of every stretch."""
    size = len(x)
    if size <= most:
        return x, y
    per_stretch = -(-size // (most // 2))
    stretches = -(-size // per_stretch)
    padded = np.full(stretches * per_stretch, np.nan)
    padded[:size] = y
    gaps = np.isnan(padded)
    low, high = (np.where(gaps, filling, padded).reshape(stretches, per_stretch) for filling in (np.inf, -np.inf))
    ends = np.stack([low.argmin(axis=1), high.argmax(axis=1)], axis=1)
    ends = np.sort(ends + per_stretch * np.arange(stretches)[:, None]).ravel()
    kept = ends[(np.diff(ends, prepend=-1) > 0) & (ends < size)]
    return x[kept], y[kept]
