"""Interactions and items out of tables, by a mapping that says which column is what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.formats.delimited import listed
from engine.data.formats.items import complete
from engine.data.formats.table import Table
from engine.data.formats.values import Column, Identifiers, Ratings, TemplatedTexts, Texts, Times, WholeNumbers, gather
from engine.data.raw import ColumnMapping, RawData
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def read_tables(format: str, interactions: Table, items: Table | None, mapping: ColumnMapping) -> RawData:
    """Everything in one or two tables. Raises DataError naming file, line and column of a fault."""
    frame = read_interactions(interactions, mapping)
    return complete(
        format=format,
        interactions=frame,
        items=read_items(items, mapping) if items else None,
        item_ids=(items, mapping.item_id) if items else None,
        sources=(interactions.source, *([items.source] if items else [])),
        mapping=mapping,
        noun=items.noun if items else "",
    )


def read_interactions(table: Table, mapping: ColumnMapping) -> pd.DataFrame:
    """user and item and, where the mapping names them, timestamp, position and rating, as in `RawData`."""
    import pandas as pd

    for role, column in (("user", mapping.user), ("item", mapping.item)):
        if not column:
            raise DataError(
                f"{_header(table)}: no column looks like the {role}. The columns are: "
                f"{listed(table.columns)}. Choose the column at import, or name it “{role}_id” in the file."
            )
    if mapping.user == mapping.item:
        raise DataError(f"{table.path.name}: column “{mapping.user}” cannot be both the user and the item.")
    users, items = Identifiers(mapping.user, "user"), Identifiers(mapping.item, "item")
    times = Times(mapping.timestamp) if mapping.timestamp else None
    positions = WholeNumbers(mapping.position) if mapping.position else None
    ratings = Ratings(mapping.rating) if mapping.rating else None
    wanted: tuple[Column | None, ...] = (users, items, times, positions, ratings)
    gather(table, [column for column in wanted if column])
    columns: dict[str, object] = {"user": users.values(), "item": items.values()}
    if times:
        columns["timestamp"] = times.values(table)
    if positions:
        columns["position"] = positions.values()
    if ratings:
        columns["rating"] = ratings.values()
    return pd.DataFrame(columns)


def read_items(table: Table, mapping: ColumnMapping) -> pd.DataFrame:
    """id, title and text of every row."""
    import pandas as pd

    if not mapping.item_id:
        raise DataError(
            f"{_header(table)}: no column looks like the item id. "
            f"The columns are: {listed(table.columns)}. Choose the column at import."
        )
    ids = Texts((mapping.item_id,), "the item id is empty.")
    titles = Texts((mapping.title or mapping.item_id,))
    texts = TemplatedTexts(mapping.text_template) if mapping.template else Texts(mapping.text)
    gather(table, [ids, titles, *([texts] if mapping.text else [])])
    return pd.DataFrame({"id": ids.values(), "title": titles.values(), "text": texts.values() if mapping.text else ""})


def _header(table: Table) -> str:
    """Where the names of the columns stand."""
    return f"{table.path.name}, line 1" if table.noun == "line" else table.path.name
