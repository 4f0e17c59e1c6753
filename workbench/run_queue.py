"""The planned runs as the store keeps them, and whether the next one starts by itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engine.store import Planned, QueuedRun, Store


class RunQueue(QObject):
    """`changed` whenever the runs, their order or `goes` became others.

    Runs that are found when the program starts wait for the person's word: until `goes` is set, none is started.
    """

    changed = Signal()

    def __init__(self, store: "Store", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = store.queue
        self._goes = not self.waiting

    @property
    def goes(self) -> bool:
        """Whether the next run starts when the present one ends."""
        return self._goes

    @goes.setter
    def goes(self, goes: bool) -> None:
        self._goes = goes
        self.changed.emit()

    @property
    def waiting(self) -> int:
        """How many runs are to be started; those on hold not counted."""
        return self._queue.waiting()

    def rows(self) -> "list[QueuedRun]":
        """All planned runs in their order."""
        return self._queue.list()

    def next(self) -> "QueuedRun | None":
        """The run that is to be started next."""
        return self._queue.next()

    def add(self, planned: "Sequence[Planned]", *, first: bool = False) -> list[int]:
        """Put runs at the end, or before all others."""
        if not self.waiting:
            self._goes = True  # there was nothing left to wait for a word
        added = self._queue.add(planned, first=first)
        self.changed.emit()
        return added

    def move(self, chosen: Sequence[int], before: int | None) -> None:
        """Move runs to just before another one; None: to the end."""
        self._queue.move(chosen, before)
        self.changed.emit()

    def hold(self, chosen: Sequence[int], held: bool, error: str | None = None) -> None:
        """Keep runs from being started, or let them be started again."""
        self._queue.hold(chosen, held, error)
        self.changed.emit()

    def remove(self, chosen: Sequence[int]) -> None:
        """Forget planned runs."""
        self._queue.remove(chosen)
        self.changed.emit()
