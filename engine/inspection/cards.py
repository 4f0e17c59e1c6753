"""What the inspector shows: plain facts about items, users and recommendations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemCard:
    """One item. `semantic_id` holds its codes, from 0, where the model uses semantic IDs; `popularity` counts
    training interactions."""

    index: int
    id: str
    title: str
    text: str
    semantic_id: tuple[int, ...] | None
    is_head: bool
    popularity: int


@dataclass(frozen=True)
class Neighbour:
    """A similar item; `similarity` is the cosine of the two vectors."""

    item: ItemCard
    similarity: float


@dataclass(frozen=True)
class SharedCodes:
    """An item whose semantic ID begins with the same `levels` codes."""

    item: ItemCard
    levels: int


@dataclass(frozen=True)
class Recommendation:
    """A place in a user's list. `hid`, `sid` and `text` are parts of the score; None where the model has no such half."""

    rank: int
    item: ItemCard
    score: float
    hid: float | None
    sid: float | None
    text: float | None
    is_held_out: bool


@dataclass(frozen=True)
class UserView:
    """A user's history (oldest first), the held-out test item and where it landed, and the top of the list.

    `held_out_rank` is infinite when the item is in the history and the history is not ranked; `candidates` is
    the number of items that were ranked.
    """

    user_id: str
    history: list[ItemCard]
    held_out: ItemCard | None
    held_out_rank: float | None
    candidates: int
    recommendations: list[Recommendation]
