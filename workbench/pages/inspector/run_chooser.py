"""Which run is looked into, and which other one beside it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from workbench.context import Workbench
from workbench.models.run_columns import moment
from workbench.run_words import run_words
from workbench.theme import SPACE_2
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.store import RunRow

LISTED = 1000  # newest runs that the choosers offer


class RunChooser(QWidget):
    """`run_chosen(run)`; `beside_chosen(run or None)`: another run on the same data, or none any more."""

    run_chosen = Signal(int)
    beside_chosen = Signal(object)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._rows: list[RunRow] = []
        self.runs = _combo("inspector.run", "Run", 12)
        self.beside = _combo("inspector.against", "Beside it", 8)
        self.runs.activated.connect(lambda place: self.run_chosen.emit(self.runs.itemData(place)))
        self.beside.activated.connect(lambda place: self.beside_chosen.emit(self.beside.itemData(place)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.runs, 1)
        layout.addWidget(self.beside, 1)

    def refresh(self) -> list[int]:
        """Offer the runs there are now; gives their numbers, newest first."""
        rows = self._workbench.store.runs.list(limit=LISTED)
        self._rows = [row for row in rows if self._workbench.can_inspect(row.id, row.status)]
        self.setVisible(bool(self._rows))
        return [row.id for row in self._rows]

    def show_runs(self, run: int | None, beside: int | None) -> None:
        """Show which runs are open."""
        shown = next((row for row in self._rows if row.id == run), None)
        others = [row for row in self._rows if shown is not None and _on_same_data(row, shown)]
        _fill(self.runs, [(run_words(row), row) for row in self._rows], run)
        nothing: list[tuple[str, RunRow | None]] = [("No run beside it", None)]
        _fill(self.beside, nothing + [(f"Beside {run_words(row, with_dataset=False)}", row) for row in others], beside)
        self.beside.setEnabled(bool(others))

    def words(self, run: int) -> str:
        """A run in short: its number and name."""
        return next((f"run {row.id}, {row.name}" for row in self._rows if row.id == run), f"run {run}")


def _on_same_data(row: "RunRow", shown: "RunRow") -> bool:
    return row.id != shown.id and row.dataset_fingerprint == shown.dataset_fingerprint


def _combo(name: str, title: str, least: int) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setMinimumContentsLength(least)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMaximumWidth(520)
    return made


def _fill(combo: QComboBox, entries: "Sequence[tuple[str, RunRow | None]]", chosen: int | None) -> None:
    combo.blockSignals(True)
    combo.clear()
    for place, (words, row) in enumerate(entries):
        combo.addItem(words, _number(row))
        made = "" if row is None else f"\nmade {moment(row.created_at)}"
        combo.setItemData(place, plain_tooltip(f"{words}{made}"), Qt.ItemDataRole.ToolTipRole)
    combo.setCurrentIndex(next((place for place, (_, row) in enumerate(entries) if _number(row) == chosen), -1))
    combo.blockSignals(False)


def _number(row: "RunRow | None") -> int | None:
    return None if row is None else row.id
