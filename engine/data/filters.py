"""Which interactions a preparation keeps, filter after filter, and what each of them drops."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.config import PreparationSettings
from engine.data.dataset import IntArray
from engine.data.log import Log
from engine.data.split import MIN_LENGTH
from engine.errors import DataError

BoolArray = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32] | IntArray
Name = Literal["dates", "rating", "repeats", "k-core", "users"]
Check = Callable[[], object]
SECONDS_OF_A_DAY = 86_400
FEW = f"no user has {MIN_LENGTH} interactions (one to learn from, one to validate, one to test)"


@dataclass(frozen=True)
class Step:
    """What one filter dropped: interactions, and the users and items that were left with none."""

    filter: Name
    interactions: int
    users: int
    items: int

    def facts(self) -> dict[str, Any]:
        """As it is kept in the import report."""
        return asdict(self)


@dataclass(frozen=True)
class Kept:
    """What is left: `rows` (kept,) of the log, user after user in order, and what every filter that was used dropped.

    `problem` says why no dataset can be made of it; "" when one can.
    """

    rows: IntArray
    steps: tuple[Step, ...]
    problem: str = ""


@dataclass(frozen=True)
class Counts:
    """A dataset's size; `density` is the share of all pairs of user and item that are in it, from 0 to 1."""

    users: int
    items: int
    interactions: int
    density: float

    @classmethod
    def of(cls, log: Log, rows: IntArray) -> Counts:
        users, items = distinct(log.users[rows]), distinct(log.items[rows])
        pairs = np.sort(_pairs(log.users[rows], log.items[rows]))  # several times faster than np.unique
        different = int(np.count_nonzero(np.diff(pairs))) + bool(len(pairs))
        return cls(users, items, len(rows), different / max(1, users * items))


@dataclass(frozen=True)
class Outcome:
    """What settings would make of the interactions that were read, before anything is stored."""

    kept: Counts
    steps: tuple[Step, ...]
    problem: str = ""

    @classmethod
    def of(cls, log: Log, settings: PreparationSettings, check: Check = lambda: None) -> Outcome:
        """Takes as long as the filters do; raises what `keep` raises."""
        kept = keep(log, settings, check)
        check()
        return cls(Counts.of(log, kept.rows), kept.steps, kept.problem)

    @property
    def read(self) -> tuple[int, int, int]:
        """Interactions, users and items before the first filter."""
        return (
            self.kept.interactions + sum(step.interactions for step in self.steps),
            self.kept.users + sum(step.users for step in self.steps),
            self.kept.items + sum(step.items for step in self.steps),
        )


def refusals(log: Log, settings: PreparationSettings) -> dict[str, str]:
    """setting -> why it cannot be used with these interactions."""
    found: dict[str, str] = {}
    if log.times is None:
        dated = (
            "These interactions have no times, only an order. Choose the column of the timestamp, or leave this empty."
        )
        found |= {name: dated for name in ("first_date", "last_date") if getattr(settings, name) is not None}
        if settings.duplicates == "moment":
            found["duplicates"] = "These interactions have no times, so that no two are known to be of one moment."
        if settings.order == "timestamp":
            found["order"] = (
                "The interactions have no timestamp column to order by. Choose the column, or order by position."
            )
    if log.ratings is None and settings.least_rating is not None:
        found["least_rating"] = (
            "These interactions have no ratings. Choose the column of the rating, or leave this empty."
        )
    return found


def keep(log: Log, settings: PreparationSettings, check: Check = lambda: None) -> Kept:
    """Filter by date, by rating, for repeats, and by k-core; then draw users and take the k-core of what they have.

    `check` is called between the filters and may raise to stop. Raises DataError when the data lack what a setting needs.
    """
    for name, refusal in refusals(log, settings).items():
        raise DataError(f"{PreparationSettings.model_fields[name].title}: {refusal}")
    rows = log.rows_in_order(log.order_key(settings.order))
    steps: list[Step] = []
    before_core = rows
    for name, filter in _filters(log, settings, check):
        check()
        left = rows[filter(rows)]
        steps.append(_step(name, log, rows, left))
        rows = left
        if name not in ("k-core", "users"):
            before_core = rows
    problem = "" if _can_be_tested(log.users[rows]) else _nothing_left(log, before_core, rows, settings)
    return Kept(rows, tuple(steps), problem)


def k_core(users: Numbers, items: Numbers, k: int, item_k: int | None = None, check: Check = lambda: None) -> BoolArray:
    """(interactions,) which ones stay when users with fewer than `k` go, and items with fewer than `item_k` (else `k`),
    again and again until none does.

    `users` and `items` (interactions,) are numbers from 0. Every interaction counts, repeated ones too.
    """
    item_k = k if item_k is None else item_k
    stays = np.ones(len(users), dtype=bool)
    rows = np.arange(len(users))
    while len(rows):
        check()
        enough = (np.bincount(users[rows]) >= k)[users[rows]] & (np.bincount(items[rows]) >= item_k)[items[rows]]
        if enough.all():
            break
        stays[rows[~enough]] = False
        rows = rows[enough]
    return stays


def drawn_users(users: Numbers, most: int, seed: int) -> BoolArray:
    """(interactions,) which ones are of the users drawn; more users drawn by one seed include the fewer."""
    there = np.unique(users)
    chosen = np.zeros(int(users.max(initial=-1)) + 1, dtype=bool)
    chosen[np.random.default_rng(seed).permutation(there)[:most]] = True
    return chosen[users]


