"""A bar, how far it is in words, and Cancel."""

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from workbench.theme import SPACE_2
from workbench.widgets import numbers
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button
from workbench.widgets.states import LOADING_AFTER_MS

SOON = 2.0  # seconds of work before the time left is worth telling


class ProgressRow(QWidget):
    """Hidden while nothing goes, and for the first moment. `cancelled`: the person pressed Cancel."""

    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.words = ElidedLabel("")
        self.words.setProperty("kind", "caption")
        self.cancel = button("Cancel", f"{name}.cancel")
        self.cancel.clicked.connect(self.cancelled)
        self._stage: tuple[str, bool] | None = None
        self._since, self._first = 0.0, 0
        self._delay = QTimer(self, singleShot=True, interval=LOADING_AFTER_MS)
        self._delay.timeout.connect(self.show)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE_2)
        layout.addWidget(self.bar, 0, 0)
        layout.addWidget(self.words, 1, 0)
        layout.addWidget(self.cancel, 0, 1, 2, 1)
        self.hide()

    @property
    def is_going(self) -> bool:
        """Whether it has begun and not ended, in view or not yet."""
        return self._delay.isActive() or not self.isHidden()

    def begin(self, words: str) -> None:
        """Come into view, unless it is over at once."""
        self._stage = None
        self.show_progress(words, 0, 0)
        self._delay.start()

    def end(self) -> None:
        """Go out of view."""
        self._delay.stop()
        self.hide()

    def show_progress(self, words: str, done: int, total: int) -> None:
        """A `total` of 0 means that it is not known."""
        now = time.monotonic()
        stage = words, done > 0
        if stage != self._stage:
            self._stage, self._since, self._first = stage, now, done
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        if not (total and done):
            self.words.setText(f"{words}…")
            return
        gone, steps = now - self._since, done - self._first
        left = f", {numbers.time_left(gone / steps * (total - done))}" if steps > 0 and gone > SOON else ""
        self.words.setText(f"{words}: {numbers.count(done)} of {numbers.count(total)}{left}")
