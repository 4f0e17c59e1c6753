"""Points of curves as bytes: a million of them are read in hundredths of a second, as rows they would take seconds."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.store.rows import Curve

_NUMBER = np.dtype("<f8")


def pack(steps: npt.ArrayLike, epochs: npt.ArrayLike, values: npt.ArrayLike) -> bytes:
    """Three times (points,) as (points, 3) numbers of 8 bytes."""
    return np.stack([steps, epochs, values], axis=1).astype(_NUMBER).tobytes()


def unpack(series: str, parts: Sequence[bytes]) -> Curve:
    """One curve from its parts in the order of writing; of points with the same step the last one counts."""
    steps, epochs, values = np.frombuffer(b"".join(parts), _NUMBER).reshape(-1, 3).T.copy()
    if (np.diff(steps) <= 0).any():
        _, backwards = np.unique(steps[::-1], return_index=True)
        kept = len(steps) - 1 - backwards
        steps, epochs, values = steps[kept], epochs[kept], values[kept]
    return Curve(series, steps.astype(np.int64), epochs, values)
