"""The metrics by which runs are listed: those of the final test, and of the best and the last epoch's validation."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine.store.packing import unpack
from engine.store.schema import CurvePartRecord, RunMetricsRecord

Source = Literal["full", "sampled", "best", "last"]
Cutoff = Literal[5, 10, 20]

TEST_SOURCES: tuple[Source, ...] = ("full", "sampled")
VALIDATION_SOURCES: tuple[Source, ...] = ("best", "last")
CUTOFFS: tuple[Cutoff, ...] = (5, 10, 20)
METRICS = ("ndcg", "hr", "mrr")
PARTS = ("overall", "head", "tail")
COLUMNS = tuple(f"{metric}_{part}" for metric in METRICS for part in PARTS)
_CURVES = "validation/full/"

Values = dict[tuple[str, int], dict[str, float]]  # (source, k) -> column -> value


def keep_test(session: Session, run: int, test: Mapping[str, Any]) -> None:
    """Take over a run's final test (protocol -> slice -> metric -> value)."""
    values: Values = defaultdict(dict)
    for source in TEST_SOURCES:
        for part in PARTS:
            for metric, value in test.get(source, {}).get(part, {}).items():
                for k, column in _places(metric, part):
                    values[source, k][column] = value
    _replace(session, run, TEST_SOURCES, values)


def keep_validation(session: Session, run: int, best_epoch: int | None) -> None:
    """Take over the validation of a run's best and last epoch from its curves."""
    query = select(CurvePartRecord.series, CurvePartRecord.points).where(
        CurvePartRecord.run_id == run, CurvePartRecord.series.startswith(_CURVES, autoescape=True)
    )
    parts: defaultdict[str, list[bytes]] = defaultdict(list)
    for series, points in session.execute(query.order_by(CurvePartRecord.id)):
        parts[series].append(points)
    values: Values = defaultdict(dict)
    for series, packed in parts.items():
        part, _, metric = series.removeprefix(_CURVES).partition("/")
        if part not in PARTS:
            continue
        curve = unpack(series, packed)
        by_epoch = dict(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
        for k, column in _places(metric, part):
            values["last", k][column] = curve.values[-1].item()
            if best_epoch in by_epoch:
                values["best", k][column] = by_epoch[best_epoch]
    _replace(session, run, VALIDATION_SOURCES, values)


def _places(metric: str, part: str) -> Iterator[tuple[int, str]]:
    """Where a metric such as "NDCG@10" belongs: (k, column); nowhere when no table shows it."""
    name, _, cutoff = metric.partition("@")
    if name.lower() in METRICS and cutoff in map(str, CUTOFFS):
        yield int(cutoff), f"{name.lower()}_{part}"


def _replace(session: Session, run: int, sources: tuple[Source, ...], values: Values) -> None:
    session.execute(
        delete(RunMetricsRecord).where(RunMetricsRecord.run_id == run, RunMetricsRecord.source.in_(sources))
    )
    rows = [
        dict.fromkeys(COLUMNS) | found | {"run_id": run, "source": source, "k": k}
        for (source, k), found in values.items()
    ]
    if rows:
        session.execute(insert(RunMetricsRecord), rows)
