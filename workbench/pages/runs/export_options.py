"""What an export shall hold: runs, format, protocols, metrics at k, and how the rows are made."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from engine.evaluation.metrics import CUTOFFS, KINDS
from engine.exports import FORMATS, PROTOCOLS, Choice, Report
from workbench.theme import SPACE_1, SPACE_2, SPACE_3
from workbench.widgets.numbers import count
from workbench.widgets.parts import label

FIRST = "The first row"
USUAL: Mapping[str, Any] = {
    "format": "markdown", "protocols": ["full"], "kinds": ["HR", "NDCG"], "cutoffs": ["10"], "fold": True,
    "pivot": False, "marks": True,
}  # fmt: skip


class ExportOptions(QWidget):
    """`changed`: something else was chosen."""

    changed = Signal()

    def __init__(self, selected: int, chosen: Mapping[str, Any], parent: QWidget | None = None) -> None:
        """`selected` is how many runs are selected in the table, `chosen` what `state` gave before."""
        super().__init__(parent)
        self.only_selected = QRadioButton(f"The {count(selected)} selected" if selected != 1 else "The selected run")
        self.only_selected.setObjectName("export.selected")
        self.all_found = QRadioButton("All runs that the table finds")
        self.all_found.setObjectName("export.all")
        self.only_selected.setEnabled(selected > 0)
        (self.only_selected if selected > 1 else self.all_found).setChecked(True)
        self.format = QComboBox()
        self.format.setObjectName("export.format")
        self.format.setAccessibleName("Format")
        for each in FORMATS.values():
            self.format.addItem(each.title, each.name)
        self.protocols = _boxes("protocol", PROTOCOLS)
        self.kinds = _boxes("metric", {kind: kind for kind in KINDS})
        self.cutoffs = _boxes("k", {str(k): f"@{k}" for k in CUTOFFS})
        self.fold = _box("fold", "Average over seeds")
        self.pivot = _box("pivot", "Datasets beside each other")
        self.marks = _box("marks", "Mark significant differences")
        self.against = QComboBox()
        self.against.setObjectName("export.against")
        self.against.setAccessibleName("The row that the others are compared with")
        self.against.addItem(FIRST, None)
        self._restore({**USUAL, **chosen})
        self._lay_out()
        self._connect()

    @property
    def choice(self) -> Choice:
        """Raises SettingsError when nothing is left to show."""
        kinds, cutoffs = _checked(self.kinds), _checked(self.cutoffs)
        return Choice(
            protocols=tuple(_checked(self.protocols)),
            metrics=tuple(f"{kind}@{k}" for kind in kinds for k in cutoffs),
            fold=self.fold.isChecked(),
            pivot=self.pivot.isChecked(),
            reference=self.against.currentData(),
        )

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen, but the runs: to be remembered."""
        return {
            "format": self.format.currentData(),
            "protocols": _checked(self.protocols),
            "kinds": _checked(self.kinds),
            "cutoffs": _checked(self.cutoffs),
            "fold": self.fold.isChecked(),
            "pivot": self.pivot.isChecked(),
            "marks": self.marks.isChecked(),
        }

    def offer_rows(self, report: Report) -> None:
        """The rows of a report as what the others can be compared with; the choice stays where it can."""
        chosen = self.against.currentData()
        with QSignalBlocker(self.against):
            self.against.clear()
            self.against.addItem(FIRST, None)
            for row in report.tested:
                self.against.addItem(f"{row.name}, {row.first.dataset} (run {row.run_words})", row.numbers[0])
            self.against.setCurrentIndex(max(0, self.against.findData(chosen)))

    def _restore(self, state: Mapping[str, Any]) -> None:
        self.format.setCurrentIndex(max(0, self.format.findData(state["format"])))
        for boxes, name in ((self.protocols, "protocols"), (self.kinds, "kinds"), (self.cutoffs, "cutoffs")):
            for value, box in boxes.items():
                box.setChecked(value in state[name])
        for box, name in ((self.fold, "fold"), (self.pivot, "pivot"), (self.marks, "marks")):
            box.setChecked(bool(state[name]))

    def _connect(self) -> None:
        tell = self.changed.emit
        self.only_selected.toggled.connect(lambda _on: tell())
        self.format.currentIndexChanged.connect(lambda _place: tell())
        self.against.currentIndexChanged.connect(lambda _place: tell())
        boxes = [
            *self.protocols.values(),
            *self.kinds.values(),
            *self.cutoffs.values(),
            self.fold,
            self.pivot,
            self.marks,
        ]
        for box in boxes:
            box.toggled.connect(lambda _on: tell())
        self.marks.toggled.connect(self.against.setEnabled)
        self.against.setEnabled(self.marks.isChecked())

    def _lay_out(self) -> None:
        metrics = QGridLayout()
        metrics.setHorizontalSpacing(SPACE_2)
        metrics.setVerticalSpacing(0)
        for row, boxes in enumerate((self.kinds, self.cutoffs)):
            for column, box in enumerate(boxes.values()):
                metrics.addWidget(box, row, column)
        against = QHBoxLayout()
        against.setSpacing(SPACE_2)
        against.addWidget(label("against", "muted"))
        against.addWidget(self.against, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, SPACE_3, 0)
        layout.setSpacing(SPACE_1)
        for title, parts in (
            ("Runs", (self.only_selected, self.all_found)),
            ("Format", (self.format,)),
            ("Protocols", tuple(self.protocols.values())),
            ("Metrics", (metrics,)),
            ("Rows and columns", (self.fold, self.pivot)),
            ("Significance", (self.marks, against)),
        ):
            layout.addWidget(label(title, "label"))
            for part in parts:
                if isinstance(part, QWidget):
                    layout.addWidget(part)
                else:
                    layout.addLayout(part)
            layout.addSpacing(SPACE_2)
        layout.addStretch(1)


def _box(name: str, words: str) -> QCheckBox:
    box = QCheckBox(words)
    box.setObjectName(f"export.{name}")
    return box


def _boxes(name: str, words: Mapping[str, str]) -> dict[str, QCheckBox]:
    return {value: _box(f"{name}.{value}", text) for value, text in words.items()}


def _checked(boxes: Mapping[str, QCheckBox]) -> list[str]:
    found: Iterable[tuple[str, QCheckBox]] = boxes.items()
    return [value for value, box in found if box.isChecked()]
