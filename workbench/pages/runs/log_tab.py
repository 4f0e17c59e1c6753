"""The log of a run, all of it or what is looked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.log_view import LogView
from workbench.widgets.numbers import count
from workbench.widgets.parts import label

if TYPE_CHECKING:
    from engine.store import LogLine

LEVELS = {
    "All lines": ("info", "warning", "error"),
    "Warnings and errors": ("warning", "error"),
    "Errors": ("error",),
}


class LogTab(QWidget):
    """A choice of level and a search above the lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[LogLine] = ()
        self.level = QComboBox()
        self.level.setObjectName("runs.logLevel")
        self.level.setAccessibleName("Which lines of the log")
        for words, levels in LEVELS.items():
            self.level.addItem(words, levels)
        self.search = QLineEdit()
        self.search.setObjectName("runs.logSearch")
        self.search.setAccessibleName("Search the log")
        self.search.setPlaceholderText("Search the log")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self.shown = label("", "muted")
        self.view = LogView("runs.log")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.level)
        bar.addWidget(self.shown)
        bar.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        self.level.currentIndexChanged.connect(lambda _place: self._show())
        self.search.textChanged.connect(lambda _text: self._show())

    def show_lines(self, lines: "Sequence[LogLine]") -> None:
        """Show the log of a run; where it has only become longer, the place that is read stays in view."""
        known = len(self._lines)
        grown = bool(known) and list(lines[:known]) == list(self._lines)
        self._lines = lines
        if grown:
            self.view.add_lines(map(_shown, filter(self._fits, lines[known:])))
            self._count()
        else:
            self._show()

    def _show(self) -> None:
        self.view.setPlaceholderText("No line fits." if self._lines else "Nothing was said.")
        self.view.show_lines(map(_shown, filter(self._fits, self._lines)))
        self._count()

    def _fits(self, line: "LogLine") -> bool:
        words = self.search.text().casefold().split()
        return line.level in self.level.currentData() and all(word in line.text.casefold() for word in words)

    def _count(self) -> None:
        fitting = sum(map(self._fits, self._lines))
        of = f"{count(fitting)} of " if fitting < len(self._lines) else ""
        self.shown.setText(f"{of}{count(len(self._lines))} {'line' if len(self._lines) == 1 else 'lines'}")


def _shown(line: "LogLine") -> tuple[str, str]:
    return line.level, f"{line.at.astimezone():%H:%M:%S}  {line.text}"
