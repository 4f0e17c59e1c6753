"""What each protocol ranks against, in words."""

from collections.abc import Mapping
from typing import Any


def protocol_titles(evaluation: Mapping[str, Any]) -> dict[str, str]:
    """protocol -> what it ranks against, by a run's evaluation settings, in the order in which they are shown."""
    with_history, without = "Full ranking, history ranked too", "Full ranking, history left out"
    return {
        "full": without if evaluation["remove_seen"] else with_history,
        "full_with_history": with_history,
        "full_without_history": without,
        "sampled": f"Against {evaluation['negatives']} sampled items",
    }
