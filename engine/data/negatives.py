"""Negative items: uniform over the catalogue, never one that the user has had."""

import numpy as np

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
    """`had`: user × (items + 1) + item of everything that was had, ascending."""
    drawn = random.integers(1, items + 1, size=(len(users), count))
    open_rows: IntArray = np.arange(len(users))
    while len(open_rows):
        rows, places = _wrong(drawn[open_rows], had, users[open_rows], items)
        drawn[open_rows[rows], places] = random.integers(1, items + 1, size=len(rows))
        open_rows = open_rows[np.unique(rows)]
    return drawn


def _wrong(drawn: IntArray, had: IntArray, users: IntArray, items: int) -> tuple[IntArray, IntArray]:
    """Rows and places, in order, of items that the user has had or that stand earlier in the row."""
    count = drawn.shape[1]
    # Item and place in one number: sorted, equal items lie side by side in their order, and every row ascends as
    # `had` does, so that a search in it reads memory in order.
    packed = np.sort(drawn * count + np.arange(count), axis=1)
    in_order = packed // count
    keys = users[:, None] * np.int64(items + 1) + in_order
    wrong = had[np.minimum(np.searchsorted(had, keys), len(had) - 1)] == keys
    wrong[:, 1:] |= in_order[:, 1:] == in_order[:, :-1]
    rows, sorted_places = np.nonzero(wrong)
    places = packed[rows, sorted_places] % count
    order = np.lexsort((places, rows))
    return rows[order], places[order]
