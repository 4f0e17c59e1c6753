"""From raw interactions to a dataset: filtered, in order and numbered."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.config import PreparationSettings
from engine.data.dataset import Catalogue, Dataset, Sequences, TextArray
from engine.data.filters import Check, distinct, keep
from engine.data.log import Log
from engine.data.raw import RawData
from engine.errors import DataError
from engine.files import sha256_of

if TYPE_CHECKING:
    import pandas as pd

# Settings that were there from the first; later ones tell datasets apart only where they are not at their default, so
# that what was imported before them is still known as the same.
ALWAYS_IN_FINGERPRINT = ("k_core", "duplicates", "order")


def prepare(raw: RawData, settings: PreparationSettings, name: str) -> Dataset:
    """The dataset that the settings make of what was read; see `prepare_log`."""
    return prepare_log(Log.of(raw), settings, name)


def prepare_log(log: Log, settings: PreparationSettings, name: str, check: Check = lambda: None) -> Dataset:
    """Filter interactions, order each user's, and number what is left.

    Users are numbered by their first appearance in the file, items (from 1) in the order of `raw.items`. `check` is
    called now and then, and may raise to stop. Raises DataError when nothing is left, when no user has enough
    interactions to be tested on, or when the data lack what a setting needs.
    """
    kept = keep(log, settings, check)
    if kept.problem:
        raise DataError(kept.problem)
    raw, rows = log.raw, kept.rows
    chosen_users, lengths = np.unique(log.users[rows], return_counts=True)
    chosen_items, places = np.unique(log.items[rows], return_inverse=True)
    catalogue = raw.items.iloc[chosen_items]
    report = dict(raw.report) | {
        "interactions_read": len(log),
        "items_never_used": len(raw.items) - distinct(log.items),
        "steps": [step.facts() for step in kept.steps],
    }
    if raw.mapping and raw.mapping.text:
        report["text"] = str(raw.mapping.text_template)
    order = log.order_key(settings.order)
    if order != "row":
        ties = (np.diff(log.users[rows]) == 0) & (np.diff(log.keys(order)[rows]) == 0)
        report[f"equal_{order}s"] = int(ties.sum())
    return Dataset(
        name=name,
        user_ids=log.user_ids[chosen_users],
        sequences=Sequences(np.concatenate([[0], np.cumsum(lengths)]), (places + 1).astype(np.int32)),
        items=Catalogue(*(_padded(catalogue[column]) for column in ("id", "title", "text"))),
        timestamps=log.times[rows].astype(np.int64) if log.times is not None else None,
        facts=_facts(raw, settings, report),
    )


def _padded(texts: pd.Series) -> TextArray:
    """(items + 1,) the texts, with an empty one for the padding item."""
    return np.concatenate([np.array([""], dtype=object), texts.to_numpy(dtype=object)])


def _facts(raw: RawData, settings: PreparationSettings, report: dict[str, Any]) -> dict[str, Any]:
    import pandas as pd

    preparation = settings.model_dump(mode="json")
    changed = settings.model_dump(mode="json", exclude_defaults=True)
    told_apart = {name: preparation[name] for name in ALWAYS_IN_FINGERPRINT} | changed
    mapping = raw.mapping.facts() if raw.mapping else None
    if raw.sources:
        contents = [source.sha256.encode() for source in raw.sources]
    else:
        contents = [
            pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
            for frame in (raw.interactions, raw.items)
        ]
    how = json.dumps([raw.format, mapping, told_apart], sort_keys=True).encode()
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
