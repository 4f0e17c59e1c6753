"""The first rows of the files to import, and the texts as they will be encoded."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtWidgets import QTabWidget, QWidget

from engine.data.raw import ColumnMapping, Preview, TablePreview
from workbench.models.roles import NO_INDEX, DataRole, Index
from workbench.theme import Role, theme
from workbench.widgets.table import DataTable

WIDEST = 320
ROLES = ("user", "item", "timestamp", "position", "rating", "item_id", "title")
WORDS = {"item_id": "item id"}


class PreviewModel(QAbstractTableModel):
    """Rows of text; headings tell what a column is used as, columns that are not used are muted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()
        self._uses: dict[str, str] | None = None

    def set_table(
        self, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], uses: dict[str, str] | None
    ) -> None:
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
            case Qt.ItemDataRole.DisplayRole | DataRole.raw | Qt.ItemDataRole.ToolTipRole:
                return text
            case Qt.ItemDataRole.ForegroundRole if self._uses is not None:
                used = self._columns[index.column()] in self._uses
                return theme().color(Role.text if used else Role.text_muted)
        return None


class PreviewTabs(QTabWidget):
    """Tables of interactions, items and texts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabBar().setDrawBase(False)
        self.tabBar().setAccessibleName("Preview")
        self._preview: Preview | None = None
        self.models = {name: PreviewModel(self) for name in ("interactions", "items", "texts")}
        self._tables: dict[str, DataTable] = {}
        for name, model in self.models.items():
            table = DataTable(f"import.{name}", f"Preview of the {name}")
            table.setModel(model)
            table.horizontalHeader().setStretchLastSection(True)  # long lists and texts use the room there is
            self._tables[name] = table
            self.addTab(table, name.capitalize())

    def show_preview(self, preview: Preview, mapping: ColumnMapping | None) -> None:
        """Show the first rows of other files."""
        self._preview = preview
        self.setTabText(0, f"Interactions ({preview.interactions.path.name})")
        if preview.items is not None:
            self.setTabText(1, f"Items ({preview.items.path.name})")
        self.setTabVisible(1, preview.items is not None)
        self.setTabVisible(2, preview.items is not None and mapping is not None)
        self.show_mapping(mapping)
        for table in self._tables.values():
            table.resizeColumnsToContents()
            for column in range(table.model().columnCount()):
                table.setColumnWidth(column, min(WIDEST, table.columnWidth(column) + 8))
        self._tables["texts"].stretch_column(1)

    def show_mapping(self, mapping: ColumnMapping | None) -> None:
        """Show what the columns are used as now."""
        preview = self._preview
        if preview is None:
            return
        for name, table in (("interactions", preview.interactions), ("items", preview.items)):
            if table is not None:
                uses = uses_of(mapping, name) if mapping is not None else None
                self.models[name].set_table(table.columns, table.rows, uses)
        if preview.items is not None and mapping is not None:
            self.models["texts"].set_table(("Title", "Text that is encoded"), texts_of(preview.items, mapping), None)


def uses_of(mapping: ColumnMapping, table: str) -> dict[str, str]:
    """column -> what it is used as, for the columns of one of both files."""
    roles = ROLES[:5] if table == "interactions" else ROLES[5:]
    uses: dict[str, list[str]] = {}
    for role in roles:
        column = getattr(mapping, role)
        if column:
            uses.setdefault(column, []).append(WORDS.get(role, role))
    if table == "items":
        for column in mapping.text:
            uses.setdefault(column, []).append("text")
    return {column: ", ".join(words) for column, words in uses.items()}


def texts_of(items: TablePreview, mapping: ColumnMapping) -> tuple[tuple[str, str], ...]:
    """(title, text) of the first items as the import will make them."""
    places = {column: place for place, column in enumerate(items.columns)}
    title = places.get(mapping.title or mapping.item_id)
    texts = [places[column] for column in mapping.text if column in places]
    return tuple(
        (row[title] if title is not None else "", ". ".join(filter(None, (row[place] for place in texts))))
        for row in items.rows
    )
