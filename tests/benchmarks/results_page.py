"""The page of results, written from stored runs: tables, intervals, what could not be shown, and pictures."""

import os
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.comparison import Difference, compare_runs
from engine.config import ExperimentConfig
from engine.data.dataset import Dataset
from engine.evaluation.significance import holm
from engine.evaluation.slices import BANDS
from engine.groups import without_idle
from engine.home import Home
from engine.settings import flat, parse
from engine.store.rows import RunDetails

HELP = Path(__file__).resolve().parents[2] / "resources" / "help"
SLICES = ("overall", "head", "tail")
PROTOCOL_WORDS = {
    "full": "Full ranking",
    "full_with_history": "Full ranking, history ranked too",
    "sampled": "Against 100 sampled items",
}

Gaps = Mapping[tuple[str, str], Difference]


@dataclass(frozen=True)
class Entry:
    """A model or variant: its label and its finished runs, one per seed."""

    label: str
    runs: tuple[RunDetails, ...]

    def values(self, protocol: str, part: str, metric: str) -> list[float]:
        """One value per seed."""
        return [float(run.test[protocol][part][metric]) for run in self.runs]

    def mean(self, protocol: str, part: str = "overall", metric: str = "NDCG@10") -> float:
        return statistics.fmean(self.values(protocol, part, metric))


@dataclass(frozen=True)
class Study:
    """One question: what changing one thing in the `reference` does. `entries` are the reference with the change."""

    title: str
    words: str
    column: str
    reference: Entry
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Chapter:
    """Everything that was found on one dataset. `rivals` do not include `ours`.

    `refits` learned the validation items, too, before the test; ours is the first of them.
    """

    title: str
    dataset: Dataset
    ours: Entry
    rivals: Sequence[Entry]
    studies: Sequence[Study]
    refits: Sequence[Entry]

    @property
    def best_rival(self) -> Entry:
        return max(self.rivals, key=lambda entry: entry.mean("full"))


def page(chapters: Sequence[Chapter], home: Home) -> str:
    """The whole page in Markdown; the pictures go into the help's folder."""
    data = " and ".join(chapter.title for chapter in chapters)
    blocks = [
        "# Results",
        f"What H2Rec gains over its rivals on {data}, what each of its parts is worth as far as that was tried, and "
        "where a gain could not be shown. Nothing here is typed by hand: `tests/benchmarks/results.py` writes this page from stored "
        "runs.",
        "Every model has the same data, loss, width, training budget and early stopping on the validation items; only "
        "what a row names differs. Means are over the seeds, with the standard deviation after ±. Differences are "
        "paired user by user, each user's values first averaged over the seeds; the brackets hold the 95 % bootstrap "
        "interval over users, and p comes from flipping signs at random, corrected for all comparisons of the table "
        "(Holm). Head is the most popular fifth of the items by training interactions.",
    ]
    for chapter in chapters:
        blocks += _chapter(chapter, home)
    return "\n\n".join(blocks) + "\n"


def _chapter(chapter: Chapter, home: Home) -> list[str]:
    data, entries = chapter.dataset, [chapter.ours, *chapter.rivals]
    key = data.name
    image = HELP / "images" / f"results-{key}.png"
    draw_bands(chapter, image)
    blocks = [
        f"## {chapter.title}",
        f"{len(data.user_ids):,} users, {len(data.items):,} items, {len(data.sequences.items):,} interactions.",
        "### All models, full ranking, history left out",
        _models_table(entries, "full", with_cost=True),
        "### All models, against 100 sampled items",
        _models_table(entries, "sampled"),
    ]
    if _has_repeats(data):
        blocks += [
            "### All models, full ranking with the history",
            "Users of this dataset come back to items they had. Left out of the ranking, such a target cannot be hit.",
            _models_table(entries, "full_with_history"),
        ]
    protocols = _protocols(data)
    blocks += ["### H2Rec against its rivals, NDCG@10", *_gains(chapter.ours, chapter.rivals, protocols, home)]
    if len(chapter.refits) > 1:
        blocks += [
            "### When the validation items are learned, too",
            "Early stopping finds the number of epochs; then a fresh model learns for as many from training and "
            "validation items together and is tested (`training.refit`). The test items stay unseen. Every user's latest "
            "known item then belongs to what was learned; figures of others that learned from all items but the last "
            "compare with these, not with the ones above.",
            _models_table(chapter.refits, "full"),
            *_gains(chapter.refits[0], chapter.refits[1:], protocols, home),
        ]
    for study in chapter.studies:
        changes = {entry.label: _differences(study.reference, entry, ["full"], home) for entry in study.entries}
        changes = _corrected(changes)
        rows = [
            [entry.label, str(len(_shared(entry, study.reference))), *_gaps(changes[entry.label], "full")]
            for entry in study.entries
        ]
        blocks += [
            f"### {study.title}",
            study.words,
            _table([study.column, "Seeds", *SLICES], rows),
            _verdicts(changes),
        ]
    blocks += [
        "### By popularity of the target",
        f"![NDCG@10 in full ranking by training interactions of the target](images/{image.name})",
        _bands_table(chapter),
        "### How it was made",
        _provenance(chapter),
    ]
    return blocks


