"""Where a command's answer goes: lines for a person, or JSON for a program."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, TextIO

LONGEST_CELL = 60


class Output:
    """Writes every line at once. A reader who goes away is no fault: `is_closed` tells, and the rest is dropped."""

    def __init__(self, stream: TextIO, is_json: bool) -> None:
        self.is_json = is_json
        self.is_closed = False
        self._stream = stream

    def line(self, text: str = "") -> None:
        if self.is_closed:
            return
        try:
            print(text, file=self._stream, flush=True)
        except BrokenPipeError:
            self.is_closed = True
            # What is left in the buffer must go somewhere when the program ends.
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)

    def json(self, value: Any) -> None:
        """One line of JSON; numbers that JSON does not know (NaN, infinity) become null."""
        self.line(json.dumps(_plain(value), allow_nan=False))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Aligned columns, those that hold numbers to the right; long cells are cut."""
        lines = [[_short(cell) for cell in row] for row in (header, *rows)]
        columns = list(zip(*lines, strict=True))
        widths = [max(map(len, column)) for column in columns]
        right = [all(_is_number(cell) for cell in column[1:]) for column in columns]
        for row in lines:
            cells = (
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(row, widths, right, strict=True)
            )
            self.line("  ".join(cells).rstrip())


def _short(cell: str) -> str:
    """A cell on one line."""
    text = " ".join(cell.split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _is_number(cell: str) -> bool:
    return cell in ("", "–") or cell[0].isdigit() or cell[0] in "+-"


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
