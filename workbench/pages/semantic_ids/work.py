"""Long work beside the window, with progress, time left and Cancel; and the line that shows it."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from engine.errors import Stopped
from workbench.latest import Latest
from workbench.theme import SPACE_2
from workbench.widgets.numbers import time_left
from workbench.widgets.parts import button, label
from workbench.widgets.states import LOADING_AFTER_MS

Result = TypeVar("Result")
Progress = Callable[[str, int, int], None]
_BETWEEN = 0.1  # seconds between two reports
_SOON = 2.0  # seconds of work before the time left is worth telling


class LongWork(QObject):
    """One task at a time; a newer one stops the older. `progressed(words, done, total)` comes on the window's thread."""

    progressed = Signal(str, int, int)
    _told = Signal(object, str, int, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._latest = Latest(parent)
        self._stop = threading.Event()
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def is_working(self) -> bool:
        return self._latest.is_asking

    def start(
        self,
        task: Callable[[Progress], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Run `task` with a `progress(words, done, total)` that raises Stopped when nobody wants the result any more."""
        self.stop()
        self._stop = stop = threading.Event()
        last = 0.0

        def progress(words: str, done: int, total: int) -> None:
            nonlocal last
            if stop.is_set():
                raise Stopped
            now = time.monotonic()
            if now - last >= _BETWEEN:
                last = now
                self._told.emit(stop, words, done, total)

        def run() -> Result | Stopped:
            try:
                return task(progress)
            except Stopped as stopped:
                return stopped

        self._latest.ask(run, lambda result: None if isinstance(result, Stopped) else on_result(result), on_error)

    def stop(self) -> None:
        """End the task soon; nothing more is heard of it."""
        self._stop.set()
        self._latest.drop()

    def _tell(self, stop: threading.Event, words: str, done: int, total: int) -> None:
        if stop is self._stop and not stop.is_set():
            self.progressed.emit(words, done, total)


class ProgressRow(QWidget):
    """What is done now, how far it is, how long it may take, and a button that stops it."""

    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.cancel = button("Cancel", f"{name}.cancel")
        self.cancel.clicked.connect(self.cancelled)
        self._stage: tuple[str, bool] | None = None
        self._since, self._first = 0.0, 0
        self._delay = QTimer(self, singleShot=True, interval=LOADING_AFTER_MS)
        self._delay.timeout.connect(self.show)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.words)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.cancel)
        self.hide()

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
        gone, steps = now - self._since, done - self._first
        left = f", {time_left(gone / steps * (total - done))}" if steps > 0 and gone > _SOON else ""
        count = f": {done:,} of {total:,}" if total and done else ""
        self.words.setText(f"{words}{count}{left}" if count else f"{words}…")
