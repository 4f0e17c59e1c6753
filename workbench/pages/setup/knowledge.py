"""What estimates rest on: the datasets, their popularity, and past runs. Read beside the window."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.estimates.time import MOST_READ, Basis, bases
from engine.store.rows import DatasetRow
from workbench.latest import Latest

if TYPE_CHECKING:
    from engine.data.head_tail import PopularityCurve
    from engine.library import Library
    from engine.store import Store


@dataclass(frozen=True)
class Known:
    """`datasets` by name; `popularity` of the chosen one's items, None until it is read; `past` what earlier runs
    teach."""

    datasets: Mapping[str, DatasetRow] = field(default_factory=dict)
    popularity: "PopularityCurve | None" = None
    past: tuple[Basis, ...] = ()


class Knowledge(QObject):
    """Keeps `known` up to date; `changed` when there is more of it."""

    changed = Signal()

    def __init__(self, store: "Store", library: "Library", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._library = store, library
        self._past, self._popularity = Latest(self), Latest(self)
        self._fingerprint = ""
        self.known = Known()

    def refresh(self) -> None:
        """Take in the datasets and runs as they are now."""
        self._change(datasets={row.name: row for row in self._store.datasets.list()})
        by_fingerprint = {row.fingerprint: row for row in self.known.datasets.values()}
        self._past.ask(
            lambda: tuple(bases(self._store.runs.finished(MOST_READ), by_fingerprint)),
            lambda past: self._tell(past=past),
            lambda _: None,  # without past runs there are no estimates, and the page says none
        )

    def look_at(self, name: str) -> None:
        """Read the popularity of this dataset's items, unless it is the one that was read last."""
        row = self.known.datasets.get(name)
        fingerprint = row.fingerprint if row else ""
        if fingerprint == self._fingerprint:
            return
        self._fingerprint = fingerprint
        self._popularity.drop()
        self._change(popularity=None)
        if row is not None:
            self._popularity.ask(
                partial(_read_popularity, self._library, name),
                lambda curve: self._tell(popularity=curve),
                lambda _: None,  # the run itself will say what is wrong with the files
            )

    def _tell(self, **found: object) -> None:
        self._change(**found)
        self.changed.emit()

    def _change(self, **found: object) -> None:
        self.known = Known(**{**vars(self.known), **found})


def _read_popularity(library: "Library", name: str) -> "PopularityCurve":
    from engine.data.head_tail import PopularityCurve

    return PopularityCurve.of_training(library.load(name))
