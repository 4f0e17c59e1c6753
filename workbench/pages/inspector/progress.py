"""A bar, how far it is in words, and Cancel."""

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from workbench.theme import SPACE_2
from workbench.widgets import numbers
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button

TELLING = 2.0  # seconds after which an estimate of the rest is worth something


class ProgressRow(QWidget):
    """Hidden while nothing goes. `cancelled`: the person pressed Cancel."""

    cancelled = Signal()

    def __init__(self, name: str, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._unit = unit
        self._started = 0.0
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.words = ElidedLabel("")
        self.words.setProperty("kind", "caption")
        self.cancel = button("Cancel", f"{name}.cancel")
        self.cancel.clicked.connect(self.cancelled)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE_2)
        layout.addWidget(self.bar, 0, 0)
        layout.addWidget(self.words, 1, 0)
        layout.addWidget(self.cancel, 0, 1, 2, 1)

    def begin(self) -> None:
        """Show that something has begun, of which nothing is known yet."""
        self._started = time.monotonic()
        self.bar.setRange(0, 0)
        self.words.setText("Starting…")
        self.show()

    def tell(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)
        words = f"{numbers.count(done)} of {numbers.count(total)} {self._unit}"
        seconds = time.monotonic() - self._started
        if done and seconds > TELLING:
            words += f", {numbers.time_left(seconds * (total - done) / done)}"
        self.words.setText(words)
