"""Ranks, metrics and protocols, against answers worked out by hand or by sorting."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score, top_k_accuracy_score
from torch import Tensor

from engine.data.dataset import Sequences
from engine.data.negatives import sampled_negatives
from engine.data.split import LeaveOneOut, Targets
from engine.errors import SettingsError, WorkbenchError
from engine.evaluation.metrics import fair_ranks, metric_values, metrics_of, slice_metrics
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


class TableScores:
    """A scorer that looks a user's scores up in a table, in the order in which the ranker asks."""

    def __init__(self, scores: np.ndarray, histories: Sequences) -> None:
        """`scores` (users, items): no two users may have the same history."""
        self._rows = {tuple(histories[row].tolist()): row for row in range(len(histories))}
        self._scores = torch.from_numpy(np.concatenate([np.full((len(scores), 1), 99.0), scores], axis=1)).float()

    def last_states(self, items: Tensor, lengths: Tensor) -> Tensor:
        rows = [self._rows[tuple(row[:length].tolist())] for row, length in zip(items, lengths, strict=True)]
        return torch.eye(len(self._scores))[rows]

    def item_vectors(self) -> Tensor:
        return self._scores.T


def obvious_rank(scores: list[float], target: int, unranked: set[int]) -> float:
    """The mean of the first and the last place that the target may take among equals."""
    if target in unranked:
        return math.inf
    others = [score for item, score in enumerate(scores, start=1) if item != target and item not in unranked]
    above = sum(score > scores[target - 1] for score in others)
    return 1 + above + sum(score == scores[target - 1] for score in others) / 2


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
    assert values["MRR@5"] == values["MRR@10"] == pytest.approx((1 + 1 / 3) / 4)
    assert values["MRR@20"] == values["MRR"]


def test_metrics_agree_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    scores = random.permuted(np.arange(40.0) * np.ones((200, 1)), axis=1)
    targets = random.integers(40, size=200)
    relevant = np.eye(40)[targets]
    ranks = 1.0 + (scores > scores[np.arange(200), targets][:, None]).sum(axis=1)
    values = metrics_of(ranks)
    for k in (5, 10, 20):
        assert values[f"NDCG@{k}"] == pytest.approx(ndcg_score(relevant, scores, k=k), abs=1e-9)
        assert values[f"HR@{k}"] == pytest.approx(
            top_k_accuracy_score(targets, scores, k=k, labels=np.arange(40)), abs=1e-9
        )
    assert values["MRR"] == pytest.approx(label_ranking_average_precision_score(relevant, scores), abs=1e-9)


def test_an_unknown_metric_is_named() -> None:
    with pytest.raises(SettingsError, match=r"“NDCG@7”.*NDCG@10"):
        metric_values("NDCG@7", np.array([1.0]))


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


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_all_protocols_agree_with_the_obvious_way_to_count(seed: int, block: int) -> None:
    random = np.random.default_rng(seed)
    items, users = 9, 6
    # A user's first item is theirs alone, the others repeat; so targets are often in the history.
    rows = [[user + 1, *random.integers(1, items + 1, size=random.integers(2, 12)).tolist()] for user in range(users)]
    targets = LeaveOneOut(sequences(*rows)).targets("test")
    scores = random.integers(0, 3, size=(users, items)).astype(float)
    negatives = random.integers(1, items + 1, size=(users, 4))
    model = TableScores(scores, targets.histories)
    remove_seen = bool(random.integers(2))
    found = Ranker(model, 50, block, torch.device("cpu")).final(targets, negatives, remove_seen, nothing)
    for user, row in enumerate(rows):
        own, target, history = scores[user].tolist(), row[-1], set(row[:-1])
        assert found.with_history[user] == obvious_rank(own, target, set())
        assert found.without_history[user] == obvious_rank(own, target, history)
        drawn = [own[item - 1] for item in negatives[user]]
        assert found.sampled[user] == obvious_rank([own[target - 1], *drawn], 1, set())
        ranked = [item for item in range(1, items + 1) if not (remove_seen and item in history)]
        listed = found.lists[user][found.lists[user] > 0].tolist()
        assert sorted(listed) == ranked
        assert [own[item - 1] for item in listed] == sorted((own[item - 1] for item in ranked), reverse=True)
    for removed in (False, True):
        alone = Ranker(model, 50, block, torch.device("cpu")).full(targets, removed, nothing)
        assert np.array_equal(alone, found.full(removed))


def test_scores_too_large_for_their_norms_are_still_ranked() -> None:
    targets = LeaveOneOut(sequences([1, 2, 3])).targets("test")
    assert ranker(1e30, 2e30, 3e30).full(targets, False, nothing).tolist() == [1.0]
    with pytest.raises(WorkbenchError, match="not finite"):
        ranker(1e30, math.inf, 3e30).full(targets, False, nothing)


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
    assert values["head"]["users"] == values["tail"]["users"] == 1
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


def test_negatives_stay_the_same_from_version_to_version() -> None:
    # Runs are compared on the same negatives, also with runs of an earlier version.
    drawn = sampled_negatives(sequences([1, 2, 3], [4, 5, 6, 7]), np.array([0, 1]), 40, 8, 20251210)
    assert drawn.tolist() == [[25, 29, 26, 6, 33, 8, 10, 22], [36, 30, 35, 32, 34, 28, 3, 19]]


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
