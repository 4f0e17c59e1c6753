"""Looks at a prepared dataset before anyone trains on it, and says what is wrong with it."""

from collections.abc import Callable

from engine.data.dataset import Dataset
from engine.data.doctor.finding import SEVERITIES, Finding, Severity
from engine.data.doctor.interactions import dominant_user, k_core_not_reached
from engine.data.doctor.order import back_in_time, equal_times, sorted_by_item_id
from engine.data.doctor.targets import repeated_targets, unseen_targets
from engine.data.doctor.texts import items_without_text, shared_texts

__all__ = ["CHECKS", "Finding", "Severity", "examine"]

CHECKS: tuple[Callable[[Dataset], Finding | None], ...] = (
    sorted_by_item_id,
    back_in_time,
    equal_times,
    repeated_targets,
    unseen_targets,
    items_without_text,
    shared_texts,
    k_core_not_reached,
    dominant_user,
)


def examine(dataset: Dataset) -> list[Finding]:
    """What every check finds, the most serious first; nothing for a sound dataset."""
    found = [finding for check in CHECKS if (finding := check(dataset)) is not None]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
