"""Columns of text turned into what they mean, batch by batch: identifiers, numbers and times; a bad cell is named.

What is kept is a few bytes for every row, never its text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray
from engine.data.formats.delimited import quoted
from engine.data.formats.table import Table
from engine.data.text_template import TextTemplate

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

LEAST_WAITING = 1 << 16  # identifiers of blocks that are numbered at one go
FloatArray = npt.NDArray[np.float64]
NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$"
WHOLE = r"^[+-]?[0-9]{1,18}(\.0*)?$"
DATE = r"^[0-9]{4}-[0-9]{2}|^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$"
# A count of seconds, milli-, micro- or nanoseconds since 1970 stays below the bound until the year 5138.
UNITS = ((10**11, 1_000_000.0, "seconds"), (10**14, 1_000.0, "milliseconds"), (10**17, 1.0, "microseconds"),
         (10**20, 0.001, "nanoseconds"))  # fmt: skip


class Column(Protocol):
    """What becomes of a column of a file, or of several; faults are those of the first."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def add(self) -> Callable[..., None]:
        """Take the next rows' cells, an array for every column. Raises BadCellError."""


class BadCellError(Exception):
    """A cell that does not fit: `row` counts from the beginning of the batch, the words say what is wrong."""

    def __init__(self, row: int, words: str) -> None:
        super().__init__(words)
        self.row = row


def gather(table: Table, columns: Sequence[Column]) -> None:
    """Give the columns all rows of a table. Raises DataError at the first batch with a bad cell, naming the cell."""
    row = 0
    batches = table.batches([name for column in columns for name in column.names])
    try:
        for batch in batches:
            for column in columns:
                column.add(*map(batch.column, column.names))
            row += batch.num_rows
    except BadCellError as bad:
        raise table.fault(row + bad.row, column.names[0], str(bad)) from bad
    finally:
        batches.close()


class Identifiers:
    """Users or items, as `what` says: each is kept once, and every row takes four bytes."""

    def __init__(self, name: str, what: str) -> None:
        import pyarrow as pa

        self.names = (name,)
        self._what = what
        self._known = pa.array([], pa.string())
        self._codes: list[npt.NDArray[np.int32]] = []
        self._waiting: list[pyarrow.DictionaryArray] = []
        self._waiting_names = 0

    def add(self, cells: pyarrow.Array) -> None:
        _check_filled(cells, f"the {self._what} id is empty.")
        encoded = cells.dictionary_encode()
        self._waiting.append(encoded)
        self._waiting_names += len(encoded.dictionary)
        if self._waiting_names > max(len(self._known), LEAST_WAITING):  # so that each is looked up a few times at most
            self._number()

    def values(self) -> pd.Categorical:
        """(rows,) the identifiers, numbered as they first appear."""
        import pandas as pd

        self._number()
        return pd.Categorical.from_codes(np.concatenate(self._codes), pd.Index(self._known.to_pandas(), dtype="str"))

    def _number(self) -> None:
        """Give the identifiers that wait their numbers, those that are new the next ones."""
        import pyarrow as pa

        before = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), self._known)
        unified = pa.chunked_array([before, *self._waiting]).unify_dictionaries()
        self._known = unified.chunk(0).dictionary
        self._codes += [np.asarray(chunk.indices) for chunk in unified.chunks[1:]]
        self._waiting, self._waiting_names = [], 0


class WholeNumbers:
    """Numbers that must have no fraction."""

    def __init__(self, name: str) -> None:
        self.names = (name,)
        self._numbers: list[IntArray] = []

    def add(self, cells: pyarrow.Array) -> None:
        _check_numbers(cells, WHOLE, "a whole number")
        self._numbers.append(_numbers(cells).astype(np.int64))

    def values(self) -> IntArray:
        """(rows,) the numbers."""
        return np.concatenate(self._numbers)


class Ratings:
    """Cells that hold a number or nothing; four bytes a row."""

    def __init__(self, name: str) -> None:
        self.names = (name,)
        self._numbers: list[npt.NDArray[np.float32]] = []

    def add(self, cells: pyarrow.Array) -> None:
        import pyarrow.compute as pc

        encoded = cells.dictionary_encode()  # a handful of marks are given again and again
        marks, rows = encoded.dictionary, np.asarray(encoded.indices)
        try:
            _check_numbers(marks, rf"^$|{NUMBER}", "a number")
        except BadCellError as bad:
            raise BadCellError(int((rows == bad.row).argmax()), str(bad)) from bad
        known = np.asarray(pc.not_equal(marks, ""))
        numbers = np.full(len(marks), np.nan, dtype=np.float32)
        numbers[known] = _numbers(marks.filter(known))
        self._numbers.append(numbers[rows])

    def values(self) -> npt.NDArray[np.float32]:
        """(rows,) the numbers, NaN where there is none."""
        return np.concatenate(self._numbers)


class Texts:
    """One text of every row, from the cells of one column or more that are not empty.

    `missing` says what is wrong where there is none, unless there may be.
    """

    def __init__(self, names: tuple[str, ...], missing: str = "") -> None:
        self.names = names
        self._missing = missing
        self._texts: list[pyarrow.Array] = []

    def add(self, *cells: pyarrow.Array) -> None:
        texts = reduce(_joined, cells)
        if self._missing:
            _check_filled(texts, self._missing)
        self._texts.append(texts)

    def values(self) -> pd.Series:
        """(rows,) the texts."""
        import pyarrow as pa

        return pa.chunked_array(self._texts).to_pandas()


