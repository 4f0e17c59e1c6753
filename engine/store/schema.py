"""The tables of the database. A change here needs a new migration and a new `HEAD`."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HEAD = "0008"  # the newest migration; kept here so that opening an up-to-date file needs no Alembic


class UtcDateTime(TypeDecorator[datetime]):
    """Aware times in UTC; SQLite itself keeps no time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        dict[str, float]: JSON,
        list[str]: JSON,
    }


class DatasetRecord(Base):
    __tablename__ = "datasets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    synthetic: Mapped[bool]
    source: Mapped[str]
    fingerprint: Mapped[str]
    users: Mapped[int]
    items: Mapped[int]
    interactions: Mapped[int]
    statistics: Mapped[dict[str, Any]]
    preparation: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    notes: Mapped[str] = mapped_column(server_default="")


# What a line of the table shows, in the order of the index that holds it.
LISTED = (
    "deleted_at", "created_at", "name", "status", "dataset", "dataset_fingerprint", "model", "depth", "codebook_size",
    "alpha", "beta", "seed", "best_epoch", "epochs", "hr_overall", "hr_head", "hr_tail", "ndcg_overall", "ndcg_head",
    "ndcg_tail", "sampled_hr_overall", "sampled_hr_head", "sampled_hr_tail", "sampled_ndcg_overall",
    "sampled_ndcg_head", "sampled_ndcg_tail", "finished_at", "seconds", "error", "notes", "group", "label", "backbone",
    "quantiser", "settings_key", "tags",
)  # fmt: skip


class RunRecord(Base):
    """One run. Runs are listed from the index `ix_runs_listed` alone: a row is long, for the JSON that it holds.

    `deleted_at` is set while a deletion can still be taken back; `settings_key` as `engine.settings` makes it. `process`
    on `host` computes it, or did, and last gave a sign of life at `heartbeat`.
    """

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_listed", *LISTED),
        {"sqlite_autoincrement": True},  # a deleted run's number names its old folder: never again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    dataset: Mapped[str] = mapped_column(index=True)
    dataset_fingerprint: Mapped[str]
    model: Mapped[str]
    depth: Mapped[int | None]
    codebook_size: Mapped[int | None]
    alpha: Mapped[float | None]
    beta: Mapped[float | None]
    seed: Mapped[int]
    best_epoch: Mapped[int | None]
    epochs: Mapped[int | None]
    hr_overall: Mapped[float | None]
    hr_head: Mapped[float | None]
    hr_tail: Mapped[float | None]
    ndcg_overall: Mapped[float | None]
    ndcg_head: Mapped[float | None]
    ndcg_tail: Mapped[float | None]
    sampled_hr_overall: Mapped[float | None]
    sampled_hr_head: Mapped[float | None]
    sampled_hr_tail: Mapped[float | None]
    sampled_ndcg_overall: Mapped[float | None]
    sampled_ndcg_head: Mapped[float | None]
    sampled_ndcg_tail: Mapped[float | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    process: Mapped[int]
    process_started: Mapped[float]
    error: Mapped[str | None]
    notes: Mapped[str]
    config: Mapped[dict[str, Any]]
    test: Mapped[dict[str, Any]]
    stage_seconds: Mapped[dict[str, float]]
    semantic_ids: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, str]]
    artefacts: Mapped[dict[str, str]]
    group: Mapped[str | None] = mapped_column(index=True)
    label: Mapped[str | None]
    progress: Mapped[dict[str, Any] | None]
    backbone: Mapped[str | None]
    quantiser: Mapped[str | None]
    settings_key: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(server_default="[]")
    deleted_at: Mapped[datetime | None]
    host: Mapped[str | None]
    heartbeat: Mapped[datetime | None]
    resumed: Mapped[int] = mapped_column(server_default="0")
    resumed_at: Mapped[datetime | None]
    continued_from: Mapped[int | None]


class RunMetricsRecord(Base):
    """The metrics of a run from one source at one cutoff k: the table joins one such row for each source it shows.

    `source` is "full" or "sampled" for the final test, "best" or "last" for that epoch's validation.
    """

    __tablename__ = "run_metrics"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - the rows of one view lie side by side

    source: Mapped[str] = mapped_column(primary_key=True)
    k: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True)
    ndcg_overall: Mapped[float | None]
    ndcg_head: Mapped[float | None]
    ndcg_tail: Mapped[float | None]
    hr_overall: Mapped[float | None]
    hr_head: Mapped[float | None]
    hr_tail: Mapped[float | None]
    mrr_overall: Mapped[float | None]
    mrr_head: Mapped[float | None]
    mrr_tail: Mapped[float | None]


class QueueRecord(Base):
    """A planned run. `position` is its place in the queue, `place` the one in its group."""

    __tablename__ = "queue"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - a removed one must not be mistaken for a later one

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    group: Mapped[str | None]
    label: Mapped[str | None]
    place: Mapped[int]
    of: Mapped[int]
    held: Mapped[bool]
    error: Mapped[str | None]
    config: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class CurvePartRecord(Base):
    """The points of one series that were written together, as `engine.store.packing` packs them."""

    __tablename__ = "curve_parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    series: Mapped[str]
    points: Mapped[bytes]


class LogRecord(Base):
    __tablename__ = "log_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    level: Mapped[str]
    text: Mapped[str]