def _gains(ours: Entry, rivals: Sequence[Entry], protocols: Mapping[str, str], home: Home) -> list[str]:
    """What ours has over each rival in every protocol, and where that is not clear of zero."""
    gains = _corrected({entry.label: _differences(entry, ours, protocols, home) for entry in rivals})
    rows = [
        [entry.label, words, str(len(_shared(entry, ours))), *_gaps(gains[entry.label], protocol)]
        for entry in rivals
        for protocol, words in protocols.items()
    ]
    return [_table(["H2Rec less", "Protocol", "Seeds", *SLICES], rows), _unproven(gains, protocols)]


def _models_table(entries: Sequence[Entry], protocol: str, with_cost: bool = False) -> str:
    columns: list[tuple[str, Callable[[Entry], list[float]]]] = [
        ("HR@10", lambda entry: entry.values(protocol, "overall", "HR@10")),
        ("NDCG@10", lambda entry: entry.values(protocol, "overall", "NDCG@10")),
        ("head", lambda entry: entry.values(protocol, "head", "NDCG@10")),
        ("tail", lambda entry: entry.values(protocol, "tail", "NDCG@10")),
    ]
    best = [max(statistics.fmean(values(entry)) for entry in entries) for _, values in columns]
    rows = []
    for entry in sorted(entries, key=lambda each: -each.mean(protocol)):
        cells = [_spread(values(entry), top) for (_, values), top in zip(columns, best, strict=True)]
        cost = []
        if with_cost:
            epochs = statistics.fmean(run.epochs or 0 for run in entry.runs)
            seconds = statistics.fmean(run.stage_seconds.get("train", 0.0) for run in entry.runs)
            cost = [f"{epochs:.0f}", f"{seconds:,.0f}"]
        rows.append([entry.label, str(len(entry.runs)), *cells, *cost])
    header = ["Model", "Seeds", "HR@10", "NDCG@10", "on head", "on tail"]
    return _table(header + (["Epochs", "Seconds"] if with_cost else []), rows)


def _spread(values: Sequence[float], best: float) -> str:
    mean = statistics.fmean(values)
    text = f"**{mean:.4f}**" if mean == best else f"{mean:.4f}"
    return f"{text} ±\u00a0{statistics.stdev(values):.4f}" if len(values) > 1 else text


def _shared(one: Entry, other: Entry) -> set[int]:
    """The seeds that both have."""
    return {run.seed for run in one.runs} & {run.seed for run in other.runs}


def _differences(reference: Entry, entry: Entry, protocols: Iterable[str], home: Home) -> Gaps:
    """(protocol, slice) -> the entry less the reference, on the seeds that both have. p is not yet corrected."""
    seeds = _shared(reference, entry)
    groups = [[run for run in each.runs if run.seed in seeds] for each in (reference, entry)]
    return {(each.protocol, each.slice): each for each in compare_runs(groups, home) if each.protocol in protocols}


def _corrected(found: Mapping[str, Gaps]) -> dict[str, Gaps]:
    """The same with p corrected for everything that a table shows."""
    places = [(label, key) for label, gaps in found.items() for key in gaps]
    corrected = holm([found[label][key].p for label, key in places])
    result: dict[str, dict[tuple[str, str], Difference]] = {label: {} for label in found}
    for (label, key), p in zip(places, corrected, strict=True):
        result[label][key] = replace(found[label][key], corrected_p=float(p))
    return dict(result)


def _gaps(gaps: Gaps, protocol: str) -> list[str]:
    shown = [gaps[protocol, part] for part in SLICES]
    return [f"{gap.difference:+.4f} ({gap.low:+.4f} to {gap.high:+.4f}), p {gap.corrected_p:.4f}" for gap in shown]


def _unproven(found: Mapping[str, Gaps], protocols: Mapping[str, str]) -> str:
    """Says where the interval is not clear of zero."""
    cells = [
        f"{label}, {words.lower()}, {part} ({'below' if gap.high < 0 else 'not clear of zero'})"
        for label, gaps in found.items()
        for protocol, words in protocols.items()
        for part in SLICES
        if (gap := gaps[protocol, part]).low <= 0
    ]
    if not cells:
        return "Every interval lies above zero: H2Rec gains on head and on tail, over every rival in the table, in every protocol."
    return "**Not shown:** " + "; ".join(cells) + "."


