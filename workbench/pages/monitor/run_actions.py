"""What can be asked of the run that goes: pause, test now, stop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.icons import icon
from workbench.run_controller import RunController
from workbench.theme import SPACE_2, Role
from workbench.widgets.parts import button


class RunActions(QWidget):
    """Buttons that follow the controller; `show_state` says whether its run is in view, and whether it trains."""

    def __init__(self, controller: RunController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._pause = button("Pause", "monitor.pause", "pause")
        self._pause.clicked.connect(self._pause_or_resume)
        self._test = button("Test now", "monitor.endTraining", "flag")
        self._test.clicked.connect(controller.end_training)
        self._stop = button("Stop", "monitor.stop", "stop", "danger")
        self._stop.clicked.connect(controller.stop)
        self._stop_all = button("Stop all", "monitor.stopAll", "stop", "danger")
        self._stop_all.clicked.connect(controller.stop_all)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        for each in (self._pause, self._test, self._stop, self._stop_all):
            layout.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_state(in_view=True, trains=False)

    def show_state(self, *, in_view: bool, trains: bool) -> None:
        """Write the buttons anew; they are hidden unless the run that goes is in view."""
        controller = self._controller
        self.setVisible(controller.is_running and in_view)
        stopping, paused, waiting = controller.is_stopping, controller.is_paused, controller.waiting
        self._pause.setEnabled(not stopping)
        self._pause.setText("Resume" if paused else "Pause")
        self._pause.setIcon(icon("play" if paused else "pause", Role.text))
        self._pause.setToolTip("Go on where it stands" if paused else "Stand still after the present batch")
        self._test.setEnabled(trains and not stopping and not controller.ends_training)
        self._test.setToolTip("End the training now, and test the best checkpoint so far")
        self._stop.setEnabled(not stopping)
        self._stop.setText("Stopping…" if stopping else "Stop")
        next_one = "; the next one starts then" if waiting else ""
        self._stop.setToolTip(f"Stop the run; what it has learned is kept, and it can be resumed{next_one}")
        self._stop_all.setVisible(waiting > 0)
        self._stop_all.setToolTip(
            f"Stop the run, which can be resumed; the queue of {waiting} is kept, and waits for your word"
        )

    def _pause_or_resume(self) -> None:
        if self._controller.is_paused:
            self._controller.resume()
        else:
            self._controller.pause()
