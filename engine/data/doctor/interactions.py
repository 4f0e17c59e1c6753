"""How interactions are spread over users and items."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.doctor.finding import EXAMPLES, Finding, counted, percent

CUSTOMARY_K = 5  # of nearly all published tables
TENTH = 0.1


def k_core_not_reached(dataset: Dataset) -> Finding | None:
    """Users and items with fewer interactions than the k-core of the preparation, or the customary one, asks for."""
    chosen = int(dataset.facts.get("preparation", {}).get("k_core", 1))
    k = chosen if chosen > 1 else CUSTOMARY_K
    lengths = dataset.sequences.lengths
    counts = np.bincount(dataset.sequences.items, minlength=len(dataset.items) + 1)[1:]
    users, items = np.flatnonzero(lengths < k), np.flatnonzero(counts < k)
    if not len(users) and not len(items):
        return None
    parts = ((len(users), "user", "users"), (len(items), "item", "items"))
    few = " and ".join(counted(*part) for part in parts if part[0])
    have = "has" if len(users) + len(items) == 1 else "have"
    examples = [
        *(f"user {dataset.user_ids[user]}: {lengths[user]:,}" for user in users[:EXAMPLES]),
        *(f"item {dataset.items.ids[item + 1]}: {counts[item]:,}" for item in items[:EXAMPLES]),
    ]
    return Finding(
        "k_core_not_reached",
        "warning" if chosen > 1 else "note",
        f"Not a {k}-core",
        f"{few} {have} fewer than {k} interactions"
        + (
            f", although a k-core of {k} was asked for." if chosen > 1 else f"; published tables mostly use a {k}-core."
        ),
        f"Import with a k-core of {k} before results are compared with published ones.",
        {"k": k, "users": len(users), "items": len(items)},
        tuple(examples[:EXAMPLES]),
    )


def dominant_user(dataset: Dataset) -> Finding | None:
    """A user who holds a tenth of all interactions or more, where there are enough users for that to be odd."""
    lengths = dataset.sequences.lengths
    user = int(lengths.argmax())
    share = float(lengths[user] / lengths.sum())
    if share < TENTH or share < 3 / len(lengths):
        return None
    return Finding(
        "dominant_user",
        "serious" if share >= 0.5 else "warning",
        "One user has a large part of the data",
        f"User {dataset.user_ids[user]} has {lengths[user]:,} interactions, {percent(share)} of all. Popularity, and what "
        "a model learns, is this user's taste; often it is a program or a shared account.",
        "Take the user out of the file, unless there is a reason to keep it.",
        {"interactions": int(lengths[user]), "share": share},
        (str(dataset.user_ids[user]),),
    )
