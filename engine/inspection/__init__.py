"""Looking into finished runs."""

from engine.inspection.cards import ItemCard, Neighbour, Recommendation, SharedCodes, UserView
from engine.inspection.inspector import RunInspector

__all__ = ["ItemCard", "Neighbour", "Recommendation", "RunInspector", "SharedCodes", "UserView"]
