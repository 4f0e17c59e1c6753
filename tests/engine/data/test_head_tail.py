"""What a line between head and tail means, and the setting that draws it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import DataSettings
from engine.data.dataset import Sequences
from engine.data.head_tail import HeadLine, PopularityCurve
from engine.data.popularity import Popularity, training_counts
from engine.data.sample import make_sample
from engine.data.split import LeaveOneOut


def test_a_line_tells_both_shares_and_both_settings():
    curve = PopularityCurve.of(np.array([1, 8, 3, 3, 0, 3, 2, 0, 0, 0]))
    assert curve.counts.tolist() == [8, 3, 3, 3, 2, 1, 0, 0, 0, 0]
    assert curve.line_at(3) == HeadLine(
        items=10, head_items=3, interactions=0.7, least_count=3, share=0.3, items_by_count=4
    )
    assert curve.line_by_share(0.2).interactions == pytest.approx(11 / 20)


def test_items_without_interactions_cannot_be_counted_into_the_head():
    curve = PopularityCurve.of(np.array([2, 0, 0]))
    assert curve.line_at(2).items_by_count is None
    assert PopularityCurve.of(np.array([2, 2, 2])).line_at(1).items_by_count is None


def test_head_and_tail_are_counted_on_training_interactions_only(build):
    # The last two of every user are held out: item 5 is never in training, item 1 thrice.
    sequences = build.sequences([1, 2, 5, 5], [1, 2, 4, 5], [1, 3, 4, 5])
    line = PopularityCurve.of(training_counts(LeaveOneOut(sequences).training, 5)[1:]).line_by_share(0.2)
    assert (line.head_items, line.least_count, line.interactions) == (1, 3, 0.5)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300), st.data())
def test_the_named_settings_draw_the_line(counts, data):
    wanted = data.draw(st.integers(1, len(counts)))
    line = PopularityCurve.of(np.array(counts)).line_at(wanted)
    settings = DataSettings(head_share=line.share)
    items = np.repeat(np.arange(1, len(counts) + 1), counts).astype(np.int32)
    training = Sequences(np.array([0, len(items)]), items)
    drawn = Popularity.by_settings(training, len(counts), settings)
    assert int(drawn.is_head.sum()) == line.head_items
    assert drawn.least_head_count == line.least_count
    assert drawn.counts[drawn.is_head].sum() / max(1, sum(counts)) == pytest.approx(line.interactions)
    if line.items_by_count is not None:
        by_count = DataSettings(head_rule="count", head_count=line.least_count)
        assert int(Popularity.by_settings(training, len(counts), by_count).is_head.sum()) == line.items_by_count
    if 0.01 < wanted / len(counts) < 0.99:
        assert line.head_items == wanted


def test_the_share_has_no_more_decimals_than_it_needs():
    curve = PopularityCurve.of(np.arange(20_033))
    assert curve.line_at(4007).share == 0.2
    assert curve.line_at(333).share == 0.0166
    assert (curve.line_at(1).share, curve.line_at(20_033).share) == (0.01, 0.99)


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
    found = PopularityCurve.of_training(sample).head_and_tail(settings)
    popularity = Popularity.by_settings(LeaveOneOut(sample.sequences).training, len(sample.items), settings)
    assert found.head == popularity.is_head.sum()
    assert found.head + found.tail == len(sample.items)
    assert found.least == popularity.least_head_count
    assert found.share == pytest.approx(popularity.counts[popularity.is_head].sum() / popularity.counts.sum())


def test_a_line_that_leaves_no_head_is_told() -> None:
    found = PopularityCurve.of(np.array([5, 3, 1])).head_and_tail(DataSettings(head_rule="count", head_count=6))
    assert (found.head, found.tail, found.least, found.share) == (0, 3, 0, 0.0)
