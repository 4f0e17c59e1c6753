"""What the inspector shows: plain facts about items, users and recommendations."""

from dataclasses import dataclass

from engine.evaluation.slices import band_of


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

    @property
    def band(self) -> str:
        """The popularity band, one of `engine.evaluation.slices.BANDS`."""
        return band_of(self.popularity)


@dataclass(frozen=True)
class Neighbour:
    """A similar item, and what it has in common with the one that was asked about.

    `similarity` is the cosine of the two vectors; None where items are near by being in the same histories.
    `shared_levels`: how many leading codes both have; None without semantic IDs. `together`: users whose training
    interactions hold both. `words`: the rarest words that both texts hold.
    """

    item: ItemCard
    similarity: float | None
    shared_levels: int | None
    together: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class PathStep:
    """A level of an item's semantic ID.

    `sharing`: items that have the same codes up to this level, this one among them. `examples`: the most popular of
    the others.
    """

    level: int
    code: int
    sharing: int
    examples: tuple[ItemCard, ...]


@dataclass(frozen=True)
class Recommendation:
    """A place in a user's list. `hid`, `sid` and `text` are parts of the score; None where the model has no such half.

    `levels` are the parts of `sid` by level of the semantic ID. The parts add up to the score.
    """

    rank: int
    item: ItemCard
    score: float
    hid: float | None
    sid: float | None
    text: float | None
    is_held_out: bool
    levels: tuple[float, ...] | None = None


@dataclass(frozen=True)
class UserView:
    """A user's history (oldest first), the held-out test item and where it landed, and the top of the list.

    `held_out_rank` is infinite when the item is in the history and the history is not ranked; `candidates` is
    the number of items that were ranked. `gate` holds the weights of the levels at each place of the history, None
    where the place is too old for the model to see; it is None as a whole for models without a gate. `times` are
    seconds, where the dataset has them and the history is the user's own.
    """

    user_id: str
    history: list[ItemCard]
    held_out: ItemCard | None
    held_out_rank: float | None
    candidates: int
    recommendations: list[Recommendation]
    gate: tuple[tuple[float, ...] | None, ...] | None = None
    times: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Outcome:
    """Where an item landed for a user whose held-out item it was: its `rank`, and that `before`, in another run.

    A rank is infinite where the item was in the history and was not ranked; `before` is None without another run.
    """

    user: str
    rank: float
    before: float | None


@dataclass(frozen=True)
class Recipient:
    """A user to whom an item is recommended, and at which place."""

    user: str
    rank: int
