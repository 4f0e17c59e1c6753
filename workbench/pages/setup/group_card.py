"""How many runs: with other seeds, several values, without parts, beside the rivals; and what that comes to."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.grid import Axis
from engine.groups import MOST_SEEDS, PlannedRun, plan
from workbench.theme import SPACE_2, SPACE_4
from workbench.widgets.number_box import NumberBox
from workbench.widgets.parts import Card, label, set_kind

_NAMED = 12  # labels of runs that are listed


class GroupCard(Card):
    """One run unless more are asked for. Emits `changed` when that became another number of runs."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("setup.group")
        self.seeds = NumberBox(whole=True, minimum=1, maximum=MOST_SEEDS)
        self.seeds.setObjectName("setup.group.seeds")
        self.seeds.setAccessibleName("Seeds")
        self.seeds.setToolTip("How often everything is run, with another seed each time: how far chance goes")
        self.seeds.setFixedWidth(72)
        self.seeds.set_value(1)
        self.ablations = QCheckBox("All ablations")
        self.ablations.setObjectName("setup.group.ablations")
        self.ablations.setToolTip("H2Rec without each of its parts, and each branch alone")
        self.baselines = QCheckBox("The baselines beside it")
        self.baselines.setObjectName("setup.group.baselines")
        self.baselines.setToolTip(
            "Popularity, hash IDs with each backbone, semantic IDs, both joined, texts, LLM-ESR: "
            "on the same data, with the same settings"
        )
        self._words = label("", "caption", wrap=True)
        self._words.setObjectName("setup.group.words")
        title = label("Seeds", "label")
        title.setBuddy(self.seeds)
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(self.title)
        row.addSpacing(SPACE_4)
        row.addWidget(title)
        row.addWidget(self.seeds)
        row.addSpacing(SPACE_4)
        row.addWidget(self.ablations)
        row.addSpacing(SPACE_2)
        row.addWidget(self.baselines)
        row.addStretch()
        self.title.setText("Runs")
        self.body.setSpacing(SPACE_2)
        self.body.addLayout(row)
        self.body.addWidget(self._words)
        self.seeds.changed.connect(self.changed)
        self.ablations.toggled.connect(self.changed)
        self.baselines.toggled.connect(self.changed)

    def tab_chain(self) -> list[QWidget]:
        """What takes the keyboard, from left to right."""
        return [self.seeds, self.ablations, self.baselines]

    def plan(self, config: ExperimentConfig, axes: list[Axis]) -> list[PlannedRun]:
        """The runs that are asked for. Raises SettingsError when they cannot be."""
        count = self.seeds.value()
        if not isinstance(count, int) or not 1 <= count <= MOST_SEEDS:
            raise SettingsError(f"The number of seeds must be a whole number from 1 to {MOST_SEEDS}.")
        ablations = self.ablations.isChecked() and config.model.kind == "h2rec"
        seeds = range(config.seed, config.seed + count)
        return plan(config, seeds, ablations, axes, self.baselines.isChecked())

    def show_plan(self, config: ExperimentConfig, axes: list[Axis]) -> list[PlannedRun]:
        """Say what these settings would come to; gives the runs, none where something is wrong."""
        self.ablations.setEnabled(config.model.kind == "h2rec")
        try:
            planned = self.plan(config, axes)
        except SettingsError as error:
            self._say(str(error), wrong=True)
            return []
        self._say(_in_words(planned))
        return planned

    @property
    def obstacle(self) -> str:
        """Why there is nothing to run, in a few words."""
        return "The runs are not right yet" if self._seeds_are_right() else "The number of seeds is not right yet"

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self._words.setText(words)
        set_kind(self._words, "error" if wrong else "caption")
        set_kind(self.seeds, "true" if wrong and not self._seeds_are_right() else "false", "invalid")

    def _seeds_are_right(self) -> bool:
        count = self.seeds.value()
        return isinstance(count, int) and 1 <= count <= MOST_SEEDS


def _in_words(planned: list[PlannedRun]) -> str:
    if len(planned) == 1:
        return "One run. In a setting, Alt+V tries several values: every combination is run."
    labels = list(dict.fromkeys(each.label for each in planned))
    seeds = len({each.config.seed for each in planned})
    each_with = f", each with {seeds} seeds" if seeds > 1 else ""
    if len(labels) == 1:
        return f"{len(planned)} runs one after another, as a group: {seeds} seeds."
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    named = "; ".join(labels[:_NAMED])
    return f"{len(planned)} runs one after another, as a group: {named}{more}{each_with}."
