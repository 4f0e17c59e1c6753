"""The charts of one run: metrics by slice, losses by component, gate weights by level."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedLayout, QWidget

from engine.events import Event, GateWeights, Loss, Metrics
from workbench.protocols import VALIDATION
from workbench.theme import LEVELS, SPACE_3, Role
from workbench.widgets.chart import LineChart
from workbench.widgets.curve import FloatArray
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.numbers import metric, metric_tick

METRICS = ("NDCG@10", "HR@10")
COMING = "Points appear here while the run goes."
MISSING = "The run ended before there was a point."
COUNTS_ONLY = "Popularity only counts interactions; there is no training to show."
SLICES = {"overall": Role.overall, "head": Role.head, "tail": Role.tail}
LOSSES = {
    "total": Role.loss_1,
    "recommendation": Role.loss_2,
    "alignment": Role.loss_3,
    "granularity": Role.loss_4,
    "distillation": Role.loss_3,  # of LLM-ESR, which has no alignment
    "refit": Role.loss_5,
}


class Points(Protocol):
    """A curve as the store gives it."""

    @property
    def epochs(self) -> FloatArray: ...
    @property
    def values(self) -> FloatArray: ...


class RunCharts(QWidget):
    """Four charts in a grid, fed by live events or by the curves of a past run."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the prefix of the charts' object names."""
        super().__init__(parent)
        self._metrics = {
            kind: LineChart(
                kind,
                "Epoch",
                kind,
                name=f"{name}.{kind}",
                caption=VALIDATION,
                value=metric,
                tick=metric_tick,
                from_zero=True,
                whole_x=True,
            )
            for kind in METRICS
        }
        self.loss = LineChart(
            "Loss",
            "Epoch",
            "Loss",
            name=f"{name}.loss",
            caption="training, mean over the last epoch; parts before weighting",
            whole_x=True,
            mean_over=1,
        )
        self.gate = LineChart(
            "Gate weights",
            "Epoch",
            "Mean weight",
            name=f"{name}.gate",
            caption="per semantic-ID level, coarse to fine",
            from_zero=True,
            whole_x=True,
        )
        self.ndcg, self.hr = self._metrics["NDCG@10"], self._metrics["HR@10"]
        grid = QWidget()
        self._grid = QGridLayout(grid)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_3)
        self._grid.addWidget(self.ndcg, 0, 0)
        self._grid.addWidget(self.hr, 0, 1)
        self._grid.addWidget(self.gate, 1, 1)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
            self._grid.setRowStretch(column, 1)
        self.nothing = EmptyState("chart-line", "No curves", "")
        self.nothing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(grid)
        self._stack.addWidget(self.nothing)
        self._best: tuple[float, int] | None = None
        self.start(gates=True)

    def start(self, *, gates: bool, words: str = COMING) -> None:
        """Empty all charts for another run; `gates` says whether it has gate weights (H2Rec only), `words` what
        stands in the empty charts."""
        self._best = None
        for chart in (self.ndcg, self.hr, self.loss, self.gate):
            chart.remove_all()
            chart.set_empty_words(words)
        self._stack.setCurrentIndex(0)
        for chart in self._metrics.values():
            for part, role in SLICES.items():
                chart.add_series(part, part, role)
        self.gate.setVisible(gates)
        self._grid.removeWidget(self.loss)
        self._grid.addWidget(self.loss, 1, 0, 1, 1 if gates else 2)

    def show_none(self, why: str) -> None:
        """Show that there are no curves at all, and why."""
        self.nothing.set_words("No curves", why)
        self._stack.setCurrentIndex(1)

    @property
    def has_curves(self) -> bool:
        """Whether charts are shown, with points or waiting for them."""
        return self._stack.currentWidget() is not self.nothing

    def settle(self) -> None:
        """The run has ended: what is empty now stays empty."""
        for chart in (self.ndcg, self.hr, self.loss, self.gate):
            chart.set_empty_words(MISSING)

    def set_caption(self, validation: str) -> None:
        """The protocol in words, such as "validation, full ranking, history left out"."""
        for chart in self._metrics.values():
            chart.set_caption(validation)

    def add(self, events: Sequence[Event]) -> None:
        """Take over live events; others than losses, validation metrics and gate weights are passed over."""
        for event in events:
            match event:
                case Loss():
                    for part, value in event.parts.items():
                        self._need_loss(part)
                        self.loss.append(part, event.epoch, value)
                case Metrics(split="validation", protocol="full"):
                    self._add_metrics(event)
                case GateWeights():
                    self._need_levels(len(event.weights))
                    for level, weight in enumerate(event.weights, start=1):
                        self.gate.append(str(level), event.epoch, weight)

    def set_curves(
        self, curves: Mapping[str, Points], best_epoch: int | None, *, learns: bool = True, runs: bool = False
    ) -> None:
        """Show a run of the store: series as it names them, "loss/total", "validation/full/head/HR@10", "gate/1".

        `learns`: whether its model has anything to train; `runs`: whether points may still come.
        """
        levels = sum(name.startswith("gate/") for name in curves)
        self.start(gates=levels > 0, words=COMING if runs else MISSING)
        if not learns:
            self.show_none(COUNTS_ONLY)
        elif not curves and not runs:
            self.show_none("The run ended before its training began.")
        self._need_levels(levels)
        for part in LOSSES:
            if f"loss/{part}" in curves:
                self._need_loss(part)
        for name, points in curves.items():
            match name.split("/"):
                case ["loss", part] if part in LOSSES:
                    self.loss.set_series(part, points.epochs, points.values)
                case ["validation", "full", part, kind] if part in SLICES and kind in self._metrics:
                    self._metrics[kind].set_series(part, points.epochs, points.values)
                case ["gate", level]:
                    self.gate.set_series(level, points.epochs, points.values)
        self.set_best_epoch(best_epoch)

    def set_best_epoch(self, epoch: int | None) -> None:
        for chart in self._metrics.values():
            chart.set_marker(epoch)

    def refresh(self) -> None:
        """Write the numbers anew after a change of preferences."""
        for chart in (self.ndcg, self.hr, self.loss, self.gate):
            chart.refresh()

    def _add_metrics(self, event: Metrics) -> None:
        for kind, chart in self._metrics.items():
            for part in SLICES:
                value = event.values.get(part, {}).get(kind)
                if value is not None:
                    chart.append(part, event.epoch, value)
        reached = event.values.get("overall", {}).get("NDCG@10")
        if reached is not None and (self._best is None or reached > self._best[0]):
            self._best = reached, event.epoch
            self.set_best_epoch(event.epoch)

    def _need_loss(self, part: str) -> None:
        if part not in self.loss.keys():  # noqa: SIM118 - a chart is no mapping
            self.loss.add_series(part, part, LOSSES.get(part, Role.loss_4), width=1.5)

    def _need_levels(self, count: int) -> None:
        for level in range(len(self.gate.keys()) + 1, count + 1):
            self.gate.add_series(str(level), f"level {level}", LEVELS[(level - 1) % len(LEVELS)])
