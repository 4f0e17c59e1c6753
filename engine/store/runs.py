"""The runs: their settings, results, curves and logs."""

import math
import platform
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, delete, func, insert, select, true, type_coerce, update
from sqlalchemy.orm import Session

import engine
from engine.config import ExperimentConfig
from engine.environment import machine
from engine.settings import settings_key
from engine.store.database import Database
from engine.store.errors import StoreError
from engine.store.packing import pack, unpack
from engine.store.process import Worker, own_host, own_identity
from engine.store.rows import Curve, LogLine, Mark, Point, RunDetails, RunNews, RunRow
from engine.store.schema import CurvePartRecord, LogRecord, QueueRecord, RunRecord
from engine.store.summary import keep_test, keep_validation

_SUMMARY = {field.name: getattr(RunRecord, field.name) for field in fields(RunRow)}
_DETAILS = {field.name: getattr(RunRecord, field.name) for field in fields(RunDetails)}
_LOG_COLUMNS = [getattr(LogRecord, field.name) for field in fields(LogLine)]
# One text with blanks between, which no searched word holds: looking once is quicker than column by column.
_SEARCHED = (
    RunRecord.name + " " + RunRecord.dataset + " " + RunRecord.model + " " + RunRecord.status + " " + RunRecord.notes
    + " " + func.coalesce(RunRecord.group, "") + " " + func.coalesce(RunRecord.label, "")
    + " " + type_coerce(RunRecord.tags, String)
)  # fmt: skip
_KEPT = RunRecord.deleted_at.is_(None)
_WORKER = (RunRecord.process, RunRecord.process_started, RunRecord.host, RunRecord.heartbeat)
_SAME_EPOCH = 1e-9  # what numbers of epochs may differ by and be the same


