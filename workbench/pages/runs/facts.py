"""What the detail pane says of a run, as rows of words; no widget is involved."""

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.config import ExperimentConfig
from engine.settings import settings_key
from workbench.models.run_columns import model_name, moment
from workbench.widgets import numbers
from workbench.widgets.bars import Bar

if TYPE_CHECKING:
    from engine.store import LogLine, RunDetails

SLICES = ("overall", "head", "tail")
PROTOCOLS = {
    "full": "Full",
    "sampled": "Sampled",
    "full_with_history": "History kept",
    "full_without_history": "History left out",
}
BAND_METRIC = "NDCG@10"
STAGES = {
    "data": "data",
    "text": "item texts",
    "semantic_ids": "semantic IDs",
    "train": "training",
    "refit": "refit",
    "evaluate": "final test",
}

CODE = {"workbench": "Workbench", "commit": "Git commit", "python": "Python"}
MACHINE = {"system": "System", "processor": "Processor", "cores": "Cores", "memory": "Memory"}
_TRAINED_ON = re.compile(r"Training on (.+), CPU threads: (\d+)")


def protocols_of(test: Mapping[str, Any]) -> list[str]:
    """The protocols that have a column: the two main ones, and full ranking the other way where it was done."""
    return [name for name in PROTOCOLS if name in ("full", "sampled") or name in test]


def metric_rows(test: Mapping[str, Any]) -> list[tuple[str, list[float | None]]]:
    """(metric, values) for every metric; values run over `protocols_of`, then SLICES."""
    protocols = protocols_of(test)
    metrics: dict[str, None] = {}
    for protocol in protocols:
        for values in test.get(protocol, {}).values():
            metrics.update(dict.fromkeys(values))
    return [
        (name, [test.get(protocol, {}).get(part, {}).get(name) for protocol in protocols for part in SLICES])
        for name in sorted(metrics, key=_metric_order)
    ]


def part_bars(test: Mapping[str, Any]) -> tuple[list[Bar], list[Bar]]:
    """BAND_METRIC in full ranking by how often the target was had in training, and by the user's length.

    All bars have one scale: the longest is the best part of all.
    """
    full = test.get("full", {})
    bands = {name: name.removeprefix("band_").replace("-", "–") for name in full if name.startswith("band_")}
    lengths = {name: name.capitalize() for name in ("short", "long") if name in full}
    best = max((full[name].get(BAND_METRIC, 0.0) for name in (*bands, *lengths)), default=0.0) or 1.0
    first, second = (
        [
            Bar(
                title,
                full[name].get(BAND_METRIC, 0.0) / best,
                numbers.metric(full[name].get(BAND_METRIC)),
                _users(full[name].get("users")),
            )
            for name, title in names.items()
        ]
        for names in (bands, lengths)
    )
    return first, second


def summary_line(run: "RunDetails") -> str:
    """One line on what the run was."""
    parts = [f"{model_name(run.model)} on {run.dataset}"]
    if run.depth is not None and run.codebook_size is not None:
        parts.append(f"L {run.depth} × K {numbers.count(run.codebook_size)}")
    if run.model == "h2rec":
        parts.append(f"α {run.alpha:g}, β {run.beta:g}")
    parts.append(f"seed {run.seed}")
    if run.epochs:
        parts.append(f"best epoch {run.best_epoch} of {run.epochs}" if run.best_epoch else f"{run.epochs} epochs")
    if run.seconds is not None:
        parts.append(numbers.duration(run.seconds))
    parts.append(moment(run.created_at))
    if run.continued_from is not None:
        parts.append(f"run {run.continued_from} trained further")
    if run.group is not None:
        parts.append(f"{run.label} of “{run.group}”")
    return "  ·  ".join(parts)


def stages_line(run: "RunDetails") -> str:
    """How long each stage took."""
    return ", ".join(
        f"{STAGES.get(stage, stage)} {numbers.duration(seconds)}"
        for stage, seconds in run.stage_seconds.items()
        if seconds
    )


def environment_rows(run: "RunDetails", log: "Sequence[LogLine]") -> list[tuple[str, str, str]]:
    """(group, what, value): versions, device and machine as far as they were recorded, and times."""
    rest = dict(run.versions)
    origin = rest.pop("origin", "")
    rows = [("Origin", "Imported from", origin)] if origin else []
    rows += [("Origin", "Trained further", f"from run {run.continued_from}")] if run.continued_from else []
    rows += [("Code", words, rest.pop(name)) for name, words in CODE.items() if name in rest]
    machine = [("Machine", words, rest.pop(name)) for name, words in MACHINE.items() if name in rest]
    rows += [("Libraries", name, version) for name, version in rest.items()]
    trained = next((found for line in log if (found := _TRAINED_ON.search(line.text))), None)
    if trained is not None:
        rows += [("Machine", "Device", trained[1]), ("Machine", "CPU threads", trained[2])]
    rows += machine
    rows.append(("Data", "Fingerprint", run.dataset_fingerprint))
    rows.append(("Settings", "Key, the same for all seeds", settings_key(run.config)))
    rows.append(("Time", "Started", moment(run.created_at)))
    if run.resumed_at is not None:
        times = "" if run.resumed == 1 else f", the last of {run.resumed} times"
        rows.append(("Time", "Resumed", f"{moment(run.resumed_at)}{times}"))
    if run.finished_at is not None:
        rows.append(("Time", "Ended", moment(run.finished_at)))
    if run.seconds is not None:
        rows.append(("Time", "Duration", numbers.duration(run.seconds)))
    rows += [
        ("Time", (words := STAGES.get(stage, stage))[0].upper() + words[1:], numbers.duration(seconds))
        for stage, seconds in run.stage_seconds.items()
        if seconds
    ]
    return rows


def protocol_words(config: ExperimentConfig | None) -> str:
    """The two protocols as the run used them."""
    if config is None:
        return ""
    history, other = ("left out", "kept") if config.evaluation.remove_seen else ("kept", "left out")
    return (
        f"Test split, best checkpoint. Full ranking: the whole catalogue, the user's history {history}; the last "
        f"columns rank with the history {other}. "
        f"Sampled: against {config.evaluation.negatives} items that the user never had."
    )


def _users(count: int | None) -> str:
    return f"{numbers.count(count)} {'user' if count == 1 else 'users'}"


def _metric_order(name: str) -> tuple[int, int]:
    kind, _, cutoff = name.partition("@")
    kinds = ("users", "NDCG", "HR", "MRR")
    return (kinds.index(kind) if kind in kinds else len(kinds), int(cutoff) if cutoff.isdigit() else sys.maxsize)
