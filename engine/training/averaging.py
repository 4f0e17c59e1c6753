"""An average of the weights over the latest steps, which ranks better than the weights of any one step."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

WARM_UP = 10  # early on the average reaches back over about a tenth of all steps so far


class WeightAverage:
    """Exponential moving average of a model's weights (Polyak and Juditsky, 1992; Izmailov et al., UAI 2018).

    After each step, average ← d · average + (1 − d) · weights with d = min(decay, (1 + step) / (10 + step)): short
    trainings must not remember where they began.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """`decay` from 0 (no average, the weights themselves) to below 1."""
        self._decay = decay
        self._steps = 0
        self._weights = [weight.detach() for weight in model.parameters()]
        self._average = [weight.clone() for weight in self._weights] if decay else []

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights after a step."""
        if self._average:
            decay = min(self._decay, (1 + self._steps) / (WARM_UP + self._steps))
            torch._foreach_lerp_(self._average, self._weights, 1 - decay)
            self._steps += 1

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within, the model has the average for its weights."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for weight, average in zip(self._weights, self._average, strict=False):
            held = weight.clone()
            weight.copy_(average)
            average.copy_(held)
