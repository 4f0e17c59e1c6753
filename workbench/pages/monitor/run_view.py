"""One run at a glance: how it ended, stages, curves, numbers, log."""

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.events import Event, Finished, Note, Stage
from workbench.pages.monitor.outcome_banner import OutcomeBanner
from workbench.pages.monitor.past_run import PastRun
from workbench.pages.monitor.side_panel import ResultsCard, SemanticIdsCard
from workbench.pages.monitor.stage_strip import StageStrip
from workbench.protocols import final_test_words, validation_words
from workbench.run_progress import RunProgress
from workbench.theme import SPACE_3
from workbench.widgets.final_test import FinalMetrics
from workbench.widgets.log_view import LogView
from workbench.widgets.parts import Card
from workbench.widgets.run_charts import COUNTS_ONLY, RunCharts


class RunView(QWidget):
    """Fed by `begin`, `take` and `end` while a run goes, or by `show_past` at once.

    `side` holds numbers and log; the page puts it beside the view.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = RunProgress()
        self._config = ExperimentConfig()
        self.banner = OutcomeBanner()
        self.stages = StageStrip()
        self.charts = RunCharts("monitor")
        self.results = ResultsCard()
        self.semantic_ids = SemanticIdsCard()
        self.log = LogView("monitor.log")
        log_card = Card("Log")
        log_card.body.addWidget(self.log)
        log_card.setMinimumHeight(100)

        cards = QWidget()
        cards.setProperty("kind", "page")
        side = QVBoxLayout(cards)
        side.setContentsMargins(0, SPACE_3, 0, 0)
        side.setSpacing(SPACE_3)
        for card in (self.results, self.semantic_ids, log_card):
            side.addWidget(card, 1 if card is log_card else 0)
        self.side = QScrollArea()  # the charts are all in view however little room there is beside them
        self.side.setFrameShape(QFrame.Shape.NoFrame)
        self.side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.side.setWidgetResizable(True)
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setWidget(cards)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addWidget(self.banner)
        column.addWidget(self.stages)
        column.addWidget(self.charts, 1)

    def begin(self, config: ExperimentConfig) -> None:
        """Empty everything for a run with these settings."""
        self._config = config
        self.progress = RunProgress()
        self.banner.hide()
        self.charts.start(gates=config.model.kind == "h2rec")
        if config.model.kind == "popularity":
            self.charts.show_none(COUNTS_ONLY)
        self.charts.set_caption(validation_words(self._config))
        self.results.start()
        self.semantic_ids.start(config.uses_semantic_ids)
        self.log.show_lines([])
        self.show_progress(stopping=False)

    def take(self, events: Sequence[Event], *, stopping: bool) -> None:
        """Show what happened since the last call."""
        now = time.monotonic()
        best, report = self.progress.best, self.progress.semantic_ids
        for event in events:
            self.progress.add(event, now)
        self.charts.add(events)
        self.log.add_lines((event.level, event.text) for event in events if isinstance(event, Note))
        if self.progress.semantic_ids is not None and self.progress.semantic_ids is not report:
            self.semantic_ids.show_report(self.progress.semantic_ids, reused=self.progress.reused)
        if self.progress.best is not None and self.progress.best is not best:
            self.results.show_best(self.progress.best, validation_words(self._config))
        self.show_progress(stopping=stopping)

    def end(self, status: str, message: str, *, can_inspect: bool, can_train_further: bool) -> None:
        """Show how the run ended."""
        self.banner.show_outcome(status, message, can_inspect=can_inspect, can_train_further=can_train_further)
        self.charts.settle()
        self.results.settle()
        if status == "failed":
            self.log.add_lines([("error", message)])
        end = self.progress.end
        if isinstance(end, Finished):
            self.charts.set_best_epoch(end.best_epoch or None)
            self._show_test(end.test, end.best_epoch or None, refit=end.seconds.get(Stage.REFIT, 0) > 0)
        self.semantic_ids.settle()
        self.show_progress(stopping=False)

    def show_past(self, past: PastRun, *, can_inspect: bool, can_train_further: bool) -> None:
        """Show a run out of the store."""
        details = past.details
        self.begin(past.config)
        self.progress = past.progress
        self.charts.set_curves(
            past.curves,
            details.best_epoch or None,
            learns=details.model != "popularity",
            runs=details.status == "running",
        )
        self.charts.set_caption(validation_words(past.config))
        self.log.show_lines((line.level, line.text) for line in past.log)
        if details.semantic_ids:
            self.semantic_ids.show_report(details.semantic_ids, reused=bool(details.semantic_ids.get("reused")))
        if details.test:
            self._show_test(details.test, details.best_epoch or None, refit=past.was_refit)
        elif past.best is not None:
            self.results.show_best(past.best, validation_words(past.config))
        if details.status != "running":
            self.banner.show_outcome(
                details.status, past.words, can_inspect=can_inspect, can_train_further=can_train_further
            )
            self.results.settle()
        self.semantic_ids.settle()
        self.show_progress(stopping=False)

    @property
    def trains(self) -> bool:
        """Whether the run is in its training, which can be ended early."""
        return self.progress.current is Stage.TRAIN

    def show_progress(self, *, stopping: bool) -> None:
        """Write the times anew."""
        self.stages.show_progress(
            self.progress, time.monotonic(), stopping=stopping, ended=self.banner.isVisibleTo(self)
        )

    def refresh(self) -> None:
        """Write the numbers anew after a change of preferences."""
        self.charts.refresh()
        self.results.refresh()

    def _show_test(self, test: FinalMetrics, best_epoch: int | None, *, refit: bool) -> None:
        config = self._config
        self.results.show_test(test, final_test_words(config), best_epoch, refit=refit)
