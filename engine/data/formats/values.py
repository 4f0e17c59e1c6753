"""Columns of text turned into what they mean: identifiers, numbers and times; a bad cell is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.data.dataset import IntArray
from engine.data.formats.delimited import TextTable, quoted

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

FloatArray = npt.NDArray[np.float64]
NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$"
DATE = r"^[0-9]{4}-[0-9]{2}|^(19|20)[0-9]{6}$"
# A count of seconds, milli-, micro- or nanoseconds since 1970 stays below the bound until the year 5138.
UNITS = ((10**11, 1_000_000.0, "seconds"), (10**14, 1_000.0, "milliseconds"), (10**17, 1.0, "microseconds"),
         (10**20, 0.001, "nanoseconds"))  # fmt: skip


def identifiers(table: TextTable, column: str, what: str) -> pd.Series:
    """(rows,) identifiers as text. Raises DataError at the first empty one; `what` says whose they are."""
    import pyarrow.compute as pc

    cells = table.column(column)
    row = _first(pc.equal(cells, "").to_numpy())
    if row is not None:
        raise table.fault(row, column, f"the {what} id is empty.")
    return cells.to_pandas()


def whole_numbers(table: TextTable, column: str) -> IntArray:
    """(rows,) whole numbers. Raises DataError at the first cell that holds anything else."""
    cells = table.column(column)
    _check_numbers(table, column, cells, r"^[+-]?[0-9]{1,18}(\.0*)?$", "a whole number")
    return _numbers(cells).astype(np.int64)


def check_numbers(table: TextTable, column: str) -> None:
    """Raise DataError at the first cell that holds neither a number nor nothing."""
    _check_numbers(table, column, table.column(column), rf"^$|{NUMBER}", "a number")


def timestamps(table: TextTable, column: str) -> IntArray | FloatArray:
    """(rows,) seconds since 1970, with fractions down to microseconds where the column has them.

    The column holds ISO dates or unix times in seconds, milli-, micro- or nanoseconds, all of one kind. Raises
    DataError at the first cell that does not fit.
    """
    import pyarrow.compute as pc

    cells = table.column(column)
    row = _first(pc.equal(cells, "").to_numpy())
    if row is not None:
        raise table.fault(row, column, "the timestamp is empty.")
    first = cells.slice(0, 1)
    if pc.match_substring_regex(first, DATE)[0].as_py():
        return _seconds(_dates(table, column, cells))
    wanted = "a time: a unix timestamp, or an ISO date such as 2024-05-31 in every row"
    _check_numbers(table, column, cells, NUMBER, wanted)
    return _seconds(_unix_times(table, column, cells))


def _seconds(microseconds: IntArray) -> IntArray | FloatArray:
    seconds, rest = np.divmod(microseconds, 1_000_000)
    return microseconds / 1_000_000 if rest.any() else seconds


def _dates(table: TextTable, column: str, cells: pyarrow.ChunkedArray) -> IntArray:
    """(rows,) microseconds since 1970."""
    import pandas as pd

    times = pd.to_datetime(pd.Series(cells.to_pandas()), format="ISO8601", utc=True, errors="coerce")
    row = _first(times.isna().to_numpy())
    if row is not None:
        raise table.fault(
            row, column, f"{quoted(cells[row])} is not an ISO date such as 2024-05-31 or 2024-05-31T18:30:00."
        )
    return np.asarray(times.dt.as_unit("us").astype("int64"), dtype=np.int64)


def _unix_times(table: TextTable, column: str, cells: pyarrow.ChunkedArray) -> IntArray:
    """(rows,) microseconds since 1970."""
    numbers = _numbers(cells)
    middle = np.median(numbers)
    place = next((place for place, (bound, _, _) in enumerate(UNITS) if middle < bound), len(UNITS) - 1)
    bound, factor, unit = UNITS[place]
    # Below the bound of the unit before, a number was counted in that one; 0 is 1970 in each of them.
    least = UNITS[place - 1][0] if place else 0
    row = _first((numbers < 0) | (numbers >= bound) | ((numbers < least) & (numbers != 0)))
    if row is not None:
        raise table.fault(row, column, f"{quoted(cells[row])} is not a plausible time in {unit} since 1970.")
    return (numbers * (int(factor) if factor >= 1 else factor)).astype(np.int64)


def _check_numbers(table: TextTable, column: str, cells: pyarrow.ChunkedArray, pattern: str, wanted: str) -> None:
    import pyarrow.compute as pc

    row = _first(~pc.match_substring_regex(cells, pattern).to_numpy())
    if row is not None:
        cell = quoted(cells[row]) if str(cells[row]) else "an empty cell"
        raise table.fault(row, column, f"{cell} is not {wanted}.")


def _numbers(cells: pyarrow.ChunkedArray) -> IntArray | FloatArray:
    """Exact whole numbers where all of them are, else floats."""
    import pandas as pd

    numbers = pd.to_numeric(pd.Series(cells.to_pandas())).to_numpy()
    return numbers if numbers.dtype == np.int64 else numbers.astype(np.float64)


def _first(faulty: npt.NDArray[np.bool_]) -> int | None:
    places = np.flatnonzero(faulty)
    return int(places[0]) if len(places) else None
