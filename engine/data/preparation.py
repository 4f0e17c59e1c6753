"""From raw interactions to a dataset: order, repeats, k-core and numbering."""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from engine.config import PreparationSettings
from engine.data.dataset import Catalogue, Dataset, IntArray, Sequences, TextArray
from engine.data.raw import RawData
from engine.data.split import MIN_LENGTH
from engine.errors import DataError
from engine.files import sha256_of

if TYPE_CHECKING:
    import pandas as pd

OrderKey = Literal["timestamp", "position", "row"]


def prepare(raw: RawData, settings: PreparationSettings, name: str) -> Dataset:
    """Order each user's interactions, drop repeats if asked, apply the k-core and number what is left.

    Users are numbered by their first appearance in the file, items (from 1) in the order of `raw.items`. Raises
    DataError when nothing is left, or when no user has enough interactions to be tested on.
    """
    import pandas as pd

    frame = raw.interactions
    users, user_ids = pd.factorize(frame["user"])
    item = frame["item"].astype("category").cat
    items = pd.Index(raw.items["id"]).get_indexer(item.categories)[item.codes]
    order = _order_key(frame, settings.order)
    keys = np.arange(len(frame)) if order == "row" else frame[order].to_numpy()

    ordered = np.lexsort((keys, users))  # row numbers of the frame, user after user; stable, so ties keep file order
    kept = _first_of_each(ordered, users, items) if settings.duplicates == "drop" else ordered
    core = kept[k_core(users[kept], items[kept], settings.k_core)]
    if not _can_be_tested(users[core]):
        raise DataError(_nothing_left(users[kept], items[kept], settings.k_core))

    chosen_users, lengths = np.unique(users[core], return_counts=True)
    chosen_items, places = np.unique(items[core], return_inverse=True)
    catalogue = raw.items.iloc[chosen_items]
    used_items = int(np.count_nonzero(np.bincount(items)))
    report = dict(raw.report) | {
        "interactions_read": len(frame),
        "items_never_used": len(raw.items) - used_items,
        "repeats_dropped": len(ordered) - len(kept),
        "users_below_k_core": len(user_ids) - len(chosen_users),
        "items_below_k_core": used_items - len(chosen_items),
        "interactions_below_k_core": len(kept) - len(core),
    }
    if order != "row":
        ties = (np.diff(users[core]) == 0) & (np.diff(keys[core]) == 0)
        report[f"equal_{order}s"] = int(ties.sum())
    return Dataset(
        name=name,
        user_ids=np.asarray(user_ids, dtype=object)[chosen_users],
        sequences=Sequences(np.concatenate([[0], np.cumsum(lengths)]), (places + 1).astype(np.int32)),
        items=Catalogue(*(_padded(catalogue[column]) for column in ("id", "title", "text"))),
        timestamps=frame["timestamp"].to_numpy()[core].astype(np.int64) if "timestamp" in frame else None,
        facts=_facts(raw, settings, report),
    )


def k_core(users: IntArray, items: IntArray, k: int) -> npt.NDArray[np.bool_]:
    """(interactions,) which ones stay when users and items with fewer than `k` go, again and again until none does.

    `users` and `items` (interactions,) are numbers from 0. Every interaction counts, repeated ones too.
    """
    stays = np.ones(len(users), dtype=bool)
    rows = np.arange(len(users))
    while len(rows):
        enough = (np.bincount(users[rows]) >= k)[users[rows]] & (np.bincount(items[rows]) >= k)[items[rows]]
        if enough.all():
            break
        stays[rows[~enough]] = False
        rows = rows[enough]
    return stays


def _order_key(frame: pd.DataFrame, wanted: Literal["auto", "timestamp", "position"]) -> OrderKey:
    if wanted == "timestamp" and "timestamp" not in frame:
        raise DataError(
            "The interactions have no timestamp column to order by. Choose the column, or order by position."
        )
    if "timestamp" in frame and wanted != "position":
        return "timestamp"
    return "position" if "position" in frame else "row"


def _first_of_each(rows: IntArray, users: IntArray, items: IntArray) -> IntArray:
    """The first row of every user and item, in the order of `rows`."""
    pairs = users[rows] * (int(items.max()) + 1) + items[rows]
    return rows[np.sort(np.unique(pairs, return_index=True)[1])]


def _can_be_tested(users: IntArray) -> bool:
    return len(users) > 0 and int(np.bincount(users).max()) >= MIN_LENGTH


def _nothing_left(users: IntArray, items: IntArray, k: int) -> str:
    """Why there is no dataset, and which k-core would leave one."""
    few = f"no user has {MIN_LENGTH} interactions (one to learn from, one to validate, one to test)"
    left = int(k_core(users, items, k).sum())
    what = f"A k-core of {k} leaves nothing" if not left else f"A k-core of {k} leaves {left:,} interactions, but {few}"
    # Cores lie within one another, so a larger k never leaves more.
    fails = bisect_left(range(1, k), True, key=lambda each: not _can_be_tested(users[k_core(users, items, each)]))
    if not fails:
        return f"{what}, and a lower one does not help: {few}." if not left else f"{what}."
    core = k_core(users, items, fails)
    return (
        f"{what} of {len(users):,} interactions by {len(np.unique(users)):,} users with {len(np.unique(items)):,} items. "
        f"Lower it to {fails} or less: {fails} leaves {len(np.unique(users[core])):,} users and "
        f"{len(np.unique(items[core])):,} items."
    )


def _padded(texts: pd.Series) -> TextArray:
    """(items + 1,) the texts, with an empty one for the padding item."""
    return np.concatenate([np.array([""], dtype=object), texts.to_numpy(dtype=object)])


def _facts(raw: RawData, settings: PreparationSettings, report: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    preparation = settings.model_dump(mode="json")
    mapping = asdict(raw.mapping) | {"text": list(raw.mapping.text)} if raw.mapping else None
    if raw.sources:
        contents = [source.sha256.encode() for source in raw.sources]
    else:
        contents = [
            pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
            for frame in (raw.interactions, raw.items)
        ]
    how = json.dumps([raw.format, mapping, preparation], sort_keys=True).encode()
    return {
        # A path may hold bytes that are no text; the listing cannot.
        "source": ", ".join(os.fsencode(source.path).decode("utf-8", "replace") for source in raw.sources),
        "fingerprint": sha256_of([*contents, how]),
        "synthetic": False,
        "format": raw.format,
        "mapping": mapping,
        "preparation": preparation,
        "report": report,
    }