class TemplatedTexts:
    """The text that a template makes of every row."""

    def __init__(self, template: TextTemplate) -> None:
        self.names = template.columns
        self._fill = template.fill
        self._texts: list[str] = []

    def add(self, *cells: pyarrow.Array) -> None:
        self._texts.extend(map(self._fill, zip(*(column.to_pylist() for column in cells), strict=True)))

    def values(self) -> list[str]:
        """(rows,) the texts."""
        return self._texts


class Times:
    """ISO dates or unix times in seconds, milli-, micro- or nanoseconds, all of one kind; eight bytes a row."""

    def __init__(self, name: str) -> None:
        self.names = (name,)
        self._dated: bool | None = None
        self._numbers: list[IntArray | FloatArray] = []

    def add(self, cells: pyarrow.Array) -> None:
        import pyarrow.compute as pc

        _check_filled(cells, "the timestamp is empty.")
        if self._dated is None:
            self._dated = bool(pc.match_substring_regex(cells.slice(0, 1), DATE)[0].as_py())
        if self._dated:
            self._numbers.append(_microseconds(cells))
            return
        _check_numbers(cells, NUMBER, "a time: a unix timestamp, or an ISO date such as 2024-05-31 in every row")
        self._numbers.append(_numbers(cells))

    def values(self, table: Table) -> IntArray | FloatArray:
        """(rows,) seconds since 1970, with fractions down to microseconds where the column has them.

        The median tells the unit. Raises DataError at the first number that is none in it, a cell of `table`.
        """
        numbers = np.concatenate(self._numbers)
        if self._dated:
            return _seconds(numbers.astype(np.int64, copy=False))
        middle = np.median(numbers)
        place = next((place for place, (bound, _, _) in enumerate(UNITS) if middle < bound), len(UNITS) - 1)
        bound, factor, unit = UNITS[place]
        # Below the bound of the unit before, a number was counted in that one; 0 is 1970 in each of them.
        least = UNITS[place - 1][0] if place else 0
        row = _first((numbers < 0) | (numbers >= bound) | ((numbers < least) & (numbers != 0)))
        if row is not None:
            words = f"{quoted(table.cell(row, self.names[0]))} is not a plausible time in {unit} since 1970."
            raise table.fault(row, self.names[0], words)
        if unit == UNITS[0][2] and numbers.dtype == np.int64:
            return np.asarray(numbers, dtype=np.int64)  # as they are, in no more memory
        return _seconds((numbers * (int(factor) if factor >= 1 else factor)).astype(np.int64))


def _joined(first: pyarrow.Array, second: pyarrow.Array) -> pyarrow.Array:
    """(rows,) both texts where there are both, else the one there is."""
    import pyarrow.compute as pc

    both = pc.binary_join_element_wise(first, second, ". ")
    return pc.if_else(pc.equal(first, ""), second, pc.if_else(pc.equal(second, ""), first, both))


def _check_filled(cells: pyarrow.Array, words: str) -> None:
    """Raise BadCellError with the words at the first empty cell."""
    import pyarrow.compute as pc

    row = _first(pc.equal(cells, ""))
    if row is not None:
        raise BadCellError(row, words)


def _seconds(microseconds: IntArray) -> IntArray | FloatArray:
    fractions = bool((microseconds % 1_000_000).any())
    return microseconds / 1_000_000 if fractions else microseconds // 1_000_000


def _microseconds(cells: pyarrow.Array) -> IntArray:
    """(rows,) microseconds since 1970 of ISO dates. Raises BadCellError."""
    import pandas as pd

    times = pd.to_datetime(pd.Series(cells.to_pandas()), format="ISO8601", utc=True, errors="coerce")
    row = _first(times.isna().to_numpy())
    if row is not None:
        raise BadCellError(row, f"{quoted(cells[row])} is not an ISO date such as 2024-05-31 or 2024-05-31T18:30:00.")
    return np.asarray(times.dt.as_unit("us").astype("int64"), dtype=np.int64)


def _check_numbers(cells: pyarrow.Array, pattern: str, wanted: str) -> None:
    import pyarrow.compute as pc

    row = _first(pc.invert(pc.match_substring_regex(cells, pattern)))
    if row is not None:
        cell = quoted(cells[row]) if str(cells[row]) else "an empty cell"
        raise BadCellError(row, f"{cell} is not {wanted}.")


def _numbers(cells: pyarrow.Array) -> IntArray | FloatArray:
    """Exact whole numbers where all of them are, else floats."""
    import pandas as pd
    import pyarrow as pa

    with suppress(pa.ArrowInvalid):
        return np.asarray(cells.cast(pa.int64()), dtype=np.int64)
    with suppress(pa.ArrowInvalid):  # as “+1” and “1.” are for it
        return np.asarray(cells.cast(pa.float64()), dtype=np.float64)
    numbers = pd.to_numeric(pd.Series(cells.to_pandas())).to_numpy()
    return numbers if numbers.dtype == np.int64 else numbers.astype(np.float64)


def _first(faulty: Any) -> int | None:
    """The place of the first true value of an array."""
    places = np.flatnonzero(np.asarray(faulty))
    return int(places[0]) if len(places) else None
