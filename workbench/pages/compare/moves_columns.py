"""What the tables of gains show: columns of items and of users, and which rows a search keeps; no widget is involved."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.comparison.moves import ItemMoves, UserMoves
from workbench.models.columns_table import TableColumn
from workbench.theme import Role
from workbench.widgets import numbers
from workbench.widgets.slices import slice_role, slice_word
from workbench.widgets.strokes import dot_icon

if TYPE_CHECKING:
    from engine.data.dataset import Catalogue

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Moves:
    """Items and users from the reference to another series, with the items' titles where the dataset is there."""

    items: ItemMoves
    users: UserMoves
    catalogue: "Catalogue | None"
    metric: str

    def item_index(self, row: int) -> int | None:
        """The item of a row by its index in the catalogue, from 1; None where the dataset is gone."""
        return None if self.catalogue is None else self.catalogue.index.get(self.items.items[row])

    def title(self, item: str) -> str:
        """The title of an item, or its identifier."""
        index = None if self.catalogue is None else self.catalogue.index.get(item)
        return item if self.catalogue is None or index is None else str(self.catalogue.titles[index]) or item

    @cached_property
    def item_gains(self) -> npt.NDArray[np.float64]:
        """(items,)"""
        return np.round(self.items.after - self.items.before, 12)

    @cached_property
    def user_gains(self) -> npt.NDArray[np.float64]:
        """(users,)"""
        return np.round(self.users.after - self.users.before, 12)

    def kept_items(self, search: str, least_users: int) -> Mask:
        """(items,) those with so many users whose title and identifier hold every word."""
        return (self.items.users >= least_users) & self._hold(self.items.items, search)

    def kept_users(self, search: str) -> Mask:
        """(users,) those whose identifier, or whose target's title and identifier, hold every word."""
        named = np.array([_holds(str(user), search) for user in self.users.users], dtype=bool)
        return named | self._hold(self.users.targets, search)

    def item_columns(self) -> list[TableColumn]:
        """Gains are in the last column."""
        moves = self.items

        def means(row: int) -> str:
            return f"{_bare(moves.before[row])} → {_bare(moves.after[row])}"

        def hint(row: int) -> str:
            trained = "" if moves.interactions is None else f", {numbers.count(moves.interactions[row])} interactions"
            return f"{self._about(moves.items[row], bool(moves.head[row]))}{trained} in training"

        return [
            TableColumn("Item", "The item that the users had next", moves.items, self.title,
                        icon=lambda row: dot_icon(slice_role(bool(moves.head[row]))), hint=hint),
            TableColumn("Users", "Users whose target it is", moves.users, numbers.count, True),
            TableColumn("Before, after", f"Mean {self.metric} of these users in the reference, and in the other",
                        moves.after, numeric=True, words=means),
            TableColumn("Gain", "After less before", self.item_gains, numbers.metric_points, True,
                        tone=_tone(self.item_gains)),
        ]  # fmt: skip

    def user_columns(self) -> list[TableColumn]:
        """Gains are in the last column."""
        moves = self.users

        def ranks(row: int) -> str:
            return f"{_rank(moves.rank_before[row])} → {_rank(moves.rank_after[row])}"

        return [
            TableColumn("User", "Identifier of the user", moves.users),
            TableColumn("Target", "The item that the user had next", moves.targets, self.title,
                        icon=lambda row: dot_icon(slice_role(bool(moves.head[row]))),
                        hint=lambda row: self._about(moves.targets[row], bool(moves.head[row]))),
            TableColumn("Rank", "Rank of the target in the reference, and in the other (median over seeds)",
                        moves.rank_after, numeric=True, words=ranks),
            TableColumn("Gain", f"{self.metric} after less before", self.user_gains, numbers.metric_points, True,
                        tone=_tone(self.user_gains)),
        ]  # fmt: skip

    def _about(self, item: str, is_head: bool) -> str:
        return f"{self.title(item)}\n{item}, {slice_word(is_head)}"

    def _hold(self, items: npt.NDArray[np.object_], search: str) -> Mask:
        known = {item: _holds(f"{self.title(item)}\n{item}", search) for item in dict.fromkeys(items)}
        return np.array([known[item] for item in items], dtype=bool)


def gain_words(gains: npt.NDArray[np.float64], kept: Mask) -> str:
    """How many gained and lost, of those that are shown."""
    shown = gains[kept]
    up, down = (numbers.count(int(each)) for each in ((shown > 0).sum(), (shown < 0).sum()))
    return f"{up} gained, {down} lost, of {numbers.count(len(shown))}"


def _holds(text: str, search: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in search.casefold().split())


def _tone(gains: npt.NDArray[np.float64]) -> Callable[[int], Role | None]:
    return lambda row: Role.good if gains[row] > 0 else Role.bad if gains[row] < 0 else None


def _bare(value: float) -> str:
    return numbers.metric(value).removesuffix(" %")


def _rank(rank: float) -> str:
    return f"{rank:,.10g}" if np.isfinite(rank) else numbers.NOTHING
