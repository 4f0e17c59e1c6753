"""What a person reads of a run: lines while it goes, and a sheet with its results."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.cli.output import Output
from engine.config import ExperimentConfig
from engine.events import Event, Failed, Interrupted, Loss, Metrics, Note, SemanticIdsReady, StageStarted
from engine.groups import METRICS, SLICES, Spread, summarise
from engine.store.rows import RunDetails

if TYPE_CHECKING:
    from engine.inspection import UserView

HISTORY_SHOWN = 10


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
            case Loss(parts=parts):
                self._losses.append(parts["total"])
            case Metrics(epoch, "validation", "full", values):
                ndcg = "  ".join(f"{part} {metric(values.get(part, {}).get('NDCG@10'))}" for part in SLICES)
                loss = sum(self._losses) / len(self._losses) if self._losses else float("nan")
                self._losses.clear()
                line(f"  epoch {epoch:>3}   loss {loss:8.4f}   NDCG@10  {ndcg}")
            case Interrupted():
                line("Interrupted. What was finished is kept.")
            case Failed(message=message):
                line(f"The run failed: {message}")


def write_results(output: Output, run: RunDetails) -> None:
    """The test metrics of both protocols, each with what it ranks against."""
    evaluation = run.config["evaluation"]
    seen = "history left out" if evaluation["remove_seen"] else "history ranked too"
    titles = {"full": f"Full ranking, {seen}", "sampled": f"Against {evaluation['negatives']} sampled items"}
    for protocol, title in titles.items():
        slices = run.test.get(protocol, {})
        if slices:
            names = list(next(iter(slices.values())))
            output.line()
            output.table(
                [title, *names],
                [[part, *(metric(values.get(name)) for name in names)] for part, values in slices.items()],
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
    usual = _flat(ExperimentConfig().model_dump(mode="json"))
    changed = {key: value for key, value in _flat(run.config).items() if usual.get(key) != value}
    output.line("Settings: " + (", ".join(f"{key} = {value}" for key, value in changed.items()) or "all default"))
    output.line("Versions: " + ", ".join(f"{name} {value}" for name, value in run.versions.items()))
    output.line(f"Files: {folder}")


def write_recommendations(output: Output, view: "UserView") -> None:
    """A user's latest items, the held-out one and where it landed, and the top of the list with both score halves."""
    output.line(f"User {view.user_id}: {len(view.history):,} items, the latest last")
    for item in view.history[-HISTORY_SHOWN:]:
        output.line(f"  {item.title}")
    if view.held_out is not None:
        place = view.held_out_rank
        where = f"rank {place:g}" if place is not None and math.isfinite(place) else "not ranked, it is in the history"
        output.line(f"Held out: {view.held_out.title} ({where} of {view.candidates:,})")
    output.line()
    output.table(
        ["rank", "item", "", "score", "hash ID", "semantic ID", ""],
        [
            [str(each.rank), each.item.title, "head" if each.item.is_head else "tail"]
            + [metric(value) for value in (each.score, each.hid, each.sid)]
            + ["held out" if each.is_held_out else ""]
            for each in view.recommendations
        ],
    )


def report_line(report: Mapping[str, Any]) -> str:
    """The plain numbers of a diagnostics report, in a line."""
    numbers = {name: value for name, value in report.items() if type(value) in (int, float)}
    return ", ".join(
        f"{name.replace('_', ' ')} {value:,}" if isinstance(value, int) else f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in numbers.items()
    )


def metric(value: float | None) -> str:
    """A metric with four decimals; “–” where there is none."""
    return "–" if value is None or value != value else f"{value:.4f}"


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


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found
