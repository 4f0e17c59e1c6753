"""What the first cells of a column look like, and how they will be read as a time, a number or a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from engine.data.formats.values import DATE, NUMBER, UNITS, WHOLE

LONGEST_EXAMPLE = 28


@dataclass(frozen=True)
class ColumnReading:
    """How a column is read: in words, and its `cells` as they will be; `problem` says why it cannot be, else ""."""

    words: str
    cells: tuple[str, ...]
    problem: str = ""


def read_as(role: str, cells: Sequence[str]) -> ColumnReading:
    """The cells of a column in a role of `ColumnMapping`, such as timestamp; an empty column has no words."""
    cells = tuple(cell.strip() for cell in cells)
    filled = [cell for cell in cells if cell]
    if not filled:
        return ColumnReading("", cells)
    match role:
        case "timestamp":
            return _times(cells, filled)
        case "rating":
            return _numbers(cells, filled, NUMBER, "numbers", "a number")
        case "position":
            return _numbers(cells, filled, WHOLE, "whole numbers", "a whole number")
    kind = "whole numbers" if _all_match(WHOLE, filled) else "text"
    example = filled[0] if len(filled[0]) <= LONGEST_EXAMPLE else f"{filled[0][:LONGEST_EXAMPLE]}…"
    return ColumnReading(f"{kind}, such as {example}", cells)


def _numbers(cells: tuple[str, ...], filled: list[str], pattern: str, kind: str, wanted: str) -> ColumnReading:
    wrong = next((cell for cell in filled if not re.search(pattern, cell)), None)
    if wrong is not None:
        return ColumnReading("", cells, f"“{wrong[:LONGEST_EXAMPLE]}” is not {wanted}.")
    numbers = [float(cell) for cell in filled]
    shown = tuple(f"{float(cell):.10g}" if cell else "" for cell in cells)
    return ColumnReading(f"{kind} from {min(numbers):.10g} to {max(numbers):.10g}", shown)


def _times(cells: tuple[str, ...], filled: list[str]) -> ColumnReading:
    if re.search(DATE, filled[0]):
        return ColumnReading(f"dates, such as {filled[0][:LONGEST_EXAMPLE]}", cells)
    wrong = next((cell for cell in filled if not re.search(NUMBER, cell)), None)
    if wrong is not None:
        return ColumnReading("", cells, f"“{wrong[:LONGEST_EXAMPLE]}” is not a time: a unix time or an ISO date.")
    middle = median(float(cell) for cell in filled)
    bound, factor, unit = next((each for each in UNITS if middle < each[0]), UNITS[-1])
    shown = tuple(_day_and_time(float(cell) * factor / 1e6) if cell and float(cell) < bound else cell for cell in cells)
    return ColumnReading(f"unix time in {unit}", shown)


def _day_and_time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(max(0.0, seconds), UTC):%Y-%m-%d %H:%M:%S}"


def _all_match(pattern: str, cells: list[str]) -> bool:
    return all(re.search(pattern, cell) for cell in cells)
