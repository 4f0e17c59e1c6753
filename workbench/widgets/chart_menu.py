"""The menu of a chart: logarithmic axis, series on and off, the way back, and ways to take the chart along."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from workbench.icons import icon
from workbench.widgets.dialogs import show_error

if TYPE_CHECKING:
    from workbench.widgets.chart import LineChart

_FILTERS = {"Image (*.png)": ".png", "Drawing (*.svg)": ".svg", "Points (*.csv)": ".csv"}


class ChartMenu(QToolButton):
    """A button that opens the menu, made anew each time from what the chart shows."""

    def __init__(self, chart: "LineChart", title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart, self._title = chart, title
        self.setObjectName(f"{chart.objectName()}.menu")
        self.setIcon(icon("dots-three"))
        self.setToolTip("Axis, series, copy and export")
        self.setAccessibleName(f"Menu of the chart {title}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.open)

    def open(self) -> None:
        """Show the menu below the button."""
        menu = self.menu_now()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def menu_now(self) -> QMenu:
        """The menu as it is now."""
        chart, menu = self._chart, QMenu(self)
        logarithmic = menu.addAction("Logarithmic axis")
        logarithmic.setCheckable(True)
        logarithmic.setChecked(chart.is_logarithmic)
        logarithmic.triggered.connect(chart.set_logarithmic)
        back = menu.addAction("Show everything (Home)", chart.show_whole)
        back.setEnabled(chart.is_looked_into)
        menu.addSeparator()
        for key in chart.keys():  # noqa: SIM118 - a chart is no mapping
            entry = menu.addAction(chart.name_of(key))
            entry.setCheckable(True)
            entry.setChecked(chart.is_shown(key))
            entry.triggered.connect(lambda shown, key=key: chart.show_series(key, shown))
        menu.addSeparator()
        for words, act in (("Copy as image", self._copy), ("Export…", self._ask_and_export)):
            menu.addAction(words, act).setEnabled(chart.has_points)
        return menu

    def _copy(self) -> None:
        QGuiApplication.clipboard().setImage(self._chart.figure().image())

    def _ask_and_export(self) -> None:
        name = f"{self._title.lower().replace('@', '-at-').replace(' ', '-')}.png"
        chosen, kind = QFileDialog.getSaveFileName(self, "Export the chart", name, ";;".join(_FILTERS))
        if chosen:
            file = Path(chosen)
            if file.suffix.lower() not in _FILTERS.values():
                file = file.with_name(file.name + _FILTERS.get(kind, ".png"))
            try:
                self._chart.export(file)
            except OSError as error:
                show_error(self, "The chart could not be exported.", f"{file}: {error.strerror or error}.")
