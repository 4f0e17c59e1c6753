"""What a person reads of a run: lines while it goes, and a sheet with its results."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.cli.output import Output
from engine.config import ExperimentConfig
from engine.evaluation.words import protocol_titles
from engine.events import Event, Failed, Interrupted, Loss, Metrics, Note, SemanticIdsReady, StageStarted
from engine.groups import METRICS, SLICES, Spread, summarise
from engine.settings import flat
from engine.store.rows import RunDetails

if TYPE_CHECKING:
    from engine.comparison import Difference
    from engine.data.doctor import Finding
    from engine.inspection import UserView

HISTORY_SHOWN = 10
HALVES = {"hid": "hash ID", "sid": "semantic ID", "text": "text"}


class EventLines:
    """A listener that writes stages, notes and one line for every epoch."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._losses: list[float] = []

    def __call__(self, event: Event) -> None:
        line = self._output.line
        match event:
            case StageStarted(title=title):
                line(title)
            case Note(level, text):
                line(f"  {text}" if level == "info" else f"  Note: {text}")
            case SemanticIdsReady(report, reused):
                line(f"  {'Reused' if reused else 'Learned'} semantic IDs. {report_line(report)}".rstrip())
            case Loss(parts={"total": total}):
                self._losses.append(total)
            case Metrics(epoch, "validation", "full", values):
                ndcg = "  ".join(f"{part} {metric(values.get(part, {}).get('NDCG@10'))}" for part in SLICES)
                loss = sum(self._losses) / len(self._losses) if self._losses else float("nan")
                self._losses.clear()
                line(f"  epoch {epoch:>3}   loss {loss:8.4f}   NDCG@10  {ndcg}")
            case Interrupted():
                line("Interrupted. What was finished is kept.")
            case Failed(message=message):
                line(f"The run failed: {message}")


def write_findings(output: Output, dataset: str, findings: Sequence["Finding"]) -> None:
    """What is wrong with a dataset, and what to do."""
    if not findings:
        output.line(f"{dataset}: nothing was found that would mislead.")
    for finding in findings:
        output.line(f"{finding.severity.capitalize()}: {finding.title}")
        output.line(f"    {finding.text}")
        if finding.examples:
            output.line(f"    For example: {'; '.join(finding.examples)}")
        output.line(f"    {finding.advice}")


def write_results(output: Output, run: RunDetails) -> None:
    """The test metrics of every protocol, each with what it ranks against, and what the lists are like."""
    for protocol, title in protocol_titles(run.config["evaluation"]).items():
        slices = run.test.get(protocol, {})
        if slices:
            names = list(next(iter(slices.values())))
            output.line()
            output.line(title)
            output.table(
                ["", *names],
                [
                    [part.replace("_", " "), *(_in_table(name, values.get(name)) for name in names)]
                    for part, values in slices.items()
                ],
            )
    lists = run.test.get("lists", {}).get("overall", {})
    if lists:
        output.line()
        output.line(
            f"Top-10 lists: coverage {metric(lists['coverage@10'])}, Gini {metric(lists['gini@10'])}, "
            f"novelty {lists['novelty@10']:.2f} bits, share of tail items {metric(lists['tail_share@10'])}"
        )


def write_summary(output: Output, group: str, runs: Sequence[RunDetails]) -> None:
    """A table for each protocol: mean ± standard deviation over the seeds of every label of a group."""
    summaries = summarise(runs)
    finished = sum(run.status == "finished" for run in runs)
    for protocol, title in {"full": "Full ranking", "sampled": "Against sampled items"}.items():
        if summaries:
            output.line()
            output.table(
                [title, "seeds", *(f"{metric} {part}" for metric in METRICS for part in SLICES)],
                [
                    [each.label, str(len(each.seeds))]
                    + [_spread(each.metrics[protocol].get(part, {}).get(name)) for name in METRICS for part in SLICES]
                    for each in summaries
                ],
            )
    output.line()
    if any(len(each.seeds) > 1 for each in summaries):
        output.line("Mean ± standard deviation over the seeds.")
    output.line(f"Group “{group}”: {finished} of {len(runs)} started runs finished.")


def write_sheet(output: Output, run: RunDetails, folder: str) -> None:
    """Everything about a run: state, results, semantic IDs, times and the settings that are not the default."""
    output.line(f"Run {run.id} · {run.name}")
    epochs = "" if run.epochs is None else f", {run.epochs} epochs"
    best = "" if run.best_epoch is None else f", best {run.best_epoch}"
    output.line(f"{run.status} · {run.created_at.astimezone():%Y-%m-%d %H:%M} · {duration(run.seconds)}{epochs}{best}")
    output.line(f"dataset {run.dataset} · model {run.model} · seed {run.seed}")
    if run.group is not None:
        output.line(f"{run.label} of the group “{run.group}”")
    for text in (run.error, run.notes):
        if text:
            output.line(text)
    write_results(output, run)
    output.line()
    if run.semantic_ids:
        output.line(f"Semantic IDs: {report_line(run.semantic_ids)}")
    if run.stage_seconds:
        output.line("Seconds: " + ", ".join(f"{name} {value:.1f}" for name, value in run.stage_seconds.items()))
    usual = flat(ExperimentConfig().model_dump(mode="json"))
    changed = {key: value for key, value in flat(run.config).items() if usual.get(key) != value}
    output.line("Settings: " + (", ".join(f"{key} = {value}" for key, value in changed.items()) or "all default"))
    output.line("Versions: " + ", ".join(f"{name} {value}" for name, value in run.versions.items()))
    output.line(f"Files: {folder}")


