"""The softmax of a target against many rivals, without ever holding the scores of all positions at once."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

CHUNK = 1 << 19  # scores held at a time: few enough to stay in a processor's cache


def softmax_loss(positive: Tensor, states: Tensor, rivals: Tensor, own: Tensor, log_expected: Tensor) -> Tensor:
    """Mean over positions of −log( exp(s⁺) / (exp(s⁺) + Σ_j exp(states · rivals_j − log_expected_j)) ).

    `positive` (positions,) scores s⁺ of the targets; `states` (positions, width); `rivals` (rivals, width) vectors;
    `own` (hits, 2) pairs (position, rival), in order of position, where a rival is the position's own target and is
    left out of its sum; `log_expected` (rivals,).

    Gradients reach `positive`, `states` and `rivals`. They are worked out along with the loss, some positions at a time,
    so that no score has to be kept or computed again.
    """
    loss: Tensor = _SoftmaxLoss.apply(positive, states, rivals, own, log_expected)
    return loss


class _SoftmaxLoss(Function):
    @staticmethod
    def forward(
        ctx: Any, positive: Tensor, states: Tensor, rivals: Tensor, own: Tensor, log_expected: Tensor
    ) -> Tensor:
        positions = len(states)
        loss = states.new_zeros(())
        of_positive, of_states, of_rivals = (torch.zeros_like(tensor) for tensor in (positive, states, rivals))
        size = max(1, CHUNK // len(rivals))
        starts = range(0, positions, size)
        bounds = torch.searchsorted(own[:, 0].contiguous(), own.new_tensor([*starts, positions])).tolist()
        for start, first, last in zip(starts, bounds, bounds[1:], strict=False):
            part = slice(start, start + size)
            target = positive[part, None]
            scores = torch.addmm(-log_expected, states[part], rivals.T)
            scores[own[first:last, 0] - start, own[first:last, 1]] = -torch.inf
            highest = torch.maximum(scores.amax(dim=1, keepdim=True), target)
            weights = scores.sub_(highest).exp_()
            of_target = (target - highest).exp()
            total = weights.sum(dim=1, keepdim=True) + of_target
            loss += (total.log() + highest - target).sum()
            share = 1 / (positions * total)
            of_positive[part] = (of_target * share)[:, 0] - 1 / positions
            of_states[part] = weights @ rivals * share
            of_rivals.addmm_(weights.T, states[part] * share)
        ctx.save_for_backward(of_positive, of_states, of_rivals)
        return loss / positions

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        of_positive, of_states, of_rivals = (saved * gradients[0] for saved in ctx.saved_tensors)
        return of_positive, of_states, of_rivals, None, None
