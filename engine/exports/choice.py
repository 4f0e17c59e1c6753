"""What an export shows of the runs: which protocols, which metrics, and how the rows are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product, starmap
from typing import NamedTuple

from engine.errors import SettingsError
from engine.evaluation.metrics import METRICS
from engine.groups import SLICES

PROTOCOLS = {
    "full": "Full ranking",
    "full_with_history": "Full ranking, history ranked too",
    "full_without_history": "Full ranking, history left out",
    "sampled": "Sampled negatives",
}


class Column(NamedTuple):
    """One figure of a row: a metric in a protocol and slice."""

    protocol: str
    metric: str
    slice: str


@dataclass(frozen=True)
class Choice:
    """`fold` averages the runs that differ in name and seed only; `pivot` puts datasets beside each other.

    Rows are compared user by user with the one of run `reference` (None: the first row), and on other data with the
    row of the same name, or the first.
    Raises SettingsError for a protocol or metric that there is not.
    """

    protocols: tuple[str, ...] = ("full",)
    metrics: tuple[str, ...] = ("HR@10", "NDCG@10")
    fold: bool = True
    pivot: bool = False
    reference: int | None = None

    def __post_init__(self) -> None:
        _check("protocol", self.protocols, tuple(PROTOCOLS))
        _check("metric", self.metrics, METRICS)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All figures of a row in their order."""
        return tuple(starmap(Column, product(self.protocols, self.metrics, SLICES)))


def _check(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    if not given:
        raise SettingsError(f"Choose at least one {what}: {', '.join(known)}.")
    for each in given:
        if each not in known:
            raise SettingsError(f"There is no {what} “{each}”. There are: {', '.join(known)}.")
    if len(set(given)) < len(given):
        raise SettingsError(f"A {what} is named twice: {', '.join(given)}.")
