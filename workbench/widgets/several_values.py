"""The line where several values of a setting are typed, with commas between; a run is made for each."""

from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from engine.errors import SettingsError
from engine.grid import shown, values_of
from engine.settings import SettingInfo
from workbench.icons import icon
from workbench.theme import SPACE_1, Role
from workbench.widgets.parts import set_kind


class SeveralValues(QWidget):
    """Emits `changed` while typing, `closed` when one value is to do again."""

    changed = Signal()
    closed = Signal()

    def __init__(self, info: SettingInfo, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info = info
        self.input = QLineEdit()
        self.input.setObjectName(f"{name}.values")
        self.input.setAccessibleName(f"{info.title}: several values")
        self.input.setPlaceholderText("Values with commas between")
        self.input.textChanged.connect(lambda: self.changed.emit())
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("x", Role.text_muted))
        self.close_button.setIconSize(QSize(13, 13))
        self.close_button.setObjectName(f"{name}.values.close")
        self.close_button.setAccessibleName(f"{info.title}: back to one value")
        self.close_button.setToolTip("Back to one value")
        self.close_button.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_1)
        layout.addWidget(self.input, 1)
        layout.addWidget(self.close_button)

    def begin_with(self, value: Any) -> None:
        """Fill the line: with every choice where there are some, else with the present value."""
        if self._info.choices:
            text = ", ".join(self._info.choices)
        elif self._info.type is bool:
            text = "true, false"
        else:
            text = f"{shown(value)}, "
        self.input.setText(text)

    def values(self) -> tuple[Any, ...]:
        """What is typed. Raises SettingsError naming each value that is not allowed."""
        return values_of(self._info, self.input.text())

    def error(self) -> str:
        """What is wrong with what is typed, "" for nothing."""
        try:
            self.values()
        except SettingsError as error:
            return " ".join(line.removeprefix(f"{self._info.key}: ") for line in str(error).splitlines())
        return ""

    def set_invalid(self, invalid: bool) -> None:
        set_kind(self.input, "true" if invalid else "false", "invalid")
