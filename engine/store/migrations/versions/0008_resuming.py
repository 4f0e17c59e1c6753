"""Who computes a run, when that last gave a sign of life, how often the run was resumed, and what it trains further."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("runs", sa.Column("host", sa.String))
    op.add_column("runs", sa.Column("heartbeat", sa.DateTime))
    op.add_column("runs", sa.Column("resumed", sa.Integer, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("resumed_at", sa.DateTime))
    op.add_column("runs", sa.Column("continued_from", sa.Integer))
