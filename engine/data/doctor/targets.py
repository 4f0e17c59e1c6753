"""What is asked in the test: items that the user had before, and items that nobody had in training."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.doctor.finding import EXAMPLES, Finding, counted, graded, percent
from engine.data.split import LeaveOneOut

MANY, MOST = 0.01, 0.1  # shares of the users who are tested


def repeated_targets(dataset: Dataset) -> Finding | None:
    """Test items that stand in the user's own history."""
    questions = LeaveOneOut(dataset.sequences).targets("test")
    rows = np.repeat(np.arange(len(questions.users)), questions.histories.lengths)
    repeated = np.unique(rows[questions.histories.items == questions.items[rows]])
    count, tested = len(repeated), len(questions.users)
    if not count:
        return None
    return Finding(
        "repeated_targets",
        graded(count / tested, MANY, 0.5),
        "Test items that the user had before",
        f"The test item of {counted(count, 'user', 'users')} ({percent(count / tested)} of those tested) is in their own "
        "history. Where the history is left out of the ranking, they count as a miss for every model; where it is "
        "ranked, a model that repeats the history gains.",
        "Report both ways of ranking (Leave out the history), or drop repeats at import.",
        {"users": count, "share": count / tested},
        tuple(
            f"{dataset.user_ids[questions.users[row]]}: {dataset.items.ids[questions.items[row]]}"
            for row in repeated[:EXAMPLES]
        ),
    )


def unseen_targets(dataset: Dataset) -> Finding | None:
    """Test items that are in no training sequence."""
    split = LeaveOneOut(dataset.sequences)
    seen = np.bincount(split.training.items, minlength=len(dataset.items) + 1) > 0
    targets = split.targets("test").items
    unseen = targets[~seen[targets]]
    if not len(unseen):
        return None
    items = np.unique(unseen)
    share = len(unseen) / len(targets)
    return Finding(
        "unseen_targets",
        graded(share, MANY, MOST),
        "Test items never seen in training",
        f"{counted(len(items), 'item is', 'items are')} asked for in the test and in nobody's training sequence; that is "
        f"the test of {counted(len(unseen), 'user', 'users')} ({percent(share)}). A hash ID has learned nothing there; a "
        "semantic ID knows the item's text.",
        "A higher k-core leaves fewer. Keep it in mind when tail results are compared.",
        {"users": len(unseen), "items": len(items), "share": share},
        tuple(str(dataset.items.ids[item]) for item in items[:EXAMPLES]),
    )
