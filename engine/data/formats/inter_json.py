"""Two JSON documents: every user's items in order (.inter.json), and what is told of every item (.item.json)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.data.formats.delimited import quoted
from engine.data.formats.guess import guess_mapping
from engine.data.formats.interactions import Interactions
from engine.data.formats.items import EXAMPLES, complete
from engine.data.formats.json_lines import words
from engine.data.formats.reading import Progress, Reading, disk_faults_in_words, unheard
from engine.data.raw import ColumnMapping, Preview, RawData, Source, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

INTERACTIONS, ITEMS = ".inter.json", ".item.json"
LONGEST = 1 << 30  # bytes; a document has to be held whole


class InterJson:
    """The file of interactions, that of the items of the same name beside it if there is one, or their folder."""

    name = "inter-json"
    title = "Interactions and items in JSON"
    help = (
        "NAME.inter.json holds one object: every user with the list of their items in order. NAME.item.json holds, for "
        "every item, an object with its title and texts. This is how the data of generative recommenders is often shared."
    )

    def recognises(self, paths: list[Path]) -> bool:
        try:
            return _files(paths)[0].is_file()
        except DataError:
            return False

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:
        interactions, items = _files(paths)
        users = _Document.of(interactions, Reading([interactions]))
        first = tuple((user, words(items)) for user, items in islice(users.entries.items(), rows))
        told = _preview_of_items(_Document.of(items, Reading([items])), rows) if items else None
        return Preview(
            interactions=TablePreview(interactions, ("user", "items in order"), first),
            items=told,
            mapping=(mapping or _mapping(told)) if told else None,
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:
        """Every user's items with their position from 0, and the items. Raises DataError naming file and user or item."""
        interactions_file, items_file = _files(paths)
        reading = Reading([each for each in (interactions_file, items_file) if each], progress)
        users = _Document.of(interactions_file, reading)
        frame = _interactions(users)
        items = _Document.of(items_file, reading) if items_file else None
        if items:
            mapping = mapping or _mapping(_preview_of_items(items, 100))
        raw = complete(
            format=self.name,
            interactions=frame,
            items=_items(items, mapping) if items and mapping else None,
            item_ids=(items, "item") if items else None,
            sources=(users.source, *([items.source] if items else [])),
            mapping=mapping if items else None,
        )
        return replace(raw, report=_with_empty_users(raw.report, users))


@dataclass(frozen=True)
class _Document:
    """A whole file: one object, whose keys are users or items."""

    path: Path
    entries: dict[str, Any]
    source: Source

    @classmethod
    def of(cls, path: Path, reading: Reading) -> _Document:
        """Raises DataError when the file is not one JSON object."""
        with reading.open(path) as file:
            content = file.content.read(LONGEST)
            source = file.source()
        if len(content) == LONGEST:
            raise DataError(f"{path.name} is larger than {LONGEST >> 30} GB, and a JSON document has to be held whole.")
        try:
            entries = json.loads(content, object_pairs_hook=_Pairs)
        except json.JSONDecodeError as error:
            raise DataError(
                f"{path.name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg})."
            ) from error
        except (UnicodeDecodeError, RecursionError) as error:
            raise DataError(f"{path.name} is not JSON in UTF-8.") from error
        if isinstance(entries, _Pairs) and entries.twice is not None:
            raise DataError(f"{path.name}: there are two entries for {quoted(entries.twice)}. Keep one of them.")
        if not isinstance(entries, dict) or not entries:
            raise DataError(f"{path.name} should hold one JSON object with an entry for every user or item.")
        return cls(path, entries, source)

    def line(self, row: int) -> int:
        """The place of an entry, counted from 1."""
        return row + 1

    def fault(self, row: int, column: str, words: str) -> DataError:
        """The error to raise for an entry; `column` says whose it is."""
        return _fault(self, column, list(self.entries)[row], words)


