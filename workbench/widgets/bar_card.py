"""A chart of bars between edges, as a card."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from workbench.theme import Role, theme
from workbench.widgets.plot_card import PlotCard

if TYPE_CHECKING:
    from engine.data.dataset import IntArray


class BarCard(PlotCard):
    """Bars between edges, and words for the one that the pointer is on, which a subclass finds."""

    def __init__(
        self, name: str, title: str, x_label: str, y_label: str, bottom: pg.AxisItem | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        self._edges: npt.NDArray[np.float64] = np.empty(0)
        self._counts: IntArray = np.empty(0, dtype=np.int64)
        super().__init__(name, title, x_label, y_label, bottom=bottom, parent=parent)

    def show_bars(self, edges: "npt.NDArray[np.float64]", counts: "IntArray", resting: str) -> None:
        """`edges` (bars + 1,) in the units of the axis, `counts` (bars,)."""
        self._edges, self._counts = edges, counts
        self.set_resting_words(resting)
        self.redraw()

    def paint(self) -> None:
        if not len(self._counts):
            return
        colour = theme().color(Role.overall)
        colour.setAlphaF(0.62)
        bars = pg.BarGraphItem(
            x0=self._edges[:-1], x1=self._edges[1:], height=self._counts, brush=colour,
            pen=pg.mkPen(theme().color(Role.surface), width=1),
        )  # fmt: skip
        self.plot.addItem(bars)
        self.plot.setXRange(self._edges[0], self._edges[-1], padding=0.02)
        self.plot.setYRange(0, max(1, int(self._counts.max())) * 1.06, padding=0)

    def words_at(self, x: float) -> str:
        place = int(np.searchsorted(self._edges, x, side="right")) - 1
        return self.bar_words(place) if 0 <= place < len(self._counts) else ""

    def bar_words(self, place: int) -> str:
        """What a bar stands for, and how much."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        return QSize(260, 220)
