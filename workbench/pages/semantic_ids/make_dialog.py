"""Asks by which settings other semantic IDs shall be made, for comparing alone."""

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from engine.config import SemanticIdSettings
from engine.settings import problems, settings_of
from workbench.theme import SPACE_1, SPACE_2, SPACE_4, SPACE_5
from workbench.widgets.editors import make_editor
from workbench.widgets.parts import button, label
from workbench.widgets.setting_field import SettingField

KEYS = ("quantiser", "depth", "codebook_size", "seed")
OTHER = {"rq-vae": "rq-kmeans", "rq-kmeans": "opq", "opq": "rq-kmeans", "pq": "opq"}
WIDTH = 460


class MakeDialog(QDialog):
    """`agreed(settings)`: semantic IDs by these settings shall be made. What is not asked for is as in `base`."""

    agreed = Signal(object)

    def __init__(self, base: SemanticIdSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("makeDialog")
        self.setWindowTitle("Make other semantic IDs")
        self.setMinimumWidth(WIDTH)
        self._base = base
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_5, SPACE_4, SPACE_5, SPACE_4)
        layout.setSpacing(SPACE_1)
        infos = {info.key: info for info in settings_of(SemanticIdSettings)}
        self.fields = {key: SettingField(infos[key], make_editor(infos[key]), f"make.{key}") for key in KEYS}
        for key, field in self.fields.items():
            field.editor.set_value(OTHER[base.quantiser] if key == "quantiser" else getattr(base, key))
            field.changed.connect(self._check)
            layout.addWidget(field)
        self.make = button("Make", "make.start", kind="primary")
        self.make.setDefault(True)
        cancel = button("Cancel", "make.cancel")
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.make)
        layout.addWidget(
            label("They are made of the same texts and kept, so making them again takes no time.", "muted", wrap=True)
        )
        layout.addLayout(buttons)
        self.make.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self._check()

    def accept(self) -> None:
        """Take the settings, if all are allowed."""
        if self._settings is not None:
            self.agreed.emit(self._settings)
            super().accept()

    def _check(self) -> None:
        values = {key: field.editor.value() for key, field in self.fields.items()}
        wrong: dict[str, str] = {}
        self._settings: SemanticIdSettings | None = None
        try:
            self._settings = SemanticIdSettings.model_validate(self._base.model_dump() | values)
        except ValidationError as error:
            wrong = dict(problems(error, SemanticIdSettings))
        for key, field in self.fields.items():
            field.set_error(wrong.get(key, ""))
        self.make.setEnabled(self._settings is not None)
        self.adjustSize()  # what is wrong may take several lines
