"""From what a query means to SQL; whatever a person wrote travels as a parameter."""

from datetime import UTC
from operator import ge, gt, le, lt
from typing import Any

from sqlalchemy import ColumnElement, String, and_, false, func, literal, not_, or_, select, true, type_coerce

from engine.query import All, Compare, Condition, MetricName, Not, Span, Words
from engine.query import Any as AnyOf
from engine.store.runs import holds_words
from engine.store.schema import RunMetricsRecord, RunRecord

_COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}


def where(condition: Condition, source: str, k: int) -> ColumnElement[bool]:
    """The condition on `runs`; metrics that leave them open are those of `source` at `k`. Never NULL."""
    match condition:
        case Words(text):
            return holds_words(text)
        case Not(inner):
            return not_(where(inner, source, k))
        case All(conditions):
            return and_(true(), *(where(each, source, k) for each in conditions))
        case AnyOf(conditions):
            return or_(false(), *(where(each, source, k) for each in conditions))
        case Compare(MetricName() as name, operator, value):
            return _number(metric(name, source, k), operator, value)
        case Compare("tags", operator, value):
            return _tags(operator, value)
        case Compare(name, operator, value):
            return _of_run(str(name), operator, value)


def metric(name: MetricName, source: str, k: int) -> ColumnElement[Any]:
    """The value of a metric of a run, NULL where there is none."""
    column = getattr(RunMetricsRecord, f"{name.metric}_{name.part}")
    chosen = (RunMetricsRecord.source == (name.source or source), RunMetricsRecord.k == (name.k or k))
    return select(column).where(*chosen, RunMetricsRecord.run_id == RunRecord.id).scalar_subquery()


def _of_run(column: str, operator: str, value: Any) -> ColumnElement[bool]:
    field: ColumnElement[Any] = getattr(RunRecord, column).expression
    if value is None:
        return field.is_(None)
    if isinstance(value, Span):
        return _time(field, operator, value)
    if isinstance(value, str):
        folded = func.fold(field)
        fits = func.instr(folded, value.casefold()) > 0 if operator == "~" else folded == value.casefold()
        return _known(fits)
    return _number(field, operator, value)


def _number(field: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    if value is None:
        return field.is_(None)
    return _known(field == value if operator == "=" else _COMPARED[operator](field, value))


def _time(field: ColumnElement[Any], operator: str, span: Span) -> ColumnElement[bool]:
    start, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
    match operator:
        case "=":
            return and_(field >= start, field < end)
        case "<":
            return field < start
        case "<=":
            return field < end
        case ">":
            return field >= end
        case _:
            return field >= start


def _tags(operator: str, value: Any) -> ColumnElement[bool]:
    if value is None:
        return type_coerce(RunRecord.tags, String) == "[]"
    tag = func.json_each(RunRecord.tags).table_valued("value", joins_implicitly=True)
    folded = func.fold(tag.c.value)
    fits = func.instr(folded, value.casefold()) > 0 if operator == "~" else folded == value.casefold()
    return select(literal(1)).select_from(tag).where(fits).exists()


def _known(fits: ColumnElement[bool]) -> ColumnElement[bool]:
    """A missing value fits nothing."""
    return func.coalesce(fits, false())
