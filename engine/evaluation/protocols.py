"""The protocols: the target against the whole catalogue, with or without the user's history, and against negatives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.data.batches import padded
from engine.data.dataset import IntArray
from engine.data.split import Targets
from engine.errors import WorkbenchError
from engine.evaluation.lists import LIST_LENGTH
from engine.evaluation.metrics import FloatArray, Ranks, rivals

Tick = Callable[[int, int], None]


class Scorer(Protocol):
    """The side of a model that evaluation needs."""

    def last_states(self, items: Tensor, lengths: Tensor) -> Tensor: ...

    def item_vectors(self) -> Tensor: ...


@dataclass(frozen=True)
class FinalRanks:
    """Where every target landed, (users,) each, and the `lists` (users, LIST_LENGTH) of the items that scored best.

    `with_history` ranks the whole catalogue; `without_history` leaves out what the user has had, and a target
    among it cannot be hit: its rank is infinite. `sampled` ranks against the negatives alone. In a list, 0 stands
    where the catalogue has no more items.
    """

    sampled: Ranks
    with_history: Ranks
    without_history: Ranks
    lists: IntArray

    def full(self, remove_seen: bool) -> Ranks:
        """The ranks among the whole catalogue, without or with the history."""
        return self.without_history if remove_seen else self.with_history


class Ranker:
    """Ranks targets by a model's scores in blocks of users; memory is bounded by block × catalogue.

    `tick(done, total)` is called per block and may raise to stop.
    """

    def __init__(self, model: Scorer, max_length: int, block: int, device: torch.device) -> None:
        self._model = model
        self._max_length = max_length
        self._block = block
        self._device = device

    @torch.inference_mode()
    def full(self, targets: Targets, remove_seen: bool, tick: Tick) -> Ranks:
        """(users,) ranks among the whole catalogue; with `remove_seen` without the user's own history.

        A target that is removed in that way cannot be hit: its rank is infinite.
        """
        ranks = np.empty(len(targets.users))
        for block in self._blocks(targets, tick):
            ranks[block.rows] = block.without_history() if remove_seen else block.with_history()
        return ranks

    @torch.inference_mode()
    def final(self, targets: Targets, negatives: IntArray, remove_seen: bool, tick: Tick) -> FinalRanks:
        """Every protocol from one pass; `negatives` (users, count). `remove_seen` concerns the lists alone."""
        users = len(targets.users)
        lists = np.zeros((users, LIST_LENGTH), dtype=np.int64)
        found = FinalRanks(np.empty(users), np.empty(users), np.empty(users), lists)
        for block in self._blocks(targets, tick):
            found.sampled[block.rows] = block.against(negatives[block.rows])
            found.with_history[block.rows] = block.with_history()
            found.without_history[block.rows] = block.without_history()
            best = block.best(remove_seen)
            lists[block.rows, : best.shape[1]] = best
        return found

    def _blocks(self, targets: Targets, tick: Tick) -> Iterator["_Block"]:
        vectors = self._model.item_vectors()
        had = targets.histories.distinct()
        # Histories of about one length together, so that little is padded.
        order = np.argsort(targets.histories.lengths, kind="stable")
        for start in range(0, len(order), self._block):
            tick(start, len(order))
            rows = order[start : start + self._block]
            items, lengths = padded(targets.histories, rows, self._max_length)
            states = self._model.last_states(self._tensor(items), self._tensor(lengths))
            seen, _ = padded(had, rows, len(vectors))
            yield _Block(
                rows, _scores(states, vectors), self._tensor(targets.items[rows].astype(np.int64)), self._tensor(seen)
            )
        tick(len(order), len(order))

    def _tensor(self, array: IntArray) -> Tensor:
        return torch.as_tensor(array, device=self._device)


class _Block:
    """The scores of some users over the whole catalogue, and what they say of the users' targets.

    Everything is counted on gathered entries of one product: the same item never has two slightly different
    scores, so what the history takes away is exactly what it had added.
    """

    def __init__(self, rows: IntArray, scores: Tensor, targets: Tensor, seen: Tensor) -> None:
        """`scores` (users, items + 1); `targets` (users,); `seen` (users, longest): distinct items, then 0."""
        self.rows = rows
        self._scores = scores
        self._scores[:, 0] = -torch.inf  # so padding is never above a target, nor level with it
        self._seen = seen
        self._target_scores = scores.gather(1, targets[:, None])[:, 0]
        self._had_target = (seen == targets[:, None]).any(dim=1).cpu().numpy()
        self._ranks = 0.5 + rivals(self._target_scores, scores)  # the target is level with itself

    def with_history(self) -> Ranks:
        return self._ranks

    def without_history(self) -> Ranks:
        return np.where(self._had_target, np.inf, self._ranks - self._rivals_among(self._seen))

    def against(self, items: IntArray) -> Ranks:
        """Ranks against `items` (users, count) alone."""
        return 1 + self._rivals_among(torch.as_tensor(items, device=self._scores.device))

    def best(self, remove_seen: bool) -> IntArray:
        """(users, up to LIST_LENGTH) best-scored items, best first, 0 where there are no more. Spoils the scores."""
        if remove_seen:
            self._scores.scatter_(1, self._seen, -torch.inf)
        best = self._scores.topk(min(LIST_LENGTH, self._scores.shape[1]))
        return torch.where(best.values > -torch.inf, best.indices, 0).cpu().numpy()

    def _rivals_among(self, items: Tensor) -> FloatArray:
        return rivals(self._target_scores, self._scores.gather(1, items))


def _scores(states: Tensor, vectors: Tensor) -> Tensor:
    """(users, items + 1) scores of all items. Raises WorkbenchError when they are not all finite."""
    scores = states @ vectors.T
    # No score exceeds the product of the norms, so looking at every score is only needed when that is not finite.
    bound = states.norm(dim=1).max() * vectors.norm(dim=1).max()
    if not torch.isfinite(bound) and not torch.isfinite(scores).all():
        raise WorkbenchError(
            "The model's scores are not finite, so nothing can be ranked. A smaller learning rate usually helps."
        )
    return scores
