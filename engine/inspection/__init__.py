"""Looking into finished runs."""

from engine.inspection.cards import ItemCard, Neighbour, Outcome, PathStep, Recipient, Recommendation, UserView
from engine.inspection.export import export_recommendations
from engine.inspection.inspector import RunInspector
from engine.inspection.moves import gone, moves
from engine.inspection.nearness import Nearness
from engine.inspection.outcomes import Outcomes

__all__ = [
    "ItemCard",
    "Nearness",
    "Neighbour",
    "Outcome",
    "Outcomes",
    "PathStep",
    "Recipient",
    "Recommendation",
    "RunInspector",
    "UserView",
    "export_recommendations",
    "gone",
    "moves",
]
