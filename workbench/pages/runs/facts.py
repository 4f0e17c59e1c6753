"""What the detail pane says of a run, as rows of words; no widget is involved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.settings import SettingInfo, parse, sections_of, settings_of, value_at
from workbench.models.run_columns import model_name, moment
from workbench.widgets import numbers

if TYPE_CHECKING:
    from engine.store import RunDetails

SLICES = ("overall", "head", "tail")
PROTOCOLS = ("full", "sampled")
STAGES = {
    "data": "data",
    "text": "item texts",
    "semantic_ids": "semantic IDs",
    "train": "training",
    "evaluate": "final test",
}


@dataclass(frozen=True)
class SettingRow:
    """A setting of a run in words; `differs` from the default."""

    section: str
    title: str
    value: str
    default: str
    help: str
    differs: bool


def config_of(run: "RunDetails") -> ExperimentConfig | None:
    """The run's settings, or None where this version no longer understands them."""
    try:
        return parse(run.config, ExperimentConfig)
    except SettingsError:
        return None


def setting_rows(config: ExperimentConfig) -> list[SettingRow]:
    """All settings in the order of the form, each with its default."""
    sections = dict(sections_of(ExperimentConfig))
    defaults = ExperimentConfig()
    rows = []
    for info in settings_of(ExperimentConfig):
        value, default = value_at(config, info.path), value_at(defaults, info.path)
        section = sections[info.path[0]] if len(info.path) > 1 else "General"
        rows.append(
            SettingRow(section, info.title, _shown(info, value), _shown(info, default), info.help, value != default)
        )
    return rows


def metric_rows(test: Mapping[str, Any]) -> list[tuple[str, list[float | None]]]:
    """(metric, values) for every metric; values run over protocols, then slices, in the order given above."""
    metrics: dict[str, None] = {}
    for protocol in PROTOCOLS:
        for values in test.get(protocol, {}).values():
            metrics.update(dict.fromkeys(values))
    return [
        (name, [test.get(protocol, {}).get(part, {}).get(name) for protocol in PROTOCOLS for part in SLICES])
        for name in sorted(metrics, key=_metric_order)
    ]


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
    if run.group is not None:
        parts.append(f"{run.label} of “{run.group}”")
    return "  ·  ".join(parts)


def stages_line(run: "RunDetails") -> str:
    """How long each stage took."""
    return ", ".join(
        f"{STAGES.get(stage, stage)} {numbers.duration(seconds)}" for stage, seconds in run.stage_seconds.items()
    )


def versions_line(run: "RunDetails") -> str:
    return ", ".join(f"{name} {version}" for name, version in run.versions.items())


def protocol_words(config: ExperimentConfig | None) -> str:
    """The two protocols as the run used them."""
    if config is None:
        return ""
    history = "left out" if config.evaluation.remove_seen else "kept"
    return (
        f"Test split, best checkpoint. Full ranking: the whole catalogue, the user's history {history}. "
        f"Sampled: against {config.evaluation.negatives} items that the user never had."
    )


def _metric_order(name: str) -> tuple[int, int]:
    kind, _, cutoff = name.partition("@")
    kinds = ("NDCG", "HR", "MRR")
    return (kinds.index(kind) if kind in kinds else len(kinds), int(cutoff) if cutoff.isdigit() else 0)


def _shown(info: SettingInfo, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == "":
        return numbers.NOTHING
    words = info.labels.get(value, "") if isinstance(value, str) else ""
    number = f"{value:g}" if isinstance(value, float) else str(value)
    return words or (f"{number} {info.unit}" if info.unit else number)
