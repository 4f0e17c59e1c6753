"""What is folded into one series, what is not, and what the series are called."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.comparison.series import Series, bands, series_of, titles
from engine.config import ExperimentConfig
from engine.groups import Spread
from engine.home import Home
from engine.store import RunDetails, Store

Add = Callable[..., RunDetails]


@pytest.fixture
def add(home: Home) -> Any:
    store = Store(home.database)

    def add(seed: int = 0, status: str = "finished", test: Any = None, **settings: Any) -> RunDetails:
        run = store.runs.create(ExperimentConfig(seed=seed, **settings), "abc")
        store.runs.record(run, changes={"status": status, "test": test or {}})
        return store.runs.get(run)

    yield add
    store.close()


def numbers(series: list[Series]) -> list[tuple[int, ...]]:
    return [each.numbers for each in series]


def test_finished_seeds_are_folded_by_rising_seed(add: Add) -> None:
    runs = [add(2, name="a"), add(0, evaluation={"negatives": 50}), add(1, name="b"), add(0)]
    assert numbers(series_of(runs)) == [(4, 3, 1), (2,)]
    assert numbers(series_of(runs, each_alone=True)) == [(1,), (2,), (3,), (4,)]


def test_what_has_not_finished_and_what_repeats_a_seed_stand_alone(add: Add) -> None:
    runs = [add(0), add(1, status="interrupted"), add(0), add(1), add(1)]
    assert numbers(series_of(runs)) == [(1, 4), (2,), (3, 5)]


def test_names_that_are_the_same_are_told_apart(add: Add) -> None:
    runs = [add(0, name="H2Rec"), add(1, name="H2Rec"), add(1, name="H2Rec"), add(0, name="HID", model={"kind": "hid"})]
    assert titles(series_of(runs, each_alone=True)) == ["H2Rec, seed 0", "H2Rec, run 2", "H2Rec, run 3", "HID"]
    assert titles(series_of(runs)) == ["H2Rec", "H2Rec, seed 1", "HID"]
    elsewhere = add(0, name="HID", model={"kind": "hid"}, data={"dataset": "shop"})
    assert titles(series_of([runs[3], elsewhere])) == ["HID on sample", "HID on shop"]


def test_bands_are_means_over_seeds_with_the_users_in_them(add: Add) -> None:
    def test(value: float) -> Any:
        return {"full": {"band_1-9": {"users": 7, "HR@10": value}, "overall": {"users": 9, "HR@10": 0.5}}}

    (series,) = series_of([add(0, test=test(0.1)), add(1, test=test(0.3))])
    assert bands(series, "full", "HR@10") == {"band_1-9": (7, Spread(pytest.approx(0.2), pytest.approx(0.1 * 2**0.5)))}
    assert series.test("full", "overall", "HR@10") == Spread(0.5, 0)
    (untested,) = series_of([add(3, status="interrupted")])
    assert bands(untested, "full", "HR@10") == {}
    assert untested.test("full", "overall", "HR@10") is None
