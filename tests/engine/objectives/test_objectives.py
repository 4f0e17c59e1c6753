"""Known answers for every loss."""

import math

import numpy as np
import pytest
import torch

from engine.data.dataset import Sequences
from engine.objectives import softmax
from engine.objectives.code_alignment import CodeGuidedAlignment
from engine.objectives.contrastive import LEAST_TEMPERATURE, info_nce, info_nce_one_way, soft_contrast
from engine.objectives.cooccurrence import cooccurrence_weights
from engine.objectives.distillation import SimilarUsers, similar_users
from engine.objectives.granularity import granularity_alignment, masked_levels
from engine.objectives.recommendation import (
    binary_cross_entropy,
    cross_entropy,
    generalised_binary_cross_entropy,
    sampled_softmax,
)
from engine.objectives.sampling import SoftmaxSample, unseen_items


def sequences(*rows: list[int]) -> Sequences:
    lengths = [len(row) for row in rows]
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    return Sequences(np.concatenate([[0], np.cumsum(lengths)]), items)


def test_cross_entropy_by_hand_without_the_padding_item() -> None:
    states = torch.tensor([[1.0, 0.0]])
    vectors = torch.tensor([[9.0, 9.0], [1.0, 0.0], [0.0, 1.0], [2.0, 5.0]])
    expected = math.log(math.e + 1 + math.e**2) - 2
    assert cross_entropy(states, torch.tensor([3]), vectors).item() == pytest.approx(expected, abs=1e-6)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_binary_cross_entropy_by_hand() -> None:
    loss = binary_cross_entropy(torch.tensor([1.0, 2.0]), torch.tensor([[0.0, 0.5], [0.0, -1.0]]))
    first = -math.log(sigmoid(1)) - math.log(0.5) - math.log(1 - sigmoid(0.5))
    second = -math.log(sigmoid(2)) - math.log(0.5) - math.log(1 - sigmoid(-1))
    assert loss.item() == pytest.approx((first + second) / 2, abs=1e-6)


def test_generalised_binary_cross_entropy_by_hand() -> None:
    # 2 negatives of 20 others: a = 0.1; calibration 0.5: beta = 0.1 · (0.5 · (1 − 10) + 10) = 0.55.
    loss = generalised_binary_cross_entropy(torch.tensor([1.0]), torch.tensor([[0.0, 0.5]]), 21, 0.5)
    expected = -0.55 * math.log(sigmoid(1)) - math.log(0.5) - math.log(1 - sigmoid(0.5))
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_gbce_without_calibration_is_binary_cross_entropy() -> None:
    positive, negative = torch.randn(5), torch.randn(5, 3)
    torch.testing.assert_close(
        generalised_binary_cross_entropy(positive, negative, 50, 0.0), binary_cross_entropy(positive, negative)
    )


