"""The settings of a run beside those of a preset, or the defaults."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.settings import Preset
from workbench.models.columns_table import ColumnsModel
from workbench.pages.runs.tables import setting_columns
from workbench.run_settings import SettingRow, setting_rows
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import label
from workbench.widgets.table import DataTable


class SettingsTab(QWidget):
    """A table with a search, and a choice of what the settings are compared with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config: ExperimentConfig | None = None
        self._rows: list[SettingRow] = []
        self.model = ColumnsModel(self)
        self.model.set_columns(setting_columns([], ""))
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
        self.search.textChanged.connect(lambda _text: self.model.keep(self._kept()))
        self.only_different.toggled.connect(lambda _on: self.model.keep(self._kept()))
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
        self._rows = setting_rows(self._config, usual) if self._config is not None else []
        title = preset.title if preset is not None else "Default"
        self.model.set_columns(setting_columns(self._rows, title), self._kept())
        different = sum(row.differs for row in self._rows)
        from_what = f"“{preset.title}”" if preset is not None else "the default"
        self.only_different.setText(f"Only the {different} that differ from {from_what}")

    def _kept(self) -> npt.NDArray[np.bool_]:
        """(settings,) those that hold every word of the search in group, name, value or help, and differ if need be."""
        words, every = self.search.text().casefold().split(), not self.only_different.isChecked()
        kept = [(every or row.differs) and all(word in row.searched for word in words) for row in self._rows]
        return np.array(kept, dtype=bool)
