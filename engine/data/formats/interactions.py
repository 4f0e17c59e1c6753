"""Interactions gathered one by one in little memory, however long the identifiers are."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


class Interactions:
    """Each takes two numbers, its time and its rating; an identifier is kept once."""

    def __init__(self) -> None:
        self._numbers: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._users, self._items = array("i"), array("i")
        self._times, self._ratings = array("d"), array("f")

    def __len__(self) -> int:
        return len(self._users)

    def add(self, user: str, item: str, time: float | None = None, rating: float | None = None) -> None:
        """One more; `time` in seconds since 1970 and `rating`, each with all of them or with none."""
        users, items = self._numbers
        self._users.append(users.setdefault(user, len(users)))
        self._items.append(items.setdefault(item, len(items)))
        if time is not None:
            self._times.append(time)
        if rating is not None:
            self._ratings.append(rating)

    def frame(self) -> pd.DataFrame:
        """user and item (categories) and, where there are some, timestamp and rating, as in `RawData`."""
        import pandas as pd

        columns: dict[str, object] = {
            name: pd.Categorical.from_codes(np.frombuffer(codes, dtype=np.int32), pd.Index(list(numbers), dtype="str"))
            for name, codes, numbers in zip(("user", "item"), (self._users, self._items), self._numbers, strict=True)
        }
        if len(self._times):
            times = np.frombuffer(self._times)
            whole = times.astype(np.int64)
            columns["timestamp"] = whole if (whole == times).all() else times
        if len(self._ratings):
            columns["rating"] = np.frombuffer(self._ratings, dtype=np.float32)
        return pd.DataFrame(columns)
