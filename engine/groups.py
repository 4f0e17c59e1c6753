"""Runs that belong together: the same settings with several seeds, values, without parts, and beside their rivals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.ablations import ABLATIONS, FULL, refuse_without_parts
from engine.applicability import plays_a_part, set_aside
from engine.baselines import BASELINES
from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.grid import Axis, Point, at_point, combinations, differing
from engine.settings import completed, parse, sections_of

if TYPE_CHECKING:
    from engine.store.rows import RunDetails

PROTOCOLS = ("full", "sampled")
SLICES = ("overall", "head", "tail")
METRICS = ("NDCG@10", "HR@10")
MOST_SEEDS = 100


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
    variants = _variants(config, ablations, axes, baselines)
    return [
        PlannedRun(label, variant.model_copy(update={"seed": seed})) for seed in checked for label, variant in variants
    ]


def _variants(
    config: ExperimentConfig, ablations: bool, axes: Sequence[Axis], baselines: bool
) -> list[tuple[str, ExperimentConfig]]:
    found: dict[str, tuple[str, ExperimentConfig]] = {}
    for each in _kinds(config, ablations, baselines):
        for point in combinations(axes):
            label, variant = each.at(config, point)
            alike = without_idle(variant).model_copy(update={"name": ""}).model_dump_json()
            found.setdefault(alike, (label, variant))
    return list(found.values())


@dataclass(frozen=True)
class _Kind:
    """A variant without values of its own: the model itself, an ablation or a rival."""

    label: str
    make: Callable[[ExperimentConfig], ExperimentConfig]

    def at(self, config: ExperimentConfig, point: Point) -> tuple[str, ExperimentConfig]:
        """This variant at a combination, and a label that names the values that tell it from the others."""
        base = at_point(config, point)
        variant = self.make(base)
        reasons = set_aside(variant.model_dump())
        own = differing(variant, base)
        keys = [key for key in point.values if key not in own and plays_a_part(key, reasons)]
        if not keys:
            return self.label, variant
        words = point.label(keys)
        named = variant.model_copy(update={"name": f"{words}: {variant.title}"})  # in front, as ablations have it
        return words if self.label == FULL else f"{self.label}, {words}", named


def _kinds(config: ExperimentConfig, ablations: bool, baselines: bool) -> list[_Kind]:
    if ablations:
        refuse_without_parts(config)
    kinds = [_Kind(FULL, lambda same: same)]
    if ablations:
        kinds += [_Kind(each.label, each.of) for each in ABLATIONS if each.label != FULL]
    if baselines:
        kinds += [_Kind(each.label, each.of) for each in BASELINES]
    return kinds


def default_name(config: ExperimentConfig, at: datetime) -> str:
    """A name for a group that has none."""
    return f"{config.title} {at:%Y-%m-%d %H:%M:%S}"


def finished_before(planned: PlannedRun, fingerprint: str, runs: Iterable[RunDetails]) -> RunDetails | None:
    """The latest of `runs` that finished with these settings, so far as they play a part, on exactly these data."""
    same = [
        run
        for run in runs
        if run.status == "finished"
        and run.label == planned.label
        and run.dataset_fingerprint == fingerprint
        and (settings := _settings(run)) is not None
        and without_idle(settings) == without_idle(planned.config)
    ]
    return same[-1] if same else None


def without_idle(config: ExperimentConfig) -> ExperimentConfig:
    """The settings with those that play no part at their defaults."""
    usual = ExperimentConfig()
    reasons = set_aside(config.model_dump())
    changes: dict[str, Any] = {}
    for section, _ in sections_of(ExperimentConfig):
        own, default = getattr(config, section), getattr(usual, section)
        idle = [name for name in type(own).model_fields if not plays_a_part(f"{section}.{name}", reasons)]
        if idle:
            changes[section] = own.model_copy(update={name: getattr(default, name) for name in idle})
    return config.model_copy(update=changes)


def summarise(runs: Iterable[RunDetails]) -> list[Summary]:
    """A line for every label of a group; runs of one label with other settings, or on other data, have their own.

    `runs` oldest first, as the store gives them; of two with the same seed the later one counts.
    """
    alike: dict[tuple[str, str, str], dict[int, RunDetails]] = {}
    for run in runs:
        if run.status == "finished":
            settings = {name: value for name, value in completed(run.config).items() if name not in ("seed", "name")}
            key = (run.label or "", run.dataset_fingerprint, repr(settings))
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


def _spreads(protocol: str, runs: Sequence[RunDetails]) -> dict[str, dict[str, Spread]]:
    """slice -> metric -> Spread."""
    found: dict[str, dict[str, Spread]] = {}
    for part in SLICES:
        for metric in METRICS:
            values = [run.test.get(protocol, {}).get(part, {}).get(metric) for run in runs]
            known = [value for value in values if value is not None and math.isfinite(value)]
            if known:
                deviation = statistics.stdev(known) if len(known) > 1 else None
                found.setdefault(part, {})[metric] = Spread(statistics.fmean(known), deviation)
    return found


def _settings(run: RunDetails) -> ExperimentConfig | None:
    """The run's settings with the defaults of today, or None where they are no longer understood."""
    try:
        return parse(run.config)
    except SettingsError:
        return None
