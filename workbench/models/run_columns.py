"""The columns of the run table: what each shows, how, and by which field of a run it sorts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.config import MODEL_NAMES
from engine.query.names import STATUSES, names
from workbench.widgets import numbers

Protocol = Literal["full", "sampled"]
Cutoff = Literal[5, 10, 20]

STATUS_WORDS = STATUSES
PROTOCOL_WORDS: dict[Protocol, str] = {"full": "Full ranking", "sampled": "Sampled negatives"}
PROTOCOL_SHORT: dict[Protocol, str] = {"full": "Full ranking", "sampled": "Sampled"}
CUTOFFS: tuple[Cutoff, ...] = (5, 10, 20)


@dataclass(frozen=True)
class Column:
    """`field` names the attribute of a run, which is also the store's sort key; `metric` says that it is one of the
    run's metrics at the k that is chosen, which "@k" in `title` and `help` stands for."""

    field: str
    title: str
    help: str
    show: Callable[[Any], str]
    width: int
    numeric: bool = False
    metric: bool = False

    def heading(self, k: Cutoff) -> str:
        return self.title.replace("@k", f"@{k}")


def moment(at: datetime) -> str:
    """A time in the person's own time zone: 2026-08-12 14:05."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def model_name(kind: str) -> str:
    return MODEL_NAMES.get(kind, kind)


def _chosen(name: str) -> Callable[[Any], str]:
    """The words for a setting with named choices."""
    choices = names()[name].choices
    return lambda value: choices.get(value, value)


_WHOSE = {
    "overall": "over all users",
    "head": "where the held-out item is a head item",
    "tail": "where the held-out item is a tail item",
}
_METRICS = {"ndcg": "NDCG", "hr": "HR", "mrr": "MRR"}
_EPOCHS = {"best": ("Val.", "the best epoch"), "last": ("Last val.", "the last epoch")}


def _test(metric: str, part: str) -> Column:
    kind = _METRICS[metric]
    title = f"{kind}@k" if part == "overall" else f"{kind} {part}"
    words = f"Test {kind}@k {_WHOSE[part]}"
    return Column(f"{metric}_{part}", title, words, numbers.metric, 106, numeric=True, metric=True)


def _validation(metric: str, part: str, epoch: str) -> Column:
    kind, (short, long) = _METRICS[metric], _EPOCHS[epoch]
    title = f"{short} {kind}@k" if part == "overall" else f"{short} {kind} {part}"
    words = f"{kind}@k of the validation after {long}, {_WHOSE[part]} (full ranking)"
    return Column(
        f"{epoch}_{metric}_{part}",
        title,
        words,
        numbers.metric,
        142 if epoch == "best" else 166,
        numeric=True,
        metric=True,
    )


TEST_COLUMNS = tuple(_test(metric, part) for metric in _METRICS for part in _WHOSE)
VALIDATION_COLUMNS = tuple(
    _validation(metric, part, epoch) for metric in _METRICS for part in _WHOSE for epoch in _EPOCHS
)
COLUMNS = (
    Column("id", "Run", "Number of the run", str, 64, numeric=True),
    Column("name", "Name", "Name of the run", str, 190),
    Column(
        "status", "Status", "How the run ended, or that it still runs", lambda value: STATUSES.get(value, value), 118
    ),
    Column("dataset", "Dataset", "The dataset that the run learned from", str, 96),
    Column("model", "Model", "H2Rec, or one way to name items alone", model_name, 120),
    *TEST_COLUMNS,
    *VALIDATION_COLUMNS,
    Column("backbone", "Backbone", "The sequence encoder", _chosen("backbone"), 100),
    Column("quantiser", "Quantiser", "How text vectors become semantic IDs", _chosen("quantiser"), 150),
    Column("depth", "L", "SID depth: levels of a semantic ID", str, 52, numeric=True),
    Column("codebook_size", "K", "Codebook size: codes per level", numbers.count, 60, numeric=True),
    Column("alpha", "α", "Weight of the code-guided alignment loss", "{:g}".format, 52, numeric=True),
    Column("beta", "β", "Weight of the masked granularity loss", "{:g}".format, 52, numeric=True),
    Column("seed", "Seed", "Seed of the run", str, 68, numeric=True),
    Column(
        "best_epoch",
        "Best epoch",
        "The epoch whose checkpoint was kept",
        lambda epoch: str(epoch) if epoch else numbers.NOTHING,  # 0 where nothing was trained
        104,
        numeric=True,
    ),
    Column("epochs", "Epochs", "How many epochs were trained", str, 82, numeric=True),
    Column("seconds", "Duration", "Wall time of the whole run", numbers.duration, 114, numeric=True),
    Column("created_at", "Started", "When the run was started", moment, 140, numeric=True),
    Column("tags", "Tags", "Your own tags", ", ".join, 130),
    Column("notes", "Notes", "Your own notes", lambda text: " ".join(text.split()), 200),
    Column("group", "Group", "The runs that were made together with this one", str, 170),
    Column("label", "Part", "What the run is among those made together with it", str, 170),
)
BY_FIELD = {column.field: column for column in COLUMNS}
USUAL = (
    "id", "name", "status", "dataset", "model", "ndcg_overall", "ndcg_head", "ndcg_tail", "hr_overall", "hr_head",
    "hr_tail", "backbone", "quantiser", "depth", "codebook_size", "alpha", "beta", "seed", "best_epoch", "seconds",
    "created_at", "tags", "notes", "group",
)  # fmt: skip
GROUPED_BY = (
    "dataset", "model", "status", "backbone", "quantiser", "depth", "codebook_size", "alpha", "beta", "seed",
    "best_epoch", "epochs", "tags", "group", "label", "name", "created_at",
)  # fmt: skip


def validation_beside(fields: "tuple[str, ...]") -> tuple[str, ...]:
    """The columns with the validation of the best and the last epoch behind the test metric that they belong to."""
    beside = []
    for field in fields:
        beside.append(field)
        if BY_FIELD[field] in TEST_COLUMNS:
            beside += [each for each in (f"best_{field}", f"last_{field}") if each not in fields]
    return tuple(beside)
