"""Raw interactions as numbers, so that they can be filtered and counted again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray, TextArray
from engine.data.raw import RawData

Order = Literal["auto", "timestamp", "position"]
OrderKey = Literal["timestamp", "position", "row"]


@dataclass(frozen=True, eq=False)
class Log:
    """Who had what and when, row by row as in the files; every array is (interactions,).

    `users` are numbered from 0 as they first appear and called `user_ids` (users,); `items` are rows of `raw.items`.
    `times` (seconds since 1970), `positions` and `ratings` (NaN where there is none) are None where they are not known;
    so are `days`, the first and the last one (UTC), and `rating_range`, the lowest and the highest rating.
    """

    raw: RawData
    user_ids: TextArray
    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    times: npt.NDArray[np.int64 | np.float64] | None
    positions: IntArray | None
    ratings: npt.NDArray[np.float32] | None
    days: tuple[date, date] | None
    rating_range: tuple[float, float] | None
    _orders: dict[OrderKey, IntArray] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, raw: RawData) -> Log:
        import pandas as pd

        frame = raw.interactions
        codes, user_ids = pd.factorize(frame["user"])
        users = codes.astype(np.int32)
        del codes  # eight bytes for every row
        item = frame["item"].astype("category").cat
        items = pd.Index(raw.items["id"]).get_indexer(item.categories).astype(np.int32)[item.codes]
        times, positions, ratings = (
            frame[column].to_numpy() if column in frame else None for column in ("timestamp", "position", "rating")
        )
        names = np.asarray(user_ids, dtype=object)
        return cls(raw, names, users, items, times, positions, ratings, _days(times), _range(ratings))

    def __len__(self) -> int:
        return len(self.users)

    def order_key(self, wanted: Order) -> OrderKey:
        """What puts a user's interactions in order when this is wanted; see `PreparationSettings.order`."""
        if self.times is not None and wanted != "position":
            return "timestamp"
        return "row" if self.positions is None else "position"

    def keys(self, order: OrderKey) -> npt.NDArray[np.int64 | np.float64]:
        """What is put in order."""
        found = {"timestamp": self.times, "position": self.positions, "row": np.arange(len(self))}[order]
        assert found is not None
        return found

    def rows_in_order(self, order: OrderKey) -> IntArray:
        """Row numbers, user after user; what is equal keeps the order of the files. Sorted once."""
        if order not in self._orders:
            self._orders[order] = np.lexsort((self.keys(order), self.users))
        return self._orders[order]


def _days(times: npt.NDArray[np.int64 | np.float64] | None) -> tuple[date, date] | None:
    if times is None or not len(times):
        return None
    first, last = (datetime.fromtimestamp(float(time), UTC).date() for time in (times.min(), times.max()))
    return first, last


def _range(ratings: npt.NDArray[np.float32] | None) -> tuple[float, float] | None:
    if ratings is None or np.isnan(ratings).all():
        return None
    return float(np.nanmin(ratings)), float(np.nanmax(ratings))