def unrepeated(
    users: Numbers, items: Numbers, policy: Literal["drop", "last", "moment"], times: npt.NDArray[Any] | None = None
) -> BoolArray:
    """(interactions,) the first or last one of every user and item, or the first one of every user, item and moment."""
    pairs = _pairs(users, items)
    if policy == "moment":
        assert times is not None, "a moment needs times"
        order = np.lexsort((times, pairs))
        again = (np.diff(pairs[order]) == 0) & (np.diff(times[order]) == 0)
    else:
        order = np.argsort(pairs, kind="stable")
        again = np.diff(pairs[order]) == 0
    stays = np.ones(len(users), dtype=bool)
    stays[order[:-1][again] if policy == "last" else order[1:][again]] = False
    return stays


def _filters(
    log: Log, settings: PreparationSettings, check: Check
) -> Iterator[tuple[Name, Callable[[IntArray], BoolArray]]]:
    """The filters that the settings ask for, in order; each says which of some rows stay."""

    def core(rows: IntArray) -> BoolArray:
        return k_core(log.users[rows], log.items[rows], settings.k_core, settings.item_core, check)

    def repeats(rows: IntArray) -> BoolArray:
        times = None if log.times is None else log.times[rows]
        assert settings.duplicates != "keep"
        return unrepeated(log.users[rows], log.items[rows], settings.duplicates, times)

    if settings.first_date or settings.last_date:
        yield "dates", partial(_dated, log, settings.first_date, settings.last_date)
    if settings.least_rating is not None:
        yield "rating", partial(_rated, log, settings.least_rating)
    if settings.duplicates != "keep":
        yield "repeats", repeats
    if settings.k_core > 1 or settings.item_core > 1:
        yield "k-core", core
    if settings.max_users is not None:
        most, seed = settings.max_users, settings.sample_seed
        yield "users", lambda rows: drawn_users(log.users[rows], most, seed)
        if settings.k_core > 1 or settings.item_core > 1:
            yield "k-core", core


def _rated(log: Log, least: float, rows: IntArray) -> BoolArray:
    assert log.ratings is not None
    # Both as exact as ratings are kept, so that 4.1 reaches 4.1.
    return log.ratings[rows] >= np.float32(least)


def _dated(log: Log, first: date | None, last: date | None, rows: IntArray) -> BoolArray:
    assert log.times is not None
    times = log.times[rows]
    stays = np.ones(len(rows), dtype=bool)
    if first:
        stays &= times >= _midnight(first)
    if last:
        stays &= times < _midnight(last) + SECONDS_OF_A_DAY
    return stays


def _midnight(day: date) -> float:
    """Seconds since 1970 at which a day begins (UTC)."""
    return datetime.combine(day, time(), UTC).timestamp()


def _step(name: Name, log: Log, before: IntArray, after: IntArray) -> Step:
    users, items = (distinct(each[before]) - distinct(each[after]) for each in (log.users, log.items))
    return Step(name, len(before) - len(after), users, items)


def distinct(numbers: Numbers) -> int:
    """How many different ones there are."""
    return int(np.count_nonzero(np.bincount(numbers))) if len(numbers) else 0


def _pairs(users: Numbers, items: Numbers) -> IntArray:
    """(interactions,) one number for every pair of user and item."""
    return users.astype(np.int64) * (int(items.max(initial=0)) + 1) + items


def _can_be_tested(users: Numbers) -> bool:
    return len(users) > 0 and int(np.bincount(users).max()) >= MIN_LENGTH


def _nothing_left(log: Log, before_core: IntArray, left: IntArray, settings: PreparationSettings) -> str:
    """Why there is no dataset, and which k-core would leave one."""
    users, items = log.users[before_core], log.items[before_core]
    k, item_k = settings.k_core, settings.item_core
    if settings.max_users is not None and _can_be_tested(users):
        what = f"{len(left):,} interactions, but {FEW}" if len(left) else "nothing"
        return (
            f"The k-core leaves {what} of what the {settings.max_users:,} users drawn have. Draw more users, or lower "
            "the k-core."
        )
    if len(before_core) < len(log) and not _can_be_tested(users):
        return f"The filters leave {len(before_core):,} of {len(log):,} interactions, but {FEW}. Let them keep more."
    core = f"A k-core of {k}" + (f" ({item_k} for items)" if item_k != k else "")
    what = f"{core} leaves nothing" if not len(left) else f"{core} leaves {len(left):,} interactions, but {FEW}"

    def lowered(to: int) -> BoolArray:
        return k_core(users, items, min(k, to), min(item_k, to))

    # Cores lie within one another, so a larger one never leaves more.
    fails = bisect_left(range(1, max(k, item_k)), True, key=lambda each: not _can_be_tested(users[lowered(each)]))
    if not fails:
        return f"{what}, and a lower one does not help: {FEW}." if not len(left) else f"{what}."
    stays = lowered(fails)
    return (
        f"{what} of {len(users):,} interactions by {distinct(users):,} users with {distinct(items):,} items. "
        f"Lower it to {fails} or less: {fails} leaves {distinct(users[stays]):,} users and "
        f"{distinct(items[stays]):,} items."
    )
