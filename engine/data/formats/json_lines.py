"""JSON lines: one object per line, for every interaction and, in a second file, for every item."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.formats.delimited import listed, quoted
from engine.data.formats.guess import guess_mapping, has_user_column
from engine.data.formats.interactions import Interactions
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, Reading, SourceFile, disk_faults_in_words, unheard
from engine.data.formats.values import UNITS
from engine.data.raw import ColumnMapping, Preview, RawData, Source, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
SNIFFED_OBJECTS = 100
LONGEST_LINE = 1 << 26  # bytes; more is one document, not one of many lines
Object = dict[str, Any]


@dataclass
class JsonLines:
    """Files of JSON lines, plain or compressed with gzip, in any order, or their folder.

    Objects of the interactions have all `interaction_keys`, those of items all `item_keys`; without such keys, what looks
    like a user tells them apart. `mapping` is what holds what, where that need not be guessed.
    """

    name: str = "jsonl"
    title: str = "JSON lines"
    help: str = (
        "A file with one JSON object per line for every interaction (user, item and, if known, a time) and, if you have "
        "one, a file with one for every item (id, title, texts). UTF-8, plain or .gz."
    )
    mapping: ColumnMapping | None = None
    interaction_keys: frozenset[str] = frozenset()
    item_keys: frozenset[str] = frozenset()

    def recognises(self, paths: list[Path]) -> bool:
        try:
            interactions, _ = self._heads(paths)
        except DataError:
            return False
        return bool(interactions.rows) and (bool(self.interaction_keys) or has_user_column(interactions))

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:
        interactions, items = self._heads(paths)
        return Preview(
            interactions=TablePreview(interactions.path, interactions.columns, interactions.rows[:rows]),
            items=items and TablePreview(items.path, items.columns, items.rows[:rows]),
            mapping=mapping or self._mapping(interactions, items),
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:
        """Every interaction, and the items that are in one of them. Raises DataError naming file, line and key."""
        head, items_head = self._heads(paths)
        mapping = mapping or self._mapping(head, items_head)
        for role, key in (("user", mapping.user), ("item", mapping.item)):
            if not key:
                raise DataError(
                    f"{head.path.name}, line 1: no key looks like the {role}. The keys are: {listed(head.columns)}. "
                    "Choose it at import."
                )
        if mapping.user == mapping.item:
            raise DataError(f"{head.path.name}: “{mapping.user}” cannot be both the user and the item.")
        reading = Reading([each.path for each in (head, items_head) if each], progress)
        with reading.open(head.path) as file:
            gathered = _interactions(file, mapping)
            source = file.source()
        if not len(gathered):
            raise DataError(f"{head.path.name} has no interaction in it.")
        frame = gathered.frame()
        entries = None
        if items_head:
            with reading.open(items_head.path) as file:
                entries = _Items.of(file, mapping, set(frame["item"].cat.categories))
        raw = complete(
            format=self.name,
            interactions=frame,
            items=entries.frame() if entries else None,
            item_ids=(entries, mapping.item_id) if entries else None,
            sources=(source, *([entries.source] if entries else [])),
            mapping=mapping,
        )
        if entries is None:
            return raw
        left_out = {"items_described_again": entries.again, "entries_of_other_items": entries.of_others}
        return replace(raw, report={**raw.report, **{key: count for key, count in left_out.items() if count}})

    def _mapping(self, interactions: TablePreview, items: TablePreview | None) -> ColumnMapping:
        return self.mapping or guess_mapping(interactions, items)

    def _heads(self, paths: list[Path]) -> tuple[TablePreview, TablePreview | None]:
        """The beginnings of the interactions and, if there are any, of the items. Raises DataError."""
        heads = [_head(path) for path in _files(paths)]
        interactions = [each for each in heads if self._tells_of_users(each)]
        items = [each for each in heads if each not in interactions and self.item_keys <= set(each.columns)]
        if not interactions:
            wanted = f"the keys {', '.join(sorted(self.interaction_keys))}" if self.interaction_keys else "a user in it"
            raise DataError(
                f"No file of {self.title} has objects with {wanted}: {', '.join(each.path.name for each in heads)}."
            )
        if len(interactions) > 1 or len(items) > 1:
            several = interactions if len(interactions) > 1 else items
            raise DataError(
                f"{' and '.join(each.path.name for each in several[:2])} could both be the "
                f"{'interactions' if several is interactions else 'items'}. Choose one of them."
            )
        return interactions[0], items[0] if items else None

    def _tells_of_users(self, head: TablePreview) -> bool:
        return self.interaction_keys <= set(head.columns) if self.interaction_keys else has_user_column(head)


def objects(file: SourceFile) -> Iterator[tuple[int, Object]]:
    """(line from 1, object) of every line that is not blank. Raises DataError naming the first that holds none.

    Lines may also be literals of Python, as in older collections; they are read as such, and nothing is run.
    """
    readers: list[Callable[[bytes], Any]] = [json.loads, _literal]
    number = 0
    while line := file.content.readline(LONGEST_LINE):
        number += 1
        if not line.strip():
            continue
        if len(line) == LONGEST_LINE:
            raise DataError(
                f"{file.path.name}, line {number} is longer than {LONGEST_LINE >> 20} MB. One object per line is read; "
                "this looks like one document of many lines."
            )
        try:
            found = readers[0](line)
        except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
            readers.reverse()
            try:
                found = readers[0](line)
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                raise _no_object(file.path, number, line, error) from error
        if not isinstance(found, dict):
            raise _no_object(file.path, number, line, None)
        yield number, found


def words(value: Any) -> str:
    """A value as text: lists side by side, nothing for null."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return str(value).lower()
        case list() | tuple():
            return ", ".join(filter(None, map(words, value)))
        case dict():
            return ", ".join(f"{key}: {told}" for key, each in value.items() if (told := words(each)))
        case _:
            return str(value)


