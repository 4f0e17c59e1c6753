"""How long users' sequences are, when interactions happened, and how long the items' texts are."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from workbench.widgets import numbers
from workbench.widgets.bar_card import BarCard
from workbench.widgets.parts import label
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.plot_card import DateAxis, date_words

if TYPE_CHECKING:
    from engine.data.histograms import DateHistogram, Histogram
    from engine.data.texts import TextCoverage

LONGEST_QUOTE = 28  # letters of a text that a sentence quotes
TICKS = {"day": "%d %b %Y", "week": "%b %Y", "month": "%b %Y", "year": "%Y"}
DAYS = {"day": "%d %b %Y", "week": "%d %b %Y", "month": "%b %Y", "year": "%Y"}
WORDS = {"day": "", "week": "week of ", "month": "", "year": ""}


class HistogramCard(BarCard):
    """Whole numbers; `one` is what every value belongs to."""

    def __init__(
        self, name: str, title: str, x_label: str, y_label: str, one: str, parent: QWidget | None = None
    ) -> None:
        self._bins: Histogram | None = None
        self._one = one
        super().__init__(name, title, x_label, y_label, parent=parent)

    def show_bins(self, bins: "Histogram", resting: str) -> None:
        self._bins = bins
        self.axes["bottom"].logarithmic = bins.logarithmic
        edges = np.log10(bins.edges) if bins.logarithmic else bins.edges.astype(np.float64)
        self.show_bars(edges, bins.counts, resting)

    def bar_words(self, place: int) -> str:
        assert self._bins is not None
        first, last = self._bins.edges[place], self._bins.edges[place + 1] - 1
        values = f"{first:,}" if first == last else f"{first:,} to {last:,}"
        return f"{values}: {_counted(self._bins.counts[place], self._one)}"


class LengthCard(HistogramCard):
    """How many users have sequences of which length."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("datasets.lengths", "Lengths", "Interactions of a user", "Users", "user", parent)


class TextCard(HistogramCard):
    """How long the items' texts are, and above it which items have none or share theirs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("datasets.texts", "Texts", "Words of a text", "Items", "item", parent)
        self.coverage = label("", "caption", wrap=True)
        self.body.setSpacing(4)
        self.body.insertWidget(0, self.coverage)

    def show_coverage(self, texts: "TextCoverage") -> None:
        self.coverage.setText(coverage_words(texts))
        self.coverage.setToolTip(plain_tooltip(texts.most_shared[0]))
        if texts.words is None:
            self.say_nothing("No item has a text: semantic IDs cannot be made from texts here.")
        else:
            self.show_bins(texts.words, f"median {numbers.count(texts.median_words)} words")


class DateCard(BarCard):
    """How many interactions there were in every day, week, month or year."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bins: DateHistogram | None = None
        self._axis = DateAxis()
        super().__init__("datasets.dates", "Dates", "Date (UTC)", "Interactions", self._axis, parent)

    def show_dates(self, bins: "DateHistogram | None") -> None:
        self._bins = bins
        if bins is None:
            self.say_nothing("The data has no timestamps. The order of a user's interactions is that of the import.")
        else:
            self.plot.setLabel("left", f"Interactions per {bins.unit}")
            self._axis.set_edges(bins.edges, TICKS[bins.unit])
            self.show_bars(bins.edges.astype(np.float64), bins.counts, "")

    def bar_words(self, place: int) -> str:
        assert self._bins is not None
        begin, unit = self._bins.edges[place], self._bins.unit
        return f"{WORDS[unit]}{date_words(begin, DAYS[unit])}: {numbers.count(self._bins.counts[place])}"


def coverage_words(texts: "TextCoverage") -> str:
    """Which items have no text, and which share theirs, in two sentences."""
    with_text = texts.items - texts.without_text
    if not with_text:
        there = "No item has a text."
    elif not texts.without_text:
        there = "Every item has a text."
    else:
        there = f"{_counted(texts.without_text, 'item')} without text."
    if not texts.sharing:
        return f"{there} No two texts are the same." if with_text > 1 else there
    text, times = texts.most_shared
    quoted = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return f"{there} {numbers.count(texts.sharing)} share theirs with another item, {numbers.count(times)} of them “{quoted}”."


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
