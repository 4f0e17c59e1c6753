"""The charts of one run: metrics by slice, losses, gate weights by level, and how the training itself goes."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import cast

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.events import Event, GateWeights, Loss, Metrics, TrainingFigures
from workbench.protocols import VALIDATION
from workbench.theme import LEVELS, SPACE_2, SPACE_3, Role
from workbench.widgets.axes import Points, Timeline, XKind
from workbench.widgets.chart import LineChart
from workbench.widgets.chart_bar import SMOOTHING, ChartBar
from workbench.widgets.curve import FloatArray
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.numbers import count, gigabytes, metric, metric_tick, significant

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
NOT_RECORDED = "This run was recorded before this was measured."


class RunCharts(QWidget):
    """Two pages of charts under one bar, fed by live events or by the curves of a past run.

    They share the x axis: what is pointed at or looked into in one is so in all.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the prefix of the charts' object names."""
        super().__init__(parent)
        self._metrics = {
            kind: LineChart(
                kind, kind, name=f"{name}.{kind}", caption=VALIDATION, value=metric, tick=metric_tick, from_zero=True
            )
            for kind in METRICS
        }
        self.ndcg, self.hr = self._metrics["NDCG@10"], self._metrics["HR@10"]
        self.loss = LineChart(
            "Loss", "Loss", name=f"{name}.loss", caption="training; parts before weighting", smooths=True
        )
        self.gate = LineChart(
            "Gate weights",
            "Mean weight",
            name=f"{name}.gate",
            caption="per semantic-ID level, coarse to fine",
            from_zero=True,
        )
        chart = partial(LineChart, from_zero=True)
        self.training = {
            "gradient_norm": chart(
                "Gradient norm", "2-norm", name=f"{name}.gradientNorm", smooths=True, value=significant
            ),
            "positions_per_second": chart(
                "Throughput", "Positions per second", name=f"{name}.throughput", smooths=True, value=count
            ),
            "learning_rate": chart("Learning rate", "Learning rate", name=f"{name}.learningRate", value=significant),
            "memory": chart(
                "Memory", "GB", name=f"{name}.memory", value=gigabytes, tick=lambda value, _: f"{value / 1e9:.3g}"
            ),
        }
        self.bar = ChartBar(name, ["Quality", "Training"])
        self.timeline = Timeline()
        self._ghost: tuple[str, Mapping[str, Points]] | None = None
        self._ghost_timeline = Timeline()
        quality, self._grid = _grid([self.ndcg, self.hr, self.loss, self.gate])
        self._pages = QStackedWidget()
        self._pages.addWidget(quality)
        self._pages.addWidget(_grid(list(self.training.values()))[0])
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.bar)
        column.addWidget(self._pages, 1)
        self.nothing = EmptyState("chart-line", "No curves", "")
        self.nothing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self.nothing)
        self._best: tuple[float, int] | None = None
        self._connect()
        self.start(gates=True)

    @property
    def charts(self) -> tuple[LineChart, ...]:
        return (self.ndcg, self.hr, self.loss, self.gate, *self.training.values())

    def start(self, *, gates: bool, words: str = COMING) -> None:
        """Empty all charts for another run; `gates` says whether it has gate weights (H2Rec only), `words` what
        stands in the empty charts."""
        self._best = None
        self.timeline = Timeline()
        for chart in self.charts:
            chart.remove_all()
            chart.set_empty_words(words)
        self._stack.setCurrentIndex(0)
        for chart in self._metrics.values():
            for part, role in SLICES.items():
                chart.add_series(part, part, role)
        for key, chart in self.training.items():
            chart.add_series(key, "", Role.overall, width=1.5)
        self.gate.setVisible(gates)
        self._grid.removeWidget(self.loss)
        self._grid.addWidget(self.loss, 1, 0, 1, 1 if gates else 2)
        self._scale()
        self._show_ghost()

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
        for chart in self.charts:
            chart.set_empty_words(MISSING)

    def set_caption(self, validation: str) -> None:
        """The protocol in words, such as "validation, full ranking, history left out"."""
        for chart in self._metrics.values():
            chart.set_caption(validation)

    def add(self, events: Sequence[Event]) -> None:
        """Take over live events; those that have no curve are passed over."""
        for event in events:
            self.timeline.add(event)
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
                case TrainingFigures():
                    for key in event.values.keys() & self.training.keys():
                        self.training[key].append(key, event.epoch, event.values[key])
        if events:
            self._scale()

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
        if not runs and not any(name.startswith("training/") for name in curves):
            for chart in self.training.values():
                chart.set_empty_words(NOT_RECORDED)
        for chart, key, points in self._places(curves):
            chart.set_series(key, points.epochs, points.values)
        self.timeline = Timeline.of(curves)
        self._scale()
        self._show_ghost()
        self.set_best_epoch(best_epoch)

    def set_best_epoch(self, epoch: int | None) -> None:
        for chart in self._metrics.values():
            chart.set_marker(epoch)

    def set_ghost(self, name: str, curves: Mapping[str, Points]) -> None:
        """Show an earlier run behind this one, and those that follow; none where there are no curves."""
        self._ghost = (name, curves) if curves else None
        self._ghost_timeline = Timeline.of(curves)
        self._scale()
        self._show_ghost()

    def refresh(self) -> None:
        """Write the numbers anew after a change of preferences."""
        for chart in self.charts:
            chart.refresh()

    def _places(self, curves: Mapping[str, Points]) -> Iterator[tuple[LineChart, str, Points]]:
        """Which chart, and which of its series, a curve of the store belongs to."""
        for name, points in curves.items():
            match name.split("/"):
                case ["loss", part] if part in LOSSES:
                    yield self.loss, part, points
                case ["validation", "full", part, kind] if part in SLICES and kind in self._metrics:
                    yield self._metrics[kind], part, points
                case ["gate", level]:
                    yield self.gate, level, points
                case ["training", key] if key in self.training:
                    yield self.training[key], key, points

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
            self._show_ghost()

    def _need_levels(self, count: int) -> None:
        for level in range(len(self.gate.keys()) + 1, count + 1):
            self.gate.add_series(str(level), f"level {level}", LEVELS[(level - 1) % len(LEVELS)])
            self._show_ghost()

    def _scale(self) -> None:
        kind = cast(XKind, self.bar.axis.currentData())
        scale, ghost = self.timeline.scale(kind), self._ghost_timeline.scale(kind)
        for chart in self.charts:
            chart.set_x(scale, ghost)

    def _show_ghost(self) -> None:
        name, curves = self._ghost or ("", {})
        points: dict[LineChart, dict[str, tuple[FloatArray, FloatArray]]] = {chart: {} for chart in self.charts}
        for chart, key, each in self._places(curves):
            points[chart][key] = each.epochs, each.values
        for chart, series in points.items():
            chart.set_ghost(name, series)

    def _connect(self) -> None:
        self.bar.page_chosen.connect(self._pages.setCurrentIndex)
        self.bar.x_chosen.connect(lambda _kind: self._scale())
        self.bar.smoothing_chosen.connect(self._smooth)
        self._smooth(SMOOTHING)
        for chart in self.charts:
            for other in self.charts:
                if other is not chart:
                    chart.pointed.connect(other.point_at)
                    chart.looked.connect(other.look_at)

    def _smooth(self, weight: float) -> None:
        for chart in self.charts:
            chart.set_smoothing(weight)


def _grid(charts: Sequence[LineChart]) -> tuple[QWidget, QGridLayout]:
    """Four charts, two by two."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(SPACE_3)
    for place, chart in enumerate(charts):
        grid.addWidget(chart, place // 2, place % 2)
    for each in (0, 1):
        grid.setColumnStretch(each, 1)
        grid.setRowStretch(each, 1)
    return holder, grid
