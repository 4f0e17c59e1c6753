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
    average.before_step()
    set_weight(model, 2.0)
    average.before_step()  # decay 1/10
    set_weight(model, 3.0)  # decay min(0.15, 2/11)
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
    average.before_step()
    set_weight(model, 2.0)
    with average.in_place():
        assert value_of(model) == 2.0


def test_looking_at_the_average_does_not_change_it() -> None:
    model = one_weight(1.0)
    average = WeightAverage(model, 0.5)
    average.before_step()
    set_weight(model, 2.0)
    seen = []
    for _ in range(2):
        with average.in_place():
            seen.append(value_of(model))
    assert seen[0] == seen[1] == pytest.approx(0.1 * 1 + 0.9 * 2)


def test_rows_that_rest_have_the_same_average_as_if_all_had_been_taken_in() -> None:
    """Two models go through the same steps, one with sparse gradients: averages are equal, whenever they are looked at."""
    torch.manual_seed(0)
    start = torch.randn(6, 3)
    models = [nn.Embedding.from_pretrained(start.clone(), freeze=False, sparse=sparse) for sparse in (False, True)]
    averages = [WeightAverage(model, 0.8) for model in models]
    for step in range(12):
        rows = torch.randint(6, (2,))
        for model, average in zip(models, averages, strict=True):
            model.weight.grad = None
            (model(rows) * (step + 1.0)).sum().backward()
            if model.sparse:
                model.weight.grad = model.weight.grad.coalesce()
            average.before_step()
            with torch.no_grad():
                model.weight[rows] += 0.1 * (step + 1)
        if step in (4, 5, 11):
            with averages[0].in_place(), averages[1].in_place():
                torch.testing.assert_close(models[1].weight, models[0].weight)
                assert not torch.equal(models[0].weight, start)
