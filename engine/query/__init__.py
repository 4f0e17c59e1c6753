"""The language in which runs are asked for: `model = h2rec and dataset = beauty and tail NDCG@10 > 0.02`.

    text -> `parse` -> a condition (`nodes`) -> SQL in `engine.store.conditions`

Words without a sign between them are searched in the texts of a run. A value that a run does not have fits no
comparison, so `not alpha > 1` finds runs without α as well.
"""

from engine.query.completion import Completion, complete
from engine.query.errors import QueryError
from engine.query.language import parse
from engine.query.nodes import All, Any, Compare, Condition, MetricName, Not, Span, Words

__all__ = [
    "All",
    "Any",
    "Compare",
    "Completion",
    "Condition",
    "MetricName",
    "Not",
    "QueryError",
    "Span",
    "Words",
    "complete",
    "parse",
]
