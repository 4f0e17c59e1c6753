"""The Cloze task, by which an encoder that sees both sides is trained (Sun et al., 2019, section 3.5)."""

from dataclasses import dataclass

import numpy as np

from engine.data.dataset import IntArray

LAST_ONLY = 0.1  # share of the sequences that lack their last item alone, the case at evaluation


@dataclass(frozen=True)
class Cloze:
    """Puts the token `mask` in the place of a `share` of each sequence's items."""

    share: float
    mask: int

    def __call__(self, items: IntArray, lengths: IntArray, random: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Inputs and targets (batch, length) of right-padded `items` (batch, length) with `lengths` (batch,) from 2.

        The masked items are the targets; all other targets are 0. Of every sequence at least one item is masked
        and one is left.
        """
        places = np.arange(items.shape[1])
        counts = np.clip(np.rint(self.share * lengths), 1, lengths - 1)
        order = np.where(places < lengths[:, None], random.random(items.shape), np.inf).argsort(axis=1)
        masked = order.argsort(axis=1) < counts[:, None]
        last_only = random.random(len(items)) < LAST_ONLY
        masked[last_only] = places == lengths[last_only, None] - 1
        return np.where(masked, self.mask, items), np.where(masked, items, 0)
