"""Groups of items with the same semantic ID: a table with search, sorting and export, and the items of the chosen one."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from workbench.latest import Latest
from workbench.models.code_tree import codes_words
from workbench.models.coded_items import COUNT, SLICE, TITLE, CodedItemModel
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import dialogs, numbers
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, label
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.slices import SliceDelegate
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.collisions import CollisionGroup

PAUSE = 150  # milliseconds without typing before a search begins
COLUMNS = ("Semantic ID", "Items", "Head", "Interactions", "Most popular")
HELP = (
    "The codes that all of the group have",
    "How many items share the ID",
    "How many of them are head items",
    "Training interactions of all of them together",
    "The item that the others may pass for",
)


class CollisionModel(QAbstractTableModel):
    """A row per group. `DataRole.row` carries the CollisionGroup."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: CodedItems | None = None
        self._rows: list[tuple[CollisionGroup, tuple[Any, ...]]] = []
        self._all: list[tuple[CollisionGroup, tuple[Any, ...]]] = []
        self._sorted_by: tuple[int, bool] | None = None

    def set_items(self, items: "CodedItems") -> None:
        self._all = [(group, _cells(items, group)) for group in items.collisions]
        self._items = items
        self.search("")

    def search(self, text: str) -> None:
        """Show the groups that have an item with every word of `text`, or whose codes begin with those typed."""
        self.beginResetModel()
        self._rows = self._all if self._items is None or not text.strip() else self._found(text)
        self._arrange()
        self.endResetModel()

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def groups(self) -> "list[CollisionGroup]":
        """Those that are shown, from top to bottom."""
        return [group for group, _ in self._rows]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by = (column, order == Qt.SortOrder.DescendingOrder) if 0 <= column < len(COLUMNS) else None
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            case Qt.ItemDataRole.ToolTipRole:
                return HELP[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if section in (1, 2, 3) else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        group, cells = self._rows[index.row()]
        value = cells[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return codes_words(value) if index.column() == 0 else value if index.column() == 4 else f"{value:,}"
            case Qt.ItemDataRole.ToolTipRole if index.column() == 4:
                return plain_tooltip(value)
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if index.column() in (1, 2, 3) else ALIGN_TEXT
            case DataRole.raw:
                return value
            case DataRole.row:
                return group
        return None

    def _found(self, text: str) -> "list[tuple[CollisionGroup, tuple[Any, ...]]]":
        assert self._items is not None
        branch = self._items.find_branch(text)
        if branch is not None:
            length = len(branch.prefix)
            return [each for each in self._all if each[0].codes[:length] == branch.prefix]
        found = np.zeros(len(self._items.counts), dtype=bool)
        found[self._items.find_items(text)] = True
        return [each for each in self._all if found[each[0].items].any()]

    def _arrange(self) -> None:
        if self._sorted_by is not None:
            column, descending = self._sorted_by
            self._rows = sorted(
                self._rows,
                key=lambda row: row[1][4].casefold() if column == 4 else row[1][column],
                reverse=descending,
            )


def _cells(items: "CodedItems", group: "CollisionGroup") -> tuple[Any, ...]:
    rows = group.items
    head = int(items.popularity.is_head[rows + 1].sum())
    return group.codes, len(rows), head, int(items.counts[rows].sum()), items.title(int(rows[0]))


class CollisionsTab(QWidget):
    """`codes_chosen(codes)`: a group shall be shown on the map. `item_chosen(row)`: an item shall."""

    codes_chosen = Signal(object)
    item_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: CodedItems | None = None
        self._exporting = Latest(self)
        self.model = CollisionModel(self)
        self.members = CodedItemModel((TITLE, COUNT, SLICE), self)
        self.field = QLineEdit()
        self.field.setObjectName("semantic_ids.collisionSearch")
        self.field.setAccessibleName("Search collision groups")
        self.field.setPlaceholderText("Word or id of an item, or codes")
        self.field.setClearButtonEnabled(True)
        self.field.setMaximumWidth(360)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.count = label("", "muted")
        self.show_button = button("Show on the map", "semantic_ids.showGroup", "map-trifold")
        self.export = button("Export", "semantic_ids.exportCollisions", "export")
        self.export.setToolTip("Write the groups that are listed, an item a line, into a CSV file")
        self.groups, self.table = self._make_groups(), self._make_members()
        self.heading = label("", "label")
        self._none = EmptyState("check-circle", "No collisions", "Every item has a semantic ID of its own.")
        self._lay_out()
        self.field.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(lambda: self.model.search(self.field.text()))
        self.model.modelReset.connect(self._show_count)
        self.groups.selectionModel().currentRowChanged.connect(lambda now, _before: self._show_group(now))
        self.groups.opened.connect(lambda _row: self._show_on_map())
        self.show_button.clicked.connect(self._show_on_map)
        self.table.opened.connect(lambda place: self.item_chosen.emit(int(self.members.shown[place])))
        self.export.clicked.connect(self._ask_and_export)

    def show_items(self, items: "CodedItems") -> None:
        self._items = items
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._none.set_words(
            "No collisions",
            f"Each of {numbers.count(len(items.counts))} items has a semantic ID of its own"
            + (", even without the unique level." if items.ids.has_unique_level else "."),
        )
        self.model.set_items(items)
        self._stack.setCurrentIndex(0 if self.model.total else 1)

    def export_to(self, path: Path) -> None:
        """Write the listed groups, in the table's order, into a CSV file."""
        items, groups = self._items, self.model.groups
        if items is not None:
            self._exporting.ask(
                partial(items.export_groups, path, groups),
                lambda _nothing: self.count.setText(f"{numbers.count(len(groups))} groups written to {path.name}"),
                lambda error: dialogs.show_error(self, "The groups could not be exported.", f"{path}: {error}"),
            )

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export collision groups", "collisions.csv", "CSV files (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    def _show_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        groups = f"{numbers.count(total)} {'group' if total == 1 else 'groups'}"
        items = sum(len(group.items) for group in self.model.groups)
        listed = groups if shown == total else f"{numbers.count(shown)} of {groups}"
        self.count.setText(f"{listed}, {numbers.count(items)} items")
        self.export.setEnabled(shown > 0)
        if shown:
            self.groups.selectRow(0)
        self._show_group(self.groups.currentIndex())

    def _show_group(self, index: QModelIndex) -> None:
        group = index.data(DataRole.row)
        self.show_button.setEnabled(group is not None)
        if group is None:
            self.heading.setText("No group fits." if self.model.total else "")
            self.members.show_rows(self._items, np.empty(0, dtype=np.int64))
        else:
            self.heading.setText(f"{len(group.items):,} items with {codes_words(group.codes)}")
            self.members.show_rows(self._items, group.items)

    def _show_on_map(self) -> None:
        group = self.groups.currentIndex().data(DataRole.row)
        if group is not None:
            self.codes_chosen.emit(group.codes)

    def _make_groups(self) -> DataTable:
        table = DataTable("semantic_ids.groups", "Collision groups")
        table.setModel(self.model)
        table.removeAction(table.export_action)  # the button exports the items, too
        table.horizontalHeader().setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        table.set_widths(178, 74, 74, 124)
        table.stretch_column(4)
        return table

    def _make_members(self) -> DataTable:
        table = DataTable("semantic_ids.members", "Items of the group")
        table.setModel(self.members)
        table.setItemDelegateForColumn(2, SliceDelegate(table))
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.set_widths(0, 122, 64)
        table.stretch_column(0)
        return table

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.field, 1)
        bar.addWidget(self.count)
        bar.addStretch(1)
        bar.addWidget(self.show_button)
        bar.addWidget(self.export)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_2, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.groups)
        split.addWidget(right)
        split.setSizes([640, 400])
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        full = QWidget()
        inner = QVBoxLayout(full)
        inner.setContentsMargins(0, SPACE_3, 0, 0)
        inner.setSpacing(SPACE_3)
        inner.addLayout(bar)
        inner.addWidget(split, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(full)
        self._stack.addWidget(self._none)
