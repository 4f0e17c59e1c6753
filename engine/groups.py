"""Runs that belong together: the same settings with several seeds, values, without parts, and beside their rivals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.applicability import without_idle
from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.grid import Axis
from engine.settings import parse, settings_key
from engine.variants import variants

if TYPE_CHECKING:
    from engine.store.rows import RunDetails

PROTOCOLS = ("full", "sampled")
SLICES = ("overall", "head", "tail")
METRICS = ("NDCG@10", "HR@10")
MOST_SEEDS = 100
MOST_RUNS = 2000


@dataclass(frozen=True)
class PlannedRun:
    """One run of a group: what it is called within it, and its settings."""

    label: str
    config: ExperimentConfig


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation (n - 1) over seeds; the deviation of a single run is None."""

    mean: float
    deviation: float | None


@dataclass(frozen=True)
class Summary:
    """The finished runs of a group that differ in nothing but the seed.

    `runs` are their numbers in the order of `seeds`; `metrics` maps protocol -> slice -> metric -> Spread, without
    those that no run has.
    """

    label: str
    seeds: tuple[int, ...]
    runs: tuple[int, ...]
    metrics: dict[str, dict[str, dict[str, Spread]]]


def plan(
    config: ExperimentConfig,
    seeds: Sequence[int] = (),
    ablations: bool = False,
    axes: Sequence[Axis] = (),
    baselines: bool = False,
) -> list[PlannedRun]:
    """The runs of a group in their order: for each seed (by default the config's own) every variant, none twice.

    The variants are the model itself, its ablations and its rivals, each with every combination of the values on
    `axes`. A setting that plays no part in a variant, or that makes the variant what it is, does not multiply it.

    Raises SettingsError for a seed or a combination that is not allowed, or when the model has nothing to ablate.
    """
    checked = [parse({"seed": seed}, ExperimentConfig).seed for seed in dict.fromkeys(seeds or [config.seed])]
    found = variants(config, ablations, axes, baselines)
    if len(found) * len(checked) > MOST_RUNS:
        raise SettingsError(f"These are {len(found) * len(checked):,} runs; {MOST_RUNS:,} are allowed at once.")
    return [
        PlannedRun(label, variant.model_copy(update={"seed": seed})) for seed in checked for label, variant in found
    ]


def default_name(config: ExperimentConfig, at: datetime) -> str:
    """A name for a group that has none."""
    return f"{config.title} {at:%Y-%m-%d %H:%M:%S}"


def finished_before(planned: PlannedRun, fingerprint: str, runs: Iterable[RunDetails]) -> RunDetails | None:
    """The latest of `runs` that finished with these settings, so far as they play a part, on exactly these data."""
    return _latest("finished", planned, fingerprint, runs)


def interrupted_before(planned: PlannedRun, fingerprint: str, runs: Iterable[RunDetails]) -> RunDetails | None:
    """The same of those that were interrupted, and can be resumed."""
    return _latest("interrupted", planned, fingerprint, runs)


def _latest(status: str, planned: PlannedRun, fingerprint: str, runs: Iterable[RunDetails]) -> RunDetails | None:
    wanted = without_idle(planned.config)
    same = [
        run
        for run in runs
        if run.status == status
        and run.label == planned.label
        and run.dataset_fingerprint == fingerprint
        and (settings := _settings(run)) is not None
        and without_idle(settings) == wanted
    ]
    return same[-1] if same else None


def replicates(runs: Iterable[RunDetails]) -> list[list[RunDetails]]:
    """Runs on the same data that differ in nothing but name and seed, gathered; in the order given."""
    alike: dict[tuple[str, str], list[RunDetails]] = {}
    for run in runs:
        alike.setdefault((run.dataset_fingerprint, settings_key(run.config)), []).append(run)
    return list(alike.values())


def summarise(runs: Iterable[RunDetails]) -> list[Summary]:
    """A line for every label of a group; runs of one label with other settings, or on other data, have their own.

    `runs` oldest first, as the store gives them; of two with the same seed the later one counts.
    """
    alike: dict[tuple[str, str, str], dict[int, RunDetails]] = {}
    for run in runs:
        if run.status == "finished":
            key = (run.label or "", run.dataset_fingerprint, settings_key(run.config))
            alike.setdefault(key, {})[run.seed] = run
    return [
        Summary(
            label,
            tuple(sorted(by_seed)),
            tuple(by_seed[seed].id for seed in sorted(by_seed)),
            {protocol: _spreads(protocol, list(by_seed.values())) for protocol in PROTOCOLS},
        )
        for (label, _, _), by_seed in alike.items()
    ]


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard deviation of at least one value."""
    return Spread(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)


def _spreads(protocol: str, runs: Sequence[RunDetails]) -> dict[str, dict[str, Spread]]:
    """slice -> metric -> Spread."""
    found: dict[str, dict[str, Spread]] = {}
    for part in SLICES:
        for metric in METRICS:
            values = [run.test.get(protocol, {}).get(part, {}).get(metric) for run in runs]
            known = [value for value in values if value is not None and math.isfinite(value)]
            if known:
                found.setdefault(part, {})[metric] = spread(known)
    return found


def _settings(run: RunDetails) -> ExperimentConfig | None:
    """The run's settings with the defaults of today, or None where they are no longer understood."""
    try:
        return parse(run.config)
    except SettingsError:
        return None
