"""The points of one curve: growing arrays, and a thinned view of them for drawing."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MOST_DRAWN = 2000
MOST_MEANS = 10 * MOST_DRAWN


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

    def nearest(self, x: float) -> int | None:
        """Index of the point nearest to `x`, None when there is no point."""
        if not self._size:
            return None
        right = min(int(np.searchsorted(self.x, x)), self._size - 1)
        left = max(right - 1, 0)
        return left if x - self._x[left] <= self._x[right] - x else right

    def mean_over(self, width: float, most: int = MOST_MEANS) -> "Curve":
        """A curve whose value at x is the mean of the points in (x - width, x], for at most `most` of the x.

        The last point is one of them.
        """
        every = -(-self._size // most) or 1
        last = np.arange(self._size - 1, -1, -every)[::-1]
        first = np.searchsorted(self.x, self.x[last] - width, side="right")
        sums = np.concatenate([[0.0], np.cumsum(self.y)])
        smooth = Curve()
        smooth.replace(self.x[last], (sums[last + 1] - sums[first]) / (last + 1 - first))
        return smooth

    def drawn(self, most: int = MOST_DRAWN) -> tuple[FloatArray, FloatArray]:
        """At most `most` points that look the same: the lowest and the highest of every stretch."""
        if self._size <= most:
            return self.x, self.y
        per_stretch = -(-self._size // (most // 2))
        stretches = -(-self._size // per_stretch)
        padded = np.full(stretches * per_stretch, np.nan)
        padded[: self._size] = self.y
        gaps = np.isnan(padded)
        low, high = (np.where(gaps, filling, padded).reshape(stretches, per_stretch) for filling in (np.inf, -np.inf))
        ends = np.stack([low.argmin(axis=1), high.argmax(axis=1)], axis=1)
        ends = np.sort(ends + per_stretch * np.arange(stretches)[:, None]).ravel()
        kept = ends[(np.diff(ends, prepend=-1) > 0) & (ends < self._size)]
        return self.x[kept], self.y[kept]
