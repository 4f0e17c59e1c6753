"""Head and tail are counted as a run counts them."""

import numpy as np
import pytest

from engine.config import DataSettings
from engine.data.popularity import Popularity
from engine.data.sample import make_sample
from engine.data.split import LeaveOneOut
from engine.estimates.head_tail import head_and_tail, training_counts


@pytest.mark.parametrize(
    "settings",
    [
        DataSettings(),
        DataSettings(head_share=0.01),
        DataSettings(head_share=0.99),
        DataSettings(head_rule="count", head_count=12),
    ],
)
def test_head_and_tail_are_those_of_a_run(settings: DataSettings) -> None:
    sample = make_sample()
    found = head_and_tail(training_counts(sample), settings)
    popularity = Popularity.by_settings(LeaveOneOut(sample.sequences).training, len(sample.items), settings)
    assert found.head == popularity.is_head.sum()
    assert found.head + found.tail == len(sample.items)
    assert found.least == popularity.least_head_count
    assert found.share == pytest.approx(popularity.counts[popularity.is_head].sum() / popularity.counts.sum())


def test_a_line_that_leaves_no_head_is_told() -> None:
    found = head_and_tail(np.array([5, 3, 1]), DataSettings(head_rule="count", head_count=6))
    assert (found.head, found.tail, found.least, found.share) == (0, 3, 0, 0.0)
