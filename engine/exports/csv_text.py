"""CSV: plain numbers in full precision, a line per row of the report, with where they come from."""

import csv
import io
from typing import Any

from engine.exports.choice import Column
from engine.exports.report import Cell, Report, Row
from engine.files import safe_cell

_ABOUT = ("runs", "seeds", "settings_key", "dataset_fingerprint", "code", "ranking")


def write(report: Report) -> str:
    """The report as CSV; texts that a spreadsheet would take for formulas get an apostrophe."""
    header, *rows = _pivoted(report) if report.choice.pivot else _plain(report)
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([safe_cell(value) for value in row] for row in (header, *rows))
    return stream.getvalue()


def _plain(report: Report) -> list[list[Any]]:
    columns = report.choice.columns
    header = ["name", "model", "dataset", "status", "started", "seconds", "best_epoch", "epochs", *_ABOUT]
    lines: list[list[Any]] = [header + [title for column in columns for title in _titles(column)]]
    for row in report.rows:
        run = row.first
        single = len(row.runs) == 1  # what differs from run to run has no one value for several
        lines.append(
            [
                *(row.name, run.model, run.dataset, run.status),
                *((run.created_at.isoformat(), run.seconds, run.best_epoch, run.epochs) if single else [None] * 4),
                *_about(row),
                *(value for column in columns for value in _values(row.cells.get(column))),
            ]
        )
    return lines


def _pivoted(report: Report) -> list[list[Any]]:
    columns = report.choice.columns
    titles = {data: report.title_of(data) for data in report.datasets}
    header = ["name"]
    for title in titles.values():
        header += [f"{title} {about}" for about in _ABOUT]
        header += [f"{title} {words}" for column in columns for words in _titles(column)]
    by_name = {(row.name, row.data): row for row in report.tested}
    lines: list[list[Any]] = [header]
    for name in dict.fromkeys(row.name for row in report.tested):
        line: list[Any] = [name]
        for data in titles:
            row = by_name.get((name, data))
            line += _about(row) if row is not None else [None] * len(_ABOUT)
            line += [value for column in columns for value in _values(row.cells.get(column) if row else None)]
        lines.append(line)
    return lines


def _about(row: Row) -> list[str]:
    seeds = row.seed_words.replace(", ", "+")
    ranking = "; ".join(f"{protocol}: {words}" for protocol, words in row.ranking.items())
    return [row.run_words, seeds, row.key, row.first.dataset_fingerprint, row.code, ranking]


def _titles(column: Column) -> list[str]:
    name = f"{column.protocol} {column.metric} {column.slice}"
    return [name, f"{name} sd", f"{name} n", f"{name} p"]


def _values(cell: Cell | None) -> list[Any]:
    return [None] * 4 if cell is None else [cell.mean, cell.deviation, cell.count, cell.p]
