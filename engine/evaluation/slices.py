"""Parts of the tested users: by how popular their target is, and by how much they have given to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray
from engine.data.popularity import Popularity
from engine.data.split import Targets

Masks = Mapping[str, npt.NDArray[np.bool_]]

# Least training interactions of each band's items. Items without any have a band of their own: nothing but
# their text can speak for them.
_BAND_STARTS = (0, 1, 10, 30, 60, 100)
BANDS = ("band_0", "band_1-9", "band_10-29", "band_30-59", "band_60-99", "band_100+")
LENGTH_GROUPS = ("short", "long")


def main_slices(targets: Targets, popularity: Popularity) -> Masks:
    """Masks (users,) of "overall", "head" and "tail": a user counts for the part that their target belongs to."""
    head = popularity.is_head[targets.items]
    return {"overall": np.ones(len(head), dtype=bool), "head": head, "tail": ~head}


def band_slices(targets: Targets, popularity: Popularity) -> Masks:
    """Masks (users,) of the BANDS, by the training interactions of the target; every user is in exactly one."""
    return band_masks(popularity.counts[targets.items])


def band_masks(interactions: IntArray) -> Masks:
    """The same from the training interactions (users,) of the targets."""
    band = np.searchsorted(_BAND_STARTS, interactions, side="right") - 1
    return {name: band == place for place, name in enumerate(BANDS)}


@dataclass(frozen=True)
class LengthGroups:
    """Short and long users. `short_at_most`: training interactions up to which a user is short, the median."""

    short_at_most: int
    masks: Masks

    @classmethod
    def of(cls, training_lengths: IntArray) -> "LengthGroups":
        """`training_lengths` (users,): training interactions of every tested user.

        Users at the line are short, so "long" is empty where more than half of all users share the greatest length.
        """
        line = int(np.floor(np.median(training_lengths)))
        short = training_lengths <= line
        return cls(line, dict(zip(LENGTH_GROUPS, (short, ~short), strict=True)))
