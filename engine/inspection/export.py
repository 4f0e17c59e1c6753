"""Recommendations for all users in a file: CSV or Parquet, a line for every place of every list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import SettingsError
from engine.files import write_csv, write_whole
from engine.inspection.everyone import Lists, Tick
from engine.inspection.inspector import RunInspector

COLUMNS = ("user", "rank", "item", "title", "score")
SUFFIXES = (".csv", ".parquet")


def export_recommendations(inspector: RunInspector, path: Path, k: int, tick: Tick) -> int:
    """Write the top `k` of every user, as `RunInspector.recommend` gives them, and say for how many users.

    The file's suffix says what it is. It appears whole or not at all; only a block of users is ever in memory.
    `tick(done, total)` counts users and may raise to stop. Raises SettingsError for another suffix, OSError when the
    file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"“{path.name}” ends in neither {' nor '.join(SUFFIXES)}, so its format is not known.")
    users = 0

    def blocks() -> Iterator[Lists]:
        nonlocal users
        for lists in inspector.lists_of_all(k, tick):
            users += len(lists.users)
            yield lists

    if path.suffix.lower() == ".csv":
        write_csv(path, COLUMNS, (row for lists in blocks() for row in _rows(inspector, lists)))
    else:
        write_whole(path, lambda file: _write_parquet(file, inspector, blocks()))
    return users


def _rows(inspector: RunInspector, lists: Lists) -> Iterator[list[Any]]:
    return map(list, zip(*_columns(inspector, lists).values(), strict=True))


def _columns(inspector: RunInspector, lists: Lists) -> dict[str, list[Any]]:
    rows, places = np.nonzero(lists.items)
    items, catalogue = lists.items[rows, places], inspector.dataset.items
    return {
        "user": inspector.dataset.user_ids[lists.users[rows]].tolist(),
        "rank": (places + 1).tolist(),
        "item": catalogue.ids[items].tolist(),
        "title": catalogue.titles[items].tolist(),
        "score": lists.scores[rows, places].tolist(),
    }


def _write_parquet(file: Path, inspector: RunInspector, blocks: Iterator[Lists]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    types = (pa.string(), pa.int32(), pa.string(), pa.string(), pa.float32())
    schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
    with parquet.ParquetWriter(file, schema) as writer:
        for lists in blocks:
            writer.write_table(pa.table(_columns(inspector, lists), schema=schema))
