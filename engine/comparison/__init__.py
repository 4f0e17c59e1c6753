"""Runs compared: user by user from the ranks that each of them left, by their curves, and as points of head and tail."""

from engine.comparison.differences import METRIC, Difference, compare_runs

__all__ = ["METRIC", "Difference", "compare_runs"]
