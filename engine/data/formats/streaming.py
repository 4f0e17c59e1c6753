"""Delimited text read block by block: every cell is text, and every fault names file, line and column.

pyarrow reads; the standard library's csv reader, which knows the lines of a file, reads it again where a fault lies.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.data.formats.delimited import (
    LONGEST_LINE,
    Layout,
    LongCellError,
    column_names,
    head_text,
    listed,
    nul_byte,
    quoted,
    undecodable,
)
from engine.data.formats.reading import PIECE, Reading
from engine.data.raw import Source
from engine.errors import DataError

if TYPE_CHECKING:
    import pyarrow

BLOCK = 2 << 20  # bytes; no row may be longer. pyarrow reads 32 blocks ahead
BLANK_START = re.compile(r"\A(?: *(?:\r\n?|\n))+")  # pyarrow would take a line of spaces for the header
NUL = "\0"


class DelimitedTable:
    """A delimited file of which only a few blocks are in memory at a time."""

    noun = "line"

    def __init__(self, path: Path, layout: Layout, reading: Reading) -> None:
        """Raises DataError when the file is missing or empty, or its beginning is not a table."""
        self.path = path
        self.columns = column_names(path, head_text(path, layout), layout)
        self._layout = layout
        self._reading = reading
        self._encoding = self._fitting_encoding()
        self._source: Source | None = None
        self._found: dict[int, tuple[int, list[str]]] = {}

    @property
    def source(self) -> Source:
        assert self._source is not None, "the hash is known once all batches were read"
        return self._source

    def batches(self, names: Sequence[str]) -> Generator[pyarrow.RecordBatch, None, None]:
        import pyarrow as pa

        names = list(dict.fromkeys(names))
        places = [f"f{self._place(name)}" for name in names]
        # Where a quotation mark is never closed, it swallows this last row too; no other can hold what it holds.
        last = self._layout.sign.join([NUL] * len(self.columns)) if self._layout.quoted else ""
        header_ahead, closed, rows, told = self._layout.names is None, not last, 0, 0
        # Another thread reads ahead, so that progress is told here and by the rows.
        with self._reading.open(self.path, lambda _bytes_read: None) as file, self._faults_found():
            texts = _texts(file.content, self._encoding)
            if len(self._layout.delimiter) > 1:
                texts = _with_signs(texts, self._layout)
            checked = _CheckedText(texts, f"\n{last}\n")
            with io.BufferedReader(checked, BLOCK) as text:
                for number, batch in enumerate(self._open_csv(text, places), start=1):
                    done = int(file.bytes_read * min(1, number * BLOCK / checked.given))
                    told += self._tell(done - told)
                    if last and batch.num_rows:
                        ends = [str(cells[-1]) for cells in batch.columns]
                        closed = ends[0] == NUL
                        if not closed and NUL in "".join(ends):
                            raise self._unclosed()
                        batch = batch.slice(0, batch.num_rows - closed)
                    cells = pa.RecordBatch.from_arrays(list(map(self._trimmed, batch.columns)), names)
                    if header_ahead and cells.num_rows:
                        header_ahead = False
                        cells = cells.slice(1)
                    if cells.num_rows:
                        rows += cells.num_rows
                        yield cells
            if not closed:
                raise self._unclosed()
            if not rows:
                raise DataError(f"{self.path.name} has a header line and no rows below it.")
            self._source = file.source()
            self._tell(file.bytes_read - told)

    def line(self, row: int) -> int:
        return self._row(row)[0]

    def cell(self, row: int, column: str) -> str:
        return self._row(row)[1][self._place(column)].strip()

    def fault(self, row: int, column: str, words: str) -> DataError:
        return DataError(f"{self.path.name}, line {self.line(row)}, column {quoted(column)}: {words}")

    def _tell(self, more: int) -> int:
        """Tell that more bytes were read, and how many these are: a guess never goes back."""
        self._reading.add(max(0, more))
        self._reading.tell()
        return max(0, more)

    def _place(self, name: str) -> int:
        if name not in self.columns:
            raise DataError(
                f"{self.path.name}, line 1: there is no column {quoted(name)}. The columns are: {listed(self.columns)}."
            )
        return self.columns.index(name)

    def _trimmed(self, cells: pyarrow.Array) -> pyarrow.Array:
        import pyarrow.compute as pc

        cells = pc.utf8_trim_whitespace(cells)
        # Where a blank line could be a row, it is none, as in `Layout.rows`.
        return cells if len(self.columns) > 1 else cells.filter(pc.not_equal(cells, ""))

    def _open_csv(self, text: IO[bytes], places: list[str]) -> pyarrow.csv.CSVStreamingReader:
        import pyarrow as pa
        import pyarrow.csv as arrow_csv

        return arrow_csv.open_csv(
            text,
            # The names of the header are not asked: a line break may be in one of them.
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, autogenerate_column_names=True),
            arrow_csv.ParseOptions(
                delimiter=self._layout.sign,
                quote_char='"' if self._layout.quoted else False,
                newlines_in_values=self._layout.quoted,
                invalid_row_handler=lambda row: "error" if row.text.strip() else "skip",
            ),
            arrow_csv.ConvertOptions(
                check_utf8=False, include_columns=places, column_types=dict.fromkeys(places, pa.string())
            ),
        )

    @contextmanager
    def _faults_found(self) -> Iterator[None]:
        """Turn what stops the reading into a DataError that names the line."""
        import pyarrow as pa

        try:
            yield
        except UnicodeDecodeError as error:
            raise undecodable(self.path, self._lines(), self._layout) from error
        except _NulByteError as error:
            raise nul_byte(self.path, self._lines(), self._layout) from error
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            raise self._ragged() or DataError(f"{self.path.name} is not a clean table: {error}") from error

    def _ragged(self) -> DataError | None:
        """What is wrong with the first row that has too few or too many cells, or is too long."""
        there = len(self.columns)
        wanted = f"the header has {there}" if self._layout.names is None else f"there should be {there}"
        doubt = " Is a quotation mark never closed?"
        try:
            for line, cells in self._layout.rows(self._lines()):
                where = f"{self.path.name}, line {line}"
                if sum(map(len, cells)) > BLOCK // 4 and len("".join(cells).encode(errors="replace")) > BLOCK:
                    return DataError(f"{where}: the row is longer than {BLOCK >> 20} MB.{doubt}")
                if len(cells) != there:
                    hint = doubt if any("\n" in cell for cell in cells) else ""
                    noun = "cell" if len(cells) == 1 else "cells"
                    return DataError(f"{where}: {len(cells)} {noun} where {wanted}.{hint}")
        except LongCellError as error:
            return error.in_words(self.path)
        return None

    def _unclosed(self) -> DataError:
        """What to raise when the last row never ends."""
        try:
            ((line, _),) = deque(self._layout.rows(self._lines()), maxlen=1)
        except LongCellError as error:
            return error.in_words(self.path)
        return DataError(f"{self.path.name}, line {line}: a quotation mark opens a cell and none closes it.")

    def _row(self, row: int) -> tuple[int, list[str]]:
        """(line on which it begins, cells) of a row."""
        if row not in self._found:
            number = row + (self._layout.names is None)
            self._found[row] = next(islice(self._layout.rows(self._lines()), number, None))
        return self._found[row]

    def _lines(self) -> Iterator[str]:
        """The lines of the file once more, bytes that do not fit as surrogates; a line without end comes in parts."""
        with self._reading.again(self.path) as file:
            text = io.TextIOWrapper(file.content, self._encoding, errors="surrogateescape", newline="")
            yield from iter(lambda: text.readline(LONGEST_LINE), "")

    def _fitting_encoding(self) -> str:
        """The first of the layout's encodings that the whole file is in, or the last."""
        *others, last = self._layout.encodings
        for encoding in others:
            try:
                with self._reading.again(self.path) as file:
                    for _ in _texts(file.content, encoding):
                        pass
            except UnicodeDecodeError:
                continue
            return encoding
        return last


