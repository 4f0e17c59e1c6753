"""Deletions that can be taken back, the last one first, until the window closes."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from engine.store import RunRow
from workbench.icons import icon
from workbench.theme import SPACE_2, SPACE_3, SPACE_4, Role, theme
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button

NAMED = 3  # runs that are named before they are only counted


class UndoBanner(QFrame):
    """Hidden while there is nothing to take back; `undo` when its button is pressed."""

    undo = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.undoBanner")
        self.setProperty("kind", "banner")
        self._deleted: list[tuple[tuple[int, ...], str]] = []
        self._picture = QLabel()
        self.text = ElidedLabel()
        self.text.setObjectName("runs.deleted")
        self.button = button("Undo", "runs.undo", "arrow-counter-clockwise")
        self.button.setToolTip("Bring them back (Ctrl+Z)")
        self.button.clicked.connect(self.undo)
        close = button("Dismiss", "runs.dismiss", kind="quiet")
        close.setToolTip("Ctrl+Z still brings them back")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_2, SPACE_2)
        row.setSpacing(SPACE_3)
        row.addWidget(self._picture)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        row.addWidget(close)
        theme().changed.connect(self._paint)
        self._paint()
        self.hide()

    def push(self, runs: Sequence[RunRow]) -> None:
        """These runs were deleted."""
        names = ", ".join(f"{run.id} {run.name}" for run in runs[:NAMED])
        more = f" and {len(runs) - NAMED} more" if len(runs) > NAMED else ""
        what = "run" if len(runs) == 1 else f"{len(runs)} runs:"
        self._deleted.append((tuple(run.id for run in runs), f"{what} {names}{more}"))
        self._show_last()

    def pop(self) -> tuple[int, ...]:
        """The runs that were deleted last; none when there is nothing to take back."""
        runs = self._deleted.pop()[0] if self._deleted else ()
        self._show_last()
        return runs

    def _show_last(self) -> None:
        self.setVisible(bool(self._deleted))
        if self._deleted:
            before = f" Undo again for {len(self._deleted) - 1} earlier." if len(self._deleted) > 1 else ""
            self.text.setText(f"Deleted {self._deleted[-1][1]}. This can be undone until the window closes.{before}")

    def _paint(self) -> None:
        self._picture.setPixmap(icon("trash", Role.text_muted).pixmap(QSize(18, 18)))
