"""Items that occur near each other in training sequences, weighted by positive pointwise mutual information."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray, Sequences

LEAST_WEIGHT = 0.3  # of the weakest kept pair; the strongest has 1


def cooccurrence_weights(training: Sequences, items: int, window: int, min_count: int, max_neighbours: int) -> Any:
    """Sparse symmetrical (items + 1, items + 1) CSR matrix of weights in [0.3, 1], float32.

    Counts pairs of different items at most `window` places apart, keeps pairs seen at least `min_count` times
    with positive PMI = log(n_ij · n / (n_i · n_j)), all from the same pair counts, and of those the
    `max_neighbours` strongest per item (a pair stays when either item keeps it). Only training interactions
    may be given. The matrix is never dense.
    """
    from scipy import sparse

    pairs = _pairs(training, window)
    ones = np.ones(len(pairs), dtype=np.float32)
    one_way = sparse.coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(items + 1, items + 1)).tocsr()
    counts = (one_way + one_way.T).tocoo()  # repeated pairs are summed
    total = counts.sum()
    margins: npt.NDArray[np.float32] = np.asarray(counts.sum(axis=1)).ravel()
    kept = counts.data >= min_count
    row, column, count = counts.row[kept], counts.col[kept], counts.data[kept]
    pmi = np.log(count * total / (margins[row] * margins[column]))
    positive = pmi > 0
    row, column, pmi = row[positive], column[positive], pmi[positive]
    strongest = _strongest(row, pmi, max_neighbours)
    row, column, pmi = row[strongest], column[strongest], pmi[strongest]
    spread = np.ptp(pmi) if len(pmi) else 0.0
    scaled = np.ones_like(pmi) if spread == 0 else LEAST_WEIGHT + (1 - LEAST_WEIGHT) * (pmi - pmi.min()) / spread
    weights = sparse.coo_array((scaled.astype(np.float32), (row, column)), shape=counts.shape).tocsr()
    return weights.maximum(weights.T).tocsr()


def _pairs(sequences: Sequences, window: int) -> IntArray:
    """(pairs, 2) different items of one sequence at most `window` places apart, in order of occurrence."""
    rows = np.repeat(np.arange(len(sequences)), sequences.lengths)
    found = []
    for gap in range(1, window + 1):
        first, second = sequences.items[:-gap], sequences.items[gap:]
        together = (rows[:-gap] == rows[gap:]) & (first != second)
        found.append(np.stack([first[together], second[together]], axis=1).astype(np.int64))
    return np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)


def _strongest(rows: npt.NDArray[np.integer[Any]], values: Any, most: int) -> Any:
    """Indices of the `most` largest values of every row."""
    order = np.lexsort((-values, rows))
    in_order = rows[order]
    starts = np.searchsorted(in_order, in_order)
    return order[np.arange(len(order)) - starts < most]
