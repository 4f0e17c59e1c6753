"""Settings side by side: by default only those in which the series differ."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.pages.compare.session import Session
from workbench.pages.compare.settings_rows import setting_lines
from workbench.pages.compare.tab import Tab
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.numbers import NOTHING
from workbench.widgets.parts import label
from workbench.widgets.strokes import stroke_icon
from workbench.widgets.table import DataTable

NAME_WIDTHS = (130, 190)
LEAST_WIDTH = 112


class SettingsTab(Tab):
    """A row per setting, a column per series; values that are not the reference's stand out in bold."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.model = ColumnsModel(self)
        self.table = DataTable("compare.settings", "Settings side by side")
        self.table.setModel(self.model)
        self.table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.all = QCheckBox("All settings")
        self.all.setObjectName("compare.settings.all")
        self.all.setToolTip("Also those that are the same in all")
        self.all.toggled.connect(lambda _on: self.refresh())
        self.count = label("", "muted")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.count, 1)
        bar.addWidget(self.all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(bar)
        column.addWidget(self.table, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def refresh(self) -> None:
        everything = setting_lines(self.lines.all)
        rows = [row for row in everything if row.differs or self.all.isChecked()]
        place = next((p for p, line in enumerate(self.lines.all) if line is self.lines.reference), 0)

        def stands_out(row: int, column: int) -> bool:
            values = rows[row].values
            return values[column] not in (values[place], NOTHING)

        columns = [
            TableColumn("Group", "Section of the settings", [row.section for row in rows]),
            TableColumn("Setting", "What it is", [row.title for row in rows], hint=lambda row: rows[row].help),
            *(
                TableColumn(
                    line.title,
                    f"{line.words}; a dash: plays no part",
                    [row.values[column] for row in rows],
                    bold=lambda row, column=column: stands_out(row, column),  # type: ignore[misc]
                    title_icon=stroke_icon(line.role, line.dashed),
                )
                for column, line in enumerate(self.lines.all)
            ),
        ]
        self.model.set_columns(columns)
        self._fit_columns()
        differing = sum(row.differs for row in everything)
        self.count.setText(f"{differing} of {len(everything)} settings differ; bold: not as in the reference")

    def _fit_columns(self) -> None:
        """As wide as their words where there is room; what is scarce is shared out among those that need most."""
        self.table.set_widths(*NAME_WIDTHS)
        series = range(len(NAME_WIDTHS), self.model.columnCount())
        wanted = sorted((self.table.sizeHintForColumn(column) + SPACE_3, column) for column in series)
        room = self.width() - sum(NAME_WIDTHS) - SPACE_3
        for place, (words, column) in enumerate(wanted):
            width = max(LEAST_WIDTH, min(words, room // (len(wanted) - place)))
            self.table.setColumnWidth(column, width)
            room -= width