def write_comparison(
    output: Output, groups: "Sequence[Sequence[RunDetails]]", metric_name: str, found: "Sequence[Difference]"
) -> None:
    """A table per protocol: the reference's mean, the other's, their difference with interval and corrected p."""
    names = {tuple(run.id for run in group): group[0].name for group in groups}
    reference, *_ = names
    output.line(f"{metric_name} against run {_numbers(reference)} · {names[reference]}")
    for protocol, title in protocol_titles(groups[0][0].config["evaluation"]).items():
        rows = [each for each in found if each.protocol == protocol]
        if not rows:
            continue
        output.line()
        output.line(title)
        output.table(
            ["run", "", "slice", "users", "reference", "mean", "difference", "95 % from", "to", "p", "beats"],
            [
                [
                    *(_numbers(each.runs), names[each.runs], each.slice, f"{each.users:,}"),
                    *(metric(value) for value in (each.reference_mean, each.mean)),
                    *(f"{value:+.4f}" for value in (each.difference, each.low, each.high)),
                    f"{each.corrected_p:.4f}",
                    f"{each.probability:.1%}",
                ]
                for each in rows
            ],
        )
    from engine.evaluation.significance import RESAMPLES

    output.line()
    output.line(
        f"Intervals by bootstrap over users, p by flipping signs at random, both with {RESAMPLES:,} resamples; "
        f"p corrected for all {len(found)} comparisons (Holm). beats: share of the bootstrap's resamples in which the "
        "mean is above the reference's."
    )


def _numbers(runs: tuple[int, ...]) -> str:
    return "+".join(map(str, runs))


def write_recommendations(output: Output, view: "UserView") -> None:
    """A user's latest items, the held-out one and where it landed, and the top of the list with both score halves."""
    output.line(f"User {view.user_id}: {len(view.history):,} items, the latest last")
    for item in view.history[-HISTORY_SHOWN:]:
        output.line(f"  {item.title}")
    if view.held_out is not None:
        place = view.held_out_rank
        where = f"rank {place:g}" if place is not None and math.isfinite(place) else "not ranked, it is in the history"
        output.line(f"Held out: {view.held_out.title} ({where} of {view.candidates:,})")
    halves = [name for name in HALVES if any(getattr(each, name) is not None for each in view.recommendations)]
    output.line()
    output.table(
        ["rank", "item", "", "score", *(HALVES[name] for name in halves), ""],
        [
            [str(each.rank), each.item.title, "head" if each.item.is_head else "tail"]
            + [metric(value) for value in (each.score, *(getattr(each, name) for name in halves))]
            + ["held out" if each.is_held_out else ""]
            for each in view.recommendations
        ],
    )


def write_semantic_ids(output: Output, report: Mapping[str, Any]) -> None:
    """Diagnostics of semantic IDs: how each level is used, then a line for each number."""
    size = report["codebook_size"]
    output.line()
    output.table(
        ["level", "codes in use", "of", "perplexity"],
        [
            [str(level), f"{round(used * size):,}", f"{size:,}", f"{perplexity:.1f}"]
            for level, (used, perplexity) in enumerate(
                zip(report["utilisation"], report["perplexity"], strict=True), start=1
            )
        ],
    )
    output.line()
    for name, value in _plain_numbers(report).items():
        output.line(f"{name}: {value}")


def report_line(report: Mapping[str, Any]) -> str:
    """The plain numbers of a diagnostics report, in a line."""
    return ", ".join(f"{name} {value}" for name, value in _plain_numbers(report).items())


def _plain_numbers(report: Mapping[str, Any]) -> dict[str, str]:
    """name in words -> number as shown, of those that stand alone."""
    return {
        name.replace("_", " "): f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
        for name, value in report.items()
        if type(value) in (int, float)
    }


def metric(value: float | None) -> str:
    """A metric with four decimals; “–” where there is none."""
    return "–" if value is None or value != value else f"{value:.4f}"


def _in_table(name: str, value: float | None) -> str:
    return f"{value:,.0f}" if name == "users" and value is not None else metric(value)


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    return metric(spread.mean) + (f" ± {metric(spread.deviation)}" if spread.deviation is not None else "")


def duration(seconds: float | None) -> str:
    """Wall time as 1 h 04 min, 3 min 05 s or 12 s; “–” where it is not known."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
