"""The stages of a run side by side: what is done, what runs and how far, what comes."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from engine.events import Stage
from workbench.icons import icon
from workbench.run_progress import STAGE_NAMES, RunProgress, StageState
from workbench.theme import SPACE_1, SPACE_2, SPACE_4, Role, theme
from workbench.widgets.numbers import duration
from workbench.widgets.parts import Card, label, set_kind

_ICONS = {
    "waiting": ("circle", Role.text_muted),
    "running": ("circle-half", Role.accent),
    "done": ("check-circle", Role.good),
    "skipped": ("minus-circle", Role.text_muted),
    "stopped": ("hand", Role.warning),
    "failed": ("x-circle", Role.bad),
}


class StageStrip(Card):
    """The stages with their times, and below them the words and the bar of the one that runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.body.setSpacing(SPACE_2)
        self.set_margins(SPACE_4, SPACE_2)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_4)
        self._cells: dict[Stage, _StageCell] = {}
        for column, stage in enumerate(Stage):
            cell = _StageCell(STAGE_NAMES[stage])
            cell.setObjectName(f"monitor.stage.{stage.value}")
            grid.addWidget(cell, 0, column)
            grid.setColumnStretch(column, 1)
            self._cells[stage] = cell
        self._bar = QProgressBar()
        self._bar.setObjectName("monitor.progress")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._words = label("", "muted")
        self._words.setObjectName("monitor.words")
        self._now = QWidget()  # what there is only while the run goes
        now = QVBoxLayout(self._now)
        now.setContentsMargins(0, SPACE_1, 0, 0)
        now.setSpacing(SPACE_2)
        now.addWidget(self._bar)
        now.addWidget(self._words)
        self.body.addLayout(grid)
        self.body.addWidget(self._now)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_progress(self, progress: RunProgress, now: float, *, stopping: bool, ended: bool) -> None:
        """Show a run as it is at `now` (see RunProgress.add)."""
        if progress.paused_at is not None:
            now = progress.paused_at  # the clock stands still with the run
        for stage, cell in self._cells.items():
            cell.show_state(progress.stages[stage], now, ended=ended)
        self._now.setVisible(not ended)
        words = "Stopping… the current batch is being finished." if stopping else progress.words(now)
        self._words.setText(words or "Starting…")
        current = progress.current
        share = progress.stages[current].share if current is not None else None
        if share is None and not ended:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round((share or 0) * 1000))
        self._bar.setAccessibleName(words)


class _StageCell(QWidget):
    def __init__(self, title: str) -> None:
        super().__init__()
        self._state = ""
        self._picture = QLabel()
        self._picture.setFixedSize(QSize(18, 18))
        self._title = label(title, "label")
        self._time = label("", "caption")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._time)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        theme().changed.connect(self._paint)
        self.show_state(StageState(), 0, ended=False)

    def show_state(self, stage: StageState, now: float, *, ended: bool) -> None:
        times = {
            "waiting": "not reached" if ended else "waits",
            "skipped": "not needed",
            "done": duration(stage.seconds),
            "stopped": _after("stopped", stage.seconds),
            "failed": _after("failed", stage.seconds),
            "running": f"{_elapsed(now - stage.started_at)} so far",
        }
        self._time.setText(times[stage.state])
        if stage.state != self._state:
            self._state = stage.state
            set_kind(self._title, "muted" if stage.state in ("waiting", "skipped") else "label")
            self._paint()
        self.setAccessibleName(f"{self._title.text()}: {self._time.text()}")

    def _paint(self) -> None:
        name, role = _ICONS[self._state]
        self._picture.setPixmap(icon(name, role).pixmap(QSize(18, 18)))


def _after(what: str, seconds: float | None) -> str:
    return what if seconds is None else f"{what} after {duration(seconds)}"


def _elapsed(seconds: float) -> str:
    return duration(seconds) if seconds >= 10 else f"{max(0, int(seconds))} s"
