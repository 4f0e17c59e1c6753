"""What the inspector asks of a run, gathered per view and answered one question at a time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from workbench.calm import calm, load_torch
from workbench.models.cards import CardEntry

if TYPE_CHECKING:
    from engine.inspection import ItemCard, RunInspector, UserView
    from engine.store import RunDetails
    from workbench.context import Workbench

NEIGHBOURS = 20
SHARING = 20
FOUND = 100


@dataclass(frozen=True)
class ItemView:
    """An item and its surroundings; None where the model lacks that half."""

    card: ItemCard
    by_hid: list[CardEntry] | None
    by_sid: list[CardEntry] | None
    sharing: list[CardEntry] | None


class Session:
    """An opened run with its dataset. Calls may come from any thread; they are answered one after the other."""

    def __init__(self, run: RunDetails, inspector: RunInspector) -> None:
        self.run = run
        self._inspector = inspector
        self._lock = Lock()

    @classmethod
    def open(cls, workbench: Workbench, run: int) -> Session:
        """Load a run and its dataset.

        Raises WorkbenchError when the run, its files or its dataset are missing, or the dataset is another by now.
        """
        load_torch()
        with calm():
            from engine.inspection import RunInspector

        details = workbench.store.runs.get(run)
        return cls(details, RunInspector.of_run(details, workbench.home, workbench.library))

    @property
    def removes_seen(self) -> bool:
        """Whether items of the history are left out of the ranking."""
        return self._inspector.config.evaluation.remove_seen

    @property
    def users(self) -> int:
        return len(self._inspector.dataset.user_ids)

    @property
    def first_user(self) -> str:
        return str(self._inspector.dataset.user_ids[0])

    def knows_user(self, user: str) -> bool:
        return user in self._inspector.dataset.user_index

    def random_user(self) -> str:
        return str(random.choice(self._inspector.dataset.user_ids))

    def find_items(self, text: str) -> list[CardEntry]:
        with self._lock:
            return [CardEntry(card) for card in self._inspector.search_items(text, FOUND)]

    def find_users(self, text: str) -> list[str]:
        with self._lock:
            return self._inspector.search_users(text, FOUND)

    def item(self, index: int) -> ItemView:
        with self._lock:
            inspector = self._inspector
            return ItemView(
                card=inspector.item(index),
                by_hid=self._nearest(index, "hid") if inspector.has_hid else None,
                by_sid=self._nearest(index, "sid") if inspector.has_sid else None,
                sharing=[
                    CardEntry(each.item, shared_levels=each.levels) for each in inspector.sharing_codes(index, SHARING)
                ]
                if inspector.has_sid
                else None,
            )

    def user(self, user: str, k: int) -> UserView:
        with self._lock:
            return self._inspector.recommend(user, k)

    def _nearest(self, index: int, by: str) -> list[CardEntry]:
        neighbours = self._inspector.nearest(index, by, NEIGHBOURS)  # type: ignore[arg-type]
        return [CardEntry(each.item, similarity=each.similarity) for each in neighbours]


def landing(view: UserView, removes_seen: bool) -> str:
    """Where the held-out item landed, in words (without its title)."""
    from math import isfinite

    if view.held_out is None:
        return "No held-out item: this user has fewer than three interactions."
    rank = view.held_out_rank
    if rank is None or not isfinite(rank):
        return "not ranked: already in the history, so it counts as a miss" if removes_seen else "not ranked"
    return f"rank {rank:,.10g} of {view.candidates:,} items"
