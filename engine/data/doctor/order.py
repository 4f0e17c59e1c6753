"""Whether sequences are in order of time. What comes next is all that a sequential recommender learns."""

from __future__ import annotations

from math import factorial

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset, IntArray, Sequences
from engine.data.doctor.finding import EXAMPLES, Finding, counted, graded, percent
from engine.data.split import LeaveOneOut

SORTED, OFTEN_RISING = 0.9, 0.6  # shares of steps that rise by item id; half of them do by chance
CERTAIN = 4  # standard deviations away from chance
MANY_TIES, MOST_TIES = 0.1, 0.5

Steps = npt.NDArray[np.bool_]


def sorted_by_item_id(dataset: Dataset) -> Finding | None:
    """Sequences that rise by item id although no times are known that would say so."""
    if dataset.timestamps is not None:
        return None
    _, rising, differing = _steps(dataset)
    steps = int(differing.sum())
    share = float(rising.sum() / max(1, steps))
    if share < OFTEN_RISING or share < 0.5 + CERTAIN * 0.5 / np.sqrt(max(1, steps)):
        return None
    training = LeaveOneOut(dataset.sequences).training
    whole, by_chance = _rising_sequences(training, _ranks(dataset))
    text = (
        f"{percent(share)} of the steps from one item to the next go up in item id, where chance makes half of them. "
        f"{percent(whole)} of the training sequences rise from their first item to their last; chance makes "
        f"{percent(by_chance)}."
    )
    rises = np.bincount(_owners(dataset)[1:][rising], minlength=len(dataset.user_ids))
    users = np.flatnonzero(rises == np.maximum(dataset.sequences.lengths - 1, 1))[:EXAMPLES]
    figures = {"rising_steps": share, "rising_sequences": whole, "rising_sequences_by_chance": by_chance}
    examples = tuple(str(dataset.user_ids[user]) for user in users)
    if share >= SORTED:
        return Finding(
            "sorted_by_item_id",
            "serious",
            "Sequences are sorted by item id, not by time",
            f"{text} The last item is then no later one, and what a model learns of order is the order of ids.",
            "Look for a copy with times, and import it with its timestamp column. Do not report results on this one.",
            figures,
            examples,
        )
    return Finding(
        "sorted_by_item_id",
        "warning",
        "Sequences rise by item id more often than chance",
        f"{text} Interactions whose order is not known, such as those of one day, probably lie in the order of ids, "
        "and a model can learn that order.",
        "Say so beside the results, and compare only with results on the same files. Where times are known, import them.",
        figures,
        examples,
    )


def back_in_time(dataset: Dataset) -> Finding | None:
    """Steps to an earlier time."""
    if dataset.timestamps is None:
        return None
    within, _, _ = _steps(dataset)
    back = (np.diff(dataset.timestamps) < 0) & within
    count, steps = int(back.sum()), int(within.sum())
    if not count:
        return None
    return Finding(
        "back_in_time",
        graded(count / steps, 0.01, 0.1),
        "Sequences go back in time",
        f"{counted(count, 'step goes', 'steps go')} to an earlier time ({percent(count / steps)} of all).",
        "Import the files again and let the timestamp decide the order.",
        {"steps_back": count, "share": count / steps},
        _names(dataset, back),
    )


def equal_times(dataset: Dataset) -> Finding | None:
    """Interactions of a user at one time: something else has decided their order."""
    if dataset.timestamps is None:
        return None
    within, rising, differing = _steps(dataset)
    tied = (np.diff(dataset.timestamps) == 0) & within
    share = float(tied.sum() / max(1, within.sum()))
    if share < MANY_TIES:
        return None
    asked = LeaveOneOut(dataset.sequences).asked
    open_targets = int(tied[dataset.sequences.offsets[1:][asked] - 2].sum())
    apart = tied & differing
    by_id = float((rising & tied).sum() / max(1, apart.sum()))
    is_by_id = by_id >= SORTED and int(apart.sum()) > CERTAIN**2
    order = (
        f"They lie in the order of item ids ({percent(by_id)} of them rise)" if is_by_id else "They lie as in the file"
    )
    return Finding(
        "equal_times",
        "serious" if is_by_id and share >= MOST_TIES else "warning" if is_by_id or share >= MOST_TIES else "note",
        "Many interactions have the same time",
        f"{counted(int(tied.sum()), 'interaction has', 'interactions have')} the same time as the user's one before "
        f"({percent(share)}). {order}. For {counted(open_targets, 'user', 'users')} it is not known which of the last "
        "items came last, so the test item is one of several.",
        "Say which rule decides, keep it the same for all models, and use finer times where the source has them.",
        {"tied": int(tied.sum()), "share": share, "rising_by_id": by_id, "users_with_open_target": open_targets},
        _names(dataset, tied),
    )


def _steps(dataset: Dataset) -> tuple[Steps, Steps, Steps]:
    """(interactions - 1,) each: steps within a user's sequence, those to a higher item id, those to another item."""
    owners = _owners(dataset)
    within = owners[1:] == owners[:-1]
    change = np.diff(_ranks(dataset)[dataset.sequences.items])
    return within, within & (change > 0), within & (change != 0)


def _owners(dataset: Dataset) -> IntArray:
    """(interactions,) the user of each."""
    return np.repeat(np.arange(len(dataset.user_ids)), dataset.sequences.lengths)


def _ranks(dataset: Dataset) -> IntArray:
    """(items + 1,) the place of every item in the order of ids: of numbers where all are, else of texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array(dataset.items.ids[1:], pa.string())
    if pc.all(pc.match_substring_regex(ids, "^[0-9]{1,18}$")).as_py():
        ids = ids.cast(pa.int64())
    ranks = np.zeros(len(ids) + 1, dtype=np.int64)
    ranks[1 + np.asarray(pc.array_sort_indices(ids))] = np.arange(1, len(ids) + 1)
    return ranks


def _rising_sequences(sequences: Sequences, ranks: IntArray) -> tuple[float, float]:
    """Share of sequences of two items or more that rise throughout, and what it would be in random order."""
    lengths = sequences.lengths
    long = lengths > 1
    owners = np.repeat(np.arange(len(sequences)), lengths)
    falls = (np.diff(ranks[sequences.items]) <= 0) & (owners[1:] == owners[:-1])
    rises = np.bincount(owners[1:][falls], minlength=len(sequences)) == 0
    chances = np.array([1 / factorial(min(length, 20)) for length in range(int(lengths.max(initial=0)) + 1)])
    return float(rises[long].mean()) if long.any() else 0.0, float(chances[lengths[long]].mean()) if long.any() else 0.0


def _names(dataset: Dataset, steps: Steps) -> tuple[str, ...]:
    """The first users who take one of the steps."""
    users = np.unique(_owners(dataset)[1:][steps])[:EXAMPLES]
    return tuple(str(dataset.user_ids[user]) for user in users)
