"""The average of the weights: what it holds, and that training itself never sees it."""

import pytest
import torch
from torch import nn

from engine.training.averaging import WeightAverage


def one_weight(value: float) -> nn.Module:
    model = nn.Linear(1, 1, bias=False)
    set_weight(model, value)
    return model


def set_weight(model: nn.Module, value: float) -> None:
    with torch.no_grad():
        next(model.parameters()).fill_(value)


def value_of(model: nn.Module) -> float:
    return next(model.parameters()).item()


def test_the_average_by_hand_begins_short_and_ends_at_its_decay() -> None:
    model = one_weight(1.0)
    average = WeightAverage(model, 0.15)
    set_weight(model, 2.0)
    average.update()  # decay 1/10
    set_weight(model, 3.0)
    average.update()  # decay min(0.15, 2/11)
    with average.in_place():
        assert value_of(model) == pytest.approx(0.15 * (0.1 * 1 + 0.9 * 2) + 0.85 * 3)
    assert value_of(model) == 3.0


def test_a_fault_while_the_average_is_in_place_gives_the_weights_back() -> None:
    model = one_weight(1.0)
    average = WeightAverage(model, 0.9)
    set_weight(model, 2.0)
    with pytest.raises(ZeroDivisionError), average.in_place():
        raise ZeroDivisionError
    assert value_of(model) == 2.0


def test_without_decay_the_weights_are_taken_themselves() -> None:
    model = one_weight(1.0)
    average = WeightAverage(model, 0.0)
    set_weight(model, 2.0)
    average.update()
    with average.in_place():
        assert value_of(model) == 2.0
