"""The main loss: the next item is to score above others. All on valid positions only."""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.objectives.full_softmax import softmax_cross_entropy


def cross_entropy(states: Tensor, targets: Tensor, item_vectors: Tensor) -> Tensor:
    """Mean cross-entropy of the targets against the whole catalogue.

    `states` (positions, width), `targets` (positions,) item indices from 1, `item_vectors` (items + 1, width);
    the padding item takes no part.
    """
    return softmax_cross_entropy(states, item_vectors[1:], targets - 1)


def sampled_softmax(positive: Tensor, negative: Tensor, is_target: Tensor, log_expected: Tensor) -> Tensor:
    """Mean cross-entropy against a sample of the catalogue, corrected for how the sample was drawn.

        −log( exp(s⁺) / (exp(s⁺) + Σ_j exp(s⁻_j − log_expected_j)) )

    `positive` (positions,) scores of the targets; `negative` (positions, sample) scores of items shared by all
    positions; `is_target` (positions, sample) where the sample holds the target itself, which then is no rival.
    `log_expected` (sample,) is the logarithm of how often an item is expected in the sample (the log-Q correction), so
    that the sum estimates the one over the whole catalogue. Source: Jean et al. (2015), section 3; Yi et al. (2019),
    section 4.
    """
    rivals = (negative - log_expected).masked_fill(is_target, -torch.inf)
    return F.softplus(torch.logsumexp(rivals, dim=1) - positive).mean()


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
