"""The side card of the setup page: whether the experiment is repeated with other seeds and without its parts."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.groups import MOST_SEEDS, PlannedRun, plan
from workbench.theme import SPACE_2
from workbench.widgets.number_box import NumberBox
from workbench.widgets.parts import Card, label, set_kind


class GroupCard(Card):
    """One run unless more are asked for. Emits `changed` when that became another number of runs."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Also run", parent=parent)
        self.setObjectName("setup.group")
        self.seeds = NumberBox(whole=True, minimum=1, maximum=MOST_SEEDS)
        self.seeds.setObjectName("setup.group.seeds")
        self.seeds.setAccessibleName("Seeds")
        self.seeds.set_value(1)
        self.ablations = QCheckBox("With all ablations")
        self.ablations.setObjectName("setup.group.ablations")
        self.ablations.setToolTip("H2Rec without each of its parts, and each branch alone")
        self._words = label("", "caption", wrap=True)
        self._words.setObjectName("setup.group.words")
        title = label("Seeds", "label")
        title.setBuddy(self.seeds)
        row = QHBoxLayout()
        row.addWidget(title)
        row.addStretch()
        row.addWidget(self.seeds)
        self.body.setSpacing(SPACE_2)
        self.body.addLayout(row)
        self.body.addWidget(self.ablations)
        self.body.addWidget(self._words)
        self.seeds.changed.connect(self.changed)
        self.ablations.toggled.connect(self.changed)

    def plan(self, config: ExperimentConfig) -> list[PlannedRun]:
        """The runs that are asked for. Raises SettingsError when they cannot be."""
        count = self.seeds.value()
        if not isinstance(count, int) or not 1 <= count <= MOST_SEEDS:
            raise SettingsError(f"The number of seeds must be a whole number from 1 to {MOST_SEEDS}.")
        ablations = self.ablations.isChecked() and config.model.kind == "h2rec"
        return plan(config, range(config.seed, config.seed + count), ablations)

    def show_config(self, config: ExperimentConfig) -> int:
        """Say what these settings would come to; gives the number of runs, 0 where something is wrong."""
        self.ablations.setEnabled(config.model.kind == "h2rec")
        try:
            runs = len(self.plan(config))
        except SettingsError as error:
            self._say(str(error), wrong=True)
            return 0
        if runs > 1:
            self._say(f"{runs} runs one after another, as a group.")
        elif config.model.kind == "h2rec":
            self._say("Several seeds show how far chance goes; ablations, what each part does.")
        else:
            self._say("Several seeds show how far chance goes. Only H2Rec has parts to leave out.")
        return runs

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._words.setText(words)
        set_kind(self._words, "error" if wrong else "caption")
        set_kind(self.seeds, "true" if wrong else "false", "invalid")
