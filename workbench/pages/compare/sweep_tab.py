"""Parallel coordinates of the settings that differ and of the metric."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.pages.compare.session import Session
from workbench.pages.compare.sweep import sweep
from workbench.pages.compare.tab import Tab
from workbench.theme import SPACE_3
from workbench.widgets.parallel import ParallelCoordinates
from workbench.widgets.parts import Card

RESTING = "colours from the lowest {metric} overall, violet, to the highest, green; drag along an axis to keep what passes there, click to let go"


class SweepTab(Tab):
    """`chosen(runs)`: a line was clicked."""

    chosen = Signal(tuple)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.chart = ParallelCoordinates("compare.sweep")
        self.card = Card("Settings and results", " ")
        self.card.body.addWidget(self.chart, 1)
        self._resting = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.addWidget(self.card, 1)
        self.chart.pointed.connect(self._name)
        self.chart.clicked.connect(lambda line: self.chosen.emit(self.lines.all[line].series.numbers))

    def refresh(self) -> None:
        axes, strands, left_out = sweep(self.lines, self.measure)
        self.chart.show_strands(axes, strands)
        more = f"; without room: {', '.join(left_out)}" if left_out else ""
        self._resting = RESTING.format(metric=self.measure.metric) + more
        self.card.set_caption(self._resting)
        self.chart.setAccessibleName(
            "Settings and results: "
            + "; ".join(
                strand.name
                + ", "
                + ", ".join(f"{axis.title} {_nearest(axis.places[place], axis.ticks)}" for axis in axes)
                for place, strand in enumerate(strands)
            )
        )

    def _name(self, line: int) -> None:
        self.card.set_caption(self.lines.all[line].words if line >= 0 else self._resting)


def _nearest(place: float | None, ticks: tuple[tuple[float, str], ...]) -> str:
    """The words of the tick at a place, for a screen reader; none between ticks."""
    return next((words for at, words in ticks if at == place), "between" if place is not None else "unknown")
