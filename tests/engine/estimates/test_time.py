"""Estimates rest on past runs, say on how many, and say nothing where there are none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.config import ExperimentConfig
from engine.estimates.time import (
    MOST_RUNS,
    GroupEstimate,
    bases,
    estimate_group,
    estimate_time,
)
from engine.estimates.work import epoch_work
from engine.grid import axis
from engine.groups import plan
from engine.home import Home
from engine.settings import override, parse
from engine.store import DatasetRow, RunDetails, Store


def config(*changes: str) -> ExperimentConfig:
    return parse(override({}, changes))


def dataset(name: str = "sample", users: int = 1000, items: int = 500) -> DatasetRow:
    return DatasetRow(1, name, False, "", f"of {name}", users, items, 10 * users, {}, {}, {}, datetime.now(UTC))


SAMPLE = dataset()
OTHER = dataset("films", 4000, 800)
BY_FINGERPRINT = {each.fingerprint: each for each in (SAMPLE, OTHER)}
BY_NAME = {each.name: each for each in (SAMPLE, OTHER)}


@pytest.fixture
def past(home: Home) -> Any:
    store = Store(home.database)

    def run(*changes: str, seconds: float = 40.0, epochs: int = 10, status: str = "finished") -> RunDetails:
        settings = config(*changes)
        number = store.runs.create(settings, f"of {settings.data.dataset}")
        took = {"data": 1.0, "train": seconds, "evaluate": 2.0}
        store.runs.record(number, changes={"status": status, "epochs": epochs, "stage_seconds": took})
        return store.runs.get(number)

    yield run
    store.close()


def test_nothing_is_said_without_a_past_run(past: Any) -> None:
    assert estimate_time(config(), SAMPLE, []) is None
    unusable = [past(status="failed"), past(epochs=0), past("data.dataset=gone")]
    assert bases(unusable, BY_FINGERPRINT) == []
    assert estimate_group(plan(config()), BY_NAME, []) == GroupEstimate(0.0, 0, False)


def test_the_same_run_again_takes_as_long_as_before(past: Any) -> None:
    known = bases([past(seconds=40.0), past(seconds=60.0), past(seconds=50.0)], BY_FINGERPRINT)
    found = estimate_time(config(), SAMPLE, known)
    assert found is not None
    assert found.epoch_seconds == pytest.approx(5.0)
    assert (found.epochs, found.runs, found.likeness) == (10, 3, "of this model on these data")
    assert found.seconds == pytest.approx(53.0)
    shorter = estimate_time(config("training.epochs=4", "training.refit=true"), SAMPLE, known)
    assert shorter is not None
    assert (shorter.epochs, shorter.all_epochs, found.all_epochs) == (4, True, False)
    assert shorter.seconds == pytest.approx(2 * 4 * 5.0 + 3.0)


def test_a_run_that_its_settings_ended_does_not_tell_when_another_stops(past: Any) -> None:
    known = bases([past("training.epochs=10")], BY_FINGERPRINT)
    assert estimate_group(plan(config()), BY_NAME, known).at_most
    found = estimate_time(config("training.epochs=50"), SAMPLE, known)
    assert found is not None
    assert (found.epochs, found.all_epochs) == (50, True)
    assert found.epoch_seconds == pytest.approx(4.0)


def test_an_epoch_is_scaled_by_its_work(past: Any) -> None:
    known = bases([past()], BY_FINGERPRINT)
    wide = estimate_time(config("model.dim=128"), SAMPLE, known)
    assert wide is not None
    assert wide.epoch_seconds == pytest.approx(4.0 * epoch_work(config("model.dim=128"), SAMPLE) / known[0].work)
    assert wide.epoch_seconds > 4.0
    for heavier in ("semantic_ids.depth=8", "training.loss=cross_entropy", "model.blocks=4"):
        slow = config("training.softmax_sample=10", heavier)
        assert epoch_work(slow, SAMPLE) > epoch_work(config("training.softmax_sample=10"), SAMPLE), heavier
    assert epoch_work(config("alignment.beta=0"), SAMPLE) < epoch_work(config(), SAMPLE)


def test_runs_of_about_as_much_work_are_preferred(past: Any) -> None:
    small = [past("model.dim=16", seconds=900.0) for _ in range(MOST_RUNS)]
    known = bases([*small, *(past(seconds=40.0) for _ in range(MOST_RUNS)), *small], BY_FINGERPRINT)
    found = estimate_time(config(), SAMPLE, known)
    assert found is not None
    assert (found.epoch_seconds, found.runs) == (pytest.approx(4.0), MOST_RUNS)


def test_the_runs_that_are_most_alike_count(past: Any) -> None:
    known = bases([past("model.kind=hid"), past("data.dataset=films"), past()], BY_FINGERPRINT)

    def likeness(*changes: str) -> tuple[str, int] | None:
        found = estimate_time(config(*changes), SAMPLE, known)
        return found and (found.likeness, found.runs)

    assert likeness() == ("of this model on these data", 1)
    assert likeness("model.backbone=hstu") == ("of another model", 1)
    assert likeness("model.kind=popularity") is None
    other = estimate_time(config(), SAMPLE, known[:2])
    assert other is not None
    assert other.likeness == "of this model on other data"


def test_the_time_of_a_group_counts_only_what_is_known(past: Any) -> None:
    known = bases([past()], BY_FINGERPRINT)
    found = estimate_group(plan(config(), axes=[axis("alignment.alpha=0.1,1")]), BY_NAME, known)
    assert found == GroupEstimate(pytest.approx(2 * 43.0), 2, False)
    everything = plan(config(), baselines=True)
    assert (
        estimate_group(everything, BY_NAME, known).runs == len(everything) - 1
    )  # popularity trains nothing, and no run of it is known


def test_popularity_takes_what_it_took(past: Any) -> None:
    known = bases([past("model.kind=popularity", seconds=0.0, epochs=0)], BY_FINGERPRINT)
    found = estimate_time(config("model.kind=popularity"), SAMPLE, known)
    assert found is not None
    assert (found.epochs, found.seconds) == (0, pytest.approx(3.0))
