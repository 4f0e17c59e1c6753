"""The commands on datasets: list, show, rename, notes, delete."""

from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from engine.cli.codes import DONE
from engine.cli.output import Output
from engine.cli.session import find_dataset, opened

if TYPE_CHECKING:
    from engine.data.head_tail import HeadLine
    from engine.data.texts import TextCoverage
    from engine.store import DatasetRow


def datasets(arguments: Namespace, output: Output) -> int:
    """List the datasets."""
    with opened(arguments.home) as (_, store):
        rows = store.datasets.list()
    if output.is_json:
        output.json(rows)
    elif not rows:
        output.line("No datasets. Import one with: python -m engine import NAME PATH...")
    else:
        from engine.data.versions import version_words

        apart = version_words(rows)
        output.table(
            ["name", "users", "items", "interactions", "made", ""],
            [
                [
                    row.name,
                    *(f"{count:,}" for count in (row.users, row.items, row.interactions)),
                    f"{row.created_at.astimezone():%Y-%m-%d %H:%M}",
                    "synthetic" if row.synthetic else apart.get(row.name, ""),
                ]
                for row in rows
            ],
        )
    return DONE


def show_dataset(arguments: Namespace, output: Output) -> int:
    """Show what there is to know of a dataset."""
    with opened(arguments.home) as (home, store):
        from engine.config import DataSettings
        from engine.data.profile import DatasetProfile
        from engine.library import Library

        row = find_dataset(store, arguments.dataset)
        profile = DatasetProfile.of(Library(home, store).load(row.name))
        runs = store.datasets.runs_using(row.name)
    line = profile.popularity.line_by_share(arguments.head_share or DataSettings().head_share)
    if output.is_json:
        texts = {key: value for key, value in asdict(profile.texts).items() if key != "words"}
        output.json({**asdict(row), "head": line, "texts": texts, "runs": runs})
    else:
        _write_dataset(output, row, profile.texts, line, runs)
    return DONE


def rename_dataset(arguments: Namespace, output: Output) -> int:
    """Give a dataset another name."""
    with opened(arguments.home) as (home, store):
        from engine.library import Library

        name = find_dataset(store, arguments.dataset).name
        new_name = Library(home, store).rename(name, arguments.name)
        runs = store.datasets.runs_using(new_name)
    if output.is_json:
        output.json({"dataset": new_name, "before": name, "runs": runs})
    else:
        follow = f" {_runs(runs).capitalize()} {'follows' if len(runs) == 1 else 'follow'} it." if runs else ""
        output.line(f"“{name}” is called “{new_name}” now.{follow}")
    return DONE


def notes_dataset(arguments: Namespace, output: Output) -> int:
    """Show the notes on a dataset, or write them."""
    with opened(arguments.home) as (_, store):
        row = find_dataset(store, arguments.dataset)
        notes = row.notes if arguments.text is None else arguments.text
        if arguments.text is not None:
            store.datasets.set_notes(row.name, notes)
    if output.is_json:
        output.json({"dataset": row.name, "notes": notes})
    elif arguments.text is None:
        output.line(notes or f"No notes on “{row.name}”.")
    else:
        output.line(f"Noted on “{row.name}”." if notes else f"The notes on “{row.name}” are gone.")
    return DONE


def delete_dataset(arguments: Namespace, output: Output) -> int:
    """Delete a dataset with its files, and with its runs where that is wanted."""
    with opened(arguments.home) as (home, store):
        from engine.library import Library

        name = find_dataset(store, arguments.dataset).name
        runs = store.datasets.runs_using(name) if arguments.with_runs else []
        Library(home, store).delete(name, with_runs=runs)
    if output.is_json:
        output.json({"deleted": name, "runs": runs})
    else:
        output.line(f"Deleted “{name}”" + (f" and {_runs(runs)}." if runs else "."))
    return DONE


def _write_dataset(output: Output, row: "DatasetRow", texts: "TextCoverage", line: "HeadLine", runs: list[int]) -> None:
    from engine.data.report import sentences
    from engine.data.versions import in_short

    output.line(f"{row.name} · {row.source}")
    if row.notes:
        output.line(row.notes)
    output.table(
        ["users", "items", "interactions", "density", "mean length", "without text", "sharing a text"],
        [
            [
                *(f"{count:,}" for count in (row.users, row.items, row.interactions)),
                *(f"{row.statistics['density']:.4%}", f"{row.statistics['mean_length']:.1f}"),
                *(f"{texts.without_text:,}", f"{texts.sharing:,}"),
            ]
        ],
    )
    output.line(
        f"Head: {line.head_items:,} of {line.items:,} items (data.head_share = {line.share:.10g}) with "
        f"{line.least_count:,} training interactions or more hold {line.interactions:.1%} of them."
    )
    for sentence in sentences(row.report):
        output.line(sentence)
    output.line(f"Prepared: {in_short(row.preparation)}")
    output.line(f"Fingerprint: {row.fingerprint}")
    output.line(f"Used by: {_runs(runs)}." if runs else "No run uses it.")


def _runs(numbers: list[int]) -> str:
    return f"{'run' if len(numbers) == 1 else 'runs'} {', '.join(map(str, numbers))}"
