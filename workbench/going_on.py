"""Going on with runs, from whatever page: resume one that was interrupted, train one further that has finished."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.continuation import trained
from engine.errors import WorkbenchError
from workbench.context import Workbench
from workbench.widgets import dialogs
from workbench.widgets.train_further import TrainFurtherDialog


class GoingOn(QObject):
    """`started(run)`: that run goes now. What cannot be done is said in a box over `window`."""

    started = Signal(int)

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._window = workbench, window

    def resume(self, run: int) -> None:
        """Go on with an interrupted or failed run where it was."""
        try:
            self._workbench.controller.resume_run(run)
        except WorkbenchError as error:
            dialogs.show_error(self._window, f"Run {run} cannot be resumed now.", str(error))
        else:
            self.started.emit(run)

    def ask_and_train_further(self, run: int) -> None:
        """Ask for how many epochs a finished run shall be trained further, and start that."""
        workbench = self._workbench
        try:
            so_far = trained(workbench.home, workbench.store.runs.get(run))
        except WorkbenchError as error:
            self._refuse(run, error)
            return
        dialog = TrainFurtherDialog(run, so_far, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._train_further(run, *dialog.chosen))
        dialog.open()

    def _train_further(self, run: int, epochs: int, patience: int) -> None:
        try:
            made = self._workbench.controller.train_further(run, epochs, patience)
        except WorkbenchError as error:
            self._refuse(run, error)
        else:
            self.started.emit(made)

    def _refuse(self, run: int, error: WorkbenchError) -> None:
        dialogs.show_error(self._window, f"Run {run} cannot be trained further now.", str(error))
