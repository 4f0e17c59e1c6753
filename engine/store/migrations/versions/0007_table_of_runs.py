"""What the table of runs shows, sorts and filters: backbone, quantiser, tags, metrics at every cutoff; deletions that
can be taken back; and a key by which runs that differ in their seed only are found."""

from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_LISTED = [
    "deleted_at", "created_at", "name", "status", "dataset", "dataset_fingerprint", "model", "depth", "codebook_size",
    "alpha", "beta", "seed", "best_epoch", "epochs", "hr_overall", "hr_head", "hr_tail", "ndcg_overall", "ndcg_head",
    "ndcg_tail", "sampled_hr_overall", "sampled_hr_head", "sampled_hr_tail", "sampled_ndcg_overall",
    "sampled_ndcg_head", "sampled_ndcg_tail", "finished_at", "seconds", "error", "notes", "group", "label", "backbone",
    "quantiser", "settings_key", "tags",
]  # fmt: skip
_METRICS = [f"{metric}_{part}" for metric in ("ndcg", "hr", "mrr") for part in ("overall", "head", "tail")]
_RUNS = sa.table(
    "runs",
    *(sa.column(name) for name in ("id", "status", "model", "depth", "best_epoch", "backbone", "quantiser")),
    sa.column("settings_key"),
    sa.column("config", sa.JSON),
    sa.column("test", sa.JSON),
)
_PARTS = sa.table("curve_parts", *(sa.column(name) for name in ("id", "run_id", "series", "points")))

Values = dict[tuple[str, int], dict[str, float]]  # (source, k) -> column -> value


def upgrade() -> None:
    op.add_column("runs", sa.Column("backbone", sa.String))
    op.add_column("runs", sa.Column("quantiser", sa.String))
    op.add_column("runs", sa.Column("settings_key", sa.String, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("tags", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("runs", sa.Column("deleted_at", sa.DateTime))
    metrics = op.create_table(
        "run_metrics",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("k", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, index=True),
        *(sa.Column(name, sa.Double) for name in _METRICS),
        sqlite_with_rowid=False,
    )
    _fill(metrics)
    # Made last: filled in one go, it lies in one piece.
    op.drop_index("ix_runs_created_at", "runs")
    op.create_index("ix_runs_listed", "runs", _LISTED)


def _fill(metrics: sa.Table) -> None:
    from engine.settings import settings_key  # today's, so that old runs find their like among those to come

    connection = op.get_bind()
    columns = _RUNS.c
    query = sa.select(columns.id, columns.status, columns.model, columns.depth, columns.best_epoch, columns.config)
    for run, status, model, depth, best, config in connection.execute(query).all():
        changes = {
            "backbone": config.get("model", {}).get("backbone") if model != "popularity" else None,
            "quantiser": config.get("semantic_ids", {}).get("quantiser") if depth is not None else None,
            "settings_key": settings_key(config),
        }
        connection.execute(_RUNS.update().where(columns.id == run).values(changes))
        values = _test(connection.execute(sa.select(columns.test).where(columns.id == run)).scalar_one())
        if status != "running":
            values |= _validation(connection, run, best)
        rows = [
            dict.fromkeys(_METRICS) | found | {"run_id": run, "source": source, "k": k}
            for (source, k), found in values.items()
        ]
        if rows:
            connection.execute(metrics.insert(), rows)


def _test(test: dict[str, Any]) -> Values:
    values: Values = {}
    for source in ("full", "sampled"):
        for part in ("overall", "head", "tail"):
            for metric, value in test.get(source, {}).get(part, {}).items():
                _put(values, source, part, metric, value)
    return values


def _validation(connection: sa.Connection, run: int, best: int | None) -> Values:
    """From the points of the curves: (points, 3) of step, epoch and value, which may come in several parts."""
    query = sa.select(_PARTS.c.series, _PARTS.c.points).where(
        _PARTS.c.run_id == run, _PARTS.c.series.like("validation/full/%")
    )
    curves: dict[str, bytes] = {}
    for series, points in connection.execute(query.order_by(_PARTS.c.id)):
        curves[series] = curves.get(series, b"") + points
    values: Values = {}
    for series, packed in curves.items():
        _, _, part, metric = series.split("/", 3)
        if part not in ("overall", "head", "tail"):
            continue
        by_step = {int(step): float(value) for step, _, value in np.frombuffer(packed, "<f8").reshape(-1, 3)}
        _put(values, "last", part, metric, by_step[max(by_step)])
        if best in by_step:
            _put(values, "best", part, metric, by_step[best])
    return values


def _put(values: Values, source: str, part: str, metric: str, value: Any) -> None:
    name, _, cutoff = metric.partition("@")
    if name in ("NDCG", "HR", "MRR") and cutoff in ("5", "10", "20") and isinstance(value, int | float):
        values.setdefault((source, int(cutoff)), {})[f"{name.lower()}_{part}"] = value
