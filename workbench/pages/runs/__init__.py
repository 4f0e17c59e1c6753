"""The history of runs: a table over the store, and everything that is known of the chosen run."""

from workbench.pages.runs.page import RunsPage

__all__ = ["RunsPage"]
