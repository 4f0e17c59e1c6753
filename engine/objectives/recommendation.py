"""The main loss: the next item is to score above others. All on valid positions only."""

import torch
from torch import Tensor
from torch.nn import functional as F


def cross_entropy(states: Tensor, targets: Tensor, item_vectors: Tensor) -> Tensor:
    """Mean cross-entropy of the targets against the whole catalogue.

    `states` (positions, width), `targets` (positions,) item indices from 1, `item_vectors` (items + 1, width);
    the padding item takes no part.
    """
    return F.cross_entropy(states @ item_vectors[1:].T, targets - 1)


def binary_cross_entropy(states: Tensor, targets: Tensor, negatives: Tensor, item_vectors: Tensor) -> Tensor:
    """Mean over positions of −log σ(s(target)) − log(1 − σ(s(negative))), one negative per position.

    `states` (positions, width), `targets` and `negatives` (positions,). Source: SASRec (2018), equation 6.
    """
    positive = (states * item_vectors[targets]).sum(dim=-1)
    negative = (states * item_vectors[negatives]).sum(dim=-1)
    return (F.softplus(-positive) + F.softplus(negative)).mean()


def unseen_items(rows: Tensor, histories: Tensor, items: int) -> Tensor:
    """(positions,) for every position one uniform random item that its sequence does not hold.

    `rows` (positions,) says which sequence of `histories` (batch, length) a position belongs to.
    """
    drawn = torch.randint(1, items + 1, rows.shape, device=rows.device)
    while True:
        wrong = (histories[rows] == drawn[:, None]).any(dim=1)
        if not wrong.any():
            return drawn
        drawn[wrong] = torch.randint(1, items + 1, (int(wrong.sum()),), device=rows.device)
