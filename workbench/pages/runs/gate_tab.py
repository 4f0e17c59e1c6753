"""How the gate weighed the levels of the semantic IDs, epoch by epoch."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from workbench.theme import LEVELS, SPACE_2, SPACE_3, SPACE_4
from workbench.widgets.bars import Bar, Bars
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.numbers import decimal
from workbench.widgets.parts import label

if TYPE_CHECKING:
    from engine.store import Curve, RunDetails
    from workbench.widgets.chart import LineChart

SIDE_WIDTH = 300  # pixels


class GateTab(QWidget):
    """A line for every level over the epochs; at the right the weights of the best epoch as bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.nothing = EmptyState("scales", "No gate weights", "")
        self.bars = Bars()
        self.at = label("", "label")
        self._words = label(
            "How much each level counts, averaged over the positions of an epoch.", "caption", wrap=True
        )
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        for widget in (self.at, self._words, self.bars):
            column.addWidget(widget)
        column.addStretch(1)
        content = QWidget()
        self._row = QHBoxLayout(content)
        self._row.setContentsMargins(0, SPACE_3, 0, 0)
        self._row.setSpacing(SPACE_4)
        self._row.addWidget(side)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(content)

    @cached_property
    def chart(self) -> "LineChart":
        """Made for the first run that has a gate."""
        from workbench.widgets.chart import LineChart

        chart = LineChart(
            "Gate weights",
            "Mean weight",
            name="runs.gateWeights",
            caption="per semantic-ID level, coarse to fine",
            from_zero=True,
        )
        self._row.insertWidget(0, chart, 1)
        return chart

    def show_run(self, run: "RunDetails", curves: "Mapping[str, Curve]") -> None:
        levels = [curves[name] for name in sorted(curves, key=_level) if name.startswith("gate/")]
        self._stack.setCurrentIndex(1 if levels else 0)
        if not levels:
            self.nothing.set_words("No gate weights", _why(run))
            return
        self.chart.remove_all()
        for level, curve in enumerate(levels, start=1):
            self.chart.add_series(str(level), f"level {level}", LEVELS[(level - 1) % len(LEVELS)])
            self.chart.set_series(str(level), curve.epochs, curve.values)
        self.chart.set_marker(run.best_epoch or None)
        at_best = [curve.values[curve.steps == run.best_epoch] for curve in levels]
        known = all(len(values) for values in at_best)
        weights = [float(values[0]) for values in at_best] if known else [float(curve.values[-1]) for curve in levels]
        self.at.setText(f"At the best epoch, {run.best_epoch}" if known else "At the last epoch")
        highest = max(weights) or 1.0
        self.bars.show_bars(
            [
                Bar(
                    f"Level {level}",
                    weight / highest,
                    decimal(weight),
                    "coarsest" if level == 1 else "",
                    LEVELS[(level - 1) % len(LEVELS)],
                )
                for level, weight in enumerate(weights, start=1)
            ]
        )


def _level(name: str) -> int:
    last = name.rpartition("/")[2]
    return int(last) if last.isdigit() else 0


def _why(run: "RunDetails") -> str:
    if run.model != "h2rec":
        return "Only H2Rec weighs the levels of its semantic IDs by a gate."
    gate = run.config.get("model", {}).get("gate") if isinstance(run.config.get("model"), dict) else None
    if gate == "uniform":
        return "The gate was switched off: every level counted the same."
    return (
        "The run has no epoch with gate weights yet."
        if run.status == "running"
        else "The run ended before its first epoch did."
    )
