"""How popularity falls from the first item to the last, and how long users' sequences are."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.pages.datasets.plot import PlotCard
from workbench.pages.datasets.summary import DatasetSummary, LengthBins
from workbench.theme import Role, theme
from workbench.widgets.legend import Entry, Legend

POINTS = 1000  # drawn at most per slice


class PopularityChart(PlotCard):
    """Training interactions by rank, both logarithmic, cut at the line between head and tail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._summary: DatasetSummary | None = None
        super().__init__(
            "datasets.popularity", "Popularity", "Item by rank", "Interactions", log_x=True, log_y=True,
            parent=parent,
        )  # fmt: skip
        self.legend = Legend()
        self.body.setSpacing(4)
        self.body.insertWidget(0, self.legend)

    def show_summary(self, summary: DatasetSummary) -> None:
        self._summary = summary
        head, tail = summary.words
        self.legend.set_entries({"head": Entry(head, Role.head), "tail": Entry(tail, Role.tail)})
        self.set_resting_words("training interactions of every item")
        self.plot.clear()
        self.paint()

    def paint(self) -> None:
        if self._summary is None:
            return
        counts, head = self._summary.ranked, self._summary.head_items
        least = max(1, int(counts.min()))
        for first, last, role in ((1, head, Role.head), (head, len(counts), Role.tail)):
            ranks = _spread(first, last)
            ranks = ranks[counts[ranks - 1] > 0]
            curve = pg.PlotDataItem(
                np.log10(ranks), np.log10(counts[ranks - 1]), pen=pg.mkPen(theme().color(role), width=2), antialias=True
            )
            curve.setFillLevel(np.log10(least))
            curve.setFillBrush(_faint(theme().color(role)))
            self.plot.addItem(curve)
        line = pg.InfiniteLine(np.log10(head), angle=90, pen=pg.mkPen(theme().color(Role.control_border), width=1))
        self.plot.addItem(line, ignoreBounds=True)
        top = np.log10(max(1, int(counts.max())))
        self.plot.setXRange(0, np.log10(len(counts)), padding=0.01)
        self.plot.setYRange(np.log10(least), top + 0.05 * (top - np.log10(least)) + 0.01, padding=0)

    def words_at(self, x: float) -> str:
        if self._summary is None:
            return ""
        rank = round(10**x)
        if not 1 <= rank <= len(self._summary.ranked):
            return ""
        part = "head" if rank <= self._summary.head_items else "tail"
        return f"rank {rank:,}: {self._summary.ranked[rank - 1]:,} training interactions, {part}"


class LengthChart(PlotCard):
    """How many users have sequences of which length."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._bins: LengthBins | None = None
        super().__init__(
            "datasets.lengths", "Sequence lengths", "Interactions of a user", "Users", log_x=False, log_y=False,
            parent=parent,
        )  # fmt: skip

    def show_bins(self, bins: LengthBins, caption: str) -> None:
        self._bins = bins
        self.axes["bottom"].logarithmic = bins.logarithmic
        self.set_resting_words(caption)
        self.plot.clear()
        self.paint()

    def paint(self) -> None:
        if self._bins is None:
            return
        edges = self._edges()
        colour = theme().color(Role.overall)
        colour.setAlphaF(0.62)
        bars = pg.BarGraphItem(
            x0=edges[:-1], x1=edges[1:], height=self._bins.users, brush=colour,
            pen=pg.mkPen(theme().color(Role.surface), width=1),
        )  # fmt: skip
        self.plot.addItem(bars)
        self.plot.setXRange(edges[0], edges[-1], padding=0.02)
        self.plot.setYRange(0, max(1, int(self._bins.users.max())) * 1.06, padding=0)

    def words_at(self, x: float) -> str:
        if self._bins is None:
            return ""
        place = int(np.searchsorted(self._edges(), x, side="right")) - 1
        if not 0 <= place < len(self._bins.users):
            return ""
        first, last = self._bins.edges[place], self._bins.edges[place + 1] - 1
        lengths = f"{first:,}" if first == last else f"{first:,} to {last:,}"
        users = self._bins.users[place]
        return f"{lengths} interactions: {users:,} {'user' if users == 1 else 'users'}"

    def _edges(self) -> npt.NDArray[np.float64]:
        assert self._bins is not None
        return np.log10(self._bins.edges) if self._bins.logarithmic else self._bins.edges.astype(np.float64)


def _spread(first: int, last: int) -> npt.NDArray[np.int64]:
    """Ranks from first to last, evenly spread on a logarithmic axis."""
    return np.unique(np.geomspace(first, max(first, last), POINTS).round().astype(np.int64))


def _faint(colour: QColor) -> QColor:
    colour.setAlphaF(0.16)
    return colour
