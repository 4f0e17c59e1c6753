"""The inspector: what a run recommends to a user, what lies near an item, and why."""

from workbench.pages.inspector.page import InspectorPage

__all__ = ["InspectorPage"]