@pytest.mark.parametrize("chunk", [1, 60, 10**6])
def test_cross_entropy_in_chunks_is_the_usual_one_with_the_usual_gradients(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(softmax, "CHUNK", chunk)
    torch.manual_seed(0)
    states, vectors = torch.randn(7, 4, requires_grad=True), (5 * torch.randn(20, 4)).requires_grad_()
    targets = torch.tensor([1, 19, 3, 3, 3, 7, 11])
    usual = torch.nn.functional.cross_entropy(states @ vectors[1:].T, targets - 1)
    expected = torch.autograd.grad(3 * usual, [states, vectors])
    ours = cross_entropy(states, targets, vectors)
    torch.testing.assert_close(ours, usual)
    torch.testing.assert_close(torch.autograd.grad(3 * ours, [states, vectors]), expected)


def test_cross_entropy_bears_scores_that_overflow() -> None:
    loss = cross_entropy(torch.tensor([[1000.0]]), torch.tensor([2]), torch.tensor([[0.0], [1.0], [0.5]]))
    assert loss.item() == pytest.approx(500)


@pytest.mark.parametrize("chunk", [1, 5, 10**6])
def test_sampled_softmax_by_hand(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(softmax, "CHUNK", chunk)
    states = torch.eye(2)
    vectors = torch.tensor([[0.5, 1.0], [2.0, -1.0]])  # of items 4 and 7; the latter is the first position's own target
    loss = sampled_softmax(
        states, torch.tensor([7, 1]), torch.tensor([[2.0, -1.0], [9.0, 0.0]]), torch.tensor([4, 7]), vectors,
        torch.tensor([0.25, 0.5]).log(),
    )  # fmt: skip
    first = -math.log(math.exp(2) / (math.exp(2) + 4 * math.exp(0.5)))
    second = -math.log(1 / (1 + 4 * math.e + 2 * math.exp(-1)))
    assert loss.item() == pytest.approx((first + second) / 2, abs=1e-5)


def test_the_gradients_of_sampled_softmax_are_those_of_its_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(softmax, "CHUNK", 30)
    torch.manual_seed(0)
    states, target_vectors, vectors = (torch.randn(7, 4), torch.randn(7, 4), torch.randn(9, 4))
    leaves = [tensor.requires_grad_() for tensor in (states, target_vectors, vectors)]
    targets, sample = torch.tensor([1, 2, 3, 3, 5, 6, 7]), torch.tensor([3, 3, 1, 9, 8, 7, 10, 11, 3])
    log_expected = torch.randn(9)
    rivals = states @ vectors.T - log_expected
    rivals = rivals.masked_fill(targets[:, None] == sample, -torch.inf)
    positive = (states * target_vectors).sum(dim=1)
    formula = torch.nn.functional.softplus(torch.logsumexp(rivals, dim=1) - positive).mean()
    loss = sampled_softmax(states, targets, target_vectors, sample, vectors, log_expected)
    torch.testing.assert_close(loss, formula)
    torch.testing.assert_close(torch.autograd.grad(loss, leaves), torch.autograd.grad(formula, leaves))


def test_a_sampled_softmax_without_a_rival_costs_nothing() -> None:
    one = torch.ones(1, 1)
    loss = sampled_softmax(one, torch.tensor([2]), one, torch.tensor([2]), one, torch.zeros(1))
    assert loss.item() == 0


def test_sampled_softmax_stands_for_the_whole_catalogue_on_average() -> None:
    torch.manual_seed(0)
    states, vectors = torch.randn(6, 4), torch.randn(41, 4)
    targets = torch.tensor([1, 1, 3, 40, 20, 7])
    scores = states @ vectors.T
    counts = np.array([0, 300, 5, 80, *range(37)])
    draw = SoftmaxSample(counts).draw

    def rivals(size: int) -> torch.Tensor:
        sample, log_expected = draw(size, torch.device("cpu"))
        corrected = (scores[:, sample] - log_expected).masked_fill(targets[:, None] == sample, -torch.inf)
        return corrected.exp().sum(dim=1)

    everything = scores[:, 1:].exp().sum(dim=1) - scores.gather(1, targets[:, None]).exp()[:, 0]
    mean = torch.stack([rivals(10) for _ in range(4000)]).mean(dim=0)
    torch.testing.assert_close(mean, everything, rtol=0.05, atol=0)

    sample, log_expected = draw(20_000, torch.device("cpu"))
    loss = sampled_softmax(states, targets, vectors[targets], sample, vectors[sample], log_expected)
    torch.testing.assert_close(loss, cross_entropy(states, targets, vectors), rtol=0.02, atol=0)


def test_half_of_a_softmax_sample_follows_popularity_and_half_is_uniform() -> None:
    torch.manual_seed(0)
    sample, log_expected = SoftmaxSample(np.array([0, 6, 2, 0, 0])).draw(40_000, torch.device("cpu"))
    shares = np.array([1 / 8 + 3 / 8, 1 / 8 + 1 / 8, 1 / 8, 1 / 8])
    np.testing.assert_allclose(np.bincount(sample.numpy(), minlength=5)[1:] / 40_000, shares, atol=0.01)
    np.testing.assert_allclose(log_expected.exp().numpy(), 40_000 * shares[sample.numpy() - 1], rtol=1e-4)


def test_negatives_are_never_in_the_sequence() -> None:
    torch.manual_seed(0)
    histories = torch.tensor([[1, 2, 3, 4], [5, 5, 0, 0]])
    rows = torch.tensor([0, 1]).repeat_interleave(500)
    drawn = unseen_items(rows, histories, items=5, count=2)
    assert drawn.shape == (1000, 2)
    assert set(drawn[:500].flatten().tolist()) == {5}
    assert set(drawn[500:].flatten().tolist()) == {1, 2, 3, 4}


def test_one_to_one_info_nce_by_hand() -> None:
    left, right = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[3.0, 0.0], [0.0, 0.5]])
    expected = -math.log(math.exp(1 / 0.5) / (math.exp(1 / 0.5) + 1))
    assert info_nce(left, right, torch.eye(2), 0.5).item() == pytest.approx(expected, abs=1e-6)


