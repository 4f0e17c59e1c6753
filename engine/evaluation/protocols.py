"""The two protocols: the target against the whole catalogue, and against sampled negatives."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.data.batches import padded
from engine.data.dataset import IntArray
from engine.data.split import Targets
from engine.errors import WorkbenchError
from engine.evaluation.metrics import Ranks, fair_ranks

Tick = Callable[[int, int], None]


class Scorer(Protocol):
    """The side of a model that evaluation needs."""

    def last_states(self, items: Tensor, lengths: Tensor) -> Tensor: ...

    def item_vectors(self) -> Tensor: ...


class Ranker:
    """Ranks targets by a model's scores in blocks of users; memory is bounded by block × catalogue."""

    def __init__(self, model: Scorer, max_length: int, block: int, device: torch.device) -> None:
        self._model = model
        self._max_length = max_length
        self._block = block
        self._device = device

    @torch.inference_mode()
    def full(self, targets: Targets, remove_seen: bool, tick: Tick) -> Ranks:
        """(users,) ranks among the whole catalogue; with `remove_seen` without the user's own history.

        A target that is removed in that way cannot be hit: its rank is infinite.
        `tick(done, total)` is called per block and may raise to stop.
        """
        vectors = self._model.item_vectors()
        ranks = np.empty(len(targets.users))
        for rows, states in self._states(targets, tick):
            scores = _finite(states @ vectors.T)
            items = torch.as_tensor(targets.items[rows], dtype=torch.long, device=self._device)[:, None]
            target_scores = scores.gather(1, items)[:, 0]
            scores[:, 0] = -torch.inf
            scores.scatter_(1, items, -torch.inf)  # the target is not its own rival
            seen = _history_mask(targets, rows, len(vectors)) if remove_seen else None
            if seen is not None:
                scores[torch.as_tensor(seen, device=self._device)] = -torch.inf
            ranks[rows] = fair_ranks(target_scores, scores)
            if seen is not None:
                ranks[rows[seen[np.arange(len(rows)), targets.items[rows]]]] = np.inf
        return ranks

    @torch.inference_mode()
    def sampled(self, targets: Targets, negatives: IntArray, tick: Tick) -> Ranks:
        """(users,) ranks of the targets among themselves and `negatives` (users, count)."""
        vectors = self._model.item_vectors()
        ranks = np.empty(len(targets.users))
        for rows, states in self._states(targets, tick):
            candidates = np.concatenate([targets.items[rows, None], negatives[rows]], axis=1)
            wanted = vectors[torch.as_tensor(candidates, dtype=torch.long, device=self._device)]
            scores = _finite(torch.einsum("uw,ucw->uc", states, wanted))
            ranks[rows] = fair_ranks(scores[:, 0], scores[:, 1:])
        return ranks

    def _states(self, targets: Targets, tick: Tick) -> Iterator[tuple[IntArray, Tensor]]:
        """Blocks of users with histories of about one length: row numbers and states (rows, width)."""
        order = np.argsort(targets.histories.lengths, kind="stable")
        for start in range(0, len(order), self._block):
            tick(start, len(order))
            rows = order[start : start + self._block]
            items, lengths = padded(targets.histories, rows, self._max_length)
            yield (
                rows,
                self._model.last_states(
                    torch.as_tensor(items, device=self._device), torch.as_tensor(lengths, device=self._device)
                ),
            )
        tick(len(order), len(order))


def _history_mask(targets: Targets, rows: IntArray, width: int) -> npt.NDArray[np.bool_]:
    """(rows, width) True where the user has had the item; the whole history counts, however long."""
    mask = np.zeros((len(rows), width), dtype=bool)
    for place, row in enumerate(rows):
        mask[place, targets.histories[int(row)]] = True
    return mask


def _finite(scores: Tensor) -> Tensor:
    if not torch.isfinite(scores).all():
        raise WorkbenchError(
            "The model's scores are not finite, so nothing can be ranked. A smaller learning rate usually helps."
        )
    return scores
