"""The words of the command line and their help."""

import argparse
from pathlib import Path
from typing import Any

from engine import __version__
from engine.config import DataSettings, PreparationSettings
from engine.errors import SettingsError
from engine.groups import MOST_SEEDS
from engine.home import ENVIRONMENT_VARIABLE
from engine.settings import parse, settings_of

LONGEST_NUMBER = 18  # digits that the database and the arrays can hold
_CODES = "Exit codes: 0 done, 1 the run failed, 2 something that was given is wrong, 130 interrupted."


def build_parser() -> argparse.ArgumentParser:
    """The parser; what it reads has `command`, the name of a function in `engine.cli.commands`."""
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Import datasets, train recommenders and look into runs, without a window.",
        epilog="A first experiment, about a minute:  python -m engine run --preset sample\n" + _CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"H2Rec Workbench {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_import(commands)
    _add_run(commands)
    _add_semantic_ids(commands)
    _add_lists(commands)
    _add_datasets(commands)
    _add_run_commands(commands)
    return parser


def _add_import(commands: Any) -> None:
    parser = _add(
        commands,
        "import",
        "make a dataset from files",
        "python -m engine import films ratings.csv items.csv --k-core 5 --column user=who --column item=what",
        function="import_dataset",
    )
    parser.add_argument("name", metavar="NAME", help="what the dataset shall be called")
    parser.add_argument("paths", metavar="PATH", nargs="+", help="the files, or the folder of a known dataset")
    parser.add_argument("--format", metavar="F", help="the files' format; found out when not given")
    for info in settings_of(PreparationSettings):
        default = f"default: {info.nothing if info.default is None else info.default}; {info.allowed}"
        parser.add_argument(
            f"--{info.key.replace('_', '-')}", dest=info.key, metavar="X", help=f"{info.help} ({default})"
        )
    parser.add_argument(
        "--column",
        metavar="ROLE=COLUMN",
        action="append",
        default=[],
        help="which column holds what: user, item, timestamp, position, rating in the interactions; item_id, title, "
        "text (may be repeated) in the items; columns that are not named are guessed",
    )
    parser.add_argument(
        "--text",
        metavar="TEMPLATE",
        help="what an item's text is made of: columns of the items in braces and words around them, as in "
        '"{title}. {categories}"; an empty column is left out with its words (default: the guessed columns)',
    )


