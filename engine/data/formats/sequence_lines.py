"""Sequence lines: a user and all their items in order on one line; a second file may give each item a text."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.data.formats.delimited import (
    Layout,
    decode,
    file_bytes,
    head_text,
    quoted,
)
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, disk_faults_in_words, unheard
from engine.data.raw import ColumnMapping, Preview, RawData, Source, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

SEQUENCES = "user_sequence.txt"
TEXTS = ("item_text.txt", "item_plain_text.txt")  # the names that go with it without being asked
SUFFIX = ".txt"
SNIFFED_LINES = 1000
# Blank, because that is what stands between words: the faults of an encoding are named by word.
SEQUENCE_LAYOUT = Layout(" ", quoted=False, names=("user",))
TEXT_LAYOUT = Layout(" ", quoted=False, names=("item",))
# What an identifier may look like, so that prose, JSON and tables are not taken for sequences.
IDENTIFIER = re.compile(r"""[^\s,;|"'{}\[\]<>]*[^\s,;|"'{}\[\]<>.:!?]""")


class SequenceLines:
    """Both files in any order, their folder, or the sequences alone.

    Only under its usual name does the sequence file bring along the text file beside it.
    """

    name = "sequences"
    title = "Sequence lines"
    help = (
        f"A file with one user per line, followed by all their items in order (as {SEQUENCES}) and, if you have one, "
        f"a file with one item per line, followed by its text (as {TEXTS[0]}). Blanks between; UTF-8."
    )

    def recognises(self, paths: list[Path]) -> bool:
        if any(path.name in (SEQUENCES, *TEXTS) or (path / SEQUENCES).is_file() for path in paths):
            return True
        try:
            return _looks_like_sequences(_files(paths)[0])
        except DataError:
            return False

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:  # noqa: ARG002 - the interface's
        sequences, texts = _files(paths)
        return Preview(
            interactions=_head(sequences, SEQUENCE_LAYOUT, ("user", "items in order"), rows),
            items=_head(texts, TEXT_LAYOUT, ("item", "text"), rows) if texts else None,
            mapping=None,
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:  # noqa: ARG002 - the interface's
        """Every user's items with their position from 0, and the texts. Raises DataError naming file and line."""
        sequences_file, texts_file = _files(paths)
        sequences = _Lines.of(sequences_file, SEQUENCE_LAYOUT)
        interactions = _interactions(sequences)
        texts = _Lines.of(texts_file, TEXT_LAYOUT) if texts_file else None
        if texts and not set(texts.firsts) & set(interactions["item"]):
            raise DataError(
                f"{texts.path.name}: no line begins with an item of {sequences.path.name}, so these are not its items' "
                "texts. Choose the right file, or leave it out."
            )
        return complete(
            format=self.name,
            interactions=interactions,
            items=_items(texts) if texts else None,
            item_ids=(texts, "item") if texts else None,
            sources=(sequences.source, *([texts.source] if texts else [])),
        )


@dataclass(frozen=True)
class _Lines:
    """A whole file: of every line that is not blank its number, its first word and what follows."""

    path: Path
    source: Source
    numbers: list[int]
    firsts: list[str]
    rests: list[str]

    @classmethod
    def of(cls, path: Path, layout: Layout) -> _Lines:
        """Raises DataError when the file is empty or not UTF-8."""
        data = file_bytes(path)
        numbers, firsts, rests = zip(*_lines(decode(path, data, layout)), strict=True)
        return cls(path, Source(path, hashlib.sha256(data).hexdigest()), list(numbers), list(firsts), list(rests))

    def line(self, row: int) -> int:
        """The line of the file, counted from 1, that holds a row."""
        return self.numbers[row]

    def fault(self, row: int, column: str, words: str) -> DataError:
        """The error to raise for a row; `column` says which part of it."""
        return DataError(f"{self.path.name}, line {self.line(row)}, column {quoted(column)}: {words}")


def _interactions(lines: _Lines) -> pd.DataFrame:
    """user, item and position of every interaction, line after line. Raises DataError."""
    import pandas as pd

    seen: dict[str, int] = {}
    for row, (user, items) in enumerate(zip(lines.firsts, lines.rests, strict=True)):
        if user in seen:
            raise lines.fault(
                row,
                "user",
                f"user {quoted(user)} stands on line {lines.line(seen[user])} already. A user has one line with all "
                "their items; a file with one interaction per line must be a CSV or TSV file.",
            )
        if not items:
            raise lines.fault(row, "user", f"user {quoted(user)} has no items. They follow the user on the same line.")
        seen[user] = row
    items_of = [items.split() for items in lines.rests]
    lengths = [len(items) for items in items_of]
    return pd.DataFrame(
        {
            "user": np.repeat(np.array(lines.firsts, dtype=object), lengths),
            "item": [item for items in items_of for item in items],
            "position": np.concatenate([np.arange(length, dtype=np.int64) for length in lengths]),
        }
    )


def _items(lines: _Lines) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"id": lines.firsts, "title": lines.rests, "text": lines.rests})


