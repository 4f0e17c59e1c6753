"""The compare page: two to ten runs side by side."""

from workbench.pages.compare.page import ComparePage

__all__ = ["ComparePage"]
