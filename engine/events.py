"""What a run reports while it goes: plain frozen facts that any listener may store, print or draw."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal

Split = Literal["validation", "test"]
# "full" treats the user's history as the settings say, and one of the next two is full ranking the other way.
# "lists" is no ranking of targets: it says what the recommended lists are like.
Protocol = Literal["sampled", "full", "full_with_history", "full_without_history", "lists"]
SliceName = str  # "overall", "head", "tail"; in the test also those of `engine.evaluation.slices`
MetricName = str  # "HR@10", "NDCG@10", ...; "users" is how many users a slice holds
SliceMetrics = Mapping[SliceName, Mapping[MetricName, float]]


class Stage(StrEnum):
    """The stages of an experiment, in the order in which they run."""

    DATA = "data"
    TEXT = "text"
    SEMANTIC_IDS = "semantic_ids"
    TRAIN = "train"
    REFIT = "refit"
    EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True)
class StageStarted:
    """`at`: when, in seconds of the clock that `time.time` reads."""

    stage: Stage
    title: str
    at: float = field(default_factory=time.time, compare=False)


@dataclass(frozen=True, slots=True)
class StageFinished:
    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is: `done` of `total` units (texts, epochs, users, ...)."""

    stage: Stage
    done: float
    total: float
    unit: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Mean training losses since the last report.

    `parts` holds "total", "recommendation" and, where they are switched on, "alignment" and "granularity" (H2Rec) or
    "distillation" (LLM-ESR), before weighting; in a refit it holds "refit" alone, the total there. `epoch` is
    fractional: 1.5 is half way through the second epoch.
    """

    step: int
    epoch: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Metrics:
    """Ranking metrics after an epoch (validation) or of the best checkpoint (test)."""

    epoch: int
    split: Split
    protocol: Protocol
    values: SliceMetrics


@dataclass(frozen=True, slots=True)
class GateWeights:
    """Mean weight of every semantic-ID level in the multi-granularity gate; they add up to 1."""

    epoch: int
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """How the training itself goes, at the step of a report.

    `values` holds "learning_rate"; "gradient_norm", the 2-norm of the step's gradients; "positions_per_second",
    trained since the last report; "memory", in bytes: the GPU's where one computes, else this process's; and
    "seconds" since the training began, pauses left out.
    """

    step: int
    epoch: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SemanticIdsReady:
    """Diagnostics of the semantic IDs that the run uses (see `engine.semantic_ids.diagnostics`)."""

    report: Mapping[str, Any]
    reused: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the log."""

    level: Literal["info", "warning"]
    text: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The run stands still, because it was asked to."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on, or ends, after it stood still for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SavePoint:
    """A state is about to be written, from which the run can go on: what was reported before is to be kept by then."""


@dataclass(frozen=True, slots=True)
class GoesOn:
    """A training goes on where an earlier attempt left it: what that reported from there on counts no longer.

    `epoch` is fractional, as in a Loss; `validated` is the last epoch that was validated. Both are 0 for a training
    that starts from its beginning after all.
    """

    stage: Stage
    epoch: float
    validated: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a run that reached its end.

    `test` maps protocol -> slice -> metric -> value, "lists" having the slice "overall" alone; `seconds` maps
    stage -> wall seconds.
    """

    best_epoch: int
    epochs: int
    test: Mapping[Protocol, SliceMetrics]
    seconds: Mapping[str, float]
    artefacts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The end of a run that was stopped; the best checkpoint so far is kept where there was one."""

    best_epoch: int | None
    artefacts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of a run that could not go on: words for the person, details for the log.

    `wrong_settings` tells that the settings are to blame: the same run would fail again.
    """

    message: str
    details: str
    wrong_settings: bool = False


Event = (
    StageStarted | StageFinished | Progress | Loss | Metrics | GateWeights | TrainingFigures | SemanticIdsReady
    | Note | Paused | Resumed | SavePoint | GoesOn | Finished | Interrupted | Failed
)  # fmt: skip
Listener = Callable[[Event], None]

_NAMES: dict[type, str] = {
    StageStarted: "stage_started",
    StageFinished: "stage_finished",
    Progress: "progress",
    Loss: "loss",
    Metrics: "metrics",
    GateWeights: "gate_weights",
    TrainingFigures: "training_figures",
    SemanticIdsReady: "semantic_ids_ready",
    Note: "note",
    Paused: "paused",
    Resumed: "resumed",
    SavePoint: "save_point",
    GoesOn: "goes_on",
    Finished: "finished",
    Interrupted: "interrupted",
    Failed: "failed",
}


def as_json(event: Event) -> dict[str, Any]:
    """The event as a flat JSON-ready object whose first key, "event", names its kind."""
    return {"event": _NAMES[type(event)], **asdict(event)}
