"""The last step: the filters, and beside them what they leave."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from workbench.pages.datasets.wizard.preparation_form import PreparationForm
from workbench.pages.datasets.wizard.result_panel import ResultPanel
from workbench.theme import SPACE_3
from workbench.widgets.parts import label


class FilterStep(QWidget):
    """Composes the form of the settings and the panel of the result."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form, self.result = PreparationForm(), ResultPanel()
        holder = QWidget()
        holder.setProperty("kind", "page")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, SPACE_3, 0)
        column.setSpacing(SPACE_3)
        column.addWidget(label("Filters and order", "heading"))
        column.addWidget(self.form, 1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(480)
        area.setWidget(holder)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(area)
        split.addWidget(self.result)
        split.setSizes([620, 440])
        split.setStretchFactor(0, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.addWidget(split)
