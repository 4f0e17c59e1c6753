"""Editors for single settings, chosen by the setting's type; all speak the same few words."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QSlider, QWidget

from engine.settings import SettingInfo
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.number_box import NumberBox
from workbench.widgets.parts import button, guard_wheel, set_kind


class Editor(QWidget):
    """Base: `input` is what takes the keyboard; `wide` editors stand below their label, not beside it."""

    changed = Signal()
    wide = True
    input: QWidget

    def _lay_out(self, *parts: QWidget) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        for part in parts:
            layout.addWidget(part)

    def tab_chain(self) -> list[QWidget]:
        """What takes the keyboard, from left to right."""
        return [self.input]

    def value(self) -> Any:
        """The value as it stands, allowed or not."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError

    def set_invalid(self, invalid: bool) -> None:
        set_kind(self.input, "true" if invalid else "false", "invalid")


class NumberEditor(Editor):
    wide = False

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self._optional = info.optional
        self.input = self._box = _number_box(info)
        self._box.set_placeholder(info.nothing)
        self._box.changed.connect(self.changed)
        self._lay_out(self._box)

    def value(self) -> Any:
        value = self._box.value()
        return None if self._optional and value == "" else value

    def set_value(self, value: Any) -> None:
        self._box.set_value("" if value is None else value)


class SliderEditor(Editor):
    """A slider beside a number box; small values get most of the slider's way."""

    _STEPS = 200

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self._low, self._high = info.minimum or 0.0, info.maximum or 1.0
        self.input = self._box = _number_box(info)
        self._box.setFixedWidth(88)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, self._STEPS)
        self._slider.setAccessibleName(info.title)
        self._slider.setObjectName(f"{info.key}.slider")
        guard_wheel(self._slider)
        self._slider.valueChanged.connect(self._slide)
        self._box.changed.connect(self._follow)
        self._lay_out(self._slider, self._box)

    def value(self) -> Any:
        return self._box.value()

    def set_value(self, value: Any) -> None:
        self._box.set_value(value)

    def tab_chain(self) -> list[QWidget]:
        return [self._slider, self._box]

    def _slide(self, place: int) -> None:
        share = place / self._STEPS
        self._box.set_value(round(self._low + (self._high - self._low) * share * share, 2))

    def _follow(self) -> None:
        value = self._box.value()
        if not isinstance(value, str):
            share = (min(max(value, self._low), self._high) - self._low) / (self._high - self._low)
            self._slider.blockSignals(True)  # else rounding to the slider's steps would change the number
            self._slider.setValue(round(math.sqrt(share) * self._STEPS))
            self._slider.blockSignals(False)
        self.changed.emit()


class ChoiceEditor(Editor):
    """A list of (value, label); a value that is not among them is shown and kept, marked as missing."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.input = self._combo = QComboBox()
        self._combo.setMinimumContentsLength(10)
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        guard_wheel(self._combo)
        self.set_choices(choices)
        self._combo.currentIndexChanged.connect(lambda: self.changed.emit())
        self._lay_out(self._combo)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other choices; the present value stays."""
        now = self._combo.currentData()
        self._combo.blockSignals(True)
        self._combo.clear()
        for value, text in choices:
            self._combo.addItem(text, value)
        if now is not None:
            self.set_value(now)
        self._combo.blockSignals(False)

    def value(self) -> Any:
        return self._combo.currentData() or ""

    def set_value(self, value: Any) -> None:
        place = self._combo.findData(value)
        if place < 0:
            self._combo.addItem(f"{value} (not there)", value)
            place = self._combo.count() - 1
        self._combo.setCurrentIndex(place)


class SwitchEditor(Editor):
    """A check box that carries the setting's title itself."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self.input = self._box = QCheckBox(info.title)
        self._box.toggled.connect(lambda: self.changed.emit())
        self._lay_out(self._box)

    def value(self) -> Any:
        return self._box.isChecked()

    def set_value(self, value: Any) -> None:
        self._box.setChecked(bool(value))


class TextEditor(Editor):
    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self._optional = info.optional
        self.input = self._line = QLineEdit()
        self._line.setPlaceholderText(info.nothing)
        self._line.textChanged.connect(lambda: self.changed.emit())
        self._lay_out(self._line)

    def value(self) -> Any:
        return (self._line.text().strip() or None) if self._optional else self._line.text()

    def set_value(self, value: Any) -> None:
        self._line.setText("" if value is None else str(value))

    def set_placeholder(self, text: str) -> None:
        self._line.setPlaceholderText(text)


class PathEditor(TextEditor):
    """Text with a button that looks for a folder, or for a file of some kind."""

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info)
        self._filter: str | None = None
        self._browse = button("Browse…", f"{info.key}.browse")
        self._browse.setAccessibleName(f"Browse for {info.title.lower()}")
        self._browse.clicked.connect(self._ask)
        layout = self.layout()
        assert layout is not None
        layout.setSpacing(SPACE_3 - 4)
        layout.addWidget(self._browse)

    def look_for(self, what: str) -> None:
        """ "folder", a file filter such as "Vectors (*.npy *.parquet)", or "" for plain text without a button."""
        self._filter = what
        self._browse.setVisible(bool(what))

    def tab_chain(self) -> list[QWidget]:
        return [self._line, self._browse]

    def _ask(self) -> None:
        start = str(Path(self._line.text()).expanduser().parent) if self._line.text() else ""
        if self._filter == "folder":
            chosen = QFileDialog.getExistingDirectory(self, "Choose a folder", start)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, "Choose a file", start, self._filter or "")
        if chosen:
            self._line.setText(chosen)


def make_editor(info: SettingInfo) -> Editor:
    """The plain editor for a setting of this type."""
    if info.choices:
        return ChoiceEditor([(choice, info.labels.get(choice, choice)) for choice in info.choices])
    if info.type is bool:
        return SwitchEditor(info)
    if info.type in (int, float):
        return NumberEditor(info)
    return TextEditor(info)


def _number_box(info: SettingInfo) -> NumberBox:
    return NumberBox(whole=info.type is int, minimum=info.minimum, maximum=info.maximum, step=info.step, unit=info.unit)
