"""Where one page sends the person on another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InspectorLink:
    """What the inspector shall show: a run, in it one item (by its index, from 1) or one user (by identifier), and
    another run to look at beside it."""

    run: int
    item: int | None = None
    user: str | None = None
    against: int | None = None
