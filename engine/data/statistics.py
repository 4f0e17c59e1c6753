"""What there is to know of a dataset at a glance."""

import numpy as np

from engine.data.dataset import Dataset
from engine.data.popularity import Popularity
from engine.data.split import MIN_LENGTH, LeaveOneOut

HEAD_SHARE = 0.2


def statistics(dataset: Dataset) -> dict[str, int | float]:
    """Counts, lengths per user, repeats and how unevenly interactions are spread over the items.

    `density` and the shares go from 0 to 1. `repeats` counts interactions with an item that the user had before;
    `tested_users` those with enough interactions to be held out from. `head_share_of_interactions` is what the
    most popular fifth of the items holds of the training interactions. `first_time` and `last_time` are in
    seconds since 1970, there only where times are known.
    """
    users, items, interactions = len(dataset.user_ids), len(dataset.items), len(dataset.sequences.items)
    lengths = dataset.sequences.lengths
    owners = np.repeat(np.arange(users, dtype=np.int64), lengths)
    pairs = np.sort(owners * (items + 1) + dataset.sequences.items)
    distinct_pairs = int(np.count_nonzero(np.diff(pairs))) + 1
    popularity = Popularity.of(LeaveOneOut(dataset.sequences).training, items, HEAD_SHARE)
    found: dict[str, int | float] = {
        "users": users,
        "items": items,
        "interactions": interactions,
        "density": distinct_pairs / max(1, users * items),
        "mean_length": float(lengths.mean()),
        "median_length": float(np.median(lengths)),
        "min_length": int(lengths.min()),
        "max_length": int(lengths.max()),
        "tested_users": int((lengths >= MIN_LENGTH).sum()),
        "items_with_text": sum(bool(text) for text in dataset.items.texts[1:]),
        "repeats": interactions - distinct_pairs,
        "mean_popularity": interactions / items,
        "max_popularity": int(np.bincount(dataset.sequences.items).max()),
        "head_share_of_interactions": float(
            popularity.counts[popularity.is_head].sum() / max(1, popularity.counts.sum())
        ),
    }
    if dataset.timestamps is not None:
        found |= {"first_time": int(dataset.timestamps.min()), "last_time": int(dataset.timestamps.max())}
    return found
