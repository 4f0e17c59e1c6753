"""Markdown: tables as GitHub and most editors show them."""

import re

from engine.exports.report import Cell, Report
from engine.exports.tables import NOTHING, Table, number, provenance, tables

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")  # what means something within a line


def write(report: Report) -> str:
    """The report as Markdown: best in bold, second underlined."""
    parts = [_table(table) for table in tables(report)]
    if not parts:
        parts.append("No run has test results.\n")
    titles = ["Model", "Runs", "Seeds", "Settings", "Data", "Code"]
    about = [[row.name, *provenance(row).values()] for row in report.rows]
    parts.append(
        "## Where the figures come from\n\n" + _lines(titles, [[escape(cell) for cell in row] for row in about])
    )
    if report.notes:
        parts.append("\n".join(f"- {escape(note)}" for note in report.notes) + "\n")
    parts.append(f"H2Rec Workbench {report.version}, {report.made_at:%Y-%m-%d %H:%M} UTC.\n")
    return "\n".join(parts)


def escape(text: str) -> str:
    """Text on one line, with nothing in it that Markdown would take for markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _table(table: Table) -> str:
    groups = [heading for heading, span in table.groups for _ in range(span)]
    header = ["Model", "Seeds", *(f"{group} {column}" for group, column in zip(groups, table.columns, strict=True))]
    rows = [[escape(line.name), line.seeds, *map(_cell, line.cells)] for line in table.lines]
    notes = " ".join(map(escape, table.notes))
    return f"## {escape(table.title)}\n\n{_lines([escape(each) for each in header], rows, numbers=True)}\n{notes}\n"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return NOTHING
    mean = number(cell.mean)
    shown = f"**{mean}**" if cell.place == 1 else f"<u>{mean}</u>" if cell.place == 2 else mean
    return f"{shown}{cell.mark}" + (f" ± {number(cell.deviation)}" if cell.deviation is not None else "")


def _lines(header: list[str], rows: list[list[str]], numbers: bool = False) -> str:
    """A table whose columns also stand below each other as plain text."""
    widths = [max(3, *(len(row[place]) for row in (header, *rows))) for place in range(len(header))]
    rule = [f"{'-' * (width - 1)}:" if numbers and place else "-" * width for place, width in enumerate(widths)]
    found = []
    for row in (header, rule, *rows):
        cells = [
            cell.rjust(width) if numbers and place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        found.append(f"| {' | '.join(cells)} |\n")
    return "".join(found)
