"""What each command does. Every function takes the parsed arguments and gives the exit code."""

import sys
import threading
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.codes import DONE, INTERRUPTED
from engine.cli.columns import column_mapping
from engine.cli.datasets import datasets, delete_dataset, notes_dataset, rename_dataset, show_dataset
from engine.cli.exports import export_run, export_runs, import_run
from engine.cli.interruption import stop_on_signals
from engine.cli.output import Output
from engine.cli.running import group, resume, run, train_further
from engine.cli.session import find_dataset, opened
from engine.config import ExperimentConfig, PreparationSettings
from engine.errors import DataError, SettingsError, Stopped
from engine.home import Home
from engine.presets import OwnPresets
from engine.settings import override, parse, settings_of
from engine.settings import presets as built_in_presets

if TYPE_CHECKING:
    from engine.inspection import RunInspector

__all__ = [
    "compare", "datasets", "delete", "delete_dataset", "examine", "export_run", "export_runs", "group",
    "import_dataset", "import_run", "notes_dataset", "presets", "recommend", "rename_dataset",
    "resume", "run", "runs", "semantic_ids", "settings", "show", "show_dataset", "train_further",
]  # fmt: skip


def import_dataset(arguments: Namespace, output: Output) -> int:
    """Make a dataset from files and list it."""
    given = {name: getattr(arguments, name) for name in PreparationSettings.model_fields}
    chosen = [f"{name}={value}" for name, value in given.items() if value is not None]
    preparation = parse(override({}, chosen), PreparationSettings)
    paths = [Path(path) for path in arguments.paths]
    shown = ""

    def progress(text: str, _share: float) -> None:
        nonlocal shown
        what = text.partition(":")[0]
        if what != shown:
            shown = what
            print(what, file=sys.stderr, flush=True)

    stop = threading.Event()
    with stop_on_signals(stop.set), opened(arguments.home) as (home, store):
        from engine.library import Library

        mapping = column_mapping(arguments.column, arguments.text, paths, arguments.format)
        try:
            row = Library(home, store).import_files(
                arguments.name, paths, arguments.format, mapping, preparation, progress, stop
            )
        except Stopped:
            return INTERRUPTED
    if output.is_json:
        output.json(row)
    else:
        from engine.data.report import sentences

        output.line(f"{row.name}: {row.users:,} users, {row.items:,} items, {row.interactions:,} interactions.")
        for sentence in sentences(row.report):
            output.line(f"  {sentence}")
    return DONE


def semantic_ids(arguments: Namespace, output: Output) -> int:
    """Learn the semantic IDs of a dataset, or take them from the cache, and say how good they are."""
    config: ExperimentConfig = parse(override({}, _about_semantic_ids(arguments.assignments)))
    stop = threading.Event()
    with stop_on_signals(stop.set), opened(arguments.home) as (home, store):
        from engine.library import SAMPLE, Library
        from engine.semantic_ids.diagnostics import diagnose
        from engine.semantics import item_codes, item_vectors
        from engine.training.devices import limit_threads

        def check(_done: int, _total: int) -> None:
            if stop.is_set():
                raise Stopped

        library = Library(home, store)
        if arguments.dataset == SAMPLE:
            library.ensure_sample()
        items = library.load(find_dataset(store, arguments.dataset).name).items
        limit_threads(config.training)
        try:
            print("Encoding item texts", file=sys.stderr, flush=True)
            vectors = item_vectors(config.text, items, home, check)
            print("Learning semantic IDs", file=sys.stderr, flush=True)
            start = time.perf_counter()
            ids, reused = item_codes(config.semantic_ids, vectors, home, check)
            seconds = time.perf_counter() - start
        except Stopped:
            return INTERRUPTED
        report = diagnose(ids, vectors)
    if output.is_json:
        about = {"dataset": arguments.dataset, "quantiser": config.semantic_ids.quantiser}
        output.json(about | {"reused": reused, "seconds": seconds} | report)
    else:
        from engine.cli.reports import duration, write_semantic_ids

        made = "reused" if reused else f"learned in {duration(seconds)}"
        output.line(f"Semantic IDs of {arguments.dataset} by {config.semantic_ids.quantiser}, {made}")
        write_semantic_ids(output, report)
    return DONE


def runs(arguments: Namespace, output: Output) -> int:
    """List the runs."""
    with opened(arguments.home) as (_, store):
        rows = store.runs.list(arguments.search, limit=-1)
    if output.is_json:
        output.json(rows)
    elif not rows and arguments.search.strip():
        output.line(f"No run holds all the words of “{arguments.search}”.")
    elif not rows:
        output.line("No runs. Start one with: python -m engine run --preset sample")
    else:
        from engine.cli.reports import duration, metric

        output.table(
            ["run", "name", "status", "model", "dataset", "seed", "NDCG@10", "head", "tail", "made", "time", "group"],
            [
                [
                    *(str(row.id), row.name, row.status, row.model, row.dataset, str(row.seed)),
                    *(metric(value) for value in (row.ndcg_overall, row.ndcg_head, row.ndcg_tail)),
                    *(f"{row.created_at.astimezone():%Y-%m-%d %H:%M}", duration(row.seconds), row.group or ""),
                ]
                for row in rows
            ],
        )
    return DONE


