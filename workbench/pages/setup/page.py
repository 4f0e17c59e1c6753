"""The page where an experiment is set up and started."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.errors import WorkbenchError
from engine.groups import default_name
from engine.settings import presets
from engine.store.rows import DatasetRow
from workbench.context import Workbench
from workbench.pages.base import Page
from workbench.pages.setup.group_card import GroupCard
from workbench.pages.setup.summary_panel import WIDTH, SummaryPanel
from workbench.theme import SPACE_2, SPACE_3, SPACE_4
from workbench.widgets.config_form import ConfigForm
from workbench.widgets.dialogs import show_error
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button, label

_OTHER = "other"  # settings that came from a past run


class SetupPage(Page):
    """Preset, form, summary, Start."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("New experiment", "Choose data and settings, then start.", parent)
        self._workbench = workbench
        self._presets = {preset.name: preset for preset in presets()}
        self._datasets: dict[str, DatasetRow] = {}
        self._runs = 1  # that Start would start; 0 while their number is not right

        self._reason = button("", "setup.reason", kind="link")
        self._reason.clicked.connect(self._go_to_obstacle)
        self.title_row.addWidget(self._reason)
        self._start_button = self.set_main_action("Start", "play", self.start, "setup.start")
        self._start_button.setToolTip("Start the experiment (Ctrl+Enter)")

        self.form = ConfigForm("setup")
        self.form.changed.connect(self._show_state)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the cursor from setting to setting
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(_at_top(self.form))
        self.summary = SummaryPanel()
        self.group = GroupCard()
        self.group.changed.connect(self._show_state)
        happens = QScrollArea()
        happens.setWidgetResizable(True)
        happens.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        happens.setWidget(_at_top(self.summary))
        happens.setFixedWidth(WIDTH)
        happens.setAccessibleName("What will happen")
        side = QVBoxLayout()
        side.setSpacing(SPACE_3)
        side.addWidget(happens, 1)
        side.addWidget(self.group)

        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(self._scroll, 1)
        row.addLayout(side)
        self.body.addLayout(self._preset_row())
        self.body.addLayout(row, 1)

        controller = workbench.controller
        controller.run_started.connect(self._show_state)
        controller.run_ended.connect(self._show_state)
        controller.queue.changed.connect(self._show_state)
        self._use_preset("sample" if "sample" in self._presets else next(iter(self._presets)))

    def activate(self) -> None:
        self._datasets = {row.name: row for row in self._workbench.store.datasets.list()}
        self.form.set_choices(
            "data.dataset",
            [(row.name, f"{row.name} (synthetic)" if row.synthetic else row.name) for row in self._datasets.values()],
        )

    def open_with(self, payload: object) -> None:
        """Take over the settings of a past run."""
        if isinstance(payload, ExperimentConfig):
            if self._preset.findData(_OTHER) < 0:
                self._preset.addItem("From a past run", _OTHER)
            self._preset.setCurrentIndex(self._preset.findData(_OTHER))
            self._past = payload
            self._use_baseline(payload, "the past run", "Settings copied from a past run.")

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
            planned = self.group.plan(config)
            if controller.is_running:
                controller.add(default_name(config, datetime.now().astimezone()), planned)
                return
            if len(planned) == 1:
                run = controller.start(config)
            else:
                run = controller.start_group(default_name(config, datetime.now().astimezone()), planned)
        except WorkbenchError as error:
            show_error(self, "The experiment could not be started.", str(error))
            return
        self.open_page.emit("monitor", run)

    def _preset_row(self) -> QHBoxLayout:
        self._preset = QComboBox()
        self._preset.setObjectName("setup.preset")
        self._preset.setAccessibleName("Preset")
        self._preset.setMinimumWidth(180)
        for preset in self._presets.values():
            self._preset.addItem(preset.title, preset.name)
        self._preset.activated.connect(lambda: self._use_preset(self._preset.currentData()))
        title = label("Preset", "label")
        title.setBuddy(self._preset)
        self._about = ElidedLabel()
        self._about.setProperty("kind", "muted")
        self._changes = label("", "muted")
        self._changes.setObjectName("setup.changes")
        self._back = button("Undo changes", "setup.reset", kind="link")
        self._back.clicked.connect(lambda: self._use_preset(self._preset.currentData()))
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(title)
        row.addWidget(self._preset)
        row.addSpacing(SPACE_4 - SPACE_2)
        row.addWidget(self._about, 1)
        row.addWidget(self._changes)
        row.addWidget(self._back)
        return row

    def _use_preset(self, name: str) -> None:
        if name == _OTHER:
            self._use_baseline(self._past, "the past run", "Settings copied from a past run.")
            return
        preset = self._presets[name]
        self._preset.setCurrentIndex(self._preset.findData(name))
        config = preset.config
        chosen = self.form.values()["data"]["dataset"]
        if not preset.dataset and chosen:
            config = config.model_copy(update={"data": config.data.model_copy(update={"dataset": chosen})})
        self._use_baseline(config, preset.title, preset.description)

    def _use_baseline(self, config: ExperimentConfig, title: str, about: str) -> None:
        self._about.setText(about)
        self.form.set_config(config)
        self.form.set_baseline(config, title)
        self._show_state()

    def _show_state(self) -> None:
        config = self.form.config
        changed = self.form.changed_settings()
        noun = "setting" if len(changed) == 1 else "settings"
        self._changes.setText(f"{len(changed)} {noun} changed")
        self._changes.setToolTip(", ".join(changed))
        self._changes.setVisible(bool(changed))
        self._back.setVisible(bool(changed))
        if config is not None:
            self.form.set_placeholder("name", config.model_copy(update={"name": ""}).title)
            self.summary.show_config(config, self._datasets.get(config.data.dataset))
            self._runs = self.group.show_config(config)
        runs = f"{self._runs} runs" if self._runs > 1 else ""
        adds = self._workbench.controller.is_running
        self._start_button.setText(f"Add {runs} to queue".replace("  ", " ") if adds else f"Start {runs}".rstrip())
        reason, waiting = self._obstacle(), self._workbench.controller.waiting
        self._reason.setText(reason or (f"{waiting} in the queue" if waiting else ""))
        self._reason.setVisible(bool(self._reason.text()))
        self._start_button.setEnabled(not reason)

    def _go_to_obstacle(self) -> None:
        if self.form.config is None:
            self._show_first_error()
        elif not self._runs:
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
        if not self._runs:
            return "The number of seeds is not right yet"
        if self.form.config.data.dataset not in self._datasets:
            return "The dataset is not there yet"
        return ""


def _at_top(content: QWidget) -> QWidget:
    """The content on the page's ground, no taller than it needs to be."""
    ground = QWidget()
    ground.setProperty("kind", "page")
    column = QVBoxLayout(ground)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(content)
    column.addStretch(1)
    return ground
