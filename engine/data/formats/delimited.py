"""Strict reading of delimited text files: every cell is text, and every fault names file, line and column.

pyarrow reads; the standard library's csv reader, which knows the lines of a file, is asked where a fault lies.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.reading import check_is_file, disk_faults_in_words
from engine.data.raw import Source, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pyarrow

HEAD_BYTES = 1 << 20
LONGEST_QUOTE = 60
MOST_COLUMNS = 20
BLANK_START = re.compile(r"\A(?: *(?:\r\n?|\n))+")  # pyarrow would take a line of spaces for the header
csv.field_size_limit(2**31 - 1)  # a long product description is no fault


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written; `names` are the columns of a file that has no header line."""

    delimiter: str
    quoted: bool = True
    names: tuple[str, ...] | None = None
    encodings: tuple[str, ...] = ("utf-8-sig",)

    def rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """(line on which the row begins, its cells) of every row that is not blank, header included."""
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
        )
        line = 1
        for cells in reader:
            if any(cell.strip() for cell in cells) or len(cells) > 1:
                yield line, cells
            line = reader.line_num + 1


@dataclass(frozen=True)
class TextTable:
    """A whole file: `cells` has one string column per name in `columns`, without the header line."""

    path: Path
    layout: Layout
    columns: tuple[str, ...]
    cells: pyarrow.Table
    source: Source

    def __len__(self) -> int:
        return int(self.cells.num_rows)

    def column(self, name: str) -> pyarrow.ChunkedArray:
        """(rows,) the cells of a column without the space around them. Raises DataError when there is no such column."""
        import pyarrow.compute as pc

        if name not in self.columns:
            raise DataError(
                f"{self.path.name}, line 1: there is no column {quoted(name)}. The columns are: {listed(self.columns)}."
            )
        return pc.utf8_trim_whitespace(self.cells.column(self.columns.index(name)))

    def line(self, row: int) -> int:
        """The line of the file on which a row begins, counted from 1; reads the file again."""
        wanted = row + (self.layout.names is None)
        rows = self.layout.rows(decode(self.path, self.path.read_bytes(), self.layout))
        return next(line for number, (line, _) in enumerate(rows) if number == wanted)

    def fault(self, row: int, column: str, words: str) -> DataError:
        """The error to raise for a cell."""
        return DataError(f"{self.path.name}, line {self.line(row)}, column {quoted(column)}: {words}")


def quoted(cell: object) -> str:
    """A cell or a name in quotation marks, as messages show it."""
    return f"“{_legible(str(cell))}”"


def listed(columns: tuple[str, ...]) -> str:
    """The names of the columns as messages show them, the first ones where there are many."""
    names = ", ".join(map(_legible, columns[:MOST_COLUMNS]))
    return names if len(columns) <= MOST_COLUMNS else f"{names}, … ({len(columns):,} in all)"


def _legible(text: str) -> str:
    """Not too long, and nothing in it that a terminal would obey."""
    short = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", short)


