"""Items near an item, by what the model learned of it, by its text, and by who had it."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.dataset import Dataset, Sequences
from engine.inspection.cards import ItemCard, Neighbour
from engine.inspection.together import CoOccurrence, SharedWords
from engine.semantic_ids.semantic_ids import CodeArray, FloatArray

Nearness = Literal["hid", "sid", "both", "text", "together"]


class Neighbourhood:
    """The items of a catalogue as neighbours of each other.

    `vectors` maps a kind of nearness to (items + 1, width); its rows are brought to length 1 when they are first needed.
    """

    def __init__(
        self,
        dataset: Dataset,
        training: Sequences,
        codes: CodeArray | None,
        vectors: dict[Nearness, Tensor],
        card: Callable[[int], ItemCard],
    ) -> None:
        """`codes` (items, levels) of the semantic IDs; `card` makes the card of an item."""
        self._vectors = vectors
        self._unit: dict[Nearness, Tensor] = {}
        self._codes = codes
        self._card = card
        self._together = CoOccurrence(training, len(dataset.items))
        self._words = SharedWords(dataset.items)

    @property
    def kinds(self) -> list[Nearness]:
        """What nearness can be told by."""
        return [*self._vectors, "together"]

    def add_text(self, vectors: FloatArray) -> None:
        """Let nearness be told by text, too: `vectors` (items, width)."""
        self._vectors["text"] = F.pad(torch.from_numpy(np.ascontiguousarray(vectors)), (0, 0, 1, 0))

    @torch.inference_mode()
    def nearest(self, item: int, by: Nearness, k: int) -> list[Neighbour]:
        """The `k` items nearest to `item`, nearest first; by "together" only those that somebody had with it."""
        counts = self._together.counts(item)
        if by == "together":
            # Among items with as many users in common, those that are otherwise rare belong to it more.
            order = np.lexsort((self._together.users_of, -counts))[:k]
            found = [(int(row), None) for row in order if counts[row]]
        else:
            unit = self._of_length_1(by)
            similarity = unit @ unit[item]
            similarity[0] = similarity[item] = -torch.inf
            best = torch.topk(similarity, min(k, len(similarity) - 2))
            found = list(zip(best.indices.tolist(), best.values.tolist(), strict=True))
        words = self._words.between(item, [row for row, _ in found])
        return [
            Neighbour(self._card(row), value, self._shared_levels(item, row), int(counts[row]), shared)
            for (row, value), shared in zip(found, words, strict=True)
        ]

    def _of_length_1(self, by: Nearness) -> Tensor:
        if by not in self._unit:
            self._unit[by] = F.normalize(self._vectors[by], dim=1)
        return self._unit[by]

    def _shared_levels(self, one: int, other: int) -> int | None:
        if self._codes is None:
            return None
        return int(np.cumprod(self._codes[one - 1] == self._codes[other - 1]).sum())
