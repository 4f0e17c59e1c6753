"""Settings that came later than a run: what it was really made with, not what is the default by now."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# What every run did before there was a choice.
_THEN: dict[str, dict[str, Any]] = {"model": {"scoring": "dot"}, "training": {"averaging": 0.0, "negatives": 1}}
_GONE = {"semantic_ids": ("epochs",)}

_RUNS = sa.table("runs", sa.column("id", sa.Integer), sa.column("config", sa.JSON))


def upgrade() -> None:
    connection = op.get_bind()
    for number, config in connection.execute(sa.select(_RUNS.c.id, _RUNS.c.config)).all():
        values = json.loads(config) if isinstance(config, str) else dict(config)
        for section, settings in _THEN.items():
            if section in values:
                values[section] = settings | values[section]
        for section, names in _GONE.items():
            if section in values:
                values[section] = {name: value for name, value in values[section].items() if name not in names}
        connection.execute(_RUNS.update().where(_RUNS.c.id == number).values(config=values))
