"""What the values of columns are taken from: a table that is read batch by batch and can say where a row stands."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.data.raw import Source
from engine.errors import DataError

if TYPE_CHECKING:
    import pyarrow


class Table(Protocol):
    """A file of rows; `noun` is what one of them is called in messages, such as line."""

    path: Path
    columns: tuple[str, ...]
    noun: str

    @property
    def source(self) -> Source:
        """The file and its hash, once all batches were read."""

    def batches(self, names: Sequence[str]) -> Generator[pyarrow.RecordBatch, None, None]:
        """Every row in order, as text without the space around it, in the columns that are named.

        Nothing of a batch is kept here. Raises DataError for a column that is not there and for anything that is not a
        clean table, and what `progress` raises.
        """

    def line(self, row: int) -> int:
        """Where a row stands in the file, counted from 1; may read the file again."""

    def cell(self, row: int, column: str) -> str:
        """One cell; may read the file again."""

    def fault(self, row: int, column: str, words: str) -> DataError:
        """The error to raise for a cell."""
