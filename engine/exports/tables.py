"""The tables of a report, before any format: headings, rows of figures, and the sentences below."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.evaluation.metrics import USERS
from engine.exports.choice import PROTOCOLS, Column
from engine.exports.report import DECIMALS, MARKS, Cell, Report, Row
from engine.groups import SLICES

NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """A row of a table: its name, over how many seeds its figures are, and a cell per column, None where none is."""

    name: str
    seeds: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Table:
    """`groups` are (heading, columns of figures below it); `notes` are sentences that are needed to read it."""

    key: str
    title: str
    groups: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def tables(report: Report) -> list[Table]:
    """For each dataset and protocol models by metrics, or, pivoted, for each protocol and metric models by datasets."""
    return _pivoted(report) if report.choice.pivot else _plain(report)


def provenance(row: Row) -> dict[str, str]:
    """Where the figures of a row come from: title -> words."""
    return {
        "Runs": row.run_words,
        "Seeds": row.seed_words,
        "Settings": row.key,
        "Data": f"{row.first.dataset} {row.fingerprint}",
        "Code": row.code,
    }


def number(value: float) -> str:
    """A figure as all tables show it."""
    return f"{value:.{DECIMALS}f}"


def _plain(report: Report) -> list[Table]:
    found = []
    for data, rows in report.datasets.items():
        for protocol in report.choice.protocols:
            columns = [column for column in report.choice.columns if column.protocol == protocol]
            here = [row for row in rows if any(column in row.cells for column in columns)]
            if here:
                title = report.title_of(data)
                found.append(
                    Table(
                        f"{title}-{protocol}",
                        f"{title}: {_ranking(here[0], protocol)}",
                        tuple((metric, len(SLICES)) for metric in report.choice.metrics),
                        SLICES * len(report.choice.metrics),
                        tuple(
                            Line(row.name, str(len(row.runs)), tuple(row.cells.get(column) for column in columns))
                            for row in here
                        ),
                        (_users(here[0], protocol), *_reading(report, here)),
                    )
                )
    return found


def _pivoted(report: Report) -> list[Table]:
    names = list(dict.fromkeys(row.name for row in report.tested))
    by_name = {(row.name, row.data): row for row in report.tested}
    found = []
    for protocol in report.choice.protocols:
        for metric in report.choice.metrics:
            columns = [Column(protocol, metric, part) for part in SLICES]
            here = [row for row in report.tested if any(column in row.cells for column in columns)]
            datasets = [data for data in report.datasets if any(row.data == data for row in here)]
            if not here:
                continue
            lines = []
            for name in names:
                shown = [by_name.get((name, data)) for data in datasets]
                cells = tuple(row.cells.get(column) if row else None for row in shown for column in columns)
                if any(cells):
                    seeds = [len(row.runs) for row in shown if row]
                    lines.append(Line(name, ", ".join(map(str, seeds if len(set(seeds)) > 1 else seeds[:1])), cells))
            firsts = {report.title_of(data): next(row for row in here if row.data == data) for data in datasets}
            rankings = {title: _ranking(row, protocol) for title, row in firsts.items()}
            alike = len(set(rankings.values())) == 1
            found.append(
                Table(
                    f"{metric}-{protocol}",
                    f"{metric}: {next(iter(rankings.values())) if alike else PROTOCOLS[protocol]}",
                    tuple((title, len(SLICES)) for title in firsts),
                    SLICES * len(datasets),
                    tuple(lines),
                    (
                        *(() if alike else [f"{title}: {words}." for title, words in rankings.items()]),
                        *(f"{title}: {_users(row, protocol)}" for title, row in firsts.items()),
                        *_reading(report, here),
                    ),
                )
            )
    return found


def _ranking(row: Row, protocol: str) -> str:
    return row.ranking.get(protocol, PROTOCOLS[protocol])


def _users(row: Row, protocol: str) -> str:
    """How many test users each slice holds."""
    slices = row.first.test.get(protocol, {})
    users = [f"{slices[part][USERS]:,} {part}" for part in SLICES if USERS in slices.get(part, {})]
    return f"Test users: {', '.join(users)}." if users else "Test split."


def _reading(report: Report, rows: Sequence[Row]) -> list[str]:
    """What the signs of a table mean, as far as they are in it."""
    several = any(len(row.runs) > 1 for row in rows)
    notes = ["Mean ± standard deviation over seeds."] if several else []
    if any(cell.place for row in rows for cell in row.cells.values()):
        notes.append("Best in bold, second underlined.")
    references = [row for row in report.references if row.data in {each.data for each in rows}]
    if references:
        names = ", ".join(dict.fromkeys(f"{row.name} (run {row.run_words})" for row in references))
        used = {cell.mark for row in rows for cell in row.cells.values()}
        signs = ", ".join(f"{mark} p < {level:g}" for level, mark in reversed(MARKS) if mark in used)
        notes.append(
            f"{signs or 'Nowhere p < 0.05'} against {names}: paired test over users, by flipping signs at random, "
            f"corrected for all {report.comparisons} comparisons (Holm)."
        )
    return notes
