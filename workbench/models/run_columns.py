"""The columns of the run table: what each shows, how, and by which field of a run it sorts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.config import MODEL_NAMES
from workbench.widgets import numbers

Protocol = Literal["full", "sampled"]

STATUS_WORDS = {"running": "Running", "finished": "Finished", "failed": "Failed", "interrupted": "Interrupted"}


@dataclass(frozen=True)
class Column:
    """`field` names the attribute of a run; `metric` says that it exists once per protocol."""

    field: str
    title: str
    help: str
    show: Callable[[Any], str]
    numeric: bool = False
    metric: bool = False

    def attribute(self, protocol: Protocol) -> str:
        """The run's attribute, which is also the store's sort key."""
        return f"sampled_{self.field}" if self.metric and protocol == "sampled" else self.field


def moment(at: datetime) -> str:
    """A time in the person's own time zone: 2026-08-12 14:05."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def model_name(kind: str) -> str:
    return MODEL_NAMES.get(kind, kind)


def _metric(field: str, title: str, help: str) -> Column:
    return Column(field, title, help, numbers.metric, numeric=True, metric=True)


COLUMNS = (
    Column("id", "Run", "Number of the run", str, numeric=True),
    Column(
        "status", "Status", "How the run ended, or that it still runs", lambda value: STATUS_WORDS.get(value, value)
    ),
    Column("name", "Name", "Name of the run", str),
    Column("dataset", "Dataset", "The dataset that the run learned from", str),
    Column("model", "Model", "H2Rec, or one way to name items alone", model_name),
    _metric("ndcg_overall", "NDCG@10", "Test NDCG@10 over all users"),
    _metric("ndcg_head", "NDCG head", "Test NDCG@10 where the held-out item is a head item"),
    _metric("ndcg_tail", "NDCG tail", "Test NDCG@10 where the held-out item is a tail item"),
    _metric("hr_overall", "HR@10", "Test HR@10 over all users"),
    _metric("hr_head", "HR head", "Test HR@10 where the held-out item is a head item"),
    _metric("hr_tail", "HR tail", "Test HR@10 where the held-out item is a tail item"),
    Column("depth", "L", "SID depth: levels of a semantic ID", str, numeric=True),
    Column("codebook_size", "K", "Codebook size: codes per level", numbers.count, numeric=True),
    Column("alpha", "α", "Weight of the code-guided alignment loss", "{:g}".format, numeric=True),
    Column("beta", "β", "Weight of the masked granularity loss", "{:g}".format, numeric=True),
    Column("seed", "Seed", "Seed of the run", str, numeric=True),
    Column(
        "best_epoch",
        "Best epoch",
        "The epoch whose checkpoint was kept",
        lambda epoch: str(epoch) if epoch else numbers.NOTHING,  # 0 where nothing was trained
        numeric=True,
    ),
    Column("seconds", "Duration", "Wall time of the whole run", numbers.duration, numeric=True),
    Column("created_at", "Started", "When the run was started", moment, numeric=True),
    Column("group", "Group", "The runs that were made together with this one", str),
)
