"""Semantic IDs from inside: the tree of codes, a map of the items, collisions, and another set beside this one."""

from workbench.pages.semantic_ids.page import SemanticIdsPage

__all__ = ["SemanticIdsPage"]