@disk_faults_in_words()
def _files(paths: list[Path]) -> tuple[Path, Path | None]:
    """(sequences, texts if there are any): by their usual names, else by which one names the other's items."""
    files: list[Path] = []
    for path in paths:
        files += [each for each in _inside(path) if each not in files] if path.is_dir() else [path]
    if not files:
        raise DataError(f"There is no {SUFFIX} file in {paths[0]}." if paths else "Choose a file with sequences.")
    if len(files) > 2:
        raise DataError(
            f"{len(files)} files were given ({', '.join(path.name for path in files)}). "
            "Choose one with the sequences and at most one with the items' texts."
        )
    if len(files) == 1 and files[0].name in TEXTS:
        raise DataError(f"{files[0].name} holds texts of items. Choose the file with the users' sequences too.")
    if len(files) == 1:
        beside = [files[0].with_name(name) for name in TEXTS] if files[0].name == SEQUENCES else []
        return files[0], next((each for each in beside if each.is_file()), None)
    first, second = files
    if SEQUENCES in (first.name, second.name):
        return (first, second) if first.name == SEQUENCES else (second, first)
    return (first, second) if _fit(first, second) >= _fit(second, first) else (second, first)


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that are meant: the usual one, or all text files."""
    usual = folder / SEQUENCES
    return [usual] if usual.is_file() else sorted(each for each in folder.iterdir() if each.suffix.lower() == SUFFIX)


def _fit(sequences: Path, texts: Path) -> float:
    """How well two files play these roles, from 0 to 2, by their beginnings: each names the items of the other."""
    items = [item for _, _, rest in _lines(head_text(sequences, SEQUENCE_LAYOUT)) for item in rest.split()]
    named = [first for _, first, _ in _lines(head_text(texts, TEXT_LAYOUT))]
    return _share_in(items, set(named)) + _share_in(named, set(items))


def _share_in(words: list[str], known: set[str]) -> float:
    return sum(word in known for word in words) / max(1, len(words))


def _looks_like_sequences(path: Path) -> bool:
    """Whether lines are of different lengths, mostly longer than a pair, and made of identifiers alone."""
    text = head_text(path, SEQUENCE_LAYOUT)
    tabs = {line.count("\t") for line in islice(io.StringIO(text, newline=None), SNIFFED_LINES) if line.strip()}
    is_table = len(tabs) == 1 and tabs != {0}
    if is_table or path.suffix.lower() in (".csv", ".tsv"):
        return False
    lines = [[first, *rest.split()] for _, first, rest in islice(_lines(text), SNIFFED_LINES)]
    lengths = [len(words) for words in lines]
    return (
        len(set(lengths)) > 1
        and float(np.median(lengths)) > 2
        and all(IDENTIFIER.fullmatch(word) for words in lines for word in words)
    )


def _head(path: Path, layout: Layout, columns: tuple[str, str], rows: int) -> TablePreview:
    lines = islice(_lines(head_text(path, layout)), rows)
    return TablePreview(path, columns, tuple((first, rest) for _, first, rest in lines))


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number from 1, first word, what follows without the space around it) of every line that is not blank."""
    # Not splitlines: it would also break a text at signs that only look like the end of a line.
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        first, *rest = line.split(maxsplit=1) or [""]
        if first:
            yield number, first, rest[0].strip() if rest else ""
