"""What the person notes on a dataset."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("datasets", sa.Column("notes", sa.String, nullable=False, server_default=""))
