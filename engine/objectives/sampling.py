"""What a target has to score above when it is not the whole catalogue: a sample shared by all, or negatives of its own."""

import torch
from torch import Tensor

from engine.data.dataset import IntArray


class SoftmaxSample:
    """Draws the rivals that all targets of a batch share: half of them uniformly over the catalogue, half by popularity.

    Popular items have most of the softmax's weight, so that a sample without a part for them says little about it;
    the uniform half keeps every item in it.
    """

    def __init__(self, counts: IntArray) -> None:
        """`counts` (items + 1,): training interactions per item."""
        weights = torch.as_tensor(counts[1:], dtype=torch.float64)
        probabilities = (1 / len(weights) + weights / weights.sum()) / 2
        self._cumulative = probabilities.cumsum(dim=0)
        self._logarithms = probabilities.log().float()

    def draw(self, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """(size,) items, some perhaps more than once, and (size,) the logarithm of how often each was expected."""
        places = torch.searchsorted(self._cumulative, torch.rand(size, dtype=torch.float64) * self._cumulative[-1])
        return (places + 1).to(device), (self._logarithms[places] + torch.tensor(size).log()).to(device)


def unseen_items(rows: Tensor, histories: Tensor, items: int, count: int) -> Tensor:
    """(positions, count) for every position uniform random items that its sequence does not hold.

    `rows` (positions,) says which sequence of `histories` (batch, length) a position belongs to; they may hold 0 for
    padding and items + 1 for masked places.
    """
    stride = items + 2
    owners = stride * torch.arange(len(histories), device=rows.device)
    had = torch.unique(owners[:, None] + histories)  # a sorted number for every sequence and item that belong together
    drawn = torch.randint(1, items + 1, (len(rows), count), device=rows.device)
    while True:
        wanted = owners[rows, None] + drawn
        wrong = had[torch.searchsorted(had, wanted).clamp_(max=len(had) - 1)] == wanted
        if not wrong.any():
            return drawn
        drawn[wrong] = torch.randint(1, items + 1, (int(wrong.sum()),), device=rows.device)
