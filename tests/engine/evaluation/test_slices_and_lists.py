"""Slices of the tested users and what their lists are like, worked out by hand."""

import numpy as np
import pytest

from engine.data.dataset import Sequences
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut
from engine.evaluation.lists import gini, list_metrics
from engine.evaluation.slices import BANDS, LengthGroups, band_slices, main_slices


def popularity(*counts: int, head: int = 1) -> Popularity:
    """Items 1, 2, ... with these training interactions; the first `head` are head items."""
    return Popularity(np.array([0, *counts]), np.array([False, *(place < head for place in range(len(counts)))]))


def targets_at(*items: int):
    rows = [[1, 1, item] for item in items]
    return LeaveOneOut(Sequences(np.arange(0, 3 * len(rows) + 1, 3), np.array(rows, dtype=np.int32).ravel())).targets(
        "test"
    )


def test_every_target_is_in_the_band_of_its_training_interactions() -> None:
    counts = [0, 1, 9, 10, 29, 30, 59, 60, 99, 100, 5000]
    bands = band_slices(targets_at(*range(1, 12)), popularity(*counts))
    names = [next(name for name in BANDS if bands[name][user]) for user in range(11)]
    assert names == [
        "band_0", "band_1-9", "band_1-9", "band_10-29", "band_10-29", "band_30-59", "band_30-59", "band_60-99",
        "band_60-99", "band_100+", "band_100+",
    ]  # fmt: skip
    assert sum(mask.astype(int) for mask in bands.values()).tolist() == [1] * 11


def test_head_and_tail_are_those_of_the_target() -> None:
    slices = main_slices(targets_at(2, 1, 3), popularity(9, 5, 1))
    assert {name: mask.tolist() for name, mask in slices.items()} == {
        "overall": [True, True, True],
        "head": [False, True, False],
        "tail": [True, False, True],
    }


def test_users_are_long_above_the_median() -> None:
    groups = LengthGroups.of(np.array([1, 2, 3, 6, 9]))
    assert groups.short_at_most == 3
    assert groups.masks["short"].tolist() == [True, True, True, False, False]
    assert groups.masks["long"].tolist() == [False, False, False, True, True]
    assert LengthGroups.of(np.array([1, 2])).masks["short"].tolist() == [True, False]


def test_lists_by_hand() -> None:
    lists = np.array([[1, 2], [1, 3], [1, 0]])  # the third user has had everything but item 1
    values = list_metrics(lists, popularity(4, 2, 2, 0))
    assert values["coverage@10"] == 3 / 4
    # Exposure 0, 1, 1, 3: Σ (2i − n − 1) x = 1·(−1) + 1·1 + 3·3 = 9, over n Σ x = 4 · 5.
    assert values["gini@10"] == pytest.approx(9 / 20)
    # p is 4/8 three times and 2/8 twice: 1 bit three times and 2 bits twice.
    assert values["novelty@10"] == pytest.approx((3 * 1 + 2 * 2) / 5)
    assert values["tail_share@10"] == 2 / 5


def test_an_item_that_nobody_had_is_as_novel_as_one_that_one_user_had() -> None:
    assert list_metrics(np.array([[3]]), popularity(7, 1, 0))["novelty@10"] == pytest.approx(3)


def test_the_gini_index_of_equal_and_of_wholly_unequal_amounts() -> None:
    assert gini(np.full(7, 3)) == 0
    assert gini(np.array([0, 0, 0, 9])) == pytest.approx(1 - 1 / 4)
