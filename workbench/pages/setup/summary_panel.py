"""The side panel of the setup page: what the experiment will do."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from workbench.icons import icon
from workbench.pages.setup.knowledge import Known
from workbench.pages.setup.outline import Step, outline
from workbench.theme import SPACE_2, SPACE_3, SPACE_4, Role, theme
from workbench.widgets.badge import Badge
from workbench.widgets.parts import Card, clear, label

WIDTH = 308


class SummaryPanel(Card):
    """Steps in words; keeps the last good ones while a setting is wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What will happen", parent=parent)
        self.setObjectName("setup.summary")
        self._synthetic = Badge("synthetic data", Role.warning)
        self._synthetic.setToolTip("Made by a generator, not by people: good for trying out, not for conclusions.")
        self._synthetic.hide()
        self.body.setSpacing(SPACE_4)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(SPACE_4)
        self.body.addWidget(self._synthetic, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(self._steps)
        self._shown: list[Step] = []
        theme().changed.connect(self._rebuild)

    def show_config(self, config: ExperimentConfig, known: Known) -> None:
        dataset = known.datasets.get(config.data.dataset)
        self._synthetic.setVisible(dataset is not None and dataset.synthetic)
        steps = outline(config, known)
        if steps != self._shown:
            self._shown = steps
            self._rebuild()

    def text(self) -> str:
        """All of it as words."""
        return "\n".join(f"{step.title}: {'; '.join(step.lines)}" for step in self._shown)

    def _rebuild(self) -> None:
        clear(self._steps)
        for step in self._shown:
            self._steps.addWidget(_row(step))


def _row(step: Step) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE_3)
    picture = QLabel()
    picture.setPixmap(icon(step.icon, Role.accent).pixmap(QSize(18, 18)))
    layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(SPACE_2 // 4)
    words.addWidget(label(step.title, "label"))
    for number, line in enumerate(step.lines, start=1):
        serious = step.tone if number == len(step.lines) else ""
        # A long file name must not make the panel wider than its place: it may be broken after each part.
        words.addWidget(label(line.replace("_", "_\u200b"), serious or "muted", wrap=True))
    layout.addLayout(words, 1)
    return row
