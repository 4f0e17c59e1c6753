"""How a run ended, and where to go from there."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.context import RESUMABLE
from workbench.icons import icon
from workbench.theme import SPACE_2, SPACE_3, SPACE_4, Role, theme
from workbench.widgets.parts import button, label, set_kind

_TONES = {
    "finished": ("good", "check-circle", Role.good, "The run is finished"),
    "interrupted": ("warning", "hand", Role.warning, "The run was stopped"),
    "failed": ("bad", "x-circle", Role.bad, "The run failed"),
}


class OutcomeBanner(QFrame):
    """Hidden until `show_outcome`; each signal when its button is pressed."""

    inspect = Signal()
    all_runs = Signal()
    resume = Signal()
    train_further = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "banner")
        self._status = "finished"
        self._picture = QLabel()
        self._title = label("", "heading")
        self._title.setObjectName("monitor.outcome")
        self._text = label("", "muted", wrap=True, selectable=True)
        self._text.setObjectName("monitor.outcomeText")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        self._inspect = button("Inspect", "monitor.inspect", "magnifying-glass", "primary")
        self._inspect.setToolTip("Look into its recommendations")
        self._inspect.clicked.connect(lambda: self.inspect.emit())
        runs = button("All runs", "monitor.allRuns", "list-bullets")
        runs.clicked.connect(lambda: self.all_runs.emit())
        self._resume = button("Resume", "monitor.resumeRun", "play", "primary")
        self._resume.setToolTip("Go on where the run was, as if it had never been interrupted")
        self._resume.clicked.connect(lambda: self.resume.emit())
        self._further = button("Train further…", "monitor.trainFurther", "fast-forward")
        self._further.setToolTip("Train for more epochs, as a new run that goes on from this one")
        self._further.clicked.connect(lambda: self.train_further.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_2)
        layout.setSpacing(SPACE_3)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addSpacing(SPACE_2)
        for each in (runs, self._further, self._inspect, self._resume):
            layout.addWidget(each)
        theme().changed.connect(self._paint)
        self.hide()

    def show_outcome(self, status: str, message: str, *, can_inspect: bool, can_train_further: bool) -> None:
        """Status "finished", "interrupted" or "failed", with words."""
        self._status = status
        self._title.setText(_TONES[status][3])
        self._text.setText(message)
        self._inspect.setVisible(can_inspect)
        self._resume.setVisible(status in RESUMABLE)
        self._further.setVisible(can_train_further)
        set_kind(self._inspect, "" if status in RESUMABLE else "primary")
        self._inspect.setIcon(icon("magnifying-glass", Role.text if status in RESUMABLE else Role.accent_text))
        set_kind(self, _TONES[status][0], "tone")
        self._paint()
        self.show()

    def _paint(self) -> None:
        _, name, role, _ = _TONES[self._status]
        self._picture.setPixmap(icon(name, role).pixmap(QSize(22, 22)))
