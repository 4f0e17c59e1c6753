"""The page where an experiment is set up and started."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.errors import WorkbenchError
from engine.estimates.time import estimate_group
from engine.groups import PlannedRun, default_name
from workbench.context import Workbench
from workbench.pages.base import Page
from workbench.pages.setup.architecture import sketch
from workbench.pages.setup.architecture_view import ArchitectureView
from workbench.pages.setup.dataset_notice import DatasetNotice
from workbench.pages.setup.group_card import GroupCard
from workbench.pages.setup.help_panel import HelpPanel
from workbench.pages.setup.knowledge import Knowledge
from workbench.pages.setup.preset_bar import PresetBar, Start
from workbench.pages.setup.summary_panel import WIDTH, SummaryPanel
from workbench.theme import SPACE_3, SPACE_4
from workbench.widgets.config_form import ConfigForm
from workbench.widgets.dialogs import show_error
from workbench.widgets.numbers import roughly
from workbench.widgets.parts import Card, button, label, order_tabs


class SetupPage(Page):
    """Presets, form, what the settings come to, Start."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("New experiment", "Choose data and settings, then start.", parent)
        self._workbench = workbench
        self._planned: list[PlannedRun] = []  # what Start would start; empty while that is not right

        self._reason = button("", "setup.reason", kind="link")
        self._reason.clicked.connect(self._go_to_obstacle)
        self._expected = label("", "muted")
        self._expected.setObjectName("setup.expected")
        self.title_row.addWidget(self._reason)
        self.title_row.addWidget(self._expected)
        self._start_button = self.set_main_action("Start", "play", self.start, "setup.start")
        self._start_button.setToolTip("Start the experiment (Ctrl+Enter)")

        self.form = ConfigForm("setup")
        self.knowledge = Knowledge(workbench.store, workbench.library, self)
        self.knowledge.changed.connect(self._show_state)
        self.presets = PresetBar(workbench, lambda: self.form.config)
        self.notice = DatasetNotice(workbench.library)
        self.notice.clicked.connect(lambda: self.open_page.emit("datasets", self.form.values()["data"]["dataset"]))
        self.group = GroupCard()
        self.summary = SummaryPanel()
        self.architecture = ArchitectureView()
        self.help = HelpPanel()
        self.presets.chosen.connect(self._begin_with)
        self.form.changed.connect(self._show_state)
        self.group.changed.connect(self._show_state)
        self.help.several.connect(self.form.ask_for_several)

        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(self._settings(), 1)
        row.addLayout(self._side())
        self.body.addWidget(self.presets)
        self.body.addWidget(self.notice)
        self.body.addLayout(row, 1)
        self._order_tabs()

        controller = workbench.controller
        controller.run_started.connect(self._show_state)
        controller.run_ended.connect(self._show_state)
        controller.queue.changed.connect(self._show_state)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._explain)
        self.presets.use_first()

    def activate(self) -> None:
        self.knowledge.refresh()
        self.presets.refresh()
        self.form.set_choices(
            "data.dataset",
            [
                (row.name, f"{row.name} (synthetic)" if row.synthetic else row.name)
                for row in self.knowledge.known.datasets.values()
            ],
        )

    def open_with(self, payload: object) -> None:
        """Take over the settings of a past run."""
        if isinstance(payload, ExperimentConfig):
            self.presets.use_other(payload, "From a past run", "Settings copied from a past run.")

    def press_main_action(self) -> None:
        self.start()  # the button is disabled while a setting is wrong, but the keys lead to that setting

    def start(self) -> None:
        """Start the run, or all of its group, and go to the Monitor, or show the first wrong setting."""
        config = self.form.config
        if config is None:
            self._show_first_error()
            return
        if not self._start_button.isEnabled():
            return
        controller = self._workbench.controller
        try:
            if controller.is_running:
                controller.add(default_name(config, datetime.now().astimezone()), self._planned)
                return
            if len(self._planned) == 1:
                run = controller.start(self._planned[0].config)
            else:
                run = controller.start_group(default_name(config, datetime.now().astimezone()), self._planned)
        except WorkbenchError as error:
            show_error(self, "The experiment could not be started.", str(error))
            return
        self.open_page.emit("monitor", run)

    # Its parts

    def _settings(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_4)
        column.addWidget(self.group)
        column.addWidget(self.form)
        self._scroll = _scrolled(content)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the cursor from setting to setting
        return self._scroll

    def _side(self) -> QVBoxLayout:
        drawing = Card("The model")
        drawing.body.addWidget(self.architecture)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addWidget(drawing)
        column.addWidget(self.summary)
        happens = _scrolled(content)
        happens.setFixedWidth(WIDTH)
        happens.setAccessibleName("What will happen")
        # As wide as the cards above it, which leave room for the scroll bar.
        happens.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.help.setFixedWidth(WIDTH - happens.verticalScrollBar().sizeHint().width())
        side = QVBoxLayout()
        side.setSpacing(SPACE_3)
        side.addWidget(happens, 2)
        side.addWidget(self.help, 1, Qt.AlignmentFlag.AlignLeft)
        return side

    def _order_tabs(self) -> None:
        """The Tab key comes from the presets to the number of runs, the form, and what is said of a setting."""
        parts = (self.presets, self.group, self.form, self.help)
        order_tabs(widget for part in parts for widget in part.tab_chain())

    # What the settings come to

    def _begin_with(self, start: Start) -> None:
        config = start.config
        chosen = self.form.values()["data"]["dataset"]
        if not start.dataset and chosen:
            config = config.model_copy(update={"data": config.data.model_copy(update={"dataset": chosen})})
        self.form.set_config(config)
        self.form.set_baseline(config, start.title)
        self._show_state()

    def _show_state(self) -> None:
        config = self.form.config
        self.presets.show_changes(self.form.changed_settings())
        self._planned = []
        if config is not None:
            self.form.set_placeholder("name", config.model_copy(update={"name": ""}).title)
            self.knowledge.look_at(config.data.dataset)
            self.notice.show_dataset(self.knowledge.known.datasets.get(config.data.dataset))
            self.summary.show_config(config, self.knowledge.known)
            self.architecture.show_sketch(sketch(config))
            self._planned = self.group.show_plan(config, self.form.axes())
        self._start_button.setText(self._start_words())
        self._expected.setText(self._expected_time())
        reason, waiting = self._obstacle(), self._workbench.controller.waiting
        self._reason.setText(reason or (f"{waiting} in the queue" if waiting else ""))
        self._reason.setVisible(bool(self._reason.text()))
        self._expected.setVisible(not reason and bool(self._expected.text()))
        self._start_button.setEnabled(not reason)

    def _start_words(self) -> str:
        """What the button does: a run that goes already lets others wait."""
        runs = f" {len(self._planned):,} runs" if len(self._planned) > 1 else ""
        return f"Add{runs} to queue" if self._workbench.controller.is_running else f"Start{runs}"

    def _expected_time(self) -> str:
        """How long all runs will take by past runs, "" where there are none to go by."""
        known = self.knowledge.known
        found = estimate_group(self._planned, known.datasets, known.past)
        if not found.runs:
            return ""
        those = "" if found.runs == len(self._planned) else f" for {found.runs} of {len(self._planned)} runs"
        words = f"{'at most ' if found.at_most else ''}{roughly(found.seconds)}{those}"
        return words[:1].upper() + words[1:]

    def _explain(self, _before: QWidget | None, now: QWidget | None) -> None:
        field = self.form.field_around(now)
        if field is not None:
            self.help.show_setting(field.info)

    # What keeps it from being started

    def _go_to_obstacle(self) -> None:
        if self.form.config is None:
            self._show_first_error()
        elif not self._planned:
            self._scroll.ensureWidgetVisible(self.group)
            self.group.seeds.setFocus()
        elif self._obstacle():
            self.open_page.emit("datasets", None)
        else:
            self.open_page.emit("monitor", self._workbench.controller.run)

    def _show_first_error(self) -> None:
        field = self.form.show_first_error()
        if field is not None:
            self._scroll.ensureWidgetVisible(field, 0, 80)

    def _obstacle(self) -> str:
        """Why the experiment cannot be started now, "" when it can."""
        if self.form.config is None:
            wrong = len(self.form.errors)
            return "1 setting is not right yet" if wrong == 1 else f"{wrong} settings are not right yet"
        if not self._planned:
            return self.group.obstacle
        if any(each.config.data.dataset not in self.knowledge.known.datasets for each in self._planned):
            return "The dataset is not there yet"
        return ""


def _scrolled(content: QWidget) -> QScrollArea:
    """The content on the page's ground, no taller than it needs to be, in an area that scrolls up and down."""
    ground = QWidget()
    ground.setProperty("kind", "page")
    column = QVBoxLayout(ground)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(content)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(ground)
    return area
