"""The points of one curve: growing arrays, and a thinned view of them for drawing."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MOST_DRAWN = 2000


class Curve:
    """Points (x, y) in the order of x; adding one costs no copy of the others."""

    def __init__(self) -> None:
        self._points = np.empty((2, 64))
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def x(self) -> FloatArray:
        """(points,)"""
        return self._points[0, : self._size]

    @property
    def y(self) -> FloatArray:
        """(points,)"""
        return self._points[1, : self._size]

    def append(self, x: float, y: float) -> None:
        if self._size == self._points.shape[1]:
            self._points = np.concatenate([self._points, np.empty_like(self._points)], axis=1)
        self._points[:, self._size] = x, y
        self._size += 1

    def replace(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """Take these points instead; both (points,), sorted by x."""
        self._points = np.array([x, y], dtype=np.float64).reshape(2, -1)
        self._size = self._points.shape[1]
        if not self._size:
            self._points = np.empty((2, 64))

    def nearest(self, x: float) -> int | None:
        """Index of the point nearest to `x`, None when there is no point."""
        return int(np.abs(self.x - x).argmin()) if self._size else None

    def mean_over(self, width: float) -> "Curve":
        """A curve whose value at every x is the mean of the points in (x - width, x]."""
        sums = np.concatenate([[0.0], np.cumsum(self.y)])
        first = np.searchsorted(self.x, self.x - width, side="right")
        last = np.arange(1, self._size + 1)
        smooth = Curve()
        smooth.replace(self.x, (sums[last] - sums[first]) / (last - first))
        return smooth

    def drawn(self, most: int = MOST_DRAWN) -> tuple[FloatArray, FloatArray]:
        """At most `most` points that look the same: the lowest and the highest of every stretch."""
        if self._size <= most:
            return self.x, self.y
        per_stretch = -(-self._size // (most // 2))
        stretches = -(-self._size // per_stretch)
        padded = np.full(stretches * per_stretch, np.nan)
        padded[: self._size] = self.y
        blocks = padded.reshape(stretches, per_stretch)
        starts = np.arange(stretches) * per_stretch
        low = np.nan_to_num(blocks, nan=np.inf).argmin(axis=1) + starts
        high = np.nan_to_num(blocks, nan=-np.inf).argmax(axis=1) + starts
        kept = np.unique(np.minimum(np.stack([low, high], axis=1).ravel(), self._size - 1))
        return self.x[kept], self.y[kept]
