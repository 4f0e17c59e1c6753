"""All runs of a search as a CSV file, with plain values and both ranking protocols."""

from datetime import datetime
from pathlib import Path
from typing import Any

from engine.files import write_csv
from workbench.models.run_columns import COLUMNS
from workbench.models.run_table import RunSource

PAGE = 1000


def export_runs(path: Path, source: RunSource, search: str, sort: str, descending: bool) -> int:
    """Write the runs in the table's order; gives how many. The file appears whole or not at all.

    Raises OSError when it cannot be written.
    """
    fields = [column.field for column in COLUMNS]
    fields += [column.attribute("sampled") for column in COLUMNS if column.metric]
    rows: list[list[Any]] = []
    while page := source.list(search, sort, descending, len(rows), PAGE):
        rows.extend([_plain(getattr(run, field)) for field in fields] for run in page)
    write_csv(path, fields, rows)
    return len(rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
