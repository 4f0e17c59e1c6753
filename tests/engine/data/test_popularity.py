import numpy as np
import pytest

from engine.config import DataSettings
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut
from engine.errors import SettingsError


def test_counts_and_head_of_a_hand_made_case(build):
    training = build.sequences([1, 1, 2], [1, 3], [2, 1])
    popularity = Popularity.of(training, items=5, head_share=0.4)
    assert popularity.counts.tolist() == [0, 4, 2, 1, 0, 0]
    assert np.flatnonzero(popularity.is_head).tolist() == [1, 2]
    assert popularity.least_head_count == 2


def test_ties_at_the_line_go_to_the_lower_index(build):
    popularity = Popularity.of(build.sequences([4, 3, 2, 1]), items=4, head_share=0.5)
    assert np.flatnonzero(popularity.is_head).tolist() == [1, 2]


def test_the_head_has_at_least_one_item_and_never_the_padding(build):
    popularity = Popularity.of(build.sequences([2]), items=3, head_share=0.01)
    assert np.flatnonzero(popularity.is_head).tolist() == [2]
    everything = Popularity.of(build.sequences([2]), items=3, head_share=0.99)
    assert not everything.is_head[0]
    assert everything.is_head.sum() == 3


def test_held_out_interactions_do_not_count(build):
    # Item 9 is had by everybody, but only as test target.
    split = LeaveOneOut(build.sequences([1, 2, 9], [1, 3, 9], [2, 1, 3, 9]))
    popularity = Popularity.of(split.training, items=9, head_share=0.2)
    assert popularity.counts[9] == 0
    assert popularity.counts.tolist()[:4] == [0, 3, 1, 0]


def test_a_count_draws_the_line_as_well(build):
    training = build.sequences([1, 1, 2], [1, 3], [2, 1])
    settings = DataSettings(head_rule="count", head_count=2)
    assert np.flatnonzero(Popularity.by_settings(training, 5, settings).is_head).tolist() == [1, 2]
    share = DataSettings(head_share=0.2, head_count=2)
    assert np.flatnonzero(Popularity.by_settings(training, 5, share).is_head).tolist() == [1]
    for count, words in ((5, "no item has 5"), (1, "every item has 1")):
        with pytest.raises(SettingsError, match=rf"data\.head_count: {words}"):
            Popularity.by_count(training, 3, count)
