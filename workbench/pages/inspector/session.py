"""What the inspector asks of a run, gathered per view and answered one question at a time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from engine.errors import DataError, WorkbenchError
from workbench.calm import calm, load_torch
from workbench.models.cards import CardEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.home import Home
    from engine.inspection import (
        ItemCard,
        Nearness,
        Neighbour,
        Outcome,
        Outcomes,
        PathStep,
        Recipient,
        RunInspector,
        UserView,
    )
    from engine.inspection.everyone import Lists, Tick
    from engine.store import RunDetails
    from workbench.context import Workbench

NEIGHBOURS = 20
FOUND = 50
LIST_LENGTH = 20  # of the lists that are searched for who is recommended an item


@dataclass(frozen=True)
class ItemView:
    """An item and its surroundings. `neighbours` by kind of nearness; `text_problem` says why there are none by text.

    `text_problem` is None where there are, and "" where the texts only have to be encoded first.
    """

    card: ItemCard
    path: Sequence[PathStep]
    neighbours: dict[Nearness, list[CardEntry]]
    text_problem: str | None


@dataclass(frozen=True)
class UserAnswer:
    """A user's list, after the own history or a changed one.

    `moves` are against the list after the own history and `gone` what is no longer in it; None where nothing was
    changed. `beside` is the list of another run after the same history, `beside_moves` its moves against this list,
    `beside_gone` what it leaves out of this list.
    """

    view: UserView
    moves: list[int | None] | None
    gone: list[ItemCard]
    beside: UserView | None
    beside_moves: list[int | None] | None
    beside_gone: list[ItemCard]


class Session:
    """An opened run with its dataset. Calls may come from any thread; they are answered one after the other."""

    def __init__(self, run: RunDetails, inspector: RunInspector, home: Home) -> None:
        self.run = run
        self._inspector = inspector
        self._home = home
        self._lock = Lock()
        self._text_problem: str | None = None
        self._text_was_looked_for = False
        self._outcomes: dict[bool, Outcomes] = {}
        self._lists: list[Lists] | None = None

    @classmethod
    def open(cls, workbench: Workbench, run: int, beside: Session | None = None) -> Session:
        """Load a run and its dataset; the dataset is shared with the session that it is `beside`.

        Raises WorkbenchError when the run, its files or its dataset are missing, or the dataset is another by now.
        """
        load_torch()
        with calm():
            from engine.inspection import RunInspector

        details = workbench.store.runs.get(run)
        dataset = beside._inspector.dataset if beside is not None else None
        if beside is not None and details.dataset_fingerprint != beside.run.dataset_fingerprint:
            raise DataError(f"Run {run} was made on other data than run {beside.run.id}.")
        inspector = RunInspector.of_run(details, workbench.home, workbench.library, dataset)
        return cls(details, inspector, workbench.home)

    @property
    def removes_seen(self) -> bool:
        """Whether items of the history are left out of the ranking."""
        return self._inspector.config.evaluation.remove_seen

    @property
    def has_unique_level(self) -> bool:
        return self._inspector.has_unique_level

    @property
    def users(self) -> int:
        return len(self._inspector.dataset.user_ids)

    @property
    def first_user(self) -> str:
        return str(self._inspector.dataset.user_ids[0])

    @property
    def items(self) -> int:
        return len(self._inspector.dataset.items)

    def knows_user(self, user: str) -> bool:
        return user in self._inspector.dataset.user_index

    def random_user(self) -> str:
        return str(random.choice(self._inspector.dataset.user_ids))

    # Items

    def find_items(self, text: str) -> list[CardEntry]:
        with self._lock:
            return [CardEntry(card, note=card.id) for card in self._inspector.search_items(text, FOUND)]

    def item(self, index: int) -> ItemView:
        with self._lock:
            inspector = self._inspector
            self._look_for_text()
            return ItemView(
                inspector.item(index),
                inspector.path(index),
                {
                    kind: [_entry_of(each) for each in inspector.nearest(index, kind, NEIGHBOURS)]
                    for kind in inspector.kinds_of_nearness
                },
                self._text_problem,
            )

    def encode_texts(self, tick: Tick) -> bool:
        """Have the text vectors, so that neighbours can be told by text. Raises WorkbenchError."""
        from engine.semantics import item_vectors

        vectors = item_vectors(self._inspector.config.text, self._inspector.dataset.items, self._home, tick)
        with self._lock:
            self._inspector.use_text(vectors)
            self._text_problem = None
        return True

    def outcomes(self, index: int, beside: Session | None) -> list[Outcome]:
        """Where an item landed when it was held out, and where in the other run. Raises WorkbenchError."""
        mine = self._read_outcomes(self.removes_seen)
        if beside is not None:
            mine = mine.beside(beside._read_outcomes(self.removes_seen))
        return mine.of_item(self._inspector.item(index).id)

    @property
    def knows_lists(self) -> bool:
        """Whether the lists of all users are there, so that `recipients` answers at once."""
        return self._lists is not None

    def make_lists(self, tick: Tick) -> bool:
        """Make the lists of all users. May take a minute; `tick` may raise to stop."""
        self._lists = list(self._inspector.lists_of_all(LIST_LENGTH, tick))
        return True

    def recipients(self, index: int) -> list[Recipient]:
        """Whose top LIST_LENGTH holds an item; the lists have to be there."""
        return self._inspector.recipients(index, self._lists or [])

    def export(self, path: Path, k: int, tick: Tick) -> int:
        """Write the top `k` of all users into a file; gives how many users. Raises WorkbenchError, OSError."""
        from engine.inspection import export_recommendations

        return export_recommendations(self._inspector, path, k, tick)

    # Users

    def find_users(self, text: str) -> list[str]:
        with self._lock:
            return self._inspector.search_users(text, FOUND)

    def history(self, user: str) -> list[int]:
        return self._inspector.history(user)

    def user(self, user: str, k: int, history: list[int] | None = None, beside: Session | None = None) -> UserAnswer:
        """The answer for a user, after another `history` where one is given. Raises WorkbenchError."""
        from engine.inspection import gone, moves

        with self._lock:
            inspector = self._inspector
            view = inspector.recommend(user, k, history)
            unchanged = _items(inspector.recommend(user, k)) if history is not None else None
        items = _items(view)
        other = beside._recommend(user, k, history) if beside is not None else None
        theirs = _items(other) if other is not None else []
        return UserAnswer(
            view=view,
            moves=moves(unchanged, items) if unchanged is not None else None,
            gone=[inspector.item(each) for each in gone(unchanged or [], items)],
            beside=other,
            beside_moves=moves(items, theirs) if other is not None else None,
            beside_gone=[inspector.item(each) for each in gone(items, theirs)] if other is not None else [],
        )

    def _recommend(self, user: str, k: int, history: list[int] | None) -> UserView:
        with self._lock:
            return self._inspector.recommend(user, k, history)

    def _look_for_text(self) -> None:
        """Use the text vectors where they are at hand."""
        from engine.semantics import item_vectors_at_hand

        if self._text_was_looked_for or "text" in self._inspector.kinds_of_nearness:
            return
        self._text_was_looked_for = True
        try:
            vectors = item_vectors_at_hand(self._inspector.config.text, self._inspector.dataset.items, self._home)
        except WorkbenchError as error:
            self._text_problem = str(error)
            return
        if vectors is None:
            self._text_problem = ""
        else:
            self._inspector.use_text(vectors)

    def _read_outcomes(self, removes_seen: bool) -> Outcomes:
        from engine.inspection import Outcomes

        with self._lock:
            if removes_seen not in self._outcomes:
                folder = self._home.run_folder(self.run.id)
                self._outcomes[removes_seen] = Outcomes.of_run(folder, removes_seen)
            return self._outcomes[removes_seen]


def landing(view: UserView, removes_seen: bool) -> str:
    """Where the held-out item landed, in words (without its title)."""
    from math import isfinite

    if view.held_out is None:
        return "No held-out item: this user has fewer than three interactions."
    rank = view.held_out_rank
    if rank is None or not isfinite(rank):
        return "not ranked: already in the history, so it counts as a miss" if removes_seen else "not ranked"
    return f"rank {rank:,.10g} of {view.candidates:,} items"


def _items(view: UserView) -> list[int]:
    return [each.item.index for each in view.recommendations]


def _entry_of(neighbour: Neighbour) -> CardEntry:
    return CardEntry(neighbour.item, similarity=neighbour.similarity, note=common_words(neighbour))


def common_words(neighbour: Neighbour) -> str:
    """What a neighbour has in common with the item, in words."""
    parts = []
    if neighbour.shared_levels:
        parts.append(f"{neighbour.shared_levels} {'code' if neighbour.shared_levels == 1 else 'codes'}")
    if neighbour.together:
        parts.append(f"{neighbour.together:,} {'user' if neighbour.together == 1 else 'users'}")
    if neighbour.words:
        parts.append(", ".join(neighbour.words))
    return "  ·  ".join(parts)
