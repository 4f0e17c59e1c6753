"""How a delimited text file is written: its layout, its first rows, and where in it something lies."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.data.formats.reading import Reading
from engine.data.raw import TablePreview
from engine.errors import DataError

HEAD_BYTES = 1 << 20
LONGEST_LINE = 16 << 20  # characters; so long is no cell, but a quotation mark that is never closed
LONGEST_QUOTE = 60
STAND_IN = "\x1f"  # made for separating; a file that has it too is told to have a cell too many
MOST_COLUMNS = 20
csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written; `names` are the columns of a file that has no header line.

    `delimiter` is one character, or one that is written twice, such as ::.
    """

    delimiter: str
    quoted: bool = True
    names: tuple[str, ...] | None = None
    encodings: tuple[str, ...] = ("utf-8-sig",)

    @property
    def sign(self) -> str:
        """The one character that readers cut at: the delimiter, or what stands for a longer one."""
        return self.delimiter if len(self.delimiter) == 1 else STAND_IN

    def rows(self, text: str | Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """(line on which the row begins, its cells) of every row that is not blank, header included.

        `text` is the whole file or its lines with their ends. Raises LongCellError.
        """
        lines = io.StringIO(text, newline="") if isinstance(text, str) else text
        reader = csv.reader(
            (line.replace(self.delimiter, self.sign) for line in lines),
            delimiter=self.sign,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
        )
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells) or len(cells) > 1:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise LongCellError(line) from error


class LongCellError(Exception):
    """A cell that is no cell any more, in the row that begins on `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line

    def in_words(self, path: Path) -> DataError:
        """The error to raise for it."""
        size = LONGEST_LINE >> 20
        return DataError(
            f"{path.name}, line {self.line}: a cell is longer than {size} MB. Is a quotation mark never closed?"
        )


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


def read_head(path: Path, layout: Layout, rows: int) -> TablePreview:
    """The first rows of a file, short ones filled up. Raises DataError when it is empty or not text."""
    text = head_text(path, layout)
    columns = column_names(path, text, layout)
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
        data = data[: _last_end(data)] or file_bytes(path, LONGEST_LINE)
    if len(data) == LONGEST_LINE:
        data = data[: _last_end(data)]
        if not data:
            raise DataError(f"{path.name}: its first line is longer than {LONGEST_LINE >> 20} MB.")
    return decode(path, data, layout)


def _last_end(data: bytes) -> int:
    """Where the last whole line ends."""
    return max(data.rfind(b"\n"), data.rfind(b"\r")) + 1


def file_bytes(path: Path, limit: int = -1) -> bytes:
    """The bytes of a file, unpacked. Raises DataError when it is missing, a folder, unreadable or empty."""
    with Reading([path]).open(path) as file:
        data = file.content.read(limit)
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
        raise undecodable(path, data.decode(layout.encodings[0], errors="surrogateescape"), layout)
    if "\0" in text:
        raise nul_byte(path, text, layout)
    return text


def undecodable(path: Path, text: str | Iterable[str], layout: Layout) -> DataError:
    """What to raise for text (or its lines) whose faulty bytes were kept as surrogates."""
    place, cell = _locate(path, text, layout, re.compile("[\udc80-\udcff]"))
    byte = next(ord(sign) - 0xDC00 for sign in cell if "\udc80" <= sign <= "\udcff")
    cell = quoted(re.sub("[\udc80-\udcff]", "\N{REPLACEMENT CHARACTER}", cell))
    return DataError(f"{path.name}, {place}: byte 0x{byte:02X} in {cell} is not UTF-8. Save the file as UTF-8.")


def nul_byte(path: Path, text: str | Iterable[str], layout: Layout) -> DataError:
    """What to raise for text (or its lines) with a NUL byte in it."""
    place, _ = _locate(path, text, layout, re.compile("\0"))
    return DataError(f"{path.name}, {place}: a NUL byte. This is not a text file, or it is damaged.")


def _locate(path: Path, text: str | Iterable[str], layout: Layout, pattern: re.Pattern[str]) -> tuple[str, str]:
    """(“line …, column …”, cell) of the first cell that holds the pattern; there must be one."""
    names: list[str] = list(layout.names or ())
    try:
        for line, cells in layout.rows(text):
            for number, cell in enumerate(cells):
                if pattern.search(cell):
                    name = quoted(names[number]) if number < len(names) else str(number + 1)
                    return f"line {line}, column {name}", cell
            names = names or [cell.strip() for cell in cells]
    except LongCellError as error:
        raise error.in_words(path) from error
    raise AssertionError("the pattern is in the text but in none of its cells")


def column_names(path: Path, text: str, layout: Layout) -> tuple[str, ...]:
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