def test_weighted_one_to_many_info_nce_by_hand() -> None:
    left = right = torch.eye(3)
    weights = torch.tensor([[1.0, 0.4, 0.0], [0.4, 1.0, 0.0], [0.0, 0.0, 1.0]])
    own, other = math.exp(1 / 0.5), 1.0
    related = -math.log((own + 0.4 * other) / (own + 2 * other))
    alone = -math.log(own / (own + 2 * other))
    assert info_nce(left, right, weights, 0.5).item() == pytest.approx((2 * related + alone) / 3, abs=1e-6)


def test_info_nce_is_symmetrical_and_does_not_overflow() -> None:
    torch.manual_seed(0)
    left, right = 1e4 * torch.randn(5, 3), torch.randn(5, 3)
    assert info_nce(left, right, torch.eye(5), LEAST_TEMPERATURE).isfinite()
    opposite = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    worst = info_nce(opposite, -opposite, torch.eye(2), LEAST_TEMPERATURE)
    assert worst.item() == pytest.approx(2 / LEAST_TEMPERATURE, rel=1e-4)
    torch.testing.assert_close(info_nce(left, right, torch.eye(5), 0.1), info_nce(right, left, torch.eye(5), 0.1))


def test_code_guided_alignment_by_hand() -> None:
    # Items 1 and 2 share all codes, so they are full positives of each other; item 3 stands alone.
    alignment = CodeGuidedAlignment(np.array([-1, 0, 0, 1]), None, 0.5)
    own, other = math.exp(1 / 0.5), 1.0
    shared = -math.log((own + other) / (own + 2 * other))
    alone = -math.log(own / (own + 2 * other))
    loss = alignment(torch.tensor([1, 2, 3]), 5 * torch.eye(3), torch.eye(3))
    assert loss.item() == pytest.approx((2 * shared + alone) / 3, abs=1e-6)


def test_soft_contrast_by_hand() -> None:
    left, right = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    near = math.exp(1 / 0.5) / (math.exp(1 / 0.5) + 1)
    # Both left rows look at the first right row; the targets are how the right rows see themselves and each other.
    first = -(near * math.log(near) + (1 - near) * math.log(1 - near))
    second = -((1 - near) * math.log(near) + near * math.log(1 - near))
    assert soft_contrast(left, right, 0.5).item() == pytest.approx((first + second) / 2, abs=1e-6)


def test_one_way_info_nce_is_half_of_the_symmetrical_one() -> None:
    torch.manual_seed(0)
    left, right = torch.randn(5, 3), torch.randn(5, 3)
    both = (info_nce_one_way(left, right, 0.3) + info_nce_one_way(right, left, 0.3)) / 2
    torch.testing.assert_close(both, info_nce(left, right, torch.eye(5), 0.3))


def test_similar_users_are_those_with_the_most_similar_texts() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], dtype=np.float32)
    found = similar_users(sequences([1, 1], [3], [2], [4, 3]), vectors, 1)
    assert found.tolist() == [[2], [3], [0], [1]]


def test_a_user_is_pulled_to_the_remembered_states_of_similar_users() -> None:
    distil = SimilarUsers(np.array([[1, 2], [0, 2], [0, 1]]))
    states = torch.tensor([[1.0, 1.0], [3.0, 5.0]], requires_grad=True)
    assert distil(torch.tensor([0, 1]), states).item() == 0  # nobody is known yet
    late = torch.tensor([[2.0, 2.0]], requires_grad=True)
    loss = distil(torch.tensor([2]), late)
    assert loss.item() == pytest.approx(((2 - 2) ** 2 + (2 - 3) ** 2) / 2)
    loss.backward()
    assert late.grad is not None
    assert states.grad is None  # teachers do not learn
    assert distil(torch.tensor([0]), states[:1]).item() == pytest.approx(((1 - 2.5) ** 2 + (1 - 3.5) ** 2) / 2)


def test_positives_are_the_item_equal_codes_and_cooccurring_items() -> None:
    cooccurrence = cooccurrence_weights(sequences([3, 4], [3, 4], [1, 2]), 4, window=1, min_count=2, max_neighbours=5)
    alignment = CodeGuidedAlignment(np.array([-1, 7, 7, 8, 9]), cooccurrence, 0.5)
    expected = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert alignment.positives(np.array([1, 2, 3, 4])).tolist() == expected


