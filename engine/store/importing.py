"""A run that was computed elsewhere, written down in one transaction with its curves and its log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from engine.config import ExperimentConfig
from engine.store.database import Database
from engine.store.recorder import _summary
from engine.store.rows import LogLine, Point
from engine.store.runs import RunRepository
from engine.store.store import Store


@dataclass(frozen=True)
class WholeRun:
    """A run that has ended.

    `changes` are columns beside those that follow from the settings; `curves` maps series -> (step, epoch, value), `log`
    holds (at, level, text).
    """

    config: ExperimentConfig
    dataset_fingerprint: str
    group: str | None
    label: str | None
    changes: Mapping[str, Any]
    curves: Mapping[str, Sequence[tuple[int, float, float | None]]]
    log: Sequence[tuple[datetime, Literal["info", "warning", "error"], str]]


def take_over(store: Store, whole: WholeRun, before_commit: Callable[[int], None]) -> int:
    """Write a run down under a new number, which `before_commit` is told; if that raises, nothing was written."""
    points = [
        Point(series, step, epoch, float("nan") if value is None else value)
        for series, part in whole.curves.items()
        for step, epoch, value in part
    ]
    lines = [LogLine(*line) for line in whole.log]
    changes = {**whole.changes, **_summary(whole.changes.get("test", {}))}
    with store._database.writing() as session:
        runs = RunRepository(_Within(session))
        run = runs.create(whole.config, whole.dataset_fingerprint, whole.group, whole.label)
        runs.record(run, points, lines, changes)
        before_commit(run)
    return run


class _Within(Database):
    """Lets a repository work within one open transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self._session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        yield self._session