def _literal(line: bytes) -> Any:
    return ast.literal_eval(line.decode("utf-8").strip())


def _no_object(path: Path, number: int, line: bytes, error: Exception | None) -> DataError:
    if isinstance(error, UnicodeDecodeError):
        return DataError(f"{path.name}, line {number}: byte 0x{line[error.start]:02X} is not UTF-8. Save it as UTF-8.")
    where = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
    return DataError(
        f"{path.name}, line {number}{where}: {quoted(line.decode('utf-8', 'replace').strip())} is not a JSON object."
    )


def _interactions(file: SourceFile, mapping: ColumnMapping) -> Interactions:
    gathered = Interactions()
    clock = _Clock(file.path, mapping.timestamp) if mapping.timestamp else None
    for number, found in objects(file):
        user, item = (_identifier(file.path, number, found, key) for key in (mapping.user, mapping.item))
        time = clock.seconds(number, found) if clock else None
        rating = _rating(file.path, number, found, mapping.rating) if mapping.rating else None
        gathered.add(user, item, time, rating)
    return gathered


def _identifier(path: Path, number: int, found: Object, key: str) -> str:
    value = found.get(key)
    if isinstance(value, bool | list | dict | float) or value is None or not (text := str(value).strip()):
        raise _fault(path, number, key, found, "an identifier (text or a whole number)")
    return text


def _rating(path: Path, number: int, found: Object, key: str) -> float:
    """Not a number where there is none."""
    value = found.get(key)
    if value is None:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _fault(path, number, key, found, "a number") from None


def _fault(path: Path, number: int, key: str, found: Object, wanted: str) -> DataError:
    if key not in found:
        return DataError(f"{path.name}, line {number}: there is no “{key}”. The keys are: {listed(tuple(found))}.")
    return DataError(f"{path.name}, line {number}, “{key}”: {quoted(json.dumps(found[key]))} is not {wanted}.")


