"""The files that a run left."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from workbench.models.columns_table import ColumnsModel, word_columns
from workbench.pages.runs.contents import RunContents
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import numbers
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button
from workbench.widgets.table import DataTable


class FilesTab(QWidget):
    """`open_wanted`: the folder shall be shown by the desktop."""

    open_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ColumnsModel(self)
        self._show_rows([])
        table = DataTable("runs.files", "Files")
        table.setModel(self.model)
        table.set_widths(220, 90, 0)
        table.stretch_column(2)
        self.where = ElidedLabel()
        self.where.setProperty("kind", "muted")
        open_folder = button("Open folder", "runs.openFolder", "folder-open")
        open_folder.clicked.connect(self.open_wanted)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.where, 1)
        bar.addWidget(open_folder)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(bar)
        column.addWidget(table, 1)
        nothing = EmptyState("folder-open", "No files", "The run wrote none, or its folder was removed.")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(content)

    def show_files(self, contents: RunContents) -> None:
        files = contents.files
        self._show_rows([(file.name, numbers.size(file.size), file.words) for file in files])
        whole = numbers.size(sum(file.size for file in files))
        self.where.setText(f"{len(files)} {'file' if len(files) == 1 else 'files'}, {whole}, in {contents.folder}")
        self._stack.setCurrentIndex(1 if files else 0)

    def _show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        self.model.set_columns(word_columns(("File", "Size", "What it is"), rows, right=(1,)))
