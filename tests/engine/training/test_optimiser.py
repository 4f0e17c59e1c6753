"""The optimiser: Adam, and row by row for tables with sparse gradients."""

import torch
from torch import nn

from engine.config import TrainingSettings
from engine.training.optimiser import Optimiser


def trained(sparse: bool, rows: list[list[int]], decay: float = 0.0) -> torch.Tensor:
    """A table of ones (5, 2) after a step for each of `rows`, whose entries are pushed down."""
    table = nn.Embedding.from_pretrained(torch.ones(5, 2), freeze=False, sparse=sparse)
    optimiser = Optimiser(table, TrainingSettings(learning_rate=0.1, weight_decay=decay))
    for each in rows:
        optimiser.backward((table(torch.tensor(each)) ** 2).sum())
        optimiser.step()
    return table.weight.detach()


def test_both_ways_are_the_same_where_every_step_asks_for_every_row() -> None:
    everything = [[0, 1, 2, 3, 4, 4]] * 4
    for decay in (0.0, 0.3):
        torch.testing.assert_close(trained(True, everything, decay), trained(False, everything, decay))


def test_rows_that_nothing_asks_for_rest() -> None:
    found = trained(True, [[0, 1, 1], [1], [1]], decay=0.3)
    assert torch.equal(found[2:], torch.ones(3, 2))
    torch.testing.assert_close(
        found[0], torch.full((2,), 0.9)
    )  # the first step of Adam is the learning rate; momentum moves it no further
    assert found[1, 0] < 0.8


def test_a_row_that_is_asked_for_twice_in_a_step_moves_once() -> None:
    torch.testing.assert_close(trained(True, [[3, 3, 3]]), trained(False, [[3, 3, 3]]))
