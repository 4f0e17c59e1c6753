"""Curves of all series in shared charts: the validation metric overall, for head and for tail, and the loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.comparison.curves import Band, MeanCurve, mean_curve
from workbench.latest import Latest
from workbench.pages.compare.selection import Line, Lines
from workbench.pages.compare.session import Session
from workbench.pages.compare.tab import Tab
from workbench.protocols import VALIDATION
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.chart import LineChart
from workbench.widgets.chart_bar import SMOOTHING
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.numbers import metric, metric_tick
from workbench.widgets.parts import guard_wheel, label
from workbench.widgets.states import StateStack

if TYPE_CHECKING:
    from engine.store import Curve

BANDS: dict[Band, str] = {
    "deviation": "standard deviation",
    "error": "standard error",
    "interval": "95 % interval",
}
MEANINGS: dict[Band, str] = {
    "deviation": "one standard deviation over the seeds at either side",
    "error": "one standard error of the mean at either side",
    "interval": "the 95 % confidence interval of the mean (Student's t)",
}
PARTS = ("overall", "head", "tail")
LOSS = "loss/total"
LEAST_CHARTS = 420  # pixels that the four charts need to be read
MOST_NAMED = 4  # series that each chart names; of more the chips above tell the names


@dataclass(frozen=True)
class Drawn:
    """The curves of a moment: for each line and series name the mean, where there is one."""

    lines: Lines
    means: Mapping[tuple[str, str], MeanCurve]

    @classmethod
    def of(cls, session: Session, lines: Lines, metric: str, band: Band) -> "Drawn":
        found = {}
        for line in lines.all:
            curves = session.curves(line.series)
            for name in (*(validation(part, metric) for part in PARTS), LOSS):
                mean = _mean([each[name] for each in curves if name in each], len(curves), band)
                if mean is not None:
                    found[line.key, name] = mean
        return cls(lines, found)


def validation(part: str, metric: str) -> str:
    """The name under which a validation curve is stored."""
    return f"validation/full/{part}/{metric}"


def curve_notes(lines: Sequence[Line], means: Mapping[tuple[str, str], MeanCurve], band: Band) -> str:
    """What a band means and how far it goes, and which series have no curves and why."""
    notes = []
    several = [line for line in lines if len(line.series.runs) > 1]
    if several:
        seeds = sorted({len(line.series.runs) for line in several})
        counts = " or ".join(map(str, seeds))
        notes.append(f"Lines are means of {counts} seeds, to the epoch that all have; bands: {MEANINGS[band]}.")
    for line in lines:
        if not any(key == line.key for key, _ in means):
            counts_only = line.series.first.model == "popularity"
            why = "popularity only counts interactions" if counts_only else "it ended before its training began"
            notes.append(f"{line.title} has no curves: {why}.")
    return " ".join(notes)


class CurvesTab(Tab):
    """Four charts that share their x axis: what is pointed at or looked into in one is so in all."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._asking = Latest(self)
        self.charts = {
            part: LineChart(
                part.capitalize(), "", name=f"compare.curves.{part}", caption=VALIDATION, value=metric,
                tick=metric_tick, from_zero=True, empty="None of these runs has this curve.",
            )
            for part in PARTS
        }  # fmt: skip
        self.loss = LineChart(
            "Loss", "Loss", name="compare.curves.loss", caption="training; comparable only for the same losses",
            smooths=True, empty="None of these runs has this curve.",
        )  # fmt: skip
        self.loss.set_smoothing(SMOOTHING)
        self.band = QComboBox()
        self.band.setObjectName("compare.curves.band")
        for name, title in BANDS.items():
            self.band.addItem(title, name)
        guard_wheel(self.band)
        self.notes = label("", "caption", wrap=True)
        nothing = EmptyState("chart-line", "No curves", "None of these runs has been trained.")
        self.states = StateStack(self._charts(), nothing, "compare.curves")
        self._lay_out()
        self._connect()

    @property
    def all(self) -> tuple[LineChart, ...]:
        return (*self.charts.values(), self.loss)

    @property
    def is_busy(self) -> bool:
        """Whether the curves are still to come."""
        return self._asking.is_asking

    def refresh(self) -> None:
        self.states.show_loading()
        self._asking.ask(
            partial(Drawn.of, self.session, self.lines, self.measure.metric, self.band.currentData()),
            self._show,
            lambda error: self.states.show_error("The curves cannot be read", str(error)),
        )

    def _show(self, drawn: Drawn) -> None:
        metric = self.measure.metric
        names = {chart: validation(part, metric) for part, chart in self.charts.items()} | {self.loss: LOSS}
        for chart, name in names.items():
            chart.remove_all()
            chart.set_compact(len(drawn.lines.all) > MOST_NAMED)
            for line in drawn.lines.all:
                mean = drawn.means.get((line.key, name))
                if mean is None:
                    continue
                chart.add_series(line.key, line.title, line.role, dashed=line.dashed, points=False)
                chart.set_series(line.key, mean.epochs, mean.mean)
                if mean.low is not None and mean.high is not None:
                    chart.set_band(line.key, mean.low, mean.high)
        for part, chart in self.charts.items():
            chart.title.setText(f"{metric}, {part}")
        self.notes.setText(curve_notes(drawn.lines.all, drawn.means, self.band.currentData()))
        several = any(len(line.series.runs) > 1 for line in drawn.lines.all)
        for each in (self._band_words, self.band):
            each.setVisible(several)
        if drawn.means:
            self.states.show_content()
        else:
            self.states.empty.set_words("No curves", self.notes.text() or "None of these runs has been trained.")
            self.states.show_empty()

    def _charts(self) -> QScrollArea:
        holder = QWidget()
        holder.setMinimumHeight(LEAST_CHARTS)
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE_3)
        for place, chart in enumerate(self.all):
            grid.addWidget(chart, place // 2, place % 2)
        scroll = QScrollArea()
        scroll.setObjectName("compare.curves.scroll")
        scroll.setAccessibleName("Curves")
        scroll.setWidgetResizable(True)
        scroll.setWidget(holder)
        return scroll

    def _lay_out(self) -> None:
        self._band_words = label("Band", "muted")
        self._band_words.setBuddy(self.band)
        self.band.setAccessibleName("Meaning of the band")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.notes, 1)
        bar.addWidget(self._band_words)
        bar.addWidget(self.band)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(bar)
        column.addWidget(self.states, 1)

    def _connect(self) -> None:
        self.band.activated.connect(lambda _place: self.refresh())
        self.states.retry.connect(self.refresh)
        for chart in self.all:
            for other in self.all:
                if other is not chart:
                    chart.pointed.connect(other.point_at)
                    chart.looked.connect(other.look_at)


def _mean(curves: "Sequence[Curve]", runs: int, band: Band) -> MeanCurve | None:
    """The mean over all runs; None where one of them has no such curve."""
    return mean_curve(curves, band) if curves and len(curves) == runs else None
