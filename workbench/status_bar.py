"""The line at the bottom: what runs now, how far it is, and where everything is kept."""

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QProgressBar, QStatusBar, QWidget

from engine.config import ExperimentConfig
from engine.events import Event
from engine.home import Home
from workbench.run_controller import RunController
from workbench.run_progress import RunProgress
from workbench.theme import SPACE_4
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button, label


class StatusBar(QStatusBar):
    """Follows the controller; `say` shows words while no run goes."""

    def __init__(self, home: Home, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._controller: RunController | None = None
        self._progress = RunProgress()
        self._words = label("Ready")
        self._words.setObjectName("status.words")
        self._bar = QProgressBar()
        self._bar.setObjectName("status.progress")
        self._bar.setAccessibleName("Progress of the stage")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._bar.setRange(0, 1000)
        self._bar.hide()
        where = ElidedLabel(str(home.root), Qt.TextElideMode.ElideMiddle)
        where.setObjectName("status.home")
        where.setAccessibleName(f"Home folder: {home.root}")
        where.setFixedWidth(280)
        where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._offer = button("", "status.offer", kind="link")
        self._offer.hide()
        self._accept: Callable[[], object] = lambda: None
        self._offer.clicked.connect(self._take_offer)
        self.setContentsMargins(SPACE_4 // 2, 0, SPACE_4 // 2, 0)
        self.addWidget(self._words)
        self.addWidget(self._offer)
        self.addWidget(self._bar)
        self.addPermanentWidget(where)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show)

    @property
    def share(self) -> float | None:
        """How much of the present stage is done, from 0 to 1."""
        stage = self._progress.current
        return self._progress.stages[stage].share if stage is not None else None

    def say(self, words: str) -> None:
        """Show words, unless a run is going."""
        if self._controller is None or not self._controller.is_running:
            self._words.setText(words)

    def offer(self, what: str, act: Callable[[], object]) -> None:
        """Let the person do something about what was said, once, until a run goes."""
        self._accept = act
        self._offer.setText(what)
        self._offer.show()

    def _take_offer(self) -> None:
        self._offer.hide()
        self._accept()

    def follow(self, controller: RunController) -> None:
        """Show the runs of this controller from now on."""
        self._controller = controller
        controller.run_started.connect(self._begin)
        controller.events.connect(self._take)
        controller.asked.connect(self._show)
        controller.run_ended.connect(self._end)

    def _begin(self, run: int, config: ExperimentConfig) -> None:
        self._progress = RunProgress()
        self._offer.hide()
        self._clock.start()
        self._show()

    def _take(self, run: int, events: list[Event]) -> None:
        now = time.monotonic()
        for event in events:
            self._progress.add(event, now)
        self._show()

    def _end(self, run: int, status: str, message: str) -> None:
        self._clock.stop()
        self._bar.hide()
        self._words.setText(f"Run {run}: {message}")

    def _show(self) -> None:
        controller = self._controller
        if controller is None or not controller.is_running or controller.config is None:
            return
        words = "Stopping…" if controller.is_stopping else self._progress.words(time.monotonic()) or "Starting…"
        place = f" ({controller.place[0]} of {controller.place[1]})" if controller.place else ""
        self._words.setText(f"{controller.config.title}{place} – {words}")
        share = self.share
        self._bar.setVisible(share is not None)
        self._bar.setValue(round((share or 0) * 1000))
