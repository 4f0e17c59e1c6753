"""What changes the chosen runs: their tags, deleting them, and bringing them back."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from engine.store import RunRow, Store
from workbench.latest import Latest
from workbench.pages.runs.run_list import RunList
from workbench.pages.runs.tag_dialog import TagDialog
from workbench.pages.runs.undo import UndoBanner
from workbench.widgets import dialogs


class RunChanges(QObject):
    """Changes the store beside the window. `changed`: the table shall be read again. `deleted`: runs are gone from it;
    `banner` offers to bring them back."""

    changed = Signal()
    deleted = Signal()

    def __init__(self, store: Store, runs: RunList, window: QWidget) -> None:
        super().__init__(window)
        self._store, self._list, self._window = store, runs, window
        self._changing = Latest(self)
        self.banner = UndoBanner()
        self.banner.undo.connect(self.undo)
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), window, self.undo)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def tag_chosen(self) -> None:
        """Put tags on the chosen runs, and take others off."""
        runs = self._list.chosen_runs()
        if not runs:
            return
        dialog = TagDialog(runs, self._list.known().get("tag", {}), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        numbers = [run.id for run in runs]
        dialog.accepted.connect(lambda: self._tag(numbers, dialog.added, dialog.removed))
        dialog.open()

    def delete_chosen(self) -> None:
        """Take the chosen runs away; until the window closes they can be brought back."""
        runs = self._list.chosen_runs()
        going = [run for run in runs if run.status == "running"]
        if going:
            names = ", ".join(f"{run.id} ({run.name})" for run in going)
            dialogs.show_error(
                self._window, "A run that is going cannot be deleted.", f"Stop run {names} first, on the Monitor."
            )
        elif runs:
            self._change(
                partial(self._store.runs.put_away, [run.id for run in runs]),
                lambda: self._show_deleted(runs),
                "The runs were not deleted.",
            )

    def undo(self) -> None:
        """Bring back the runs that were deleted last."""
        runs = self.banner.pop()
        if not runs:
            return
        back: list[int] = []

        def restore() -> None:
            back.extend(self._store.runs.restore(runs))

        def show() -> None:
            self.changed.emit()
            if back:
                self._list.choose(back[-1])
            if len(back) < len(runs):
                dialogs.show_error(self._window, "Not all runs came back.", "Another window has deleted them for good.")

        self._change(restore, show, "The runs were not brought back.")

    def _tag(self, runs: list[int], added: list[str], removed: list[str]) -> None:
        if added or removed:
            change = partial(self._store.runs.tag, runs, added, removed)
            self._change(change, self.changed.emit, "The tags were not changed.")

    def _show_deleted(self, runs: list[RunRow]) -> None:
        self.banner.push(runs)
        self.deleted.emit()

    def _change(self, change: Callable[[], object], then: Callable[[], object], fault: str) -> None:
        def done(_nothing: object) -> None:
            then()

        def failed(error: Exception) -> None:
            self.changed.emit()
            dialogs.show_error(self._window, fault, str(error))

        self._changing.ask(change, done, failed)