def read_table(path: Path, layout: Layout) -> TextTable:
    """Read a whole file. Raises DataError for anything that is not a clean table, naming the line."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as arrow_csv

    data = file_bytes(path)
    text = decode(path, data, layout)
    columns = _columns(path, text, layout)
    encoded = BLANK_START.sub("", text).encode("utf-8")
    try:
        cells = arrow_csv.read_csv(
            pa.BufferReader(encoded),
            # One block, because a quoted cell may hold line breaks; the header is cut off below for the same reason.
            arrow_csv.ReadOptions(use_threads=False, block_size=len(encoded) + 1, autogenerate_column_names=True),
            arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if layout.quoted else False,
                newlines_in_values=layout.quoted,
                invalid_row_handler=lambda row: "error" if row.text.strip() else "skip",
            ),
            arrow_csv.ConvertOptions(
                check_utf8=False, column_types={f"f{place}": pa.string() for place in range(len(columns))}
            ),
        )
    except pa.ArrowInvalid as error:
        raise _ragged(path, text, layout, columns) or DataError(f"{path.name} is not a clean table: {error}") from error
    if cells.num_columns != len(columns):
        raise _ragged(path, text, layout, columns) or DataError(f"{path.name} is not a clean table.")
    if len(columns) == 1:  # where a blank line could be a row, it is none, as in `Layout.rows`
        cells = cells.filter(pc.not_equal(pc.utf8_trim_whitespace(cells.column(0)), ""))
    if layout.names is None:
        cells = cells.slice(1)
    if not cells.num_rows:
        raise DataError(f"{path.name} has a header line and no rows below it.")
    table = TextTable(path, layout, columns, cells, Source(path, hashlib.sha256(data).hexdigest()))
    _check_last_quote(table, text)
    return table


def read_head(path: Path, layout: Layout, rows: int) -> TablePreview:
    """The first rows of a file, short ones filled up. Raises DataError when it is empty or not text."""
    text = head_text(path, layout)
    columns = _columns(path, text, layout)
    shown: list[tuple[str, ...]] = []
    for number, (_, cells) in enumerate(layout.rows(text)):
        if len(shown) == rows:
            break
        if number or layout.names is not None:
            shown.append(tuple((cells + [""] * len(columns))[: len(columns)]))
    return TablePreview(path, columns, tuple(shown))


def head_text(path: Path, layout: Layout) -> str:
    """Whole lines from the beginning of a file, about a megabyte of them."""
    data = file_bytes(path, HEAD_BYTES)
    if len(data) == HEAD_BYTES:
        data = data[: data.rfind(b"\n") + 1] or file_bytes(path)
    return decode(path, data, layout)


def file_bytes(path: Path, limit: int = -1) -> bytes:
    """The bytes of a file. Raises DataError when it is missing, a folder, unreadable or empty."""
    with disk_faults_in_words():
        check_is_file(path)
        with path.open("rb") as file:
            data = file.read(limit)
    if not data.strip():
        raise DataError(f"{path.name} is empty.")
    return data


def decode(path: Path, data: bytes, layout: Layout) -> str:
    """The bytes as text. Raises DataError naming line and column of the first byte that does not fit."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path.name} is written in UTF-16. Save it as UTF-8.")
    for encoding in layout.encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = data.decode(layout.encodings[0], errors="surrogateescape")
        place, cell = _locate(text, layout, re.compile("[\udc80-\udcff]"))
        byte = next(ord(sign) - 0xDC00 for sign in cell if "\udc80" <= sign <= "\udcff")
        cell = quoted(re.sub("[\udc80-\udcff]", "\N{REPLACEMENT CHARACTER}", cell))
        raise DataError(f"{path.name}, {place}: byte 0x{byte:02X} in {cell} is not UTF-8. Save the file as UTF-8.")
    if "\0" in text:
        place, _ = _locate(text, layout, re.compile("\0"))
        raise DataError(f"{path.name}, {place}: a NUL byte. This is not a text file, or it is damaged.")
    return text


def _locate(text: str, layout: Layout, pattern: re.Pattern[str]) -> tuple[str, str]:
    """(“line …, column …”, cell) of the first cell that holds the pattern; there must be one."""
    names: list[str] = list(layout.names or ())
    for line, cells in layout.rows(text):
        for number, cell in enumerate(cells):
            if pattern.search(cell):
                name = quoted(names[number]) if number < len(names) else str(number + 1)
                return f"line {line}, column {name}", cell
        names = names or [cell.strip() for cell in cells]
    raise AssertionError("the pattern is in the text but in none of its cells")


def _columns(path: Path, text: str, layout: Layout) -> tuple[str, ...]:
    """The names of the columns; an unnamed one is called by its number. Raises DataError when two are alike."""
    if layout.names is not None:
        return layout.names
    line, header = next(layout.rows(text), (1, []))
    if not header:
        raise DataError(f"{path.name} is empty.")
    names = tuple(cell.strip() or f"column {number}" for number, cell in enumerate(header, start=1))
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice:
        raise DataError(f"{path.name}, line {line}: two columns are called {quoted(twice)}. Rename one of them.")
    return names


def _ragged(path: Path, text: str, layout: Layout, columns: tuple[str, ...]) -> DataError | None:
    """What is wrong with the first row that has too few or too many cells."""
    for line, cells in layout.rows(text):
        if len(cells) != len(columns):
            wanted = f"the header has {len(columns)}" if layout.names is None else f"there should be {len(columns)}"
            hint = " Is a quotation mark never closed?" if any("\n" in cell for cell in cells) else ""
            noun = "cell" if len(cells) == 1 else "cells"
            return DataError(f"{path.name}, line {line}: {len(cells)} {noun} where {wanted}.{hint}")
    return None


def _check_last_quote(table: TextTable, text: str) -> None:
    """Refuse a quotation mark that is never closed: it would swallow the rest of the file as one cell."""
    last = str(table.cells.column(table.cells.num_columns - 1)[-1])
    if not table.layout.quoted or not ("\n" in last or "\r" in last):
        return
    line = table.line(len(table) - 1)
    record = list(io.StringIO(text, newline=""))[line - 1 :]
    try:
        list(csv.reader(record, delimiter=table.layout.delimiter, strict=True))
    except csv.Error as error:
        raise DataError(f"{table.path.name}, line {line}: a quotation mark opens a cell and none closes it.") from error
