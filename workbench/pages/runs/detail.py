"""Everything that is known of the chosen run: curves, test metrics, settings, semantic IDs and log."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.models.run_columns import STATUS_WORDS
from workbench.pages.runs.facts import (
    config_of,
    setting_rows,
    summary_line,
)
from workbench.pages.runs.final_test import FinalTestTab
from workbench.pages.runs.semantic_ids import SemanticIdReport
from workbench.pages.runs.tables import SettingsModel
from workbench.protocols import validation_words
from workbench.theme import SPACE_2, SPACE_3, Role
from workbench.widgets.badge import Badge
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.log_view import LogView
from workbench.widgets.parts import button, label, set_kind
from workbench.widgets.run_charts import RunCharts
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.store import Curve, LogLine, RunDetails, Store

LEAST_CURVES = 460  # pixels that the four charts need to be read
STATUS_ROLES = {
    "running": Role.accent,
    "finished": Role.good,
    "failed": Role.bad,
    "interrupted": Role.warning,
}


@dataclass(frozen=True)
class RunContents:
    """A run as read from the store in one go."""

    run: "RunDetails"
    curves: "Mapping[str, Curve]"
    log: "list[LogLine]"

    @classmethod
    def read(cls, store: "Store", run: int) -> "RunContents":
        """Raises StoreError when there is no such run."""
        return cls(store.runs.get(run), store.runs.curves(run), store.runs.log(run))


class RunDetail(QWidget):
    """Shows one run; the page does what its buttons ask for."""

    copy_wanted = Signal()
    inspect_wanted = Signal()
    watch_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ElidedLabel()
        self.name.setProperty("kind", "heading")
        self.name.setObjectName("runs.name")
        self.badge = Badge("", Role.accent)
        self.badge.hide()
        self.summary = ElidedLabel()
        self.summary.setProperty("kind", "muted")
        self.error = label("", "bad", wrap=True, selectable=True)
        self.error.hide()
        self.copy = button("Copy settings", "runs.copy", "copy")
        self.copy.setToolTip("Start a new experiment from these settings")
        self.watch = button("Monitor", "runs.watch", "activity")
        self.watch.setToolTip("Show stages, curves and log on the Monitor")
        self.inspect = button("Inspect", "runs.inspect", "magnifying-glass")
        self.inspect.setToolTip("Look into its recommendations (Enter, or double-click in the table)")
        self.delete = button("Delete", "runs.delete", "trash", kind="danger")
        self.copy.clicked.connect(self.copy_wanted)
        self.watch.clicked.connect(self.watch_wanted)
        self.inspect.clicked.connect(self.inspect_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.test = FinalTestTab()
        self.settings = SettingsModel(self)
        self.only_different = QCheckBox("Only what differs from the default")
        self.only_different.setObjectName("runs.onlyDifferent")
        self.only_different.toggled.connect(self.settings.set_only_different)
        self.semantic_ids = SemanticIdReport()
        self.log = LogView("runs.log")
        self._curves = QScrollArea()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("runs.tabs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Details of the run")
        self._lay_out()

    @cached_property
    def charts(self) -> RunCharts:
        """Made for the first run that is shown: the table need not wait for them."""
        charts = RunCharts("runs")
        self._curves.setWidget(_column(charts))
        return charts

    def show_run(self, contents: RunContents) -> None:
        """Show a run; what is shown in the chosen tab changes, the tab stays."""
        run, config = contents.run, config_of(contents.run)
        self.name.setText(f"Run {run.id}  {run.name}")
        self.badge.set(STATUS_WORDS[run.status], STATUS_ROLES[run.status])
        self.badge.show()
        self.summary.setText(summary_line(run))
        self.error.setText(run.error or "")
        self.error.setVisible(bool(run.error))
        set_kind(self.error, "bad" if run.status == "failed" else "warning")
        self.charts.set_curves(
            contents.curves,
            run.best_epoch or None,
            learns=run.model != "popularity",
            runs=run.status == "running",
        )
        self.charts.setMinimumHeight(LEAST_CURVES if self.charts.has_curves else 0)
        if config is not None:
            self.charts.set_caption(validation_words(config))
        self.test.show_run(run, config)
        self.settings.set_rows(setting_rows(config) if config is not None else [])
        self.only_different.setText(f"Only the {self.settings.different} that differ from the default")
        self.semantic_ids.show_report(run.semantic_ids)
        self.log.show_lines((each.level, f"{each.at.astimezone():%H:%M:%S}  {each.text}") for each in contents.log)
        self.copy.setEnabled(config is not None)

    def restyle(self) -> None:
        """Write all numbers anew."""
        self.charts.refresh()
        self.test.restyle()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_2)
        words = QVBoxLayout()
        words.setSpacing(2)
        first = QHBoxLayout()
        first.setSpacing(SPACE_2)
        first.addWidget(self.badge)
        first.addWidget(self.name, 1)
        words.addLayout(first)
        words.addWidget(self.summary)
        top.addLayout(words, 1)
        for each in (self.copy, self.watch, self.inspect, self.delete):
            top.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        self._curves.setWidgetResizable(True)
        self._curves.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.addTab(self._curves, "Curves")
        self.tabs.addTab(self.test, "Test")
        self.tabs.addTab(_column(self.only_different, self._settings_table()), "Settings")
        self.tabs.addTab(self.semantic_ids, "Semantic IDs")
        self.tabs.addTab(_column(self.log), "Log")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(top)
        layout.addWidget(self.error)
        layout.addWidget(self.tabs, 1)

    def _settings_table(self) -> DataTable:
        table = DataTable("runs.settings", "Settings")
        table.setModel(self.settings)
        table.set_widths(120, 0, 280, 280)
        table.stretch_column(1)
        return table


def _column(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, SPACE_3, 0, 0)
    layout.setSpacing(SPACE_2)
    for widget in widgets:
        layout.addWidget(widget)
    return holder