def test_cooccurrence_weights_by_hand() -> None:
    # Unordered pairs within a window of 1: (1,2) three times, (2,3) twice, (3,4) once.
    weights = cooccurrence_weights(sequences([1, 2, 3], [1, 2, 3], [1, 2], [3, 4]), 4, 1, 2, 50).toarray()
    total = 2 * 6
    margins = {1: 3, 2: 5, 3: 3}
    pmi_12 = math.log(3 * total / (margins[1] * margins[2]))
    pmi_23 = math.log(2 * total / (margins[2] * margins[3]))
    assert pmi_12 > pmi_23 > 0
    assert weights[1, 2] == weights[2, 1] == pytest.approx(1.0)
    assert weights[2, 3] == weights[3, 2] == pytest.approx(0.3)
    assert weights[3, 4] == 0  # seen once only
    assert np.count_nonzero(weights) == 4


def test_cooccurrence_respects_window_and_sequence_borders_and_repeats() -> None:
    def pairs(window: int, *rows: list[int]) -> set[tuple[int, int]]:
        weights = cooccurrence_weights(sequences(*rows), 4, window, 1, 50).tocoo()
        return set(zip(weights.row.tolist(), weights.col.tolist(), strict=True))

    assert pairs(1, [1, 2], [3, 4]) == {(1, 2), (2, 1), (3, 4), (4, 3)}
    assert (1, 3) not in pairs(1, [1, 2, 3], [4, 4])
    assert (1, 3) in pairs(2, [1, 2, 3], [4, 4])
    assert (4, 4) not in pairs(2, [1, 2, 3], [4, 4])


def test_only_the_strongest_neighbours_stay() -> None:
    rows = [[1, 2]] * 6 + [[1, 3]] * 2 + [[3, 4]] * 6
    assert cooccurrence_weights(sequences(*rows), 4, 1, 1, 50)[1, 3] == 0  # negative PMI
    rows = [[1, 2]] * 9 + [[3, 4]] * 9 + [[1, 3]] * 2 + [[2, 4]] * 2 + [[5, 6]] * 100
    assert cooccurrence_weights(sequences(*rows), 6, 1, 1, 50)[1, 3] > 0
    kept = cooccurrence_weights(sequences(*rows), 6, 1, 1, 1).tocoo()
    pairs = {(1, 2), (2, 1), (3, 4), (4, 3), (5, 6), (6, 5)}
    assert set(zip(kept.row.tolist(), kept.col.tolist(), strict=True)) == pairs


def test_cooccurrence_of_a_large_catalogue_stays_sparse() -> None:
    items = 300_000  # all pairs would take 360 GB
    random = np.random.default_rng(0)
    rows = random.integers(1, items + 1, size=(2000, 6)).tolist()
    weights = cooccurrence_weights(sequences(*rows, *rows), items, 3, 2, 50)
    assert weights.shape == (items + 1, items + 1)
    assert 0 < weights.nnz <= 2 * 2000 * 12


def test_nothing_to_cooccur_gives_an_empty_matrix() -> None:
    assert cooccurrence_weights(sequences([1], [2]), 3, 3, 1, 50).nnz == 0


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("lowest", [[False, True, True, False]]), ("highest", [[True, False, False, True]])],
)
def test_half_of_the_levels_is_masked_by_gate_weight(rule: str, expected: list[list[bool]]) -> None:
    gate = torch.tensor([[0.4, 0.1, 0.2, 0.3]])
    assert masked_levels(gate, rule).tolist() == expected  # type: ignore[arg-type]


def test_random_masking_masks_half_and_not_always_the_same() -> None:
    torch.manual_seed(0)
    masked = masked_levels(torch.full((50, 4), 0.25), "random")
    assert (masked.sum(dim=1) == 2).all()
    assert len({tuple(row) for row in masked.tolist()}) > 2


def test_an_odd_number_of_levels_rounds_down_and_one_level_is_never_masked() -> None:
    assert masked_levels(torch.rand(3, 5), "lowest").sum(dim=1).tolist() == [2, 2, 2]
    assert not masked_levels(torch.ones(3, 1), "lowest").any()


def test_granularity_alignment_falls_when_the_views_agree() -> None:
    torch.manual_seed(0)
    users, others = torch.randn(6, 4), torch.randn(6, 4)
    assert granularity_alignment(users, users, 0.5) < granularity_alignment(users, others, 0.5)
