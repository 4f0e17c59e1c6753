"""What the store gives back: frozen facts that may cross threads and outlive the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

RunStatus = Literal["running", "finished", "failed", "interrupted"]


@dataclass(frozen=True)
class DatasetRow:
    """A dataset as listed; its arrays are files in the home folder. `created_at` in UTC, `notes` by the person."""

    id: int
    name: str
    synthetic: bool
    source: str
    fingerprint: str
    users: int
    items: int
    interactions: int
    statistics: dict[str, Any]
    preparation: dict[str, Any]
    report: dict[str, Any]
    created_at: datetime
    notes: str = ""


@dataclass(frozen=True)
class RunRow:
    """A run as a line of the table.

    Metrics are those of the test split at 10, None until the run has finished: HR and NDCG in full ranking, and
    the same in the sampled protocol. `depth` and `codebook_size` are None without semantic IDs; `alpha` and
    `beta` are None where the model has nothing to align. Times in UTC, `seconds` is wall time. `group` names the runs
    that were made together, `label` what this one is among them; None for a run on its own. `backbone` is None where
    there is no network, `quantiser` without semantic IDs; `settings_key` is the same for runs that differ in name and
    seed only; `tags` are the person's own.
    """

    id: int
    name: str
    status: RunStatus
    dataset: str
    dataset_fingerprint: str
    model: str
    depth: int | None
    codebook_size: int | None
    alpha: float | None
    beta: float | None
    seed: int
    best_epoch: int | None
    epochs: int | None
    hr_overall: float | None
    hr_head: float | None
    hr_tail: float | None
    ndcg_overall: float | None
    ndcg_head: float | None
    ndcg_tail: float | None
    sampled_hr_overall: float | None
    sampled_hr_head: float | None
    sampled_hr_tail: float | None
    sampled_ndcg_overall: float | None
    sampled_ndcg_head: float | None
    sampled_ndcg_tail: float | None
    created_at: datetime
    finished_at: datetime | None
    seconds: float | None
    error: str | None
    notes: str
    group: str | None
    label: str | None
    backbone: str | None
    quantiser: str | None
    settings_key: str
    tags: list[str]


@dataclass(frozen=True)
class RunDetails(RunRow):
    """Everything about a run but its curves and its log.

    `test` maps protocol -> slice -> metric -> value, `stage_seconds` stage -> wall seconds, `artefacts` a name ->
    a path; `semantic_ids` is the diagnostics report with "reused", `versions` what the run was computed with.
    `progress` tells how far the run is while it goes: "stage", "title" and "at" of the stage that runs, "done",
    "total" and "unit" where known, and "paused". `heartbeat` is the last sign of life of who computes or computed it;
    `resumed` counts how often it was, the last time at `resumed_at`; `continued_from` is the run that it trains further.
    """

    config: dict[str, Any]
    test: dict[str, Any]
    stage_seconds: dict[str, float]
    semantic_ids: dict[str, Any]
    versions: dict[str, str]
    artefacts: dict[str, str]
    progress: dict[str, Any] | None
    heartbeat: datetime | None
    resumed: int
    resumed_at: datetime | None
    continued_from: int | None


@dataclass(frozen=True)
class QueuedRun:
    """A planned run. Of a group it is the one at `place` of `of`; `held`: it is passed over, because the person said
    so or because it could not be started, which `error` tells."""

    id: int
    name: str
    group: str | None
    label: str | None
    place: int
    of: int
    held: bool
    error: str | None
    config: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Curve:
    """One series of a run in the order of its steps; the three arrays are (points,)."""

    series: str
    steps: npt.NDArray[np.int64]
    epochs: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """One point on its way into a curve."""

    series: str
    step: int
    epoch: float
    value: float


@dataclass(frozen=True)
class LogLine:
    """A line of a run's log; `at` in UTC."""

    at: datetime
    level: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True)
class Mark:
    """How far a run was read: the last part of a curve and the last line of the log that were seen."""

    part: int = 0
    line: int = 0


@dataclass(frozen=True)
class RunNews:
    """A run as it is now, with the points and lines that came after a mark; `mark` is where the next ones begin."""

    details: RunDetails
    curves: dict[str, Curve]
    lines: list[LogLine]
    mark: Mark
