"""What the colours of the map mean: which group every item is in, and the colour and name of each group."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from workbench.palette import LEVELS, Role
from workbench.theme import theme
from workbench.widgets import numbers

if TYPE_CHECKING:
    from engine.coded_items import CodedItems

HUES = (
    "Hue: where the first code lies around the middle of its codebook. Similar codes have similar hues, so no hue is "
    "one code's alone: choose a code to see its items."
)


@dataclass(frozen=True)
class Colouring:
    """`groups` (items,): the group of each item. A group has a name and a role, or, where there are too many, a
    `turns` (groups,) on the colour circle."""

    groups: npt.NDArray[np.int64]
    names: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    turns: npt.NDArray[np.float32] | None = None

    def colours(self) -> list[QColor]:
        """The colours of the groups in the theme as it is now."""
        if self.turns is not None:
            return [theme().hue(float(turn)) for turn in self.turns]
        return [theme().color(role) for role in self.roles]

    def shown(self, hidden: set[int]) -> npt.NDArray[np.bool_]:
        """(items,) all but those in the `hidden` groups."""
        return ~np.isin(self.groups, list(hidden))


def by_first_code(items: "CodedItems") -> Colouring:
    return Colouring(items.ids.codes[:, 0], turns=items.turns)


def by_slice(items: "CodedItems") -> Colouring:
    tail = (~items.popularity.is_head[1:]).astype(np.int64)
    return Colouring(tail, _counted(("Head", "Tail"), tail), (Role.head, Role.tail))


def by_band(items: "CodedItems") -> Colouring:
    from engine.evaluation.slices import band_masks

    masks = band_masks(items.counts)
    bands = np.argmax(list(masks.values()), axis=0)
    names = _counted([band.removeprefix("band_").replace("-", "–") for band in masks], bands)
    return Colouring(bands, names, LEVELS[: len(masks)])


COLOURINGS = {
    "first code": by_first_code,
    "head or tail": by_slice,
    "popularity": by_band,
}


def _counted(names: "tuple[str, ...] | list[str]", groups: npt.NDArray[np.int64]) -> tuple[str, ...]:
    sizes = np.bincount(groups, minlength=len(names))
    return tuple(f"{name} ({numbers.count(int(size))})" for name, size in zip(names, sizes, strict=True))
