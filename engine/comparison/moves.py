"""Which users and which items gained or lost from one model to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.comparison.ranks import RankReader
from engine.evaluation.metrics import FloatArray

if TYPE_CHECKING:
    from engine.store import RunDetails


@dataclass(frozen=True, eq=False)
class UserMoves:
    """Every tested user; all (users,). `before` and `after` are the metric averaged over seeds, `rank_before` and
    `rank_after` the median rank over seeds, infinite where the target was not ranked."""

    users: npt.NDArray[np.object_]
    targets: npt.NDArray[np.object_]
    head: npt.NDArray[np.bool_]
    before: FloatArray
    after: FloatArray
    rank_before: FloatArray
    rank_after: FloatArray


@dataclass(frozen=True, eq=False)
class ItemMoves:
    """Every item that is a target; all (items,). `before` and `after` are means over the `users` (a number) whose
    target it is; `share` is what its users' gains add to the mean over all users. `interactions` in training, None in
    runs of earlier versions."""

    items: npt.NDArray[np.object_]
    head: npt.NDArray[np.bool_]
    interactions: npt.NDArray[np.int64] | None
    users: npt.NDArray[np.int64]
    before: FloatArray
    after: FloatArray
    share: FloatArray


def user_moves(
    group: "Sequence[RunDetails]",
    reference: "Sequence[RunDetails]",
    reader: RankReader,
    metric: str,
    protocol: str,
) -> UserMoves:
    """The users from the reference to the group. The groups must have passed `check_groups`.

    Raises DataError when ranks are gone, and SettingsError when there is no such metric.
    """
    questions = reader.read(reference[0]).questions
    before, after = (reader.values(runs, metric, protocol) for runs in (reference, group))
    ranks = [np.median([reader.read(run).places[protocol] for run in runs], axis=0) for runs in (reference, group)]
    return UserMoves(questions.users, questions.targets, questions.head, before, after, ranks[0], ranks[1])


def item_moves(
    group: "Sequence[RunDetails]",
    reference: "Sequence[RunDetails]",
    reader: RankReader,
    metric: str,
    protocol: str,
) -> ItemMoves:
    """The target items from the reference to the group, as `user_moves`."""
    questions = reader.read(reference[0]).questions
    items, first, item_of = np.unique(questions.targets, return_index=True, return_inverse=True)
    users = np.bincount(item_of)
    before, after = (np.bincount(item_of, weights=reader.values(runs, metric, protocol)) for runs in (reference, group))
    return ItemMoves(
        items,
        questions.head[first],
        None if questions.interactions is None else questions.interactions[first],
        users,
        before / users,
        after / users,
        np.round(after - before, 12) / len(questions),
    )
