"""The runs of a listing as a CSV file, with plain values and both ranking protocols."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.files import write_csv
from workbench.models.run_columns import COLUMNS, TEST_COLUMNS, Protocol

if TYPE_CHECKING:
    from engine.store import Listing, RunTable


def export_runs(path: Path, table: "RunTable", listing: "Listing") -> int:
    """Write the runs in the listing's order, none folded; gives how many. The file appears whole or not at all.

    Raises OSError when it cannot be written.
    """
    listing = replace(listing, folded=False, group=None)
    entries = table.entries(listing)
    other: Protocol = "sampled" if listing.protocol == "full" else "full"
    beside = {
        row.run.id: row for row in table.rows([row.run.id for (row,) in entries], replace(listing, protocol=other))
    }
    tests = [column.field for column in TEST_COLUMNS]
    fields = [column.field for column in COLUMNS]
    rows = [
        [
            *(
                _plain(row.metrics.get(field) if column.metric else getattr(row.run, field))
                for field, column in zip(fields, COLUMNS, strict=True)
            ),
            *(beside[row.run.id].metrics.get(field) for field in tests),
        ]
        for (row,) in entries
        if row.run.id in beside
    ]
    names = [f"{field}@{listing.k}" if column.metric else field for field, column in zip(fields, COLUMNS, strict=True)]
    write_csv(path, [*names, *(f"{other}_{field}@{listing.k}" for field in tests)], rows)
    return len(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, datetime) else value
