"""Results on paper: runs as CSV, Markdown, LaTeX, JSON or one HTML page, every figure with where it comes from.

Adding a format touches its own file and a line of FORMATS.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import SettingsError
from engine.evaluation.metrics import METRICS
from engine.exports import csv_text, html, json_text, latex, markdown
from engine.exports.choice import PROTOCOLS, Choice
from engine.exports.report import Report, collect
from engine.exports.significance import Comparisons, with_significance

if TYPE_CHECKING:
    from engine.store import Store

__all__ = [
    "FORMATS", "METRICS", "PROTOCOLS", "Choice", "Comparisons", "Format", "Report", "collect", "find_format", "gather",
    "with_significance",
]  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A way to write a report down; `draws` says that it shows curves."""

    name: str
    title: str
    suffix: str
    write: Callable[[Report], str]
    draws: bool = False


FORMATS = {
    each.name: each
    for each in (
        Format("csv", "CSV", ".csv", csv_text.write),
        Format("markdown", "Markdown", ".md", markdown.write),
        Format("latex", "LaTeX", ".tex", latex.write),
        Format("json", "JSON", ".json", json_text.write),
        Format("html", "HTML report", ".html", html.write, draws=True),
    )
}


def find_format(name: str) -> Format:
    """Raises SettingsError listing the formats there are."""
    if name not in FORMATS:
        raise SettingsError(f"There is no format “{name}”. There are: {', '.join(FORMATS)}.")
    return FORMATS[name]


def gather(store: "Store", runs: Sequence[int], choice: Choice, *, curves: bool = False) -> Report:
    """The report of these runs, not yet compared. Raises StoreError when one is not there, DataError when there is
    none."""
    details = [store.runs.get(run) for run in dict.fromkeys(runs)]
    return collect(details, choice, {run.id: store.runs.curves(run.id) for run in details} if curves else None)
