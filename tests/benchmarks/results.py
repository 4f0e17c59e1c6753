"""H2Rec against its rivals and without each of its parts, and the page that shows what came out.

    python tests/benchmarks/results.py run beauty --seeds 0,1,2 [--only "H2Rec;HID"] [--home DIR]
    python tests/benchmarks/results.py report [--home DIR]

`run` trains what is not finished yet with the settings of the preset `beauty` or `yelp`, one run after another; start
it again to go on, or several times beside each other with other seeds or models. The dataset must have been imported
under the preset's name. `report` writes resources/help/results.md and its pictures from the stored runs.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.ablations import ABLATIONS, FULL
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.groups import PlannedRun, finished_before
from engine.home import Home
from engine.settings import override, parse, preset
from engine.store import RunDetails, Store

DATASETS = ("beauty", "yelp")
MODELS = {
    "H2Rec": (),
    "HID": ("model.kind=hid",),
    "SID": ("model.kind=sid",),
    "HID + SID sum": ("model.kind=hid_sid_sum",),
    "HID from text": ("model.kind=hid_text",),
    "HID, twice as wide": ("model.kind=hid", "model.dim=128"),
    "HID, HSTU backbone": ("model.kind=hid", "model.backbone=hstu"),
    "HID + SID concat": ("model.kind=hid_sid_concat",),
    "Text adapter": ("model.kind=text",),
    "LLM-ESR": ("model.kind=llm_esr",),
    "Popularity": ("model.kind=popularity",),
}
PARTS = {
    f"H2Rec, {ablation.label}": ablation.overrides
    for ablation in ABLATIONS
    if ablation.label != FULL and not any(override.startswith("model.kind") for override in ablation.overrides)
}

TRIED = {
    "α = 0.1": ("alignment.alpha=0.1",),
    "α = 3": ("alignment.alpha=3",),
    "Temperature of the alignment 0.2": ("alignment.temperature=0.2",),
    "Hash IDs start at random": ("model.hid_start=random",),
    "Two encoders": ("model.shared_encoder=false",),
    "Levels side by side": ("model.fusion=concat",),
    "RQ-VAE": ("semantic_ids.quantiser=rq-vae",),
    "OPQ": ("semantic_ids.quantiser=opq",),
    "Cosine score": ("model.scoring=cosine",),
    "HSTU backbone": ("model.backbone=hstu",),
    "No averaging of weights": ("training.averaging=0",),
}
LOSSES = {
    "HID, cross-entropy": ("model.kind=hid", "training.loss=cross_entropy"),
    "HID, BCE with 1 negative": ("model.kind=hid", "training.loss=bce"),
    "HID, gBCE with 128 negatives": ("model.kind=hid", "training.loss=gbce", "training.negatives=128"),
    "HID, cosine": ("model.kind=hid", "model.scoring=cosine"),
    "HID, no averaging of weights": ("model.kind=hid", "training.averaging=0"),
}
REFIT = {
    f"{label}, refit": (*MODELS[label], "training.refit=true") for label in ("H2Rec", "HID", "SID", "HID + SID sum")
}
ALL = MODELS | PARTS | TRIED | LOSSES | REFIT
STUDIES = (
    (
        "What each part is worth, NDCG@10 in full ranking",
        "H2Rec without one part, less H2Rec: a negative number is what the part adds. A part without which nothing is "
        "clearly worse does not earn its place on these data.",
        "Without",
        "H2Rec",
        PARTS,
    ),
    (
        "What else was tried, NDCG@10 in full ranking",
        "H2Rec with one setting changed, less H2Rec.",
        "Changed",
        "H2Rec",
        TRIED,
    ),
    (
        "Which loss and which score, NDCG@10 in full ranking",
        "Hash IDs alone with one setting changed, less hash IDs alone with the defaults (sampled softmax, inner product).",
        "Changed",
        "HID",
        LOSSES,
    ),
)
OURS = "H2Rec"
MOST_SEEDS = 10


def group_of(dataset: str) -> str:
    """The name under which the runs of a dataset are stored."""
    return f"results {dataset}"


def planned(dataset: str, labels: list[str], seeds: list[int]) -> Iterator[PlannedRun]:
    """Seed after seed, so that every model has one run before any has two."""
    values = preset(dataset).config.model_dump(mode="json")
    for seed in seeds:
        for label in labels:
            settings = [f"seed={seed}", f"name={label}", *ALL[label]]
            config: ExperimentConfig = parse(override(values, settings))
            yield PlannedRun(label, config)


def run(arguments: argparse.Namespace) -> None:
    from engine.cli.interruption import stop_on_signals
    from engine.cli.output import Output
    from engine.cli.reports import EventLines, write_results
    from engine.experiment import run_recorded
    from engine.library import Library

    labels = [label.strip() for label in arguments.only.split(";")] if arguments.only else [*MODELS, *PARTS]
    home = Home.locate(arguments.home)
    store = Store(home.database)
    group, output = group_of(arguments.dataset), Output(sys.stdout, is_json=False)
    control = RunControl()
    with stop_on_signals(control.stop):
        library = Library(home, store)
        fingerprint = str(library.load(arguments.dataset).facts["fingerprint"])
        for each in planned(arguments.dataset, labels, [int(seed) for seed in arguments.seeds.split(",")]):
            if control.is_stopping:
                break
            if finished_before(each, fingerprint, store.runs.in_group(group)) is not None:
                continue
            number = store.runs.create(each.config, fingerprint, group, each.label)
            output.line(f"Run {number} · {each.label} · seed {each.config.seed}")
            run_recorded(number, each.config, home, store, library, EventLines(output), control)
            write_results(output, store.runs.get(number))
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    running = commands.add_parser("run", help="train what is not finished yet")
    running.add_argument("dataset", choices=DATASETS)
    running.add_argument("--seeds", default="0,1,2")
    running.add_argument("--only", help="labels of models and ablations, with ; between them")
    running.set_defaults(function=run)
    reporting = commands.add_parser("report", help="write the page from the stored runs")
    reporting.set_defaults(function=report)
    for each in (running, reporting):
        each.add_argument("--home", help="the home folder")
    arguments = parser.parse_args()
    arguments.function(arguments)


def report(arguments: argparse.Namespace) -> None:
    from results_page import HELP, Chapter, Entry, Study, page

    from engine.library import Library

    home = Home.locate(arguments.home)
    store = Store(home.database)
    chapters = []
    for name in DATASETS:
        if store.datasets.get(name) is None:
            continue
        dataset = Library(home, store).load(name)
        runs = store.runs.in_group(group_of(name))
        entries: dict[str, list[RunDetails]] = {}
        for each in planned(name, list(ALL), list(range(MOST_SEEDS))):
            done = finished_before(each, str(dataset.facts["fingerprint"]), runs)
            if done is not None:
                entries.setdefault(each.label, []).append(done)
        if OURS not in entries or entries.keys().isdisjoint(set(MODELS) - {OURS}):
            print(f"{name}: no finished runs of {OURS} and a rival yet", file=sys.stderr)
            continue
        found = {label: Entry(label, tuple(done)) for label, done in entries.items()}
        rivals = [found[label] for label in MODELS if label in found and label != OURS]
        studies = [
            Study(title, words, column, found[reference], [found[label] for label in labels if label in found])
            for title, words, column, reference, labels in STUDIES
            if reference in found and not found.keys().isdisjoint(labels)
        ]
        refits = [found[label] for label in REFIT if label in found]
        chapters.append(Chapter(preset(name).title, dataset, found[OURS], rivals, studies, refits))
    target = HELP / "results.md"
    target.write_text(page(chapters, home), encoding="utf-8")
    store.close()
    print(target)


if __name__ == "__main__":
    main()
