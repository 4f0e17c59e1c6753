"""Datasets, runs, points of curves, log lines."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

METRICS = [
    f"{protocol}{metric}_{part}"
    for protocol in ("", "sampled_")
    for metric in ("hr", "ndcg")
    for part in ("overall", "head", "tail")
]


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("users", sa.Integer, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("interactions", sa.Integer, nullable=False),
        sa.Column("statistics", sa.JSON, nullable=False),
        sa.Column("preparation", sa.JSON, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("dataset", sa.String, nullable=False, index=True),
        sa.Column("dataset_fingerprint", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("depth", sa.Integer),
        sa.Column("codebook_size", sa.Integer),
        sa.Column("alpha", sa.Double, nullable=True),
        sa.Column("beta", sa.Double, nullable=True),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("best_epoch", sa.Integer),
        sa.Column("epochs", sa.Integer),
        *(sa.Column(name, sa.Double) for name in METRICS),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("seconds", sa.Double),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("process_started", sa.Double, nullable=False),
        sa.Column("error", sa.String),
        sa.Column("notes", sa.String, nullable=False),
        *(
            sa.Column(name, sa.JSON, nullable=False)
            for name in ("config", "test", "stage_seconds", "semantic_ids", "versions", "artefacts")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "points",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("series", sa.String, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.Double, nullable=False),
        sa.Column("value", sa.Double),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_lines",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
    )