def _verdicts(changes: Mapping[str, Gaps]) -> str:
    """Says of every change whether an interval, in full ranking, is clear of zero, and on which side."""
    gaps = {label: [found["full", part] for part in SLICES] for label, found in changes.items()}
    worse = [label for label, found in gaps.items() if any(gap.high < 0 for gap in found)]
    better = [label for label, found in gaps.items() if any(gap.low > 0 for gap in found)]
    neither = [label for label in gaps if label not in {*worse, *better}]
    groups = {"Clearly worse": worse, "Clearly better": better, "No clear difference": neither}
    return " ".join(
        f"{words} (overall, on head or on tail): {'; '.join(labels)}." if labels else f"{words}: none."
        for words, labels in groups.items()
    )


def _bands_table(chapter: Chapter) -> str:
    shown = [chapter.ours, *_named_rivals(chapter)]
    users = chapter.ours.runs[0].test["full"]
    return _table(
        ["Training interactions", "Users", *(entry.label for entry in shown)],
        [
            [
                band.removeprefix("band_"),
                f"{users[band]['users']:,.0f}",
                *(f"{entry.mean('full', band):.4f}" for entry in shown),
            ]
            for band in BANDS
            if band in users
        ],
    )


def _named_rivals(chapter: Chapter) -> list[Entry]:
    """Each ID alone, and the best of all rivals."""
    chosen = [entry for entry in chapter.rivals if entry.label in ("HID", "SID")]
    best = chapter.best_rival
    return chosen if best in chosen else [*chosen, best]


def _provenance(chapter: Chapter) -> str:
    of_studies = [entry for study in chapter.studies for entry in study.entries]
    entries = [chapter.ours, *chapter.rivals, *of_studies, *chapter.refits]
    runs = [run for entry in entries for run in entry.runs]
    seeds = sorted({run.seed for run in runs})
    commits = sorted({run.versions.get("commit", "not recorded") for run in runs})
    versions = {name: value for name, value in runs[0].versions.items() if name != "commit"}
    usual = flat(ExperimentConfig().model_dump(mode="json"))
    changed = {
        name: value
        for name, value in flat(without_idle(parse(chapter.ours.runs[0].config)).model_dump(mode="json")).items()
        if usual.get(name) != value and name not in ("name", "seed")
    }
    lines = [
        f"- Seeds {', '.join(map(str, seeds))}; {len(runs)} runs; code {', '.join(commits)}.",
        f"- {', '.join(f'{name} {value}' for name, value in versions.items())}; one CPU thread for each run. "
        "Seconds are wall time of the training; runs beside each other and other work made them longer.",
        f"- Data fingerprint {chapter.dataset.facts['fingerprint'][:16]}.",
        f"- Settings that are not the default: {', '.join(f'`{name} = {value}`' for name, value in changed.items())}.",
    ]
    return "\n".join(lines)


def _protocols(data: Dataset) -> dict[str, str]:
    return {key: words for key, words in PROTOCOL_WORDS.items() if key != "full_with_history" or _has_repeats(data)}


def _has_repeats(data: Dataset) -> bool:
    return bool((data.sequences.distinct().lengths < data.sequences.lengths).any())


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of bare numbers stand at the right."""
    is_number = [all(cells[place].strip("*")[:1].isdigit() for cells in rows) for place in range(len(header))]
    lines = [header, ["---:" if number else "---" for number in is_number], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def draw_bands(chapter: Chapter, path: Path) -> None:
    """NDCG@10 by popularity band as grouped bars, into a PNG file."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg
    from pyqtgraph.exporters import ImageExporter

    from workbench.application import make_application
    from workbench.palette import LIGHT, Role

    app: Any = make_application()
    shown = [chapter.ours, *_named_rivals(chapter)]
    bands = [band for band in BANDS if band in chapter.ours.runs[0].test["full"]]
    plot = pg.PlotWidget(background=LIGHT[Role.surface])
    plot.resize(760, 320)
    legend = plot.addLegend(offset=(20, 10), labelTextColor=LIGHT[Role.text])
    width = 0.8 / len(shown)
    for place, (entry, role) in enumerate(zip(shown, (Role.run_1, Role.run_4, Role.run_2, Role.run_3), strict=False)):
        places = [band + (place - (len(shown) - 1) / 2) * width for band in range(len(bands))]
        heights = [entry.mean("full", band) for band in bands]
        bars = pg.BarGraphItem(x=places, height=heights, width=width * 0.9, brush=LIGHT[role], pen=None)
        plot.addItem(bars)
        legend.addItem(bars, entry.label)
    for side, words in (("bottom", "Training interactions of the target"), ("left", "NDCG@10")):
        axis = plot.getAxis(side)
        axis.setPen(LIGHT[Role.border])
        axis.setTextPen(LIGHT[Role.text])
        axis.setLabel(words, color=LIGHT[Role.text])
        axis.enableAutoSIPrefix(False)
    plot.getAxis("bottom").setTicks([list(enumerate(band.removeprefix("band_") for band in bands))])
    plot.showGrid(y=True, alpha=0.3)
    plot.show()
    app.processEvents()
    exporter = ImageExporter(plot.plotItem)
    exporter.parameters()["width"] = 730
    path.parent.mkdir(exist_ok=True)
    exporter.export(str(path))
    plot.close()
