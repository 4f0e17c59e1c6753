"""An average of the weights over the latest steps, which ranks better than the weights of any one step."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from engine.training.optimiser import weights_and_tables
from engine.training.state import State

WARM_UP = 10  # early on the average reaches back over about a tenth of all steps so far


class WeightAverage:
    """Exponential moving average of a model's weights (Polyak and Juditsky, 1992; Izmailov et al., UAI 2018).

    After each step, average ← d · average + (1 − d) · weights with d = min(decay, (1 + step) / (10 + step)): short
    trainings must not remember where they began. Of tables that are trained row by row only the rows of a step are
    brought up to date; the others, which did not change, follow when the average is asked for.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """`decay` from 0 (no average, the weights themselves) to below 1."""
        self._decay = decay
        self._steps = 0
        self._is_behind = False
        self._log_kept = 0.0
        weights, tables = weights_and_tables(model) if decay else ([], [])
        self._tables = [_TableAverage(table) for table in tables]
        self._weights = [weight.detach() for weight in weights]
        self._average = [weight.clone() for weight in self._weights]

    @torch.no_grad()
    def before_step(self) -> None:
        """Take in the weights as the last step left them. To be called between the backward pass and each step."""
        self._catch_up()
        for table in self._tables:
            table.take_in(self._log_kept, table.rows_of_the_step())
        self._is_behind = bool(self._decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within, the model has the average for its weights."""
        self._catch_up()
        for table in self._tables:
            table.take_in(self._log_kept)
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def state(self) -> State:
        """What `restore` needs: the average and how far it has come."""
        return {
            "steps": self._steps,
            "is_behind": self._is_behind,
            "log_kept": self._log_kept,
            **{f"weight.{number}": average for number, average in enumerate(self._average)},
            **{f"table.{number}": table.average for number, table in enumerate(self._tables)},
            **{f"log_kept.{number}": table.log_kept for number, table in enumerate(self._tables)},
        }

    @torch.no_grad()
    def restore(self, state: State) -> None:
        """Go on from a `state` of an average of the same model."""
        self._steps, self._is_behind, self._log_kept = state["steps"], state["is_behind"], state["log_kept"]
        for number, average in enumerate(self._average):
            average.copy_(state[f"weight.{number}"])
        for number, table in enumerate(self._tables):
            table.average.copy_(state[f"table.{number}"])
            table.log_kept.copy_(state[f"log_kept.{number}"])

    @torch.no_grad()
    def _catch_up(self) -> None:
        if self._is_behind:
            decay = min(self._decay, (1 + self._steps) / (WARM_UP + self._steps))
            if self._average:
                torch._foreach_lerp_(self._average, self._weights, 1 - decay)
            self._log_kept += math.log(decay)
            self._steps += 1
            self._is_behind = False

    @torch.no_grad()
    def _swap(self) -> None:
        pairs = [
            *zip(self._weights, self._average, strict=True),
            *((each.weight, each.average) for each in self._tables),
        ]
        for weight, average in pairs:
            held = weight.clone()
            weight.copy_(average)
            average.copy_(held)


class _TableAverage:
    """The average of a table whose rows change seldom: `log_kept` tells how far every row is behind."""

    def __init__(self, table: Tensor) -> None:
        self._table = table
        self.weight = table.detach()
        self.average = self.weight.clone()
        self.log_kept = torch.zeros(len(table), dtype=torch.float64, device=table.device)

    def rows_of_the_step(self) -> Tensor:
        """The rows that have a gradient, and are about to change."""
        return self.weight.new_zeros(0, dtype=torch.long) if self._table.grad is None else self._table.grad.indices()[0]

    @torch.no_grad()
    def take_in(self, log_kept: float, rows: Tensor | slice = slice(None)) -> None:
        """Bring `rows` up to the step up to which the logarithms of all decays add up to `log_kept`."""
        kept = torch.exp(log_kept - self.log_kept[rows])[:, None].to(self.weight.dtype)
        self.average[rows] = self.weight[rows].lerp(self.average[rows], kept)
        self.log_kept[rows] = log_kept