def _add_run(commands: Any) -> None:
    parser = _add(
        commands,
        "run",
        "train and test a model",
        "python -m engine run --preset sample --set model.kind=hid --set seed=1 --json\n"
        "          python -m engine run --preset sample --ablations --seeds 3 --group study\n"
        "          python -m engine run my.toml --grid alignment.alpha=0.1,1 --grid semantic_ids.depth=2,4 --baselines\n"
        + _CODES,
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("config", metavar="CONFIG.toml", nargs="?", help="a settings file; others keep their default")
    source.add_argument("--preset", metavar="NAME", help="settings by name (see: presets)")
    _add_assignments(parser, "change one setting (see: settings); may be repeated")
    several = parser.add_argument_group(
        "several runs as a group",
        "One after another. Running a group of the same name again skips what has finished with the same settings.",
    )
    several.add_argument(
        "--ablations", action="store_true", help="H2Rec, H2Rec without each of its parts, and each branch alone"
    )
    several.add_argument(
        "--baselines",
        action="store_true",
        help="the rivals beside it: popularity, hash IDs with each encoder, semantic IDs, both joined, texts, LLM-ESR",
    )
    several.add_argument(
        "--grid",
        metavar="SECTION.KEY=A,B,...",
        action="append",
        default=[],
        help="several values of a setting; may be repeated, and every combination is run",
    )
    several.add_argument(
        "--seeds",
        metavar="N or A,B,...",
        type=_seeds,
        help="repeat with N seeds from the run's own on, or with these seeds (one alone: “7,”)",
    )
    several.add_argument(
        "--group", metavar="NAME", type=_name, help="the group's name (default: made from the title and the time)"
    )


def _add_semantic_ids(commands: Any) -> None:
    parser = _add(
        commands,
        "semantic-ids",
        "learn a dataset's semantic IDs and say how good they are",
        "python -m engine semantic-ids sample --set semantic_ids.quantiser=opq --set semantic_ids.depth=3",
        function="semantic_ids",
    )
    parser.add_argument("dataset", metavar="DATASET", help="the dataset's name (see: datasets)")
    _add_assignments(parser, "change a setting of semantic_ids or text (see: settings); may be repeated")


def _add_assignments(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument(
        "--set", metavar="SECTION.KEY=VALUE", action="append", default=[], dest="assignments", help=help
    )


def _add_lists(commands: Any) -> None:
    runs = _add(commands, "runs", "list the runs, the newest first", "python -m engine runs --search 'h2rec finished'")
    runs.add_argument("--search", metavar="WORDS", default="", help="only runs that hold all of these words")
    examine = _add(commands, "examine", "say what is wrong with a dataset", "python -m engine examine films --json")
    examine.add_argument("dataset", metavar="DATASET", help="the dataset's name (see: datasets)")
    _add(commands, "presets", "list the presets", "python -m engine presets")
    _add(commands, "settings", "list every setting with default and range", "python -m engine settings | grep alpha")


def _add_datasets(commands: Any) -> None:
    parser = _add(
        commands,
        "datasets",
        "list the datasets, show, rename, annotate or delete one",
        "python -m engine datasets --json\n          python -m engine datasets rename films ml-100k",
    )
    actions = parser.add_subparsers(metavar="ACTION", help="what to do; without it, the datasets are listed")
    show = _add_action(actions, "show", "show what there is to know of a dataset", "show films")
    show.add_argument(
        "--head-share", metavar="X", type=_share, help="where to draw the line between head and tail (see: settings)"
    )
    rename = _add_action(actions, "rename", "give a dataset another name", "rename films ml-100k")
    notes = _add_action(
        actions, "notes", "show the notes on a dataset, or write them", 'notes films "in order of time"'
    )
    delete = _add_action(actions, "delete", "delete a dataset with its files", "delete films")
    rename.add_argument("name", metavar="NAME", help="what it shall be called; its runs follow it")
    notes.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        type=_text,
        help="what to note, in place of what was; without it, it is shown",
    )
    delete.add_argument("--with-runs", action="store_true", help="also delete the runs that use it, with their files")


def _add_run_commands(commands: Any) -> None:
    resume = _add(
        commands,
        "resume",
        "go on with a run that was interrupted or has failed",
        "python -m engine resume 3\n"
        "It goes on from its last state, and ends as if it had never been interrupted. " + _CODES,
    )
    resume.add_argument("run", metavar="RUN", type=_count, help="the run's number")
    further = _add(
        commands,
        "train-further",
        "train a finished run for more epochs, as a new run",
        "python -m engine train-further 3 --epochs 50\n"
        "It is what a run with all of these epochs would have been from the start. " + _CODES,
        function="train_further",
    )
    further.add_argument("run", metavar="RUN", type=_count, help="the finished run's number")
    further.add_argument("--epochs", metavar="N", type=_count, required=True, help="how many epochs more at most")
    further.add_argument(
        "--patience",
        metavar="N",
        type=_count,
        help="epochs without a better one before it ends (default: that of the run; where it is used up, as many again)",
    )
    show = _add(commands, "show", "show a run's results and settings", "python -m engine show 3")
    show.add_argument("run", metavar="RUN", type=_count, help="the run's number")
    compare = _add(
        commands,
        "compare",
        "compare finished runs user by user",
        "python -m engine compare 3 7 --metric HR@10\nAveraged over seeds:  python -m engine compare 3+4+5 7+8+9",
    )
    compare.add_argument(
        "runs",
        metavar="RUN",
        type=_group,
        nargs="+",
        help="numbers of runs, the first being what the others are compared with; 3+4+5 averages each user's values "
        "over runs that differ in their seed only",
    )
    compare.add_argument(
        "--metric",
        metavar="M",
        default="NDCG@10",
        help="HR@k, NDCG@k or MRR@k with k 5, 10 or 20, or MRR (default: NDCG@10)",
    )
    group = _add(
        commands,
        "group",
        "show the results of a group of runs, over their seeds",
        'python -m engine group "gate study" --json',
    )
    group.add_argument("group", metavar="NAME", help="the group's name (see: runs)")
    recommend = _add(
        commands,
        "recommend",
        "what a run's model recommends to a user, or to all of them",
        "python -m engine recommend 3 --user 196 --top 10\n"
        "          python -m engine recommend 3 --all --top 20 --out recommendations.parquet",
    )
    recommend.add_argument("run", metavar="RUN", type=_count, help="the run's number")
    to_whom = recommend.add_mutually_exclusive_group(required=True)
    to_whom.add_argument("--user", metavar="U", help="a user, as named in the dataset")
    to_whom.add_argument("--all", action="store_true", help="all users; needs --out")
    recommend.add_argument("--top", metavar="K", type=_count, default=10, help="how many items (default: 10)")
    recommend.add_argument(
        "--out", metavar="FILE", type=Path, help="with --all: the file to write, .csv or .parquet, a line per place"
    )
    _add_exports(commands)
    delete = _add(commands, "delete", "delete runs with their files", "python -m engine delete 3 4")
    delete.add_argument("runs", metavar="RUN", type=_count, nargs="+", help="the runs' numbers")


def _add_exports(commands: Any) -> None:
    tables = _add(
        commands,
        "export-runs",
        "write the results of runs down as a table or a report",
        "python -m engine export-runs 3 4 5 7 --format latex --metrics HR@10,NDCG@10 --pivot --out table.tex\n"
        "          python -m engine export-runs --search beauty --format html --out report.html",
        function="export_runs",
    )
    tables.add_argument("runs", metavar="RUN", type=_count, nargs="*", help="the runs' numbers, in the rows' order")
    tables.add_argument("--search", metavar="WORDS", help="instead of numbers: all runs that hold all of these words")
    tables.add_argument(
        "--format", metavar="F", help="csv, markdown, latex, json or html (default: by the file's name)"
    )
    tables.add_argument("--out", metavar="FILE", help="the file to write; without it, it is printed")
    tables.add_argument(
        "--protocol",
        metavar="P",
        default="full",
        help="protocols separated by commas: full, full_with_history, full_without_history, sampled (default: full)",
    )
    tables.add_argument(
        "--metrics",
        metavar="M",
        default="HR@10,NDCG@10",
        help="metrics separated by commas: HR@k, NDCG@k, MRR@k with k 5, 10 or 20, or MRR (default: HR@10,NDCG@10)",
    )
    tables.add_argument(
        "--pivot", action="store_true", help="models by rows, datasets × overall, head, tail by columns"
    )
    tables.add_argument("--each-seed", action="store_true", help="a row per run; else runs are averaged over seeds")
    tables.add_argument("--against", metavar="RUN", type=_count, help="the run to compare with (default: the first)")
    tables.add_argument("--no-significance", action="store_true", help="compare nothing user by user; that takes time")
    export = _add(
        commands,
        "export-run",
        "put a run with all of its files into one archive",
        "python -m engine export-run 3 run-3.zip",
        function="export_run",
    )
    export.add_argument("run", metavar="RUN", type=_count, help="the run's number")
    export.add_argument("file", metavar="FILE.zip", help="the archive to write")
    add = _add(
        commands,
        "import-run",
        "take over a run out of an archive, under a new number",
        "python -m engine import-run run-3.zip",
        function="import_run",
    )
    add.add_argument("file", metavar="FILE.zip", help="what export-run has written, here or elsewhere")


def _add_action(actions: Any, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    """Something to do with one dataset; options that stand before it count as well."""
    parser = _add(
        actions, name, summary, f"python -m engine datasets {example}", f"{name}_dataset", absent=argparse.SUPPRESS
    )
    parser.add_argument("dataset", metavar="DATASET", type=_text, help="the dataset's name")
    return parser


def _add(
    commands: Any, name: str, summary: str, example: str, function: str = "", absent: str | None = None
) -> argparse.ArgumentParser:
    """`absent` is what stands for options that are not given, when nothing else does."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"Example:  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=function or name)
    parser.add_argument(
        "--home",
        metavar="DIR",
        default=absent,
        help=f"the home folder (default: ${ENVIRONMENT_VARIABLE}, or the user's data folder)",
    )
    parser.add_argument("--json", action="store_true", default=absent or False, help="print JSON, for programs")
    return parser


def _seeds(text: str) -> int | list[int]:
    """How many seeds, or which."""
    if "," not in text and text.isdecimal() and 1 <= len(text) <= 3 and 1 <= int(text) <= MOST_SEEDS:
        return int(text)
    seeds = [part.strip() for part in text.split(",") if part.strip()]
    if "," in text and seeds and all(part.isdecimal() and len(part) <= LONGEST_NUMBER for part in seeds):
        return [int(part) for part in seeds]
    raise argparse.ArgumentTypeError(
        f"{text} is not allowed; it must be how many (1 to {MOST_SEEDS}), or seeds separated by commas"
    )


def _name(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of a group must not be empty")
    return text.strip()


def _share(text: str) -> float:
    try:
        return parse({"head_share": text}, DataSettings).head_share
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error).partition(": ")[2]) from error


def _text(text: str) -> str:
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise argparse.ArgumentTypeError("it is not text in the encoding of this system")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > LONGEST_NUMBER or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not allowed; it must be a whole number from 1 up")
    return int(text)


def _group(text: str) -> tuple[int, ...]:
    return tuple(_count(part) for part in text.split("+"))
