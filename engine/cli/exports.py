"""The commands that write runs down, and that carry a run from one machine to another."""

import sys
from argparse import Namespace
from pathlib import Path

from engine.cli.codes import DONE
from engine.cli.output import Output
from engine.cli.session import opened
from engine.errors import DataError, SettingsError
from engine.files import write_whole

_BY_SUFFIX = {".csv": "csv", ".md": "markdown", ".tex": "latex", ".json": "json", ".html": "html", ".htm": "html"}


def export_runs(arguments: Namespace, output: Output) -> int:
    """Write the results of runs down."""
    from engine.exports import Choice, Comparisons, find_format, gather, with_significance

    format = find_format(_format_name(arguments))
    choice = Choice(
        protocols=_names(arguments.protocol),
        metrics=_names(arguments.metrics),
        fold=not arguments.each_seed,
        pivot=arguments.pivot,
        reference=arguments.against,
    )
    if bool(arguments.runs) == (arguments.search is not None):
        raise SettingsError("export-runs: name the runs by their numbers, or search for them with --search.")
    with opened(arguments.home) as (home, store):
        numbers = arguments.runs
        if arguments.search is not None:
            numbers = [row.id for row in store.runs.list(arguments.search, "id", descending=False, limit=-1)]
        report = gather(store, numbers, choice, curves=format.draws)
        if not arguments.no_significance:
            report = with_significance(report, Comparisons(home), _say)
    text = format.write(report)
    for note in report.notes:
        print(note, file=sys.stderr)
    if arguments.out is None:
        output.line(text.rstrip("\n"))
        return DONE
    path = Path(arguments.out)
    try:
        write_whole(path, lambda file: file.write_text(text, encoding="utf-8", newline=""))
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror or error}).") from error
    if output.is_json:
        output.json({"file": str(path), "format": format.name, "rows": len(report.rows)})
    else:
        output.line(f"{len(report.rows)} {'row' if len(report.rows) == 1 else 'rows'} written to {path}.")
    return DONE


def export_run(arguments: Namespace, output: Output) -> int:
    """Put a run into an archive."""
    from engine.archive import export_archive

    path = Path(arguments.file)
    with opened(arguments.home) as (home, store):
        export_archive(store, home, arguments.run, path)
    size = path.stat().st_size
    if output.is_json:
        output.json({"run": arguments.run, "file": str(path), "bytes": size})
    else:
        output.line(f"Run {arguments.run} written to {path} ({size / 1e6:,.1f} MB).")
    return DONE


def import_run(arguments: Namespace, output: Output) -> int:
    """Take over a run out of an archive."""
    from engine.archive import import_archive

    with opened(arguments.home) as (home, store):
        imported = import_archive(store, home, Path(arguments.file))
    if output.is_json:
        output.json({"run": imported.run, "origin": imported.origin, "missing": imported.missing})
    else:
        output.line(f"Run {imported.run} was imported from {imported.origin}.")
        if imported.missing:
            output.line(imported.missing)
    return DONE


def _format_name(arguments: Namespace) -> str:
    if arguments.format is not None:
        return str(arguments.format)
    return _BY_SUFFIX.get(Path(arguments.out or "").suffix.lower(), "markdown")


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _say(done: int, total: int) -> None:
    print(f"Comparing users: {done + 1} of {total}", file=sys.stderr, flush=True)
