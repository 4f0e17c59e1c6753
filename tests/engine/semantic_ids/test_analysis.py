"""What semantic IDs look like from inside: tree, use of codes, collisions, agreement of two sets; by hand and at random."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.semantic_ids.agreement import agreement, common_company
from engine.semantic_ids.code_tree import CodeTree
from engine.semantic_ids.collisions import collision_groups
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.semantic_ids.usage import level_usage

CODES = [[1, 0, 2], [2, 2, 0], [1, 0, 2], [1, 1, 1], [1, 0, 0], [2, 2, 0]]
COUNTS = np.array([5, 9, 8, 1, 20, 3])
TUPLES = st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=30)


def ids_of(codes: list[list[int]] | list[tuple[int, ...]], size: int = 4) -> SemanticIds:
    array = np.array(codes)
    books = np.arange(array.shape[1] * size * 2, dtype=np.float32).reshape(array.shape[1], size, 2)
    return SemanticIds(array, books, 0.25)


def test_children_are_counted_and_the_largest_comes_first() -> None:
    tree = CodeTree(np.array(CODES), COUNTS)
    assert [(each.prefix, each.size) for each in tree.children(tree.root)] == [((1,), 4), ((2,), 2)]
    one = tree.find((1,))
    assert one is not None
    assert [(each.prefix, each.size) for each in tree.children(one)] == [((1, 0), 3), ((1, 1), 1)]
    assert tree.items(one).tolist() == [4, 2, 0, 3]  # the most popular first
    whole = tree.find((1, 0, 2))
    assert whole is not None
    assert tree.children(whole) == []
    assert tree.items(whole).tolist() == [2, 0]


@pytest.mark.parametrize("prefix", [(0,), (3,), (1, 2), (1, 0, 1), (1, 0, 2, 0), (-1,)])
def test_there_is_no_node_without_items(prefix: tuple[int, ...]) -> None:
    assert CodeTree(np.array(CODES), COUNTS).find(prefix) is None


@settings(deadline=None)
@given(TUPLES)
def test_every_prefix_holds_exactly_its_items(codes: list[tuple[int, ...]]) -> None:
    tree = CodeTree(np.array(codes), np.zeros(len(codes), dtype=np.int64))
    for length in range(4):
        for prefix, size in Counter(code[:length] for code in codes).items():
            branch = tree.find(prefix)
            assert branch is not None
            assert branch.size == size
            assert tree.items(branch).tolist() == [row for row, code in enumerate(codes) if code[:length] == prefix]
            below = tree.children(branch)
            assert sum(child.size for child in below) == (size if length < 3 else 0)
            assert all(tree.find(child.prefix) == child for child in below)


def test_use_of_codes_by_hand() -> None:
    first, second, _third = level_usage(ids_of(CODES).with_unique_level())
    assert first.counts.tolist() == [0, 4, 2, 0]
    assert (first.used, first.utilisation) == (2, 0.5)
    entropy = -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3))
    assert first.perplexity == pytest.approx(math.exp(entropy))
    assert second.counts.tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize("unique", [False, True])
def test_collision_groups_by_hand(unique: bool) -> None:
    ids = ids_of(CODES).with_unique_level() if unique else ids_of(CODES)
    groups = collision_groups(ids, COUNTS)
    assert [(group.codes, group.items.tolist()) for group in groups] == [((1, 0, 2), [2, 0]), ((2, 2, 0), [1, 5])]
    assert collision_groups(ids_of([[0, 1], [1, 1]]), COUNTS[:2]) == []


@settings(deadline=None)
@given(TUPLES)
def test_items_in_groups_are_those_that_collide(codes: list[tuple[int, ...]]) -> None:
    groups = collision_groups(ids_of(codes), np.arange(len(codes)))
    sizes = Counter(codes)
    assert {group.codes: len(group.items) for group in groups} == {code: n for code, n in sizes.items() if n > 1}
    assert [len(group.items) for group in groups] == sorted((len(group.items) for group in groups), reverse=True)


def test_what_the_codes_stand_for_is_the_sum_of_their_vectors() -> None:
    ids = ids_of([[1, 0], [3, 3]])
    expected = [ids.codebooks[0, 1] + ids.codebooks[1, 0], ids.codebooks[0, 3] + ids.codebooks[1, 3]]
    assert ids.vectors().tolist() == np.array(expected).tolist()
    assert ids.with_unique_level().vectors().tolist() == np.array(expected).tolist()


def test_the_same_codes_by_other_names_agree_wholly() -> None:
    renamed = [[(code + 1) % 4 for code in codes] for codes in CODES]
    for level in agreement(ids_of(CODES), ids_of(renamed)):
        assert (level.codes_ami, level.codes_ari, level.prefix_ari) == pytest.approx((1, 1, 1))
        assert (level.kept, level.kept_back) == (1, 1)
    assert common_company(ids_of(CODES), ids_of(renamed), 1).tolist() == [1] * 6


def test_agreement_by_hand() -> None:
    one, other = ids_of([[0], [0], [0], [1], [1], [1]]), ids_of([[0], [0], [1], [1], [2], [2]])
    (level,) = agreement(one, other)
    # Of 6 pairs of the first and 3 of the second, 2 are in both; by chance 6 · 3 / 15 = 1.2 would be.
    assert level.prefix_ari == level.codes_ari == pytest.approx((2 - 1.2) / ((6 + 3) / 2 - 1.2))
    assert (level.kept, level.kept_back) == pytest.approx((2 / 6, 2 / 3))
    # Item 0 has 1 and 2 there and 1 here; item 2 has 0 and 1 there and 3 here.
    assert common_company(one, other, 1).tolist() == pytest.approx([1 / 2, 1 / 2, 0, 0, 1 / 2, 1 / 2])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=20))
def test_shares_of_pairs_are_those_counted_one_by_one(pairs: list[tuple[int, int]]) -> None:
    one, other = ids_of([[first] for first, _ in pairs]), ids_of([[second] for _, second in pairs])
    (level,) = agreement(one, other)
    every = list(combinations(pairs, 2))
    in_one = [a[1] == b[1] for a, b in every if a[0] == b[0]]
    assert level.kept == pytest.approx(sum(in_one) / len(in_one) if in_one else math.nan, nan_ok=True)
    company = common_company(one, other, 1)
    for row, (first, second) in enumerate(pairs):
        mine = {each for each, pair in enumerate(pairs) if pair[0] == first} - {row}
        theirs = {each for each, pair in enumerate(pairs) if pair[1] == second} - {row}
        assert company[row] == pytest.approx(len(mine & theirs) / len(mine | theirs) if mine | theirs else 1)


def test_only_levels_that_both_have_are_compared() -> None:
    assert len(agreement(ids_of([[0], [1]]), ids_of([[0, 1], [1, 1]]).with_unique_level())) == 1
    with pytest.raises(ValueError, match="2 and 1 items"):
        agreement(ids_of([[0], [1]]), ids_of([[0]]))
