"""Files that appear whole or not at all, tables that spreadsheets may open, and names for contents."""

import csv
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"[+-]?[\d.,]+(e[+-]?\d+)?( ?%)?", re.IGNORECASE)


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, put it on disk, then move it into place.

    The temporary name keeps the suffix, because writers such as numpy choose by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        write(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table that appears whole or not at all, with its texts made safe by `safe_cell`. Raises OSError."""

    def write(file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows([safe_cell(value) for value in row] for row in rows)

    write_whole(path, write)


def safe_cell(value: Any) -> Any:
    """The value; text that a spreadsheet would take for a formula gets an apostrophe before it.

    Those are the texts that OWASP names under "CSV injection"; numbers with a sign stay as they are.
    """
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(parts: Iterable[bytes]) -> str:
    """The SHA-256 of byte strings, each with its length, in hexadecimal."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
