"""The settings of a run beside those of a preset, or the defaults."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.settings import Preset
from workbench.pages.runs.tables import SettingsModel
from workbench.run_settings import setting_rows
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import label
from workbench.widgets.table import DataTable


class SettingsTab(QWidget):
    """A table with a search, and a choice of what the settings are compared with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config: ExperimentConfig | None = None
        self.model = SettingsModel(self)
        self.search = QLineEdit()
        self.search.setObjectName("runs.settingSearch")
        self.search.setAccessibleName("Search the settings")
        self.search.setPlaceholderText("Search the settings")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.against = QComboBox()
        self.against.setObjectName("runs.settingsAgainst")
        self.against.setAccessibleName("What the settings are compared with")
        self.against.addItem("Defaults", None)
        self.only_different = QCheckBox()
        self.only_different.setObjectName("runs.onlyDifferent")
        self.table = DataTable("runs.settings", "Settings")
        self.table.setModel(self.model)
        self.table.set_widths(130, 0, 260, 260)
        self.table.stretch_column(1)
        beside = label("Compare with", "muted")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        bar.addWidget(beside)
        bar.addWidget(self.against)
        bar.addSpacing(SPACE_2)
        bar.addWidget(self.only_different)
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)
        self.search.textChanged.connect(self.model.set_search)
        self.only_different.toggled.connect(self.model.set_only_different)
        self.against.currentIndexChanged.connect(lambda _place: self._show())
        self._show()

    def set_presets(self, presets: Sequence[Preset]) -> None:
        """What else the settings can be compared with."""
        for preset in presets:
            self.against.addItem(preset.title, preset)

    def show_config(self, config: ExperimentConfig | None) -> None:
        """None where this version does not understand the settings."""
        if config != self._config:  # one that goes is shown again and again
            self._config = config
            self._show()

    def _show(self) -> None:
        preset: Preset | None = self.against.currentData()
        usual = preset.config if preset is not None else ExperimentConfig()
        self.model.set_usual(preset.title if preset is not None else "Default")
        self.model.set_rows(setting_rows(self._config, usual) if self._config is not None else [])
        from_what = f"“{preset.title}”" if preset is not None else "the default"
        self.only_different.setText(f"Only the {self.model.different} that differ from {from_what}")
