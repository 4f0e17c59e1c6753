"""The last step of every format: items are unique, and every interaction's item has a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from engine.data.formats.delimited import quoted
from engine.data.raw import ColumnMapping, RawData, Source
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 5


class ItemsFile(Protocol):
    """A file of items that can say where a row stands."""

    @property
    def source(self) -> Source: ...

    def line(self, row: int) -> int:
        """The line (or row) of the file, counted from 1."""

    def fault(self, row: int, column: str, words: str) -> DataError:
        """The error to raise for a cell."""


def complete(
    format: str,
    interactions: pd.DataFrame,
    items: pd.DataFrame | None,
    item_ids: tuple[ItemsFile, str] | None,
    sources: tuple[Source, ...],
    mapping: ColumnMapping | None = None,
    noun: str = "line",
) -> RawData:
    """RawData with a row for every item; the report counts items without entry, title and text, and
    interactions without rating.

    `items` (id, title, text) row by row as in the file of `item_ids`, which comes with the name of its id column; `noun` is
    what a row of that file is called.
    Raises DataError at the first id that occurs twice.
    """
    import pandas as pd

    report: dict[str, int] = {}
    examples: dict[str, list[str]] = {}
    if "rating" in interactions and (missing := int(interactions["rating"].isna().sum())):
        report["ratings_missing"] = missing
    used = pd.Series(interactions["item"].unique(), dtype="str")
    if items is None or item_ids is None:
        report["no_items_file"] = len(used)
        items = pd.DataFrame({"id": used, "title": used, "text": ""}).sort_values("id", ignore_index=True)
        return RawData(interactions, items, format, sources, mapping, report)
    file, column = item_ids
    twice = items["id"].duplicated().to_numpy().nonzero()[0]
    if len(twice):
        row = int(twice[0])
        before = int((items["id"] == items["id"].iloc[row]).to_numpy().argmax())
        raise file.fault(
            row, column, f"item id {quoted(items['id'].iloc[row])} stands on {noun} {file.line(before)} already."
        )
    without_title = (items["title"] == "").to_numpy().nonzero()[0]
    items["title"] = items["title"].where(items["title"] != "", items["id"])
    without_text = (items["text"] == "").to_numpy().nonzero()[0]
    without_entry = used[~used.isin(items["id"])].sort_values()
    for key, rows in (("items_without_title", without_title), ("items_without_text", without_text)):
        if len(rows):
            report[key] = len(rows)
            examples[key] = [
                f"{items['id'].iloc[row]} on {noun} {file.line(int(row))} of {file.source.path.name}"
                for row in rows[:EXAMPLES]
            ]
    if len(without_entry):
        report["items_without_entry"] = len(without_entry)
        examples["items_without_entry"] = without_entry.head(EXAMPLES).tolist()
    added = pd.DataFrame({"id": without_entry, "title": without_entry, "text": ""})
    items = pd.concat([items, added], ignore_index=True)
    return RawData(interactions, items, format, sources, mapping, report | ({"examples": examples} if examples else {}))
