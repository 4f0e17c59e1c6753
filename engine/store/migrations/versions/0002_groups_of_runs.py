"""Runs made together: the name of their group, and what each is called within it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Added at the end, never by copying the table: dropping the old one would take curves and logs along.
    op.add_column("runs", sa.Column("group", sa.String))
    op.add_column("runs", sa.Column("label", sa.String))
    op.create_index("ix_runs_group", "runs", ["group"])
