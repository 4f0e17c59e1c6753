"""What a run was computed with and on, and how long each part took."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.models.columns_table import ColumnsModel, word_columns
from workbench.pages.runs.facts import environment_rows
from workbench.theme import SPACE_3
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.store import LogLine, RunDetails


class EnvironmentTab(QWidget):
    """A row for each fact, which can be copied and exported."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ColumnsModel(self)
        self._show_rows([])
        table = DataTable("runs.environment", "Environment")
        table.setModel(self.model)
        table.set_widths(130, 220, 0)
        table.stretch_column(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.addWidget(table)

    def show_run(self, run: "RunDetails", log: "Sequence[LogLine]") -> None:
        self._show_rows(environment_rows(run, log))

    def _show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        self.model.set_columns(word_columns(("About", "What", "Value"), rows))