class _NulByteError(Exception):
    """The text holds a NUL byte."""


class _CheckedText(io.RawIOBase):
    """A text that comes in pieces, in UTF-8 with a last row added; `given` bytes of it so far.

    Raises UnicodeDecodeError, and _NulByteError.
    """

    def __init__(self, texts: Iterable[str], last: str) -> None:
        self.given = 0
        self._pieces = self._checked(texts, last)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._ready:
            self._ready = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        self.given += size
        return size

    @staticmethod
    def _checked(texts: Iterable[str], last: str) -> Iterator[bytes]:
        begun, blank = False, ""
        for text in texts:
            if NUL in text:
                raise _NulByteError
            if not begun:
                text = blank = BLANK_START.sub("", blank + text)
                begun = bool(text.strip())
            if begun and text:
                yield text.encode()
        yield last.encode()


def _texts(content: IO[bytes], encoding: str) -> Iterator[str]:
    """A file's text piece by piece. Raises UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    while data := content.read(PIECE):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def _with_signs(texts: Iterable[str], layout: Layout) -> Iterator[str]:
    """The pieces of a text with the layout's sign for every delimiter, which may lie across two pieces."""
    half, kept = layout.delimiter[0], ""
    for text in texts:
        signed = (kept + text).replace(layout.delimiter, layout.sign)
        kept = half if signed.endswith(half) else ""
        yield signed.removesuffix(kept)
    yield kept
