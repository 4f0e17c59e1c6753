"""Self-distillation from similar users (Liu et al., LLM-ESR, 2024, section 3.3)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.dataset import IntArray, Sequences

BLOCK = 2048  # users whose similarities are held at a time


def similar_users(training: Sequences, item_vectors: npt.NDArray[np.float32], count: int) -> IntArray:
    """(users, count) the users whose training items have the most similar mean text vector; never the user.

    `item_vectors` (items, width). Users without training items resemble nobody in particular.
    """
    from scipy import sparse

    rows = np.repeat(np.arange(len(training)), training.lengths)
    shape = (len(training), len(item_vectors))
    has: Any = sparse.csr_array((np.ones(len(rows), np.float32), (rows, training.items - 1)), shape=shape)
    means = torch.from_numpy((has @ item_vectors) / np.maximum(training.lengths, 1)[:, None].astype(np.float32))
    unit = F.normalize(means - means.mean(dim=0), dim=-1)
    nearest = []
    for start in range(0, len(unit), BLOCK):
        similarity = unit[start : start + BLOCK] @ unit.T
        similarity[torch.arange(len(similarity)), torch.arange(start, start + len(similarity))] = -torch.inf
        nearest.append(similarity.topk(min(count, len(unit) - 1), dim=1).indices)
    return torch.cat(nearest).numpy()


class SimilarUsers:
    """Remembers every user's latest state and pulls users to the mean of those who resemble them.

    The teachers' states are those of the step in which they were last trained, without gradient: encoding ten more
    users for every one would cost ten times as much. Users not seen yet teach nothing.
    """

    def __init__(self, neighbours: IntArray) -> None:
        """`neighbours` (users, count), as `similar_users` gives them."""
        self._neighbours = torch.from_numpy(neighbours)
        self._states: Tensor | None = None
        self._seen = torch.zeros(len(neighbours), dtype=torch.bool)

    def state(self) -> dict[str, Tensor]:
        """What `restore` needs: the states that are remembered; nothing before the first."""
        return {} if self._states is None else {"states": self._states, "seen": self._seen}

    def restore(self, state: Mapping[str, Tensor], device: torch.device) -> None:
        """Remember what a `state` does, from now on on this device."""
        if state:
            self._states, self._seen = state["states"].to(device), state["seen"].to(device)
            self._neighbours = self._neighbours.to(device)

    def __call__(self, users: Tensor, states: Tensor) -> Tensor:
        """Mean squared distance of `states` (batch, width) of `users` (batch,) from their teachers."""
        if self._states is None:
            self._states = states.new_zeros(len(self._neighbours), states.shape[1])
            self._neighbours, self._seen = self._neighbours.to(states.device), self._seen.to(states.device)
        around = self._neighbours[users]
        known = self._seen[around].to(states.dtype)[..., None]
        taught = known.sum(dim=1)[:, 0] > 0
        teachers = (self._states[around] * known).sum(dim=1) / known.sum(dim=1).clamp_min(1)
        self._states[users] = states.detach()
        self._seen[users] = True
        if not taught.any():
            return states.new_zeros(())
        return F.mse_loss(states[taught], teachers[taught])
