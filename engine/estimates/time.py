"""How long an epoch and a run will take, scaled from past runs.

A plain estimate. An epoch is taken to cost as many multiply-adds as its largest products have; a past run says how
many seconds one of them took here, and the median over the runs that are most alike is what a new run is expected to
need. A small epoch costs more than its multiply-adds say, so runs of about as much work are preferred. Runs of another
machine that came with the home folder, and a machine that is busy, mislead it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.estimates.work import epoch_work
from engine.settings import parse

if TYPE_CHECKING:
    from engine.groups import PlannedRun
    from engine.store.rows import DatasetRow, RunDetails

MOST_READ = 500  # finished runs that are looked at, the latest
MOST_RUNS = 10  # of them, those that an estimate rests on
ABOUT_AS_NEAR = 1.5  # times further off in work than the nearest one


@dataclass(frozen=True)
class Basis:
    """A past run to go by: what computed, the name of its data, and how long it took.

    `work` are multiply-adds per epoch, `epoch_seconds` how long one took; both 0 where nothing was trained. `epochs`
    are those after which it stopped by itself, None where it went on until its settings ended it.
    """

    computes: tuple[str, ...]
    dataset: str
    work: float
    epochs: int | None
    epoch_seconds: float
    other_seconds: float


@dataclass(frozen=True)
class TimeEstimate:
    """`epoch_seconds` for one epoch; `seconds` for the run, if it needs `epochs` of them, with everything around it.

    `all_epochs`: no past run tells when training stops, so all are counted that the settings allow. `runs` past runs
    say so; `likeness` tells in words which they are.
    """

    epoch_seconds: float
    epochs: int
    all_epochs: bool
    seconds: float
    runs: int
    likeness: str


def bases(runs: Iterable[RunDetails], datasets: Mapping[str, DatasetRow]) -> list[Basis]:
    """What finished runs teach, in their order; `datasets` by fingerprint. Runs on data that are gone teach nothing."""
    found = []
    for run in runs:
        dataset = datasets.get(run.dataset_fingerprint)
        if run.status != "finished" or dataset is None:
            continue
        try:
            config: ExperimentConfig = parse(run.config)
        except SettingsError:  # of a version that had other settings
            continue
        computes, data = _what_computes(config), config.data.dataset
        seconds, epochs = run.stage_seconds, run.epochs or 0
        trained = seconds.get("train", 0.0)
        other = sum(seconds.values()) - trained - seconds.get("refit", 0.0)
        if epochs and trained:
            stopped = epochs if epochs < config.training.epochs else None
            found.append(Basis(computes, data, epoch_work(config, dataset), stopped, trained / epochs, other))
        elif config.model.kind == "popularity":
            found.append(Basis(computes, data, 0.0, None, 0.0, other))
    return found


def estimate_time(config: ExperimentConfig, dataset: DatasetRow, past: Sequence[Basis]) -> TimeEstimate | None:
    """How long a run will take by the runs that are most like it; None where there is nothing to go by.

    It is expected to stop after as many epochs as they did, or else to need all. A refit counts twice.
    """
    work = 0.0 if config.model.kind == "popularity" else epoch_work(config, dataset)
    alike, likeness = _most_alike(config, work, past)
    if not alike:
        return None
    other = statistics.median(each.other_seconds for each in alike)
    if not work:
        return TimeEstimate(0.0, 0, False, other, len(alike), likeness)
    per_epoch = work * statistics.median(each.epoch_seconds / each.work for each in alike)
    most = config.training.epochs
    stopped = [each.epochs for each in alike if each.epochs is not None]
    epochs = min(most, round(statistics.median(stopped))) if stopped else most
    seconds = per_epoch * epochs * (1 + config.training.refit) + other
    return TimeEstimate(per_epoch, epochs, epochs == most, seconds, len(alike), likeness)


@dataclass(frozen=True)
class GroupEstimate:
    """How long `runs` runs take together, those of a group of which anything can be said; `at_most` where one of them
    is counted with all epochs that its settings allow."""

    seconds: float
    runs: int
    at_most: bool


def estimate_group(
    planned: Iterable[PlannedRun], datasets: Mapping[str, DatasetRow], past: Sequence[Basis]
) -> GroupEstimate:
    """The time of several runs one after another; `datasets` by name."""
    by_label: dict[str, TimeEstimate | None] = {}  # runs of one label differ in their seed alone
    for each in planned:
        if each.label not in by_label:
            dataset = datasets.get(each.config.data.dataset)
            by_label[each.label] = None if dataset is None else estimate_time(each.config, dataset, past)
    known = [estimate for each in planned if (estimate := by_label[each.label]) is not None]
    return GroupEstimate(sum(each.seconds for each in known), len(known), any(each.all_epochs for each in known))


def _most_alike(config: ExperimentConfig, work: float, past: Sequence[Basis]) -> tuple[list[Basis], str]:
    """The runs that tell most of one of that much `work`, the latest of those that tell as much, and what they are."""
    computes = _what_computes(config)
    trained = [each for each in past if bool(each.work) == bool(work)]
    same = [each for each in trained if each.computes == computes]
    here = [each for each in same if each.dataset == config.data.dataset]
    for runs, likeness in (
        (here, "of this model on these data"),
        (same, "of this model on other data"),
        (trained, "of another model"),
    ):
        if runs:
            apart = [(abs(math.log(each.work / work)) if work else 0.0) for each in runs]
            near = [each for each, far in zip(runs, apart, strict=True) if far <= min(apart) + math.log(ABOUT_AS_NEAR)]
            return near[-MOST_RUNS:], likeness
    return [], ""


def _what_computes(config: ExperimentConfig) -> tuple[str, ...]:
    return (config.model.kind, config.model.backbone, config.training.device)
