"""The main loss: the next item is to score above others. All on valid positions only."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def cross_entropy(states: Tensor, targets: Tensor, item_vectors: Tensor) -> Tensor:
    """Mean cross-entropy of the targets against the whole catalogue.

    `states` (positions, width), `targets` (positions,) item indices from 1, `item_vectors` (items + 1, width);
    the padding item takes no part.
    """
    return F.cross_entropy(states @ item_vectors[1:].T, targets - 1)


def sampled_softmax(positive: Tensor, negative: Tensor, is_target: Tensor, log_expected: float) -> Tensor:
    """Mean cross-entropy against a sample of the catalogue, corrected for how the sample was drawn.

        −log( exp(s⁺) / (exp(s⁺) + Σ_j exp(s⁻_j − log_expected)) )

    `positive` (positions,) scores of the targets; `negative` (positions, sample) scores of items shared by all
    positions; `is_target` (positions, 2) places (position, sample) where the sample holds the target itself, which
    then is no rival. `log_expected` is the logarithm of how often an item is expected in the sample (the log-Q
    correction), so that the sum estimates the one over the whole catalogue. Source: Jean et al. (2015), section 3;
    Yi et al. (2019), section 4.
    """
    rivals = negative.index_put((is_target[:, 0], is_target[:, 1]), negative.new_tensor(-torch.inf))
    return F.softplus(torch.logsumexp(rivals, dim=1) - log_expected - positive).mean()


def binary_cross_entropy(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean over positions of −log σ(s⁺) − Σ log(1 − σ(s⁻)) with one or several negatives per position.

    `positive` (positions,), `negative` (positions, negatives). Source: SASRec (2018), equation 6.
    """
    return (F.softplus(-positive) + F.softplus(negative).sum(dim=1)).mean()


def generalised_binary_cross_entropy(positive: Tensor, negative: Tensor, items: int, calibration: float) -> Tensor:
    """gBCE: binary cross-entropy whose positive probability is σ(s⁺)^β, against the overconfidence of few negatives.

    β = a · (t · (1 − 1/a) + 1/a) with the sampling rate a = negatives / (items − 1) and the calibration t in 0..1:
    0 leaves plain binary cross-entropy, 1 is fully calibrated. `positive` (positions,), `negative` (positions,
    negatives). Source: Petrov and Macdonald, gSASRec (2023), section 5.
    """
    rate = negative.shape[1] / max(1, items - 1)
    power = rate * (calibration * (1 - 1 / rate) + 1 / rate)
    return (power * F.softplus(-positive) + F.softplus(negative).sum(dim=1)).mean()


def shared_sample(targets: Tensor, items: int, size: int) -> tuple[Tensor, Tensor, float]:
    """`size` distinct items, uniform over the catalogue, as rivals of all `targets` (positions,).

    Gives the sample (size,), where it holds a target (hits, 2) as (position, place in the sample), and the
    logarithm of an item's expected number of occurrences in it.
    """
    size = min(size, items)
    sample = torch.randperm(items, device=targets.device)[:size] + 1
    place = torch.full((items + 1,), -1, device=targets.device)
    place[sample] = torch.arange(size, device=targets.device)
    drawn = place[targets]
    rows = torch.nonzero(drawn >= 0)[:, 0]
    return sample, torch.stack([rows, drawn[rows]], dim=1), math.log(size / items)


def unseen_items(rows: Tensor, histories: Tensor, items: int, count: int) -> Tensor:
    """(positions, count) for every position uniform random items that its sequence does not hold.

    `rows` (positions,) says which sequence of `histories` (batch, length) a position belongs to; they may hold 0 for
    padding and items + 1 for masked places.
    """
    drawn = torch.randint(1, items + 1, (len(rows), count), device=rows.device)
    had = torch.zeros(len(histories), items + 2, dtype=torch.bool, device=rows.device).scatter_(1, histories, True)
    while True:
        wrong = had[rows[:, None], drawn]
        if not wrong.any():
            return drawn
        drawn[wrong] = torch.randint(1, items + 1, (int(wrong.sum()),), device=rows.device)
