"""How the page writes changes, probabilities and protocols."""

from engine.config import ExperimentConfig
from workbench.protocols import history_words
from workbench.theme import Role
from workbench.widgets import numbers
from workbench.widgets.numbers import NOTHING

MARKS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
SLICES = {"band_0": "no training", "short": "short users", "long": "long users"}


def protocol_words(protocol: str, config: ExperimentConfig | None) -> str:
    """A protocol, in short, as a run with these settings was tested in it."""
    match protocol:
        case "full_with_history":
            return "Full, history kept"
        case "full_without_history":
            return "Full, history left out"
        case "full" if config is not None:
            return f"Full, {history_words(config)}"
        case "sampled" if config is not None:
            return f"{numbers.count(config.evaluation.negatives)} sampled items"
    return {"full": "Full ranking", "sampled": "Sampled items"}.get(protocol, protocol)


def slice_words(part: str) -> str:
    """A slice by name: "head", "10–29 interactions"."""
    if part in SLICES:
        return SLICES[part]
    return part.removeprefix("band_").replace("-", "–")


def slice_role(part: str) -> Role:
    """The colour of a slice's dot."""
    return {"head": Role.head, "tail": Role.tail, "overall": Role.overall}.get(part, Role.control_border)


def relative(value: float | None) -> str:
    """A change as a share of what was there: "+9.3 %"."""
    return NOTHING if value is None or value != value else f"{value * 100:+.1f} %".replace("-", "−")


def p_words(p: float | None) -> str:
    """A p-value with its marks: "0.0009 ***"."""
    if p is None:
        return NOTHING
    marks = next((marks for limit, marks in MARKS if p < limit), "")
    return f"{p:.4f} {marks}".rstrip() if p < 0.9995 else "1"


def probability(value: float | None) -> str:
    """The probability of beating, never rounded to certainty: "> 99.9 %"."""
    if value is None:
        return NOTHING
    if value > 0.999:
        return "> 99.9 %"
    return "< 0.1 %" if value < 0.001 else f"{value * 100:.1f} %"
