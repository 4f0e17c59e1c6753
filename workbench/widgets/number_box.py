"""A box for a number that takes whatever is typed, so that a wrong value is shown as wrong and never changed silently."""

import math
import re

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractSpinBox, QLabel, QWidget

from workbench.theme import SPACE_1, SPACE_2, tabular
from workbench.widgets.parts import guard_wheel, label

_ARROWS = 22


class NumberBox(QAbstractSpinBox):
    """Arrows and keys step within the limits; typing is free. The unit stands inside, after the number."""

    changed = Signal()

    def __init__(
        self,
        *,
        whole: bool,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float | None = None,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole = whole
        self._minimum = -float("inf") if minimum is None else minimum
        self._maximum = float("inf") if maximum is None else maximum
        self._step = step or (1 if whole else 0.1)
        self.setFont(tabular())
        self.setFixedSize(128, 30)
        self._unit: QLabel = label(unit, "caption")
        self._unit.setParent(self)
        self._unit.adjustSize()
        self._unit.setVisible(bool(unit))
        self.lineEdit().setTextMargins(SPACE_1, 0, self._unit.width() + SPACE_1 if unit else 0, 0)
        self.lineEdit().textChanged.connect(lambda: self.changed.emit())
        guard_wheel(self)

    def value(self) -> int | float | str:
        """The number, or the text itself when it is none."""
        text = self.text().strip()
        if re.fullmatch(r"[+-]?\d+", text):
            return int(text)
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text

    def set_placeholder(self, text: str) -> None:
        """What an empty box means."""
        self.lineEdit().setPlaceholderText(text)

    def set_value(self, value: int | float | str) -> None:
        self.lineEdit().setText(f"{value:.10g}" if isinstance(value, float) else str(value))

    def stepBy(self, steps: int) -> None:
        now = self.value()
        least = self._minimum if math.isfinite(self._minimum) else 0
        start = least if isinstance(now, str) else now
        after = min(max(start + steps * self._step, self._minimum), self._maximum)
        self.set_value(round(after) if self._whole else round(after, 10))
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        now = self.value()
        enabled = QAbstractSpinBox.StepEnabledFlag.StepNone
        if isinstance(now, str) or now < self._maximum:
            enabled |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if isinstance(now, str) or now > self._minimum:
            enabled |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return enabled

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self._unit.size()
        self._unit.move(self.width() - _ARROWS - size.width() - SPACE_2 // 2, (self.height() - size.height()) // 2)
