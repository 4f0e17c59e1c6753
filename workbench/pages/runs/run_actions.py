"""What can be done with the chosen runs: compare, tag, take as the baseline, resume, train further, delete."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from engine.store import RunRow
from workbench.context import RESUMABLE

LEAST, MOST = 2, 10  # runs that are compared


class RunActions(QObject):
    """Actions of the run table, in its menu and by keyboard. Each signal says that one is wanted."""

    compare = Signal()
    tags = Signal()
    baseline = Signal()
    no_baseline = Signal()
    resume = Signal()
    train_further = Signal()
    delete = Signal()

    def __init__(self, table: QWidget) -> None:
        super().__init__(table)
        self.compare_action = self._add(table, "Compare", "Ctrl+Shift+C", self.compare)
        self.tags_action = self._add(table, "Tags…", "Ctrl+T", self.tags)
        self.baseline_action = self._add(table, "Pin as baseline", "Ctrl+B", self.baseline)
        self.no_baseline_action = self._add(table, "Unpin the baseline", "Ctrl+Shift+B", self.no_baseline)
        self.resume_action = self._add(table, "Resume", "Ctrl+R", self.resume)
        self.further_action = self._add(table, "Train further…", "Ctrl+Shift+R", self.train_further)
        self.delete_action = self._add(table, "Delete", "Del", self.delete)

    def enable(self, runs: Sequence[RunRow], entries: int, *, has_baseline: bool) -> None:
        """What can be done with these runs, which stand in so many lines."""
        self.compare_action.setEnabled(LEAST <= len(runs) <= MOST)
        self.tags_action.setEnabled(bool(runs))
        self.baseline_action.setEnabled(entries == 1 and any(run.status == "finished" for run in runs))
        self.no_baseline_action.setEnabled(has_baseline)
        states = [run.status for run in runs]
        self.resume_action.setEnabled(len(runs) == 1 and states[0] in RESUMABLE)
        self.further_action.setEnabled(len(runs) == 1 and states[0] == "finished" and runs[0].model != "popularity")
        self.delete_action.setEnabled(bool(runs))

    def _add(self, table: QWidget, title: str, keys: str, wanted: object) -> QAction:
        action = QAction(title, table)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: wanted.emit())  # type: ignore[attr-defined]
        table.addAction(action)
        return action