class RunRepository:
    """Reads and writes runs; the files of a run are the caller's business."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        config: ExperimentConfig,
        dataset_fingerprint: str,
        group: str | None = None,
        label: str | None = None,
        queued: int | None = None,
        continued_from: int | None = None,
    ) -> int:
        """A new run of this process, "running" from now on; gives its number.

        `group` names the runs that are made together, `label` says what this one is among them. The planned run
        `queued` leaves the queue for it; raises StoreError when it is no longer there. With `continued_from` it begins
        with the curves of that run, which it trains further.
        """
        aligns = config.model.kind == "h2rec"
        settings = config.model_dump(mode="json")
        values: dict[str, Any] = {
            "name": config.title,
            "status": "running",
            "dataset": config.data.dataset,
            "dataset_fingerprint": dataset_fingerprint,
            "model": config.model.kind,
            "depth": config.semantic_ids.depth if config.uses_semantic_ids else None,
            "codebook_size": config.semantic_ids.codebook_size if config.uses_semantic_ids else None,
            "alpha": config.alignment.alpha if aligns else None,
            "beta": config.alignment.beta if aligns else None,
            "seed": config.seed,
            "created_at": datetime.now(UTC),
            **_claim(),
            "continued_from": continued_from,
            "notes": "",
            "group": group,
            "label": label,
            "backbone": config.model.backbone if config.model.kind != "popularity" else None,
            "quantiser": config.semantic_ids.quantiser if config.uses_semantic_ids else None,
            "settings_key": settings_key(settings),
            "tags": [],
            "config": settings,
            "versions": _versions(),
            **{name: {} for name in ("test", "stage_seconds", "semantic_ids", "artefacts")},
        }
        with self._database.writing() as session:
            if queued is not None:
                taken = session.execute(delete(QueueRecord).where(QueueRecord.id == queued).returning(QueueRecord.id))
                if taken.one_or_none() is None:
                    raise StoreError(
                        f"“{config.title}” is no longer in the queue: it was started or removed elsewhere."
                    )
            run = session.execute(insert(RunRecord).values(values).returning(RunRecord.id)).scalar_one()
            if continued_from is not None:
                _write_parts(session, run, _read_parts(session, continued_from))
            return run

    def resume(self, run: int) -> RunDetails:
        """Take over an interrupted or failed run for this process, "running" again from now on.

        Of several processes that try, one succeeds; raises StoreError for the others, as for a run that is not there or
        has finished.
        """
        self.mark_dead()
        claimed = {
            **_claim(), "status": "running", "error": None, "finished_at": None, "progress": None, "stage_seconds": {},
            "resumed": RunRecord.resumed + 1, "resumed_at": datetime.now(UTC),
        }  # fmt: skip
        with self._database.writing() as session:
            chosen = update(RunRecord).where(
                RunRecord.id == run, _KEPT, RunRecord.status.in_(("interrupted", "failed"))
            )
            taken = session.scalar(chosen.values(claimed).returning(RunRecord.id))
        details = self.get(run)
        if taken is None:
            raise StoreError(
                f"Run {run} is still running. It can be resumed once it was interrupted."
                if details.status == "running"
                else f"Run {run} has finished. It can be trained further, which makes a new run."
            )
        return details

    def forget_after(self, run: int, last: Mapping[str, float]) -> None:
        """Forget points of curves: of the series that begin with a name in `last`, those after that epoch."""
        with self._database.writing() as session:
            newest = session.scalar(select(func.max(CurvePartRecord.id)).where(CurvePartRecord.run_id == run)) or 0
            kept: dict[str, list[bytes]] = {}
            for series, parts in _read_parts(session, run).items():
                ends = [epoch for name, epoch in last.items() if series.startswith(name)]
                curve = unpack(series, parts)
                chosen = curve.epochs <= min(ends, default=math.inf) + _SAME_EPOCH
                if chosen.any():
                    kept[series] = [pack(curve.steps[chosen], curve.epochs[chosen], curve.values[chosen])]
            # First written, then deleted: who reads along goes by numbers that only grow.
            _write_parts(session, run, kept)
            session.execute(delete(CurvePartRecord).where(CurvePartRecord.run_id == run, CurvePartRecord.id <= newest))

    def get(self, run: int) -> RunDetails:
        """Raises StoreError when there is no such run."""
        with self._database.reading() as session:
            row = session.execute(select(*_DETAILS.values()).where(RunRecord.id == run, _KEPT)).one_or_none()
            if row is None:
                raise StoreError(
                    _missing(run, session.scalars(select(RunRecord.id).where(_KEPT).order_by(RunRecord.id)))
                )
            return RunDetails(*row)

    def count(self, search: str = "") -> int:
        """How many runs `list` would give in all."""
        with self._database.reading() as session:
            return session.scalar(select(func.count(RunRecord.id)).where(_KEPT, holds_words(search))) or 0

    def in_group(self, group: str) -> list[RunDetails]:
        """The runs of a group, the oldest first; none when there is no such group."""
        query = select(*_DETAILS.values()).where(RunRecord.group == group, _KEPT).order_by(RunRecord.id)
        with self._database.reading() as session:
            return [RunDetails(*row) for row in session.execute(query)]

    def on_dataset(self, dataset: str) -> list[RunRow]:
        """The runs on a dataset, the oldest first."""
        query = select(*_SUMMARY.values()).where(RunRecord.dataset == dataset, _KEPT).order_by(RunRecord.id)
        with self._database.reading() as session:
            return [RunRow(*row) for row in session.execute(query)]

    def finished(self, limit: int) -> list[RunDetails]:
        """The latest finished runs, at most `limit`, the oldest first."""
        query = select(*_DETAILS.values()).where(RunRecord.status == "finished", _KEPT).order_by(RunRecord.id.desc())
        with self._database.reading() as session:
            return [RunDetails(*row) for row in session.execute(query.limit(limit))][::-1]

    def groups(self) -> list[str]:
        """The names of all groups, the one with the newest run first."""
        query = select(RunRecord.group).where(RunRecord.group.is_not(None), _KEPT).group_by(RunRecord.group)
        with self._database.reading() as session:
            return [name for name in session.scalars(query.order_by(func.max(RunRecord.id).desc())) if name is not None]

    def curves(self, run: int) -> dict[str, Curve]:
        """series -> its curve; empty while nothing was recorded."""
        with self._database.reading() as session:
            parts = _read_parts(session, run)
        return {series: unpack(series, parts[series]) for series in sorted(parts)}

    def news(self, run: int, after: Mark) -> RunNews:
        """What there is of a run after a mark, read as one state. Raises StoreError when there is no such run."""
        with self._database.reading() as session:
            row = session.execute(select(*_DETAILS.values()).where(RunRecord.id == run, _KEPT)).one_or_none()
            if row is None:
                raise StoreError(f"Run {run} is gone: it was deleted.")
            details = RunDetails(*row)
            # The curves of a run that has ended are packed anew, under other numbers: they come whole once more.
            parts = _read_parts(session, run, after.part if details.status == "running" else 0)
            last_part = session.scalar(select(func.max(CurvePartRecord.id)).where(CurvePartRecord.run_id == run))
            chosen = (LogRecord.run_id == run, LogRecord.id > after.line)
            lines = session.execute(select(LogRecord.id, *_LOG_COLUMNS).where(*chosen).order_by(LogRecord.id)).all()
        curves = {series: unpack(series, parts[series]) for series in sorted(parts)}
        mark = Mark(last_part or 0, lines[-1][0] if lines else after.line)
        return RunNews(details, curves, [LogLine(*line[1:]) for line in lines], mark)

    def going_elsewhere(self) -> list[RunRow]:
        """The runs that another living process computes, the newest first."""
        query = select(*_WORKER, *_SUMMARY.values()).where(RunRecord.status == "running", _KEPT)
        with self._database.reading() as session:
            rows = session.execute(query.order_by(RunRecord.id.desc())).all()
        found = [(Worker(*row[: len(_WORKER)]), RunRow(*row[len(_WORKER) :])) for row in rows]
        return [run for worker, run in found if not worker.is_own and worker.lives]

    def log(self, run: int) -> list[LogLine]:
        """The run's log in the order of writing."""
        query = select(*_LOG_COLUMNS).where(LogRecord.run_id == run).order_by(LogRecord.id)
        with self._database.reading() as session:
            return [LogLine(*row) for row in session.execute(query)]

    def annotate(self, run: int, notes: str) -> None:
        """Keep the person's notes on a run, in the place of what was there."""
        with self._database.writing() as session:
            session.execute(update(RunRecord).where(RunRecord.id == run).values(notes=notes))

    def tag(self, runs: Sequence[int], add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Put tags on runs and take others off; tags are told apart whatever their case, and kept in order."""
        put = {name.casefold(): name for each in add if (name := " ".join(each.split()))}
        gone = {" ".join(each.split()).casefold() for each in remove} - put.keys()
        with self._database.writing() as session:
            for run, tags in session.execute(select(RunRecord.id, RunRecord.tags).where(RunRecord.id.in_(runs))).all():
                kept = {tag.casefold(): tag for tag in tags if tag.casefold() not in gone}
                new = sorted((kept | put).values(), key=str.casefold)
                if new != tags:
                    session.execute(update(RunRecord).where(RunRecord.id == run).values(tags=new))

    def delete(self, runs: Sequence[int]) -> None:
        """Forget runs with their curves and logs. Raises StoreError, deleting none, when one of them still runs."""
        self.mark_dead()
        with self._database.writing() as session:
            _refuse_running(session, runs)
            session.execute(delete(RunRecord).where(RunRecord.id.in_(runs)))

    def put_away(self, runs: Sequence[int]) -> None:
        """Take runs out of all lists until they are restored, or deleted for good. Raises StoreError, as `delete`."""
        self.mark_dead()
        with self._database.writing() as session:
            _refuse_running(session, runs)
            session.execute(update(RunRecord).where(RunRecord.id.in_(runs), _KEPT).values(deleted_at=datetime.now(UTC)))

    def restore(self, runs: Sequence[int]) -> list[int]:
        """Bring back runs that were put away; gives those that were still there."""
        with self._database.writing() as session:
            chosen = update(RunRecord).where(RunRecord.id.in_(runs), RunRecord.deleted_at.is_not(None))
            return sorted(session.scalars(chosen.values(deleted_at=None).returning(RunRecord.id)))

    def awaiting_deletion(self) -> list[int]:
        """The runs that were put away and are still there."""
        with self._database.reading() as session:
            return [*session.scalars(select(RunRecord.id).where(RunRecord.deleted_at.is_not(None)))]

    def mark_dead(self) -> int:
        """Runs that are "running" though who computed them is gone become "interrupted"; gives how many."""
        query = select(*_WORKER, RunRecord.id, RunRecord.created_at, RunRecord.resumed_at, RunRecord.seconds)
        with self._database.reading() as session:
            running = session.execute(query.where(RunRecord.status == "running")).all()
        marked = 0
        for row in running:
            worker = Worker(row.process, row.process_started, row.host, row.heartbeat)
            if worker.lives:
                continue
            changes: dict[str, Any] = {"status": "interrupted", "error": "The program ended before the run did."}
            if worker.heartbeat is not None:
                went = (worker.heartbeat - (row.resumed_at or row.created_at)).total_seconds()
                changes |= {"finished_at": worker.heartbeat, "seconds": (row.seconds or 0.0) + max(0.0, went)}
            same = (RunRecord.process == worker.process, RunRecord.process_started == worker.started)
            with self._database.writing() as session:  # unless another process has resumed it since
                chosen = update(RunRecord).where(RunRecord.id == row.id, RunRecord.status == "running", *same)
                marked += session.scalar(chosen.values(changes).returning(RunRecord.id)) is not None
        return marked

    def record(
        self,
        run: int,
        points: Iterable[Point] = (),
        lines: Iterable[LogLine] = (),
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        """Write what a run reported, all of it or nothing; a point at the same place takes the place of the older.

        `changes` are new values of the run's own columns; with the one that ends the run, its curves are packed anew,
        each into one piece. Raises StoreError when there is no such run.
        """
        new_points: defaultdict[str, list[tuple[int, float, float]]] = defaultdict(list)
        for point in points:
            new_points[point.series].append((point.step, point.epoch, point.value))
        new_parts = [
            {"run_id": run, "series": series, "points": pack(*zip(*part, strict=True))}
            for series, part in new_points.items()
        ]
        new_lines = [{"run_id": run, **asdict(line)} for line in lines]
        with self._database.writing() as session:
            if session.scalar(select(RunRecord.id).where(RunRecord.id == run)) is None:
                raise StoreError(_missing(run, session.scalars(select(RunRecord.id).order_by(RunRecord.id))))
            if new_parts:
                session.execute(insert(CurvePartRecord), new_parts)
            if new_lines:
                session.execute(insert(LogRecord), new_lines)
            if changes:
                session.execute(update(RunRecord).where(RunRecord.id == run).values(**changes))
            if changes and "test" in changes:
                keep_test(session, run, changes["test"])
            if changes and changes.get("status", "running") != "running":
                _join_parts(session, run)
                best = session.scalar(select(RunRecord.best_epoch).where(RunRecord.id == run))
                keep_validation(session, run, best)

    # Last, because from here on `list` means this method.
    def list(
        self,
        search: str = "",
        sort: str = "created_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 200,
    ) -> list[RunRow]:
        """One page of the runs that hold every word of `search` in name, dataset, model, status, notes,
        group or label.

        `sort` is a field of RunRow; runs without a value come last either way. Raises StoreError for another name.
        """
        if sort not in _SUMMARY:
            raise StoreError(f"Runs cannot be sorted by “{sort}”, only by {', '.join(_SUMMARY)}.")
        column = func.fold(RunRecord.name) if sort == "name" else _SUMMARY[sort]
        order = (column.desc() if descending else column.asc()).nulls_last()
        query = select(*_SUMMARY.values()).where(_KEPT, holds_words(search)).order_by(order, RunRecord.id.desc())
        with self._database.reading() as session:
            return [RunRow(*row) for row in session.execute(query.offset(offset).limit(limit))]


def _read_parts(session: Session, run: int, after: int = 0) -> dict[str, list[bytes]]:
    """series -> the packed parts of its curve in the order of writing, but those up to number `after`."""
    query = select(CurvePartRecord.series, CurvePartRecord.points).where(
        CurvePartRecord.run_id == run, CurvePartRecord.id > after
    )
    parts: defaultdict[str, list[bytes]] = defaultdict(list)
    for series, points in session.execute(query.order_by(CurvePartRecord.id)):
        parts[series].append(points)
    return parts


def _refuse_running(session: Session, runs: Sequence[int]) -> None:
    chosen = select(RunRecord.id).where(RunRecord.id.in_(runs), RunRecord.status == "running")
    running = [*session.scalars(chosen)]
    if running:
        raise StoreError(f"Run {', '.join(map(str, running))} is still running. Stop it before deleting it.")


def _join_parts(session: Session, run: int) -> None:
    parts = _read_parts(session, run)
    session.execute(delete(CurvePartRecord).where(CurvePartRecord.run_id == run))
    _write_parts(session, run, parts)


def _write_parts(session: Session, run: int, parts: Mapping[str, Sequence[bytes]]) -> None:
    """Each series in one piece."""
    whole = [{"run_id": run, "series": series, "points": b"".join(parts[series])} for series in sorted(parts)]
    if whole:
        session.execute(insert(CurvePartRecord), whole)


def _claim() -> dict[str, Any]:
    """That this process computes a run from now on."""
    process, started = own_identity()
    return {"process": process, "process_started": started, "host": own_host(), "heartbeat": datetime.now(UTC)}


def holds_words(search: str) -> ColumnElement[bool]:
    """Whether a run holds every word of a search in its texts."""
    words = search.casefold().split()
    return func.holds(_SEARCHED, " ".join(words)) if words else true()


def _missing(run: int, known: Iterable[int]) -> str:
    numbers = list(known)
    there = f"There are: {', '.join(map(str, numbers[-20:]))}." if numbers else "There are none yet."
    return f"There is no run {run}. {'The latest are' + there[9:] if len(numbers) > 20 else there}"


def _versions() -> dict[str, str]:
    """What a run is computed with and on; read from the packages' own records, so that none is imported for it."""
    found = {"workbench": engine.__version__, "python": platform.python_version(), **machine()}
    for package in ("torch", "numpy", "sentence-transformers"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    commit = _commit()
    return found | ({"commit": commit} if commit else {})


@cache
def _commit() -> str:
    """The code's commit with a + where files differ from it; "" where the code is not a checkout of its own."""
    root = Path(engine.__file__).parents[1]
    if not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
