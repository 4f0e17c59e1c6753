"""The list of datasets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.config import DataSettings, ExperimentConfig
from engine.settings import settings_key
from engine.store import Planned, Store, StoreError

FACTS: dict[str, Any] = {
    "source": "ratings.csv",
    "fingerprint": "abc",
    "users": 3,
    "items": 4,
    "interactions": 12,
    "statistics": {"density": 0.5, "mean_length": 4.0},
    "preparation": {"k_core": 5},
    "report": {"dropped": 7, "words": "größer"},
}


def test_what_is_added_comes_back(store: Store) -> None:
    added = store.datasets.add("films", synthetic=True, **FACTS)
    assert store.datasets.get("films") == added
    assert store.datasets.list() == [added]
    assert {name: getattr(added, name) for name in FACTS} == FACTS
    assert added.synthetic is True
    assert added.created_at.tzinfo is UTC
    assert datetime.now(UTC) - added.created_at < timedelta(minutes=1)


def test_a_dataset_of_the_same_name_takes_the_place_of_the_older(store: Store) -> None:
    older = store.datasets.add("films", **FACTS)
    newer = store.datasets.add("films", **{**FACTS, "users": 9, "fingerprint": "def"})
    assert store.datasets.list() == [newer]
    assert (newer.id, newer.users, newer.fingerprint) == (older.id, 9, "def")


def test_datasets_are_listed_by_name_and_deleted(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.datasets.add(name, **FACTS)
    store.datasets.delete("b")
    store.datasets.delete("not there")
    assert [each.name for each in store.datasets.list()] == ["a", "c"]
    assert store.datasets.get("b") is None


def test_runs_using_a_dataset(store: Store) -> None:
    runs = [
        store.runs.create(ExperimentConfig(data=DataSettings(dataset=name)), "f")
        for name in ("films", "books", "films")
    ]
    assert store.datasets.runs_using("films") == [runs[0], runs[2]]
    assert store.datasets.runs_using("songs") == []


def test_a_renamed_dataset_keeps_its_runs(store: Store) -> None:
    row = store.datasets.add("films", **FACTS)
    config = ExperimentConfig(data=DataSettings(dataset="films", max_length=7))
    run, other = store.runs.create(config, "abc"), store.runs.create(ExperimentConfig(), "f")
    for each in (run, other):
        store.runs.record(each, changes={"status": "finished"})
    before = store.runs.get(run)
    store.datasets.rename("films", "movies")
    assert store.datasets.list() == [replace(row, name="movies")]
    after = store.runs.get(run)
    assert (after.dataset, after.dataset_fingerprint) == ("movies", "abc")
    data = {**before.config["data"], "dataset": "movies"}
    assert after.settings_key == settings_key(after.config) != before.settings_key
    changed = {"dataset": "movies", "settings_key": after.settings_key, "config": {**before.config, "data": data}}
    assert after == replace(before, **changed)
    assert (store.datasets.runs_using("movies"), store.runs.get(other).dataset) == ([run], "sample")


def test_what_waits_in_the_queue_follows_a_renamed_dataset(store: Store) -> None:
    store.datasets.add("films", **FACTS)
    store.queue.add([Planned(ExperimentConfig(data=DataSettings(dataset=name))) for name in ("films", "books")])
    store.datasets.rename("films", "movies")
    assert [each.config["data"]["dataset"] for each in store.queue.list()] == ["movies", "books"]


def test_a_dataset_is_not_renamed_while_a_run_on_it_goes(store: Store) -> None:
    store.datasets.add("films", **FACTS)
    run = store.runs.create(ExperimentConfig(data=DataSettings(dataset="films")), "abc")
    with pytest.raises(StoreError, match=f"cannot be renamed while run {run} goes"):
        store.datasets.rename("films", "movies")
    assert [row.name for row in store.datasets.list()] == ["films"]
    assert store.runs.get(run).dataset == "films"


def test_notes_stay_when_the_dataset_is_imported_again(store: Store) -> None:
    assert store.datasets.add("films", **FACTS).notes == ""
    store.datasets.set_notes("films", "größer\nthan expected")
    again = store.datasets.add("films", **{**FACTS, "users": 9})
    assert (again.users, again.notes) == (9, "größer\nthan expected")


def test_numpy_numbers_are_kept_as_plain_ones(store: Store) -> None:
    import numpy as np

    store.datasets.add("films", **{**FACTS, "statistics": {"density": np.float32(0.5), "bands": np.array([1, 2])}})
    row = store.datasets.get("films")
    assert row is not None
    assert row.statistics == {"density": 0.5, "bands": [1, 2]}
