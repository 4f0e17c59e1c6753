"""The first rows of the files to import, as they will be read."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from engine.data.raw import ColumnMapping, Preview, TablePreview
from workbench.models.roles import NO_INDEX, DataRole, Index
from workbench.pages.datasets.wizard.mapping_form import INTERACTION_ROLES, ITEM_ROLES, column_readings
from workbench.theme import SPACE_1, Role, theme
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.table import DataTable

WIDEST = 280
WORDS = {"item_id": "item id"}
Rows = tuple[tuple[str, ...], ...]


class PreviewModel(QAbstractTableModel):
    """Rows of text; headings tell what a column is used as, columns that are not used are muted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._rows: Rows = ()
        self._uses: dict[str, str] | None = None

    def set_table(self, columns: tuple[str, ...], rows: Rows, uses: dict[str, str] | None = None) -> None:
        """`uses` maps a column to what it is used as; None where the format uses whatever it needs."""
        self.beginResetModel()
        self._columns, self._rows, self._uses = columns, rows, uses
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        column = self._columns[section]
        use = (self._uses or {}).get(column, "")
        return f"{column}  →  {use}" if use else column

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text = self._rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | DataRole.raw:
                return text
            case Qt.ItemDataRole.ForegroundRole if self._uses is not None:
                used = self._columns[index.column()] in self._uses
                return theme().color(Role.text if used else Role.text_muted)
        return None


class PreviewTables(QSplitter):
    """A table of interactions and, where there is a file of them, one of items below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setChildrenCollapsible(False)
        self._preview: Preview | None = None
        self.models = {name: PreviewModel(self) for name in ("interactions", "items")}
        self._tables: dict[str, DataTable] = {}
        self._titles: dict[str, ElidedLabel] = {}
        self._holders: dict[str, QWidget] = {}
        for name, model in self.models.items():
            table = DataTable(f"import.{name}", f"Preview of the {name}")
            table.setModel(model)
            table.horizontalHeader().setStretchLastSection(True)  # long lists and texts use the room there is
            title = ElidedLabel()
            title.setProperty("kind", "heading")
            holder = QWidget()
            layout = QVBoxLayout(holder)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(SPACE_1)
            layout.addWidget(title)
            layout.addWidget(table, 1)
            self.addWidget(holder)
            self._tables[name], self._titles[name], self._holders[name] = table, title, holder

    def show_preview(self, preview: Preview, mapping: ColumnMapping | None) -> None:
        """Show the first rows of other files."""
        self._preview = preview
        self._holders["items"].setVisible(preview.items is not None)
        for name, shown in (("interactions", preview.interactions), ("items", preview.items)):
            if shown is not None:
                self._titles[name].setText(f"{name.capitalize()}: first rows of {shown.path.name}")
        self.show_mapping(mapping)

    def show_mapping(self, mapping: ColumnMapping | None) -> None:
        """Show what the columns are used as now."""
        preview = self._preview
        if preview is None:
            return
        for name, table in (("interactions", preview.interactions), ("items", preview.items)):
            if table is not None:
                uses = uses_of(mapping, name) if mapping is not None else None
                self.models[name].set_table(table.columns, _rows_as_read(preview, table, mapping), uses)
                self._tables[name].resizeColumnsToContents()
                for column in range(len(table.columns)):
                    width = self._tables[name].columnWidth(column) + 8
                    self._tables[name].setColumnWidth(column, min(WIDEST, width))


def uses_of(mapping: ColumnMapping, table: str) -> dict[str, str]:
    """column -> what it is used as, for the columns of one of both files."""
    uses: dict[str, list[str]] = {}
    for role in INTERACTION_ROLES if table == "interactions" else ITEM_ROLES:
        column = getattr(mapping, role)
        if column:
            uses.setdefault(column, []).append(WORDS.get(role, role))
    if table == "items":
        for column in mapping.text:
            uses.setdefault(column, []).append("text")
    return {column: ", ".join(words) for column, words in uses.items()}


def _rows_as_read(preview: Preview, table: TablePreview, mapping: ColumnMapping | None) -> Rows:
    """The rows with times as days and hours, and numbers as numbers."""
    if mapping is None:  # the format knows its columns; some call them by their roles
        named: dict[str, Any] = {role: role for role in INTERACTION_ROLES if role in preview.interactions.columns}
        mapping = ColumnMapping(**named)
    roles = INTERACTION_ROLES if table is preview.interactions else ITEM_ROLES
    columns = list(zip(*table.rows, strict=True))
    for role, reading in column_readings(preview, mapping).items():
        if role in roles and columns:
            columns[table.columns.index(getattr(mapping, role))] = reading.cells
    return tuple(zip(*columns, strict=True))
