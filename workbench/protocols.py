"""The words that stand beside every metric: how it was ranked."""

from engine.config import ExperimentConfig
from workbench.widgets.numbers import count

VALIDATION = "validation, full ranking"


def history_words(config: ExperimentConfig) -> str:
    """What full ranking does with the items that a user already has."""
    return "history left out" if config.evaluation.remove_seen else "history kept"


def validation_words(config: ExperimentConfig) -> str:
    """The protocol of the curves."""
    return f"{VALIDATION}, {history_words(config)}"


def final_test_words(config: ExperimentConfig) -> dict[str, str]:
    """protocol -> words for the final test, in the order in which they are shown."""
    return {
        "full": f"Test, full ranking, {history_words(config)}",
        "sampled": f"Test, against {count(config.evaluation.negatives)} sampled negatives",
    }
