"""Notes on the run in view, kept with it as they are written."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from workbench.background import run_in_background
from workbench.latest import Latest
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import label

if TYPE_CHECKING:
    from engine.store import Store

_SAVE_AFTER_MS = 600  # after the last key


class NotesPanel(QWidget):
    """A text field that saves itself; runs can be found by their notes."""

    def __init__(self, store: "Store", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._run: int | None = None
        self._kept = ""
        self._reading = Latest(self)
        self.text = QPlainTextEdit()
        self.text.setObjectName("monitor.notes")
        self.text.setAccessibleName("Notes on the run")
        self.text.setPlaceholderText("What is this run for? What did it show?")
        self.text.setTabChangesFocus(True)
        self._words = label("", "caption")
        self._words.setObjectName("monitor.notes.words")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._words)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(_SAVE_AFTER_MS)
        self._clock.timeout.connect(self.save)
        self.text.textChanged.connect(self._changed)
        self.show_run(None)

    def show_run(self, run: int | None) -> None:
        """Read the notes of a run; those of the one before are saved."""
        self.save()
        self._reading.drop()
        self._run = None
        self._fill("")
        self.text.setEnabled(False)
        self._words.setText("")
        if run is not None:
            self._reading.ask(
                lambda: self._store.runs.get(run).notes,
                lambda notes: self._show(run, notes),
                lambda error: self._words.setText(f"The notes cannot be read: {error}"),
            )

    def save(self) -> None:
        """Keep what was written, if it was changed."""
        self._clock.stop()
        run, notes = self._run, self.text.toPlainText()
        if run is None or notes == self._kept:
            return
        self._kept = notes
        run_in_background(
            lambda: self._store.runs.annotate(run, notes),
            lambda _nothing: self._words.setText("Saved"),
            lambda error: self._words.setText(f"The notes could not be saved: {error}"),
            self,
        )

    def _show(self, run: int, notes: str) -> None:
        self._run = run
        self._fill(notes)
        self.text.setEnabled(True)

    def _fill(self, notes: str) -> None:
        self._kept = notes
        self.text.setPlainText(notes)

    def _changed(self) -> None:
        if self._run is not None and self.text.toPlainText() != self._kept:
            self._words.setText("")
            self._clock.start()
