"""What a query means, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Operator = Literal["=", "~", "<", "<=", ">", ">="]
Part = Literal["overall", "head", "tail"]
Source = Literal["full", "sampled", "best", "last"]


@dataclass(frozen=True)
class Span:
    """A time from `start` up to, but without, `end`, in UTC: the minute, day, month or year that was written."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class MetricName:
    """A metric of a run: "ndcg", "hr" or "mrr" in a slice. `source` and `k` are None where the query leaves them open:
    then they are those of the table."""

    metric: Literal["ndcg", "hr", "mrr"]
    part: Part = "overall"
    source: Source | None = None
    k: Literal[5, 10, 20] | None = None


@dataclass(frozen=True)
class Words:
    """Every one of the words, in upper or lower case, stands somewhere in the texts of the run."""

    text: str


@dataclass(frozen=True)
class Compare:
    """A value of a run beside one that was written; `name` is one of `engine.query.names`, or a metric.

    The value None stands for "none": the run has no such value. Texts are compared whatever their case, "~" means
    that the run's text holds the written one.
    """

    name: str | MetricName
    operator: Operator
    value: str | float | Span | None


@dataclass(frozen=True)
class Not:
    condition: Condition


@dataclass(frozen=True)
class All:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Any:
    conditions: tuple[Condition, ...]


Condition = Words | Compare | Not | All | Any
EVERYTHING = All(())
