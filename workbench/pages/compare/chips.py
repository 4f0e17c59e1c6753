"""The chosen series as chips: each with its stroke, its name, the mark of the reference, and a way to take it out."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget
from superqt import QFlowLayout

from workbench.icons import icon
from workbench.pages.compare.selection import Line, Lines
from workbench.theme import SPACE_1, SPACE_2, Role
from workbench.widgets.parts import clear, label, set_kind
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.strokes import LENGTH, stroke_icon

LONGEST = 34  # letters of a name


class Chip(QFrame):
    """One series. `chosen`: look at it. `reference_wanted`: compare with it. `removed`: take it out."""

    chosen = Signal()
    reference_wanted = Signal()
    removed = Signal()

    def __init__(self, line: Line, *, is_reference: bool, is_other: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self.setProperty("kind", "series")
        set_kind(self, "true" if is_other else "false", "chosen")
        name = line.words if len(line.words) <= LONGEST else f"{line.words[: LONGEST - 1]}…"
        self.name = QPushButton(stroke_icon(line.role, line.dashed), f" {name}")
        self.name.setObjectName(f"compare.chip.{line.key}")
        self.name.setIconSize(QSize(LENGTH, LENGTH))
        self.name.setProperty("kind", "series")
        self.name.setAccessibleName(f"{line.words}{', the reference' if is_reference else ''}")
        what = "the reference" if is_reference else "looked at beside the reference" if is_other else ""
        self.name.setToolTip(plain_tooltip("\n".join(filter(None, (_about(line), what, "Click to look at it")))))
        self.reference = QToolButton()
        self.reference.setObjectName(f"compare.chip.{line.key}.reference")
        self.reference.setIcon(icon("push-pin", Role.accent if is_reference else Role.text_muted))
        self.reference.setToolTip("The others are compared with this one" if is_reference else "Compare with this one")
        self.reference.setAccessibleName(f"Make {line.title} the reference")
        self.remove = QToolButton()
        self.remove.setObjectName(f"compare.chip.{line.key}.remove")
        self.remove.setIcon(icon("x", Role.text_muted))
        self.remove.setToolTip("Take out of the comparison")
        self.remove.setAccessibleName(f"Take {line.title} out of the comparison")
        self.name.clicked.connect(lambda: self.chosen.emit())
        self.reference.clicked.connect(lambda: self.reference_wanted.emit())
        self.remove.clicked.connect(lambda: self.removed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_1, 1, SPACE_1, 1)
        row.setSpacing(0)
        mark = label("reference", "caption")
        set_kind(mark, "accent", "tone")
        mark.setVisible(is_reference)
        for part in (self.name, mark, self.reference, self.remove):
            row.addWidget(part)


class Chips(QWidget):
    """All chips, in as many rows as they need. The signals carry the runs of the series."""

    chosen = Signal(tuple)
    reference_wanted = Signal(tuple)
    removed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Compared runs")
        self._flow = QFlowLayout(self)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setHorizontalSpacing(SPACE_2)
        self._flow.setVerticalSpacing(SPACE_1)
        self.chips: list[Chip] = []

    def show_lines(self, lines: Lines) -> None:
        focus = next((chip.line.key for chip in self.chips if chip.isAncestorOf(self.focusWidget() or self)), None)
        clear(self._flow)
        self.chips = []
        for line in lines.all:
            runs = line.series.numbers
            chip = Chip(line, is_reference=line is lines.reference, is_other=line is lines.other)
            chip.chosen.connect(lambda runs=runs: self.chosen.emit(runs))
            chip.reference_wanted.connect(lambda runs=runs: self.reference_wanted.emit(runs))
            chip.removed.connect(lambda runs=runs: self.removed.emit(runs))
            self.chips.append(chip)
            self._flow.addWidget(chip)
            if line.key == focus:
                chip.name.setFocus()


def _about(line: Line) -> str:
    """Which runs a series is made of."""
    runs = line.series.runs
    if len(runs) == 1:
        return f"{line.title}: run {runs[0].id}, seed {runs[0].seed}, {runs[0].status}"
    return f"{line.title}: " + ", ".join(f"run {run.id} (seed {run.seed})" for run in runs)
