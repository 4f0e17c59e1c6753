"""What a check of a dataset has to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Severity = Literal["serious", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
EXAMPLES = 5


@dataclass(frozen=True)
class Finding:
    """One fault. `check` names it for programs; `title` says in a few words what is wrong, `text` how much of it there
    is and what follows, `advice` what to do.

    serious: results on this dataset mislead. warning: they can only be read with this in mind. note: worth knowing.
    `figures` are the counts and shares (from 0 to 1) behind the text, `examples` the first cases by name.
    """

    check: str
    severity: Severity
    title: str
    text: str
    advice: str
    figures: Mapping[str, float] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


def graded(share: float, warning: float, serious: float) -> Severity:
    """How serious a share is: "serious" and "warning" from these on, else "note"."""
    return "serious" if share >= serious else "warning" if share >= warning else "note"


def percent(share: float) -> str:
    """A share from 0 to 1 as people read it; a few are never 0 %, and not quite all never 100 %."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.995 <= share < 1:
        return "more than 99 %"
    return f"{share:.1%}".replace("%", " %") if share < 0.1 else f"{share:.0%}".replace("%", " %")


def counted(count: int, one: str, many: str) -> str:
    """“1 item” or “2,000 items”."""
    return f"{count:,} {one if count == 1 else many}"
