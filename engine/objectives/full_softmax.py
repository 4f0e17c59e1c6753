"""Cross-entropy over a whole catalogue without ever holding the scores of all positions at once."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

CHUNK = 1 << 21  # scores held at a time: few enough to stay in a processor's cache


def softmax_cross_entropy(states: Tensor, vectors: Tensor, targets: Tensor) -> Tensor:
    """Mean of −log softmax(states · vectorsᵀ)[targets].

    `states` (positions, width), `vectors` (classes, width), `targets` (positions,) from 0. The same value and gradients
    as the usual cross-entropy of all scores, but those of some positions at a time: both gradients are worked out along
    with the loss, so that no score has to be kept or computed again.
    """
    loss: Tensor = _SoftmaxCrossEntropy.apply(states, vectors, targets)
    return loss


class _SoftmaxCrossEntropy(Function):
    @staticmethod
    def forward(ctx: Any, states: Tensor, vectors: Tensor, targets: Tensor) -> Tensor:
        positions = len(states)
        loss = states.new_zeros(())
        of_states, of_vectors = torch.empty_like(states), torch.zeros_like(vectors)
        rows = max(1, CHUNK // len(vectors))
        for start in range(0, positions, rows):
            part = slice(start, start + rows)
            scores = states[part] @ vectors.T
            highest = scores.amax(dim=1, keepdim=True)
            loss += (highest - scores.gather(1, targets[part, None])).sum()
            weights = scores.sub_(highest).exp_()
            totals = weights.sum(dim=1, keepdim=True)
            loss += totals.log().sum()
            share = 1 / (totals * positions)
            of_states[part] = weights @ vectors * share
            of_vectors.addmm_(weights.T, states[part] * share)
        of_states -= vectors[targets] / positions
        of_vectors.index_add_(0, targets, states, alpha=-1 / positions)
        ctx.save_for_backward(of_states, of_vectors)
        return loss / positions

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        of_states, of_vectors = ctx.saved_tensors
        return of_states * gradients[0], of_vectors * gradients[0], None
