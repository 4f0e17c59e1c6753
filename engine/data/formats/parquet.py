"""Parquet files read batch by batch, every cell as the text it would be in a delimited file."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.delimited import listed, quoted
from engine.data.formats.reading import PIECE, Reading, check_is_file, disk_faults_in_words
from engine.data.raw import Source, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

PARQUET = ".parquet"
BATCH_ROWS = 1 << 15


class ParquetTable:
    """A Parquet file of which one batch is in memory at a time."""

    noun = "row"

    def __init__(self, path: Path, reading: Reading) -> None:
        """Raises DataError when the file is missing or not Parquet, or two of its columns have one name."""
        self.path = path
        with _opened(path) as file:
            self.columns = _columns(path, file)
        self._reading = reading
        self._source: Source | None = None

    @property
    def source(self) -> Source:
        assert self._source is not None, "the hash is known once all batches were read"
        return self._source

    def batches(self, names: Sequence[str]) -> Generator[pyarrow.RecordBatch, None, None]:
        import pyarrow as pa

        with self._reading.again(self.path) as whole:  # what is decoded are parts of it in no order
            source = whole.source()
        size, told = self.path.stat().st_size, 0
        with _opened(self.path) as file:
            self._check(file, names)
            rows, total = 0, file.metadata.num_rows
            if not total:
                raise DataError(f"{self.path.name} has no rows.")
            for batch in _batches(file, names, BATCH_ROWS):
                cells = [self._texts(rows, name, batch.column(name)) for name in dict.fromkeys(names)]
                yield pa.RecordBatch.from_arrays(cells, list(dict.fromkeys(names)))
                rows += batch.num_rows
                self._reading.add(size * rows // total - told)
                told = size * rows // total
                self._reading.tell()
        self._source = source

    def line(self, row: int) -> int:
        return row + 1

    def cell(self, row: int, column: str) -> str:
        with _opened(self.path) as file:
            before = 0
            for batch in _batches(file, [column], BATCH_ROWS):
                self._reading.tell()
                if row < before + batch.num_rows:
                    return str(_as_text(batch.column(column).slice(row - before, 1))[0])
                before += batch.num_rows
        raise IndexError(f"{self.path} has no row {row}")

    def fault(self, row: int, column: str, words: str) -> DataError:
        return DataError(f"{self.path.name}, row {self.line(row)}, column {quoted(column)}: {words}")

    def _check(self, file: pyarrow.parquet.ParquetFile, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.columns:
                raise DataError(
                    f"{self.path.name}: there is no column {quoted(name)}. The columns are: {listed(self.columns)}."
                )
            kind = file.schema_arrow.field(name).type
            if not _has_text(kind):
                raise DataError(
                    f"{self.path.name}, column {quoted(name)}: its cells are of the kind {kind}, which is neither text, "
                    "number nor time. Choose another column."
                )

    def _texts(self, start: int, name: str, cells: pyarrow.Array) -> pyarrow.Array:
        import pyarrow as pa

        try:
            return _as_text(cells)
        except pa.ArrowInvalid as error:
            for row in range(len(cells)):
                try:
                    _as_text(cells.slice(row, 1))
                except pa.ArrowInvalid:
                    raise self.fault(start + row, name, "the cell is not text in UTF-8.") from error
            raise


def read_parquet_head(path: Path, rows: int) -> TablePreview:
    """The first rows of a file as text. Raises DataError when it is missing or not Parquet."""
    with _opened(path) as file:
        columns = _columns(path, file)
        batch = next(_batches(file, columns, rows), None) if rows and file.metadata.num_rows else None
        if batch is None:
            return TablePreview(path, columns, ())
        shown = [_shown(batch.column(name)) for name in columns]
    return TablePreview(path, columns, tuple(zip(*shown, strict=True)))


@contextmanager
def _opened(path: Path) -> Iterator[pyarrow.parquet.ParquetFile]:
    """Raises DataError when the file is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with disk_faults_in_words():
        check_is_file(path)
        with path.open("rb") as content:
            try:
                # Buffered, or a whole column of a group of rows would be in memory.
                with pq.ParquetFile(content, buffer_size=PIECE, pre_buffer=False) as file:
                    yield file
            except (pa.ArrowException, OSError) as error:
                raise DataError(f"{path.name} is damaged or not a Parquet file ({error}). Get it again.") from error


def _columns(path: Path, file: pyarrow.parquet.ParquetFile) -> tuple[str, ...]:
    names = tuple(file.schema_arrow.names)
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise DataError(f"{path.name}: two columns are called {quoted(twice)}. Rename one of them.")
    return names


def _batches(file: pyarrow.parquet.ParquetFile, names: Sequence[str], rows: int) -> Iterator[pyarrow.RecordBatch]:
    return file.iter_batches(rows, columns=list(dict.fromkeys(names)), use_threads=False)


def _has_text(kind: pyarrow.DataType) -> bool:
    """Whether cells of the kind can be written as text."""
    import pyarrow as pa

    try:
        _as_text(pa.array([], kind))
    except pa.ArrowException:
        return False
    return True


def _as_text(cells: pyarrow.Array) -> pyarrow.Array:
    """(rows,) the cells without the space around them; empty where there is nothing, and where a number is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(cells.type, pa.ListType) and pa.types.is_string(cells.type.value_type):  # such as genres
        cells = pc.binary_join(cells, ", ")
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), None, cells)
    if pa.types.is_timestamp(cells.type) and cells.type.tz:
        cells = cells.cast(pa.timestamp(cells.type.unit, "UTC"))
    return pc.utf8_trim_whitespace(pc.fill_null(cells.cast(pa.string()), ""))


def _shown(cells: pyarrow.Array) -> list[str]:
    """What a preview shows of the cells, whatever they are."""
    import pyarrow as pa

    try:
        return [str(cell) for cell in _as_text(cells).to_pylist()]
    except pa.ArrowException:
        return ["" if cell is None else str(cell) for cell in cells.to_pylist()]
