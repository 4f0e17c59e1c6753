"""The log of a run: plain lines, warnings and errors in their own colour."""

from collections.abc import Iterable

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from workbench.theme import CAPTION, Role, tabular, theme

_ROLES = {"warning": Role.warning, "error": Role.bad}
_MARKS = {"warning": "Warning: ", "error": "Error: "}
MOST_LINES = 2000


class LogView(QPlainTextEdit):
    """Read-only; follows the end unless the person scrolled up."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Log of the run")
        self.setReadOnly(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFont(tabular(CAPTION))
        self.setPlaceholderText("Nothing has been said yet.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._follows = True
        bar = self.verticalScrollBar()
        bar.actionTriggered.connect(self._note_scrolling)
        bar.rangeChanged.connect(self._follow)
        self._lines: list[tuple[str, str]] = []
        theme().changed.connect(self._repaint)

    def show_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        """Show these (level, text) lines instead; levels "info", "warning", "error"."""
        self._lines = []
        self._follows = True
        self.clear()
        self.add_lines(lines)

    def add_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add (level, text) lines at the end."""
        new = list(lines)
        if not new:
            return
        self._lines = [*self._lines, *new][-MOST_LINES:]
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for level, text in new:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            if not self.document().isEmpty():
                cursor.insertBlock()
            style = QTextCharFormat()
            style.setForeground(theme().color(_ROLES.get(level, Role.text)))
            cursor.insertText(_MARKS.get(level, "") + text, style)
        cursor.endEditBlock()
        self._follow()

    def _note_scrolling(self) -> None:
        bar = self.verticalScrollBar()
        self._follows = bar.sliderPosition() >= bar.maximum()

    def _follow(self) -> None:
        if self._follows:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _repaint(self) -> None:
        self.show_lines(self._lines)
