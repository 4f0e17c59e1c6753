"""The first step: which column is what, beside the first rows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from engine.data.raw import ColumnMapping, Preview
from workbench.pages.datasets.wizard.mapping_form import MappingForm
from workbench.pages.datasets.wizard.preview import PreviewTables
from workbench.theme import SPACE_3
from workbench.widgets.parts import label


class ColumnsStep(QWidget):
    """Composes the form and the preview; where a format has fixed columns it says so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form, self.preview = MappingForm(), PreviewTables()
        self._fixed = label("", "muted", wrap=True)
        self._fixed.setAlignment(Qt.AlignmentFlag.AlignTop)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._make_left())
        split.addWidget(self.preview)
        split.setSizes([300, 760])
        split.setStretchFactor(1, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.addWidget(split)

    def show_preview(self, preview: Preview, format_help: str) -> None:
        self.form.show_preview(preview)
        self.preview.show_preview(preview, preview.mapping)
        self.form.setVisible(preview.mapping is not None)
        self._fixed.setText(f"The columns of this format are known; there is nothing to choose. {format_help}")
        self._fixed.setVisible(preview.mapping is None)

    def show_mapping(self, mapping: ColumnMapping | None) -> None:
        self.preview.show_mapping(mapping)

    def _make_left(self) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("kind", "page")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, SPACE_3, 0)
        layout.addWidget(self.form)
        layout.addWidget(self._fixed)
        layout.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(280)
        area.setWidget(holder)
        return area
