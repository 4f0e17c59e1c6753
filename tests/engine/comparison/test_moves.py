"""Which users and items gained: a handful of users by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.comparison.moves import item_moves, user_moves
from engine.comparison.ranks import RankReader
from engine.home import Home
from engine.store import RunDetails

Add = Callable[..., RunDetails]
TARGETS = ["a", "b", "b", "c"]
ASKED = {"target": TARGETS, "head": [True, False, False, False], "target_interactions": [90, 4, 4, 0]}


def test_items_are_means_over_the_users_whose_target_they_are(add: Add, home: Home) -> None:
    before = add([1, 20, 20, 3], **ASKED)
    after = add([1, 2, 20, 30], **ASKED)
    found = item_moves([after], [before], RankReader(home), "HR@10", "full")
    assert found.items.tolist() == ["a", "b", "c"]
    assert found.users.tolist() == [1, 2, 1]
    assert found.head.tolist() == [True, False, False]
    assert found.interactions is not None
    assert found.interactions.tolist() == [90, 4, 0]
    assert found.before.tolist() == [1, 0, 1]
    assert found.after.tolist() == [1, 0.5, 0]
    assert found.share.tolist() == [0, 0.25, -0.25]  # one user of four each way


def test_users_have_the_mean_of_their_metric_and_the_median_of_their_ranks(add: Add, home: Home) -> None:
    before = add([1, 20, 20, 3], **ASKED)
    seeds = [add(ranks, seed=seed, **ASKED) for seed, ranks in enumerate(([1, 5, np.inf, 3], [4, 9, np.inf, 11]))]
    found = user_moves(seeds, [before], RankReader(home), "HR@10", "full")
    assert found.users.tolist() == ["u0", "u1", "u2", "u3"]
    assert found.targets.tolist() == TARGETS
    assert found.before.tolist() == [1, 0, 0, 1]
    assert found.after.tolist() == [1, 1, 0, 0.5]
    assert found.rank_before.tolist() == [1, 20, 20, 3]
    assert found.rank_after.tolist() == [2.5, 7, np.inf, 7]


def test_questions_of_runs_that_were_asked_the_same_are_kept_once(add: Add, home: Home) -> None:
    reader = RankReader(home)
    one, other = (reader.read(add([1, 20, 20, 3], **ASKED)) for _ in range(2))
    different = reader.read(add([1, 20, 20, 3], **ASKED | {"target": ["a", "b", "b", "b"]}))
    assert one.questions is other.questions
    assert different.questions is not one.questions
    assert one.places["full"] == pytest.approx([1, 20, 20, 3])