class _Clock:
    """Reads times: ISO dates, or unix times in the unit that the first of them is in."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key
        self._least = self._bound = 0.0
        self._per_second = 1.0

    def seconds(self, number: int, found: Object) -> float:
        """Seconds since 1970. Raises DataError when there is no plausible time."""
        value = found.get(self._key)
        if isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
            try:
                time = datetime.fromisoformat(value.strip())
            except ValueError:
                raise _fault(self._path, number, self._key, found, "a time, such as 2024-05-31 18:30:00") from None
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
        try:
            time_since = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            time_since = -1.0
        if not self._bound and time_since > 0:
            place = next((place for place, (bound, _, _) in enumerate(UNITS) if time_since < bound), len(UNITS) - 1)
            self._bound, factor, _ = UNITS[place]
            self._least = UNITS[place - 1][0] if place else 0
            self._per_second = 1_000_000 / factor
        if isinstance(value, bool) or time_since < 0 or (time_since and not self._least <= time_since < self._bound):
            raise _fault(self._path, number, self._key, found, "a plausible time since 1970")
        return time_since / self._per_second


@dataclass
class _Items:
    """The entries of items that are in an interaction; the first of each counts.

    `again` says how many came later, `of_others` how many are about other items.
    """

    path: Path
    lines: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    again: int = 0
    of_others: int = 0
    source: Source = field(init=False)

    @classmethod
    def of(cls, file: SourceFile, mapping: ColumnMapping, used: set[str]) -> _Items:
        if not mapping.item_id:
            raise DataError(f"{file.path.name}, line 1: no key looks like the item id. Choose it at import.")
        entries, left, template = cls(file.path), set(used), mapping.text_template
        for number, found in objects(file):
            item = _identifier(file.path, number, found, mapping.item_id)
            if item not in left:
                entries.again += item in used
                entries.of_others += item not in used
                continue
            left.remove(item)
            entries.lines.append(number)
            entries.ids.append(item)
            entries.titles.append(words(found.get(mapping.title)) if mapping.title else "")
            entries.texts.append(template.fill([words(found.get(key)) for key in template.columns]))
        entries.source = file.source()
        if not entries.ids:
            raise DataError(
                f"{file.path.name}: no “{mapping.item_id}” names an item of the interactions, so these are not their "
                "items. Choose the right file or key, or leave it out."
            )
        return entries

    def frame(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame({"id": self.ids, "title": self.titles, "text": self.texts}, dtype="str")

    def line(self, row: int) -> int:
        """The line of the file, counted from 1, that holds a row."""
        return self.lines[row]

    def fault(self, row: int, column: str, words: str) -> DataError:
        """The error to raise for a row; `column` says which part of it."""
        return DataError(f"{self.path.name}, line {self.line(row)}, {quoted(column)}: {words}")


@disk_faults_in_words()
def _files(paths: list[Path]) -> list[Path]:
    """The files meant by `paths`; of a folder, those in it. Raises DataError when there are none."""
    files: list[Path] = []
    for path in paths:
        found = (
            sorted(each for each in path.iterdir() if each.name.lower().endswith(SUFFIXES)) if path.is_dir() else [path]
        )
        files += [each for each in found if each not in files]
    if not files:
        raise DataError(f"There is no {', '.join(SUFFIXES)} file in {paths[0]}." if paths else "Choose a file.")
    return files


def _head(path: Path) -> TablePreview:
    """The first objects, up to a fault, as a table: a column for every key. Raises DataError when there is none."""
    found: list[Object] = []
    with Reading([path]).open(path) as file:
        try:
            for _, each in islice(objects(file), SNIFFED_OBJECTS):
                found.append(each)
        except DataError:
            if not found:
                raise
    if not found:
        raise DataError(f"{path.name} is empty.")
    keys = tuple(dict.fromkeys(key for each in found for key in each))
    return TablePreview(path, keys, tuple(tuple(words(each.get(key)) for key in keys) for each in found))
