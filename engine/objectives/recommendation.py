"""The main loss: the next item is to score above others. All on valid positions only."""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.objectives.softmax import softmax_loss


def cross_entropy(states: Tensor, targets: Tensor, item_vectors: Tensor) -> Tensor:
    """Mean cross-entropy of the targets against the whole catalogue.

    `states` (positions, width), `targets` (positions,) item indices from 1, `item_vectors` (items + 1, width);
    the padding item takes no part.
    """
    positive = (states * item_vectors[targets]).sum(dim=-1)
    own = torch.stack([torch.arange(len(targets), device=targets.device), targets - 1], dim=1)
    return softmax_loss(positive, states, item_vectors[1:], own, item_vectors.new_zeros(len(item_vectors) - 1))


def sampled_softmax(
    states: Tensor, targets: Tensor, target_vectors: Tensor, sample: Tensor, vectors: Tensor, log_expected: Tensor
) -> Tensor:
    """Mean cross-entropy against a sample of the catalogue, corrected for how the sample was drawn.

    `states` (positions, width); `targets` (positions,) items with their `target_vectors` (positions, width); `sample`
    (size,) items that are the rivals of all positions but those whose target they are, with their `vectors` (size,
    width). `log_expected` (size,) is the logarithm of how often an item is expected in the sample; taking it off the
    scores (the log-Q correction) makes their sum estimate the one over the whole catalogue. Source: Jean et al. (2015),
    section 3; Yi et al. (2019), section 4.
    """
    own = torch.nonzero(targets[:, None] == sample)
    return softmax_loss((states * target_vectors).sum(dim=-1), states, vectors, own, log_expected)


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
