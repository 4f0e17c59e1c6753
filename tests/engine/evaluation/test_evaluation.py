"""Ranks, metrics and protocols, against answers worked out by hand or by sorting."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.data.dataset import Sequences
from engine.data.negatives import sampled_negatives
from engine.data.split import LeaveOneOut, Targets
from engine.errors import SettingsError, WorkbenchError
from engine.evaluation.metrics import fair_ranks, metrics_of, slice_metrics
from engine.evaluation.protocols import Ranker


def sequences(*rows: list[int]) -> Sequences:
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return Sequences(offsets, np.array([item for row in rows for item in row], dtype=np.int32))


class FixedScores:
    """A scorer that gives every user the same scores, whatever came before."""

    def __init__(self, *scores: float) -> None:
        self._vectors = torch.tensor([99.0, *scores])[:, None]  # the padding item would win, were it ranked

    def last_states(self, items: Tensor, lengths: Tensor) -> Tensor:
        return torch.ones(len(items), 1)

    def item_vectors(self) -> Tensor:
        return self._vectors


def ranker(*scores: float) -> Ranker:
    return Ranker(FixedScores(*scores), max_length=10, block=2, device=torch.device("cpu"))


def nothing(done: int, total: int) -> None: ...


def test_metrics_by_hand() -> None:
    values = metrics_of(np.array([1.0, 3.0, 11.0, np.inf]))
    assert values["HR@5"] == values["HR@10"] == 0.5
    assert values["HR@20"] == 0.75
    assert values["NDCG@10"] == pytest.approx((1 + 1 / 2) / 4)
    assert values["NDCG@20"] == pytest.approx((1 + 1 / 2 + 1 / math.log2(12)) / 4)
    assert values["MRR"] == pytest.approx((1 + 1 / 3 + 1 / 11) / 4)


def test_ties_count_half() -> None:
    scores = torch.tensor([[5.0, 5.0, 5.0, 1.0], [9.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    assert fair_ranks(torch.tensor([5.0, 5.0, 0.0]), scores).tolist() == [2.5, 2.0, 5.0]


def test_a_model_that_cannot_tell_items_apart_gets_no_credit() -> None:
    targets = LeaveOneOut(sequences([1, 2, 3, 4])).targets("test")
    assert ranker(*[0.0] * 100).full(targets, False, nothing).tolist() == [50.5]


def test_full_ranking_with_and_without_the_history() -> None:
    targets = LeaveOneOut(sequences([1, 2, 3, 4])).targets("test")
    scorer = ranker(9.0, 8.0, 7.0, 6.0, 6.5)
    assert scorer.full(targets, False, nothing).tolist() == [5.0]
    assert scorer.full(targets, True, nothing).tolist() == [2.0]


def test_a_target_already_in_the_removed_history_is_a_miss() -> None:
    targets = LeaveOneOut(sequences([4, 1, 2, 4], [4, 1, 2, 3])).targets("test")
    scorer = ranker(1.0, 2.0, 3.0, 9.0)
    assert scorer.full(targets, True, nothing).tolist() == [np.inf, 1.0]
    assert scorer.full(targets, False, nothing).tolist() == [1.0, 2.0]


def test_sampled_ranking_looks_at_the_negatives_only() -> None:
    targets = LeaveOneOut(sequences([1, 2, 3])).targets("test")
    assert ranker(9.0, 9.0, 5.0, 8.0, 1.0, 5.0).final(
        targets, np.array([[4, 5, 6]]), True, nothing
    ).sampled.tolist() == [2.5]


def test_scores_that_are_not_numbers_are_refused() -> None:
    targets = LeaveOneOut(sequences([1, 2, 3])).targets("test")
    with pytest.raises(WorkbenchError, match="not finite"):
        ranker(1.0, math.nan, 2.0).full(targets, False, nothing)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), st.data())
def test_the_fair_rank_is_the_mean_over_all_orders_of_the_ties(scores: list[int], data: st.DataObject) -> None:
    target = data.draw(st.integers(0, len(scores) - 1))
    others = scores[:target] + scores[target + 1 :]
    best = 1 + sum(other > scores[target] for other in others)
    worst = 1 + sum(other >= scores[target] for other in others)
    rank = fair_ranks(torch.tensor([float(scores[target])]), torch.tensor([others], dtype=torch.float))
    assert rank[0] == (best + worst) / 2


def test_slices_hold_their_users_and_empty_ones_are_left_out() -> None:
    ranks = np.array([1.0, 100.0])
    slices = {"head": np.array([True, False]), "tail": np.array([False, True]), "none": np.array([False, False])}
    values = slice_metrics(ranks, slices)
    assert values["head"]["HR@10"] == 1
    assert values["tail"]["HR@10"] == 0
    assert "none" not in values


@given(
    st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=9), min_size=1, max_size=5),
    st.integers(1, 3),
    st.integers(0, 5),
)
def test_negatives_are_distinct_never_had_and_repeatable(rows: list[list[int]], count: int, seed: int) -> None:
    users = np.arange(len(rows))
    drawn = sampled_negatives(sequences(*rows), users, 12, count, seed)
    for row, had in zip(drawn, rows, strict=True):
        assert len(set(row.tolist())) == count
        assert not set(row.tolist()) & set(had)
        assert row.min() >= 1
        assert row.max() <= 12
    assert np.array_equal(drawn, sampled_negatives(sequences(*rows), users, 12, count, seed))


def test_negatives_are_uniform() -> None:
    drawn = sampled_negatives(sequences(*[[1]] * 4000), np.arange(4000), 1000, 10, 0)
    counts = np.bincount(drawn.ravel(), minlength=1001)
    assert counts[1] == counts[0] == 0
    expected = 40_000 / 999
    chi_squared = ((counts[2:] - expected) ** 2 / expected).sum()
    assert abs(chi_squared - 998) < 5 * math.sqrt(2 * 998)


def test_too_few_items_for_the_negatives_is_said() -> None:
    with pytest.raises(SettingsError, match=r"evaluation\.negatives.*at most 2"):
        sampled_negatives(sequences([1, 2, 3]), np.array([0]), 5, 3, 0)


def test_blocks_of_users_do_not_change_the_ranks() -> None:
    random = np.random.default_rng(0)
    rows = [random.integers(1, 20, size=random.integers(3, 9)).tolist() for _ in range(23)]
    targets: Targets = LeaveOneOut(sequences(*rows)).targets("validation")
    scores = random.normal(size=19).tolist()
    whole = Ranker(FixedScores(*scores), 10, 100, torch.device("cpu")).full(targets, True, nothing)
    assert np.array_equal(whole, Ranker(FixedScores(*scores), 10, 3, torch.device("cpu")).full(targets, True, nothing))
