"""A way from the run in view to the others that are going."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from workbench.widgets.parts import button


class OtherRuns(QWidget):
    """A button that names the other run, or opens a list where there are several; hidden where there is none."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: dict[int, str] = {}
        self._button = button("", "monitor.others", "eye", kind="link")
        self._button.clicked.connect(self._open)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._button)
        self.hide()

    def set_runs(self, runs: Mapping[int, str]) -> None:
        """The runs that go and are not in view: number and name."""
        self._runs = dict(runs)
        self.setVisible(bool(runs))
        words = [f"Run {run}: {name}" for run, name in runs.items()]
        self._button.setText(f"Run {next(iter(runs))} is going" if len(runs) == 1 else f"{len(runs)} runs are going")
        self._button.setToolTip("\n".join(["Watch", *words]))

    def _open(self) -> None:
        if len(self._runs) == 1:
            self.chosen.emit(next(iter(self._runs)))
            return
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for run, name in self._runs.items():
            menu.addAction(f"Run {run}: {name}", partial(self.chosen.emit, run))
        menu.popup(self._button.mapToGlobal(self._button.rect().bottomLeft()))