class _Pairs(dict[str, Any]):
    """An object of JSON that knows a key that stands in it `twice`, of which one value would be lost."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice: str | None = None
        if len(self) < len(pairs):
            self.twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)


def _fault(document: _Document, what: str, key: str, told: str) -> DataError:
    return DataError(f"{document.path.name}, {what} {quoted(key)}: {told}")


def _interactions(users: _Document) -> pd.DataFrame:
    gathered, lengths = Interactions(), []
    for user, items in users.entries.items():
        if not isinstance(items, list):
            raise _fault(users, "user", user, f"{quoted(json.dumps(items))} is not a list of items.")
        if not user.strip():
            raise _fault(users, "user", user, "the user id is empty.")
        for item in items:
            if isinstance(item, bool | float | list | dict) or item is None or not str(item).strip():
                raise _fault(users, "user", user, f"{quoted(json.dumps(item))} is not the identifier of an item.")
            gathered.add(user.strip(), str(item).strip())
        lengths.append(len(items))
    if not len(gathered):
        raise DataError(f"{users.path.name} has no interaction in it.")
    frame = gathered.frame()
    frame["position"] = np.concatenate([np.arange(length, dtype=np.int64) for length in lengths])
    return frame


def _with_empty_users(report: Mapping[str, Any], users: _Document) -> dict[str, Any]:
    """The report, with the users who have no items."""
    empty = [user for user, items in users.entries.items() if not items]
    if not empty:
        return dict(report)
    examples = {**report.get("examples", {}), "users_without_items": empty[:EXAMPLES]}
    return {**report, "users_without_items": len(empty), "examples": examples}


def _items(items: _Document, mapping: ColumnMapping) -> pd.DataFrame:
    import pandas as pd

    rows, template = [], mapping.text_template
    for item, told in items.entries.items():
        if not isinstance(told, dict):
            raise _fault(items, "item", item, f"{quoted(json.dumps(told))} is not an object with the item's texts.")
        title = words(told.get(mapping.title)) if mapping.title else ""
        text = template.fill([words(told.get(key)) for key in template.columns])
        rows.append((item.strip(), title, text))
    return pd.DataFrame(rows, columns=["id", "title", "text"], dtype="str")


def _preview_of_items(items: _Document, rows: int) -> TablePreview:
    """A column for the identifier, and one for every key of the first items."""
    first = [(item, told) for item, told in islice(items.entries.items(), rows) if isinstance(told, dict)]
    keys = tuple(dict.fromkeys(key for _, told in first for key in told if key != "item"))
    cells = tuple((item, *(words(told.get(key)) for key in keys)) for item, told in first)
    return TablePreview(items.path, ("item", *keys), cells)


def _mapping(items: TablePreview) -> ColumnMapping:
    """What the items' texts are made of; users and their items need no choice."""
    guessed = guess_mapping(TablePreview(items.path, ("user", "item"), ()), items)
    return ColumnMapping("user", "item", item_id="item", title=guessed.title, text=guessed.text)


@disk_faults_in_words()
def _files(paths: list[Path]) -> tuple[Path, Path | None]:
    """(interactions, items if there are any). Raises DataError."""
    files = [each for path in paths for each in (sorted(path.iterdir()) if path.is_dir() else [path])]
    interactions = [each for each in files if each.name.endswith(INTERACTIONS)]
    items = [each for each in files if each.name.endswith(ITEMS)]
    if not interactions and len(items) == 1:
        interactions = [items[0].with_name(items[0].name.removesuffix(ITEMS) + INTERACTIONS)]
    if not interactions:
        raise DataError(f"There is no file whose name ends in {INTERACTIONS} in what was chosen.")
    if len(interactions) > 1 or len(items) > 1:
        several = interactions if len(interactions) > 1 else items
        raise DataError(f"{several[0].name} and {several[1].name} were given. Choose one dataset.")
    beside = interactions[0].with_name(interactions[0].name.removesuffix(INTERACTIONS) + ITEMS)
    return interactions[0], items[0] if items else beside if beside.is_file() else None
