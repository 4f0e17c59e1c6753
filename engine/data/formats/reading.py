"""Files read piece by piece: how far that is, what their bytes hash to, and a way to stop it."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from engine.data.raw import Source
from engine.errors import DataError

Progress = Callable[[int, int], object]
PIECE = 1 << 20  # bytes read at a time
GZIP = ".gz"


def unheard(done: int, total: int) -> None:
    """Progress that nobody asked for."""


class Reading:
    """Several files read one after the other; `progress(done, total)` counts their bytes on disk, and may raise to stop.

    Memory is that of a piece, however large a file is.
    """

    def __init__(self, paths: Sequence[Path], progress: Progress = unheard) -> None:
        """Raises DataError when a file is missing, no file at all, or cannot be read."""
        with disk_faults_in_words():
            for path in paths:
                check_is_file(path)
            self._total = sum(path.stat().st_size for path in paths)
        self._done = 0
        self._progress = progress

    @contextmanager
    def open(self, path: Path, count: Callable[[int], object] | None = None) -> Iterator[SourceFile]:
        """A file to read from its beginning; what is compressed with gzip is unpacked on the way.

        `count` is given the size of every piece that is read, instead of telling `progress`. Raises DataError when the
        disk fails or the compressed data is damaged.
        """
        with disk_faults_in_words(), path.open("rb", buffering=0) as raw:
            counted = _Counted(raw, count or self._add_and_tell)
            buffered = io.BufferedReader(counted, PIECE)
            unpacked: IO[bytes] = gzip.GzipFile(fileobj=buffered) if path.suffix.lower() == GZIP else buffered  # type: ignore[assignment]
            try:
                yield SourceFile(path, unpacked, counted)
            except (gzip.BadGzipFile, zlib.error, EOFError) as error:
                raise DataError(
                    f"{path.name} is damaged or not compressed with gzip ({error}). Get it again."
                ) from error

    def again(self, path: Path) -> AbstractContextManager[SourceFile]:
        """A file to read once more: its bytes are not counted again, but progress may still stop it."""
        return self.open(path, lambda _bytes_read: self.tell())

    def add(self, bytes_read: int) -> None:
        """Count bytes that `open` does not."""
        self._done += bytes_read

    def tell(self) -> None:
        """Tell `progress` how far it is. Raises what that raises."""
        self._progress(self._done, self._total)

    def _add_and_tell(self, bytes_read: int) -> None:
        self.add(bytes_read)
        self.tell()


class SourceFile:
    """A file that is being read: its `content`, unpacked."""

    def __init__(self, path: Path, content: IO[bytes], counted: _Counted) -> None:
        self.path = path
        self.content = content
        self._counted = counted

    @property
    def bytes_read(self) -> int:
        """How much of it was read from the disk."""
        return self._counted.read_so_far

    def source(self) -> Source:
        """The file and the SHA-256 of its bytes on disk; reads what is left of it."""
        while self._counted.read(PIECE):
            pass
        return Source(self.path, self._counted.hash.hexdigest())


class _Counted(io.RawIOBase):
    """The bytes of a file, counted and hashed as they pass."""

    def __init__(self, raw: io.RawIOBase | io.FileIO, count: Callable[[int], object]) -> None:
        self.hash = hashlib.sha256()
        self.read_so_far = 0
        self._raw = raw
        self._count = count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        read = self._raw.readinto(buffer) or 0
        self.hash.update(memoryview(buffer)[:read])
        self.read_so_far += read
        self._count(read)
        return read


def check_is_file(path: Path) -> None:
    """Raise DataError when a path is a folder, a pipe or a device."""
    if path.is_dir():
        raise DataError(f"{path} is a folder; choose a file in it.")
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is a pipe or a device. Save the data in a file first.")


@contextmanager
def disk_faults_in_words() -> Iterator[None]:
    """Turn what the operating system says of a file or folder into a DataError that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"There is no file {error.filename}.") from error
    except gzip.BadGzipFile:
        raise
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read ({error.strerror}).") from error
