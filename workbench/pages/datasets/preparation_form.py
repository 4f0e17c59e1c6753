"""The preparation settings of an import, made from their model."""

from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.config import PreparationSettings
from engine.settings import problems, settings_of
from workbench.theme import SPACE_2
from workbench.widgets.editors import make_editor
from workbench.widgets.setting_field import SettingField


class PreparationForm(QWidget):
    """A field per setting with its help; errors beside the field. `settings` is None while one is wrong."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings: PreparationSettings | None = PreparationSettings()
        self.fields: dict[str, SettingField] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        for info in settings_of(PreparationSettings):
            field = SettingField(info, make_editor(info), f"import.{info.key}")
            field.editor.set_value(info.default)
            field.set_baseline(info.default, "default")
            field.changed.connect(self._check)
            self.fields[info.key] = field
            layout.addWidget(field)

    def _check(self) -> None:
        values: dict[str, Any] = {key: field.editor.value() for key, field in self.fields.items()}
        wrong: dict[str, str] = {}
        try:
            self.settings = PreparationSettings.model_validate(values)
        except ValidationError as error:
            self.settings = None
            wrong = dict(problems(error, PreparationSettings))
        for key, field in self.fields.items():
            field.set_error(wrong.get(key, ""))
        self.changed.emit()
