"""Recommendations for all users into a file, with progress."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.long_work import LongWork
from workbench.theme import SPACE_1, SPACE_3, SPACE_4
from workbench.widgets import dialogs, numbers
from workbench.widgets.parts import button, label, set_kind
from workbench.widgets.progress_row import ProgressRow

if TYPE_CHECKING:
    from workbench.pages.inspector.session import Session

FORMATS = {"CSV": ".csv", "Parquet": ".parquet"}
MOST = 1000
WRITING = "Writing the lists of users"


class ExportDialog(QDialog):
    """Writes the top K of every user of a session's run. Closing it stops the writing; nothing half is left."""

    def __init__(self, session: "Session", k: int, folder: Path, parent: QWidget | None = None) -> None:
        """`k` places and a file in `folder` are proposed."""
        super().__init__(parent)
        self.setWindowTitle("Export recommendations")
        self.setObjectName("inspector.exportDialog")
        self._session = session
        self._work = LongWork(self)
        self._agreed: Path | None = None  # a file that may be replaced
        self.top_k = QSpinBox()
        self.top_k.setObjectName("inspector.export.k")
        self.top_k.setAccessibleName("Places per user")
        self.top_k.setRange(1, max(1, min(MOST, session.items)))
        self.top_k.setValue(k)
        self.top_k.setFixedWidth(128)
        self.top_k.lineEdit().setTextMargins(SPACE_1, 0, 0, 0)
        self.format = QComboBox()
        self.format.setObjectName("inspector.export.format")
        self.format.setAccessibleName("Format")
        self.format.addItems(list(FORMATS))
        self.path = QLineEdit(str(folder / f"recommendations-run-{session.run.id}.csv"))
        self.path.setObjectName("inspector.export.path")
        self.path.setAccessibleName("File")
        self.choose = button("Choose…", "inspector.export.choose")
        self.words = label("", "muted", wrap=True)
        self.progress = ProgressRow("inspector.export.progress")
        self.progress.cancel.hide()  # the dialog has its own
        self.start = button("Export", "inspector.export.start", "export", "primary")
        self.start.setDefault(True)
        self.stop = button("Close", "inspector.export.close")
        self._connect()
        self._lay_out()

    def export(self) -> None:
        """Begin to write, with what the fields hold."""
        path = Path(self.path.text().strip()).expanduser()
        k = self.top_k.value()
        if (
            path.exists()
            and path != self._agreed
            and not dialogs.ask(self, f"Replace {path.name}?", f"{path} is there already.", "Replace")
        ):
            return
        self._set_running(True)
        self._work.start(
            lambda progress: self._session.export(path, k, partial(progress, WRITING)), self._done, self._failed
        )

    def reject(self) -> None:
        """Esc, Close and Cancel: stop what goes, else close."""
        if self._work.is_working:
            self._work.stop()
            self._set_running(False)
            self._say("Cancelled. No file was written.", "muted")
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._work.stop()
        super().closeEvent(event)

    def _done(self, users: int) -> None:
        self._set_running(False)
        self._say(f"The lists of {numbers.count(users)} users are in {self.path.text()}.", "good")

    def _failed(self, error: Exception) -> None:
        self._set_running(False)
        words = error.strerror if isinstance(error, OSError) else str(error)
        self._say(f"The file could not be written: {words}", "bad")

    def _say(self, words: str, kind: str) -> None:
        self.words.setText(words)
        set_kind(self.words, kind)

    def _set_running(self, running: bool) -> None:
        for each in (self.top_k, self.format, self.path, self.choose, self.start):
            each.setEnabled(not running)
        self.stop.setText("Cancel" if running else "Close")
        if running:
            self._say("", "muted")
            self.progress.begin(WRITING)
        else:
            self.progress.end()

    def _change_format(self, name: str) -> None:
        path = Path(self.path.text())
        if path.suffix in FORMATS.values():
            self.path.setText(str(path.with_suffix(FORMATS[name])))

    def _choose_file(self) -> None:
        wanted = FORMATS[self.format.currentText()]
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Export recommendations", self.path.text(), f"{self.format.currentText()} files (*{wanted})"
        )
        if chosen:
            self.path.setText(chosen if Path(chosen).suffix else f"{chosen}{wanted}")
            self._agreed = Path(chosen)

    def _connect(self) -> None:
        self._work.progressed.connect(self.progress.show_progress)
        self.format.currentTextChanged.connect(self._change_format)
        self.choose.clicked.connect(self._choose_file)
        self.start.clicked.connect(self.export)
        self.stop.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        file = QHBoxLayout()
        file.addWidget(self.path, 1)
        file.addWidget(self.choose)
        form = QFormLayout()
        form.setVerticalSpacing(SPACE_3)
        form.addRow("Places per user", self.top_k)
        form.addRow("Format", self.format)
        form.addRow("File", file)
        actions = QHBoxLayout()
        actions.addStretch(1)
        actions.addWidget(self.stop)
        actions.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        layout.setSpacing(SPACE_3)
        layout.addWidget(
            label(
                f"One line for every place of every user's list, for all {numbers.count(self._session.users)} users of "
                f"run {self._session.run.id}: the same lists as on the page, without the held-out items.",
                "muted",
                wrap=True,
            )
        )
        layout.addLayout(form)
        layout.addWidget(self.words)
        layout.addWidget(self.progress)
        layout.addLayout(actions)
        self.resize(560, self.sizeHint().height())
