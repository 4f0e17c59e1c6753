"""The queue: runs that are planned, in the order in which they are to be started."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine.config import ExperimentConfig
from engine.store.database import Database
from engine.store.rows import QueuedRun
from engine.store.schema import QueueRecord

_COLUMNS = [getattr(QueueRecord, field.name) for field in fields(QueuedRun)]


@dataclass(frozen=True)
class Planned:
    """A run on its way into the queue; of a group, `label` says what it is and `place` which of `of` it is."""

    config: ExperimentConfig
    group: str | None = None
    label: str | None = None
    place: int = 1
    of: int = 1


class QueueRepository:
    """Reads and changes the queue. A run that is no longer there, because it was started or removed, is no fault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, planned: Sequence[Planned], *, first: bool = False) -> list[int]:
        """Put runs at the end of the queue, or before all others; gives their numbers."""
        with self._database.writing() as session:
            others = _order(session)
            values = [
                {
                    "position": len(others) + number,
                    "name": each.config.title,
                    "group": each.group,
                    "label": each.label,
                    "place": each.place,
                    "of": each.of,
                    "held": False,
                    "config": each.config.model_dump(mode="json"),
                    "created_at": datetime.now(UTC),
                }
                for number, each in enumerate(planned)
            ]
            added = [
                session.execute(insert(QueueRecord).values(each).returning(QueueRecord.id)).scalar_one()
                for each in values
            ]
            _number(session, [*added, *others] if first else [*others, *added])
            return added

    def move(self, chosen: Sequence[int], before: int | None) -> None:
        """Move runs, in the order in which they stand, to just before another one; None: to the end."""
        with self._database.writing() as session:
            order = _order(session)
            moved = [each for each in order if each in chosen]
            kept = [each for each in order if each not in chosen]
            place = kept.index(before) if before in kept else len(kept)
            _number(session, [*kept[:place], *moved, *kept[place:]])

    def hold(self, chosen: Sequence[int], held: bool, error: str | None = None) -> None:
        """Keep runs from being started, with the reason where there is one, or let them be started again."""
        with self._database.writing() as session:
            session.execute(update(QueueRecord).where(QueueRecord.id.in_(chosen)).values(held=held, error=error))

    def remove(self, chosen: Sequence[int]) -> None:
        """Forget planned runs."""
        with self._database.writing() as session:
            session.execute(delete(QueueRecord).where(QueueRecord.id.in_(chosen)))

    def next(self) -> QueuedRun | None:
        """The first run that is not held."""
        query = select(*_COLUMNS).where(QueueRecord.held.is_(False)).order_by(QueueRecord.position).limit(1)
        with self._database.reading() as session:
            row = session.execute(query).one_or_none()
            return QueuedRun(*row) if row else None

    def waiting(self) -> int:
        """How many runs are not held."""
        with self._database.reading() as session:
            return session.scalar(select(func.count(QueueRecord.id)).where(QueueRecord.held.is_(False))) or 0

    # Last, because from here on `list` means this method.
    def list(self) -> list[QueuedRun]:
        """All planned runs in their order."""
        with self._database.reading() as session:
            return [QueuedRun(*row) for row in session.execute(select(*_COLUMNS).order_by(QueueRecord.position))]


def _order(session: Session) -> list[int]:
    return [*session.scalars(select(QueueRecord.id).order_by(QueueRecord.position))]


def _number(session: Session, order: Sequence[int]) -> None:
    for position, each in enumerate(order):
        session.execute(update(QueueRecord).where(QueueRecord.id == each).values(position=position))
