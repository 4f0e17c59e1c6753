"""The lists of all users at once: block by block, so that memory is bounded by block × catalogue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.batches import padded
from engine.data.dataset import IntArray, Sequences
from engine.models.recommender import Recommender

Tick = Callable[[int, int], None]
SCORES_AT_ONCE = 8_000_000  # 32 MB
MOST_USERS = 256


@dataclass(frozen=True)
class Lists:
    """The best items of some users: `users` (rows,), `items` and `scores` (rows, k), best first.

    Where a user's catalogue has no more items, the item is 0.
    """

    users: IntArray
    items: IntArray
    scores: npt.NDArray[np.float32]


def lists_of_all(
    model: Recommender,
    vectors: Tensor,
    histories: Sequences,
    max_length: int,
    remove_seen: bool,
    k: int,
    tick: Tick,
) -> Iterator[Lists]:
    """The top `k` of every user in order; `vectors` (items + 1, width) ready for the product.

    `tick(done, total)` counts users and may raise to stop. Users without any history are left out.
    """
    users = np.flatnonzero(histories.lengths)
    had = histories.distinct()
    block = max(1, min(MOST_USERS, SCORES_AT_ONCE // len(vectors)))
    for start in range(0, len(users), block):
        tick(start, len(users))
        with torch.inference_mode():
            yield _best(model, vectors, histories, had, users[start : start + block], max_length, remove_seen, k)
    tick(len(users), len(users))


def _best(
    model: Recommender,
    vectors: Tensor,
    histories: Sequences,
    had: Sequences,
    users: IntArray,
    max_length: int,
    remove_seen: bool,
    k: int,
) -> Lists:
    items, lengths = padded(histories, users, max_length)
    scores = model.last_states(torch.from_numpy(items), torch.from_numpy(lengths)) @ vectors.T
    scores[:, 0] = -torch.inf
    if remove_seen:
        seen, _ = padded(had, users, len(vectors))
        scores.scatter_(1, torch.from_numpy(seen), -torch.inf)
    best = scores.topk(min(k, scores.shape[1]))
    return Lists(users, torch.where(best.values > -torch.inf, best.indices, 0).numpy(), best.values.numpy())
