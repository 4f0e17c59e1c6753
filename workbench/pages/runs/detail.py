"""Everything that is known of the chosen run, a tab for each kind of thing."""

from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from engine.artefacts import SEMANTIC_IDS
from workbench.models.run_columns import STATUS_WORDS
from workbench.pages.runs.contents import RunContents
from workbench.pages.runs.environment_tab import EnvironmentTab
from workbench.pages.runs.facts import summary_line
from workbench.pages.runs.files_tab import FilesTab
from workbench.pages.runs.final_test import FinalTestTab
from workbench.pages.runs.gate_tab import GateTab
from workbench.pages.runs.header import RunHeader
from workbench.pages.runs.log_tab import LogTab
from workbench.pages.runs.semantic_ids import SemanticIdReport
from workbench.pages.runs.settings_tab import SettingsTab
from workbench.preferences import Preferences
from workbench.protocols import validation_words
from workbench.run_settings import config_of
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import label, set_kind
from workbench.widgets.run_charts import RunCharts

LEAST_CURVES = 460  # pixels that the four charts need to be read
REMEMBERED = "runs/tab"


class RunDetail(QWidget):
    """Shows one run; who asks for its actions is told by the signals of `header`."""

    copy_wanted = Signal()
    inspect_wanted = Signal()
    watch_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.contents: RunContents | None = None
        self._said: dict[int, str] = {}  # of the latest action: run -> words
        self.header = header = RunHeader()
        self.name, self.badge, self.summary = header.name, header.badge, header.summary
        self.copy, self.watch, self.inspect, self.delete = header.copy, header.watch, header.inspect, header.delete
        header.copy_wanted.connect(self.copy_wanted)
        header.watch_wanted.connect(self.watch_wanted)
        header.inspect_wanted.connect(self.inspect_wanted)
        header.delete_wanted.connect(self.delete_wanted)
        self.error = label("", "bad", wrap=True, selectable=True)
        self.missing = label("", "warning", wrap=True, selectable=True)
        self.notice = label("", "good", wrap=True, selectable=True)
        for each in (self.error, self.missing, self.notice):
            each.hide()
        self.test = FinalTestTab()
        self.settings_tab = SettingsTab()
        self.settings, self.only_different = self.settings_tab.model, self.settings_tab.only_different
        self.gate = GateTab()
        self.semantic_ids = SemanticIdReport()
        self.log = LogTab()
        self.environment = EnvironmentTab()
        self.files = FilesTab()
        self.files.open_wanted.connect(header.folder_wanted)
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
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.addWidget(charts)
        self._curves.setWidget(holder)
        return charts

    def show_run(self, contents: RunContents) -> None:
        """Show a run; what is shown in the chosen tab changes, the tab stays."""
        run, config = contents.run, config_of(contents.run)
        self.contents = contents
        self.name.setText(f"Run {run.id}  {run.name}")
        self.header.show_state(STATUS_WORDS[run.status], run.status)
        self.summary.setText(summary_line(run))
        _tell(self.error, run.error or "")
        _tell(self.missing, contents.missing)
        _tell(self.notice, self._said.get(run.id, ""))
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
        self.settings_tab.show_config(config)
        self.gate.show_run(run, contents.curves)
        self.semantic_ids.show_report(run.semantic_ids)
        self.semantic_ids.open.setEnabled((contents.folder / SEMANTIC_IDS).is_file())
        self.log.show_lines(contents.log)
        self.environment.show_run(run, contents.log)
        self.files.show_files(contents)
        self.copy.setEnabled(config is not None)
        self.header.again.setEnabled(config is not None)
        self.header.export.setEnabled(run.status != "running")
        self.header.open_folder.setEnabled(contents.folder.is_dir())

    def say(self, run: int, words: str) -> None:
        """Tell what became of an action on a run, as long as that run is shown."""
        self._said = {run: words}
        if self.contents is not None and self.contents.run.id == run:
            _tell(self.notice, words)

    def restyle(self) -> None:
        """Write all numbers anew."""
        self.charts.refresh()
        self.test.restyle()

    def _lay_out(self) -> None:
        self._curves.setWidgetResizable(True)
        self._curves.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for title, tab in (
            ("Overview", self.test),
            ("Curves", self._curves),
            ("Settings", self.settings_tab),
            ("Gate weights", self.gate),
            ("Semantic IDs", self.semantic_ids),
            ("Log", self.log),
            ("Environment", self.environment),
            ("Files", self.files),
        ):
            self.tabs.addTab(tab, title)
        titles = [self.tabs.tabText(place) for place in range(self.tabs.count())]
        remembered = self._preferences.recall(REMEMBERED)
        if remembered in titles:
            self.tabs.setCurrentIndex(titles.index(remembered))
        self.tabs.currentChanged.connect(lambda place: self._preferences.remember(REMEMBERED, titles[place]))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.header)
        for each in (self.error, self.missing, self.notice):
            layout.addWidget(each)
        layout.addWidget(self.tabs, 1)


def _tell(widget: QLabel, words: str) -> None:
    widget.setText(words)
    widget.setVisible(bool(words))
