"""Negative items: uniform over the catalogue, never one that the user has had."""

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray, Sequences
from engine.errors import SettingsError

LIMIT_OF_REJECTION = 4  # below this many times the wanted items left over, drawing by rejection becomes slow


def sampled_negatives(sequences: Sequences, users: IntArray, items: int, count: int, seed: int) -> IntArray:
    """(users, count) distinct item indices per user, none of them anywhere in the user's sequence.

    The same for every model: only data, count and seed decide. Raises SettingsError when a user has had so much
    of the catalogue that fewer than `count` items remain.
    """
    rows = np.repeat(np.arange(len(sequences)), sequences.lengths)
    had = np.unique(rows * np.int64(items + 1) + sequences.items)
    remaining = items - np.bincount(had // (items + 1), minlength=len(sequences))[users]
    if len(users) and remaining.min() < count:
        raise SettingsError(
            f"evaluation.negatives: {count} negatives were asked for, but a user has had all but {remaining.min()} "
            f"of the {items} items. Choose at most {remaining.min()}."
        )
    random = np.random.default_rng(seed)
    scarce = remaining < LIMIT_OF_REJECTION * count
    drawn = np.zeros((len(users), count), dtype=np.int64)
    drawn[~scarce] = _by_rejection(random, had, users[~scarce], items, count)
    for place in np.flatnonzero(scarce):
        free = np.setdiff1d(np.arange(1, items + 1), sequences[int(users[place])])
        drawn[place] = random.choice(free, size=count, replace=False)
    return drawn


def _by_rejection(random: np.random.Generator, had: IntArray, users: IntArray, items: int, count: int) -> IntArray:
    drawn = random.integers(1, items + 1, size=(len(users), count))
    while True:
        keys = users[:, None] * np.int64(items + 1) + drawn
        wrong = np.isin(keys, had) | _repeats(drawn)
        if not wrong.any():
            return drawn
        drawn[wrong] = random.integers(1, items + 1, size=int(wrong.sum()))


def _repeats(drawn: IntArray) -> npt.NDArray[np.bool_]:
    """Whether an entry equals an earlier one of its row."""
    order = np.argsort(drawn, axis=1, kind="stable")
    in_order = np.take_along_axis(drawn, order, axis=1)
    again: npt.NDArray[np.bool_] = np.zeros(drawn.shape, dtype=bool)
    again[:, 1:] = in_order[:, 1:] == in_order[:, :-1]
    result = np.empty_like(again)
    np.put_along_axis(result, order, again, axis=1)
    return result
