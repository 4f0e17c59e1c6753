"""What the person notes on a dataset, kept while typing."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from workbench.latest import Latest
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import label, set_kind

PAUSE = 600  # milliseconds without typing before the notes are kept
HINT = "What is worth remembering: where the data comes from, what to beware of"


class NotesTab(QWidget):
    """Edits the notes on one dataset after another. `kept`: what was typed is in the store."""

    kept = Signal()

    def __init__(self, save: Callable[[str, str], None], parent: QWidget | None = None) -> None:
        """`save(dataset, notes)` is called on another thread, never twice at a time."""
        super().__init__(parent)
        self._save, self._saving = save, Latest(self)
        self._dataset = ""
        self._unsaved: dict[str, str] = {}  # dataset -> notes that are not in the store yet
        self._is_saving = False
        self.editor = QPlainTextEdit()
        self.editor.setObjectName("datasets.notes")
        self.editor.setAccessibleName("Notes on the dataset")
        self.editor.setPlaceholderText(HINT)
        self.editor.setTabChangesFocus(True)
        self.state = label("", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.editor, 1)
        layout.addWidget(self.state)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self.keep)
        self.editor.textChanged.connect(self._typed)
        self.editor.installEventFilter(self)

    def show_notes(self, dataset: str, notes: str) -> None:
        """Show the notes on another dataset; what was typed on the one before is kept at once."""
        self.keep()
        if dataset == self._dataset:
            return
        self._dataset = dataset
        with QSignalBlocker(self.editor):
            self.editor.setPlainText(self._unsaved.get(dataset, notes))
        self._say("")

    def forget(self) -> None:
        """The dataset goes, and with it whatever was typed."""
        self._pause.stop()
        self._unsaved.pop(self._dataset, None)
        self._dataset = ""

    def keep(self) -> None:
        """Keep what was typed now rather than after the pause."""
        self._pause.stop()
        if self._unsaved and not self._is_saving:
            dataset, notes = next(iter(self._unsaved.items()))
            self._is_saving = True
            self._saving.ask(
                partial(self._save, dataset, notes), lambda _nothing: self._saved(dataset, notes), self._failed
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.keep()
        return False

    def _typed(self) -> None:
        if self._dataset:
            self._unsaved[self._dataset] = self.editor.toPlainText()
            self._say("")
            self._pause.start()

    def _saved(self, dataset: str, notes: str) -> None:
        self._is_saving = False
        if self._unsaved.get(dataset) == notes:
            del self._unsaved[dataset]
        if not self._unsaved:
            self._say("Kept")
        elif not self._pause.isActive():
            self.keep()
        self.kept.emit()

    def _failed(self, error: Exception) -> None:
        self._is_saving = False
        self._say(f"The notes are not kept yet: {error}", "bad")

    def _say(self, words: str, tone: str = "") -> None:
        self.state.setText(words)
        set_kind(self.state, tone, "tone")