def examine(arguments: Namespace, output: Output) -> int:
    """Say what is wrong with a dataset."""
    with opened(arguments.home) as (home, store):
        from engine.library import SAMPLE, Library

        library = Library(home, store)
        if arguments.dataset == SAMPLE:
            library.ensure_sample()
        findings = library.examine(find_dataset(store, arguments.dataset).name)
    if output.is_json:
        output.json({"dataset": arguments.dataset, "findings": findings})
    else:
        from engine.cli.reports import write_findings

        write_findings(output, arguments.dataset, findings)
    return DONE


def presets(arguments: Namespace, output: Output) -> int:
    """List the presets, those of the person last."""
    found = [*built_in_presets(), *OwnPresets(Home.locate(arguments.home)).read().presets]
    if output.is_json:
        output.json([{"name": each.name, "title": each.title, "description": each.description} for each in found])
    else:
        output.table(["name", "title", "what for"], [[each.name, each.title, each.description] for each in found])
    return DONE


def settings(_arguments: Namespace, output: Output) -> int:
    """List every setting of an experiment."""
    found = list(settings_of(ExperimentConfig))
    if output.is_json:
        output.json(
            [
                {"setting": each.key, "default": each.default, "allowed": each.allowed, "unit": each.unit}
                | {"title": each.title, "help": each.help}
                for each in found
            ]
        )
    else:
        for each in found:
            shown = str(each.default).lower() if isinstance(each.default, bool) else str(each.default) or '""'
            allowed = f" ({each.allowed})" if each.allowed else ""
            output.line(f"{each.key} = {shown}{allowed}\n    {each.help}")
    return DONE


def show(arguments: Namespace, output: Output) -> int:
    """Show a run's results and settings."""
    with opened(arguments.home) as (home, store):
        details = store.runs.get(arguments.run)
    folder = str(home.run_folder(details.id))
    if output.is_json:
        output.json({**asdict(details), "folder": folder})
    else:
        from engine.cli.reports import write_sheet

        write_sheet(output, details, folder)
    return DONE


def compare(arguments: Namespace, output: Output) -> int:
    """Compare finished runs user by user, the first being the reference."""
    from engine.comparison import compare_runs

    if len(arguments.runs) < 2:
        raise SettingsError("compare: one run alone cannot be compared. Name the reference and at least one other.")
    with opened(arguments.home) as (home, store):
        groups = [[store.runs.get(number) for number in group] for group in arguments.runs]
    found = compare_runs(groups, home, arguments.metric)
    if output.is_json:
        output.json({"metric": arguments.metric, "reference": arguments.runs[0], "differences": found})
    else:
        from engine.cli.reports import write_comparison

        write_comparison(output, groups, arguments.metric, found)
    return DONE


def recommend(arguments: Namespace, output: Output) -> int:
    """Show what a run's model recommends to a user, and why; or write what it recommends to all into a file."""
    if arguments.all != (arguments.out is not None):
        raise SettingsError("--all and --out FILE go together: the lists of all users are written into a file.")
    with opened(arguments.home) as (home, store):
        from engine.inspection import RunInspector
        from engine.library import Library

        details = store.runs.get(arguments.run)
        inspector = RunInspector.of_run(details, home, Library(home, store))
    if arguments.all:
        return _recommend_to_all(inspector, arguments, output)
    view = inspector.recommend(arguments.user, arguments.top)
    if output.is_json:
        output.json({"run": details.id, **asdict(view)})
    else:
        from engine.cli.reports import write_recommendations

        write_recommendations(output, view)
    return DONE


def _recommend_to_all(inspector: "RunInspector", arguments: Namespace, output: Output) -> int:
    from engine.inspection import export_recommendations

    stop = threading.Event()
    told = -1

    def tick(done: int, total: int) -> None:
        nonlocal told
        if stop.is_set():
            raise Stopped
        if 10 * done // max(1, total) != told:
            told = 10 * done // max(1, total)
            print(f"{done:,} of {total:,} users", file=sys.stderr, flush=True)

    try:
        with stop_on_signals(stop.set):
            users = export_recommendations(inspector, arguments.out, arguments.top, tick)
    except Stopped:
        return INTERRUPTED
    except OSError as error:
        raise DataError(f"{arguments.out} cannot be written ({error.strerror}).") from error
    if output.is_json:
        output.json({"run": arguments.run, "file": str(arguments.out), "users": users, "top": arguments.top})
    else:
        output.line(f"The top {arguments.top} of {users:,} users are in {arguments.out}.")
    return DONE


def delete(arguments: Namespace, output: Output) -> int:
    """Delete runs with their files."""
    from engine.store.removal import remove_runs

    numbers = sorted(set(arguments.runs))
    with opened(arguments.home) as (home, store):
        for number in numbers:
            store.runs.get(number)
        remove_runs(home, store, numbers)
    if output.is_json:
        output.json({"deleted": numbers})
    else:
        output.line(f"Deleted run {', '.join(map(str, numbers))}.")
    return DONE


def _about_semantic_ids(assignments: list[str]) -> list[str]:
    """The same assignments. Raises SettingsError when one is of a section that changes nothing here."""
    for assignment in assignments:
        section = assignment.split(".")[0]
        if section not in ("semantic_ids", "text") and "=" in assignment:
            raise SettingsError(f"--set {assignment}: only settings of semantic_ids and text play a part here.")
    return assignments
