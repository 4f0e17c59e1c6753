import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config import PreparationSettings
from engine.data.formats import sniff
from engine.data.preparation import prepare
from engine.data.report import sentences
from engine.data.statistics import statistics

REAL_DATA = Path(os.environ.get("H2REC_TEST_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")


def test_statistics_of_a_hand_made_dataset(build):
    # Training is [1, 2, 1], [3] and [1]; the head is one item of five.
    dataset = build.dataset([1, 2, 1, 4, 5], [3, 2, 2], [1], items=5)
    dataset = replace(dataset, timestamps=np.arange(100, 109))
    dataset.items.texts[5] = ""
    found = statistics(dataset)
    assert found == {
        "users": 3,
        "items": 5,
        "interactions": 9,
        "density": pytest.approx(7 / 15),
        "mean_length": 3.0,
        "median_length": 3.0,
        "min_length": 1,
        "max_length": 5,
        "tested_users": 2,
        "items_with_text": 4,
        "repeats": 2,
        "mean_popularity": 1.8,
        "max_popularity": 3,
        "head_share_of_interactions": pytest.approx(3 / 5),
        "first_time": 100,
        "last_time": 108,
    }


def test_times_are_left_out_where_they_are_not_known(build):
    assert "first_time" not in statistics(build.dataset([1, 2, 3], items=3))


def test_the_report_becomes_sentences():
    report = {
        "interactions_read": 12000,
        "repeats_dropped": 0,
        "items_without_text": 7,
        "items_without_entry": 1,
        "examples": {"items_without_text": ["a", "b"], "items_without_entry": ["q"]},
    }
    assert sentences(report) == [
        "12,000 interactions were read.",
        "1 item has no entry in the items file; its title is its id, and it has no text (q).",
        "7 items have no text (a, b, …).",
    ]
    assert sentences({}) == []


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "format", "users", "items", "interactions"),
    [("ml-100k", "ml-100k", 943, 1682, 100_000), ("yelp", "csv", 30_431, 20_033, 316_354)],
)
def test_real_datasets_have_their_known_size(name, format, users, items, interactions):
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing; H2REC_TEST_DATA can name another folder")
    found = sniff([folder])
    assert found.name == format
    dataset = prepare(found.read([folder], None), PreparationSettings(k_core=1), name)
    numbers = statistics(dataset)
    assert (numbers["users"], numbers["items"], numbers["interactions"]) == (users, items, interactions)
    assert numbers["items_with_text"] == items
    assert (dataset.timestamps is not None) == (name == "ml-100k")
