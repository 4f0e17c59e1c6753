"""The tree of codes with its search, and the items of what is chosen in it."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from workbench.latest import Latest
from workbench.models.code_tree import CODE, EXAMPLE, SIZE, CodeTreeModel, Node, items_words, prefix_words
from workbench.models.coded_items import COUNT, SLICE, TITLE, CodedItemModel, Rows
from workbench.models.roles import DataRole
from workbench.theme import SPACE_2, SPACE_3, Role, tabular, theme
from workbench.widgets.parts import label
from workbench.widgets.slices import SliceDelegate, paint_background
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.code_tree import Branch

PAUSE = 150  # milliseconds without typing before a search begins
ROW = 26
BAR = 8


class TreePanel(QWidget):
    """`branch_chosen(branch)`, None for the whole tree; `found(rows)` of a search; `item_chosen(row)`, and
    `item_opened(row)` by a double click or Enter."""

    branch_chosen = Signal(object)
    found = Signal(object)
    item_chosen = Signal(int)
    item_opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: CodedItems | None = None
        self.branch: Branch | None = None
        self._finding = Latest(self)
        self.model = CodeTreeModel(self)
        self.tree = self._make_tree()
        self.field = QLineEdit()
        self.field.setObjectName("semantic_ids.search")
        self.field.setAccessibleName("Search items and codes")
        self.field.setPlaceholderText("Title, id or word of an item, or codes: 12 5")
        self.field.setClearButtonEnabled(True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.heading = label("", "label", wrap=True)
        self.listed = CodedItemModel((TITLE, COUNT, SLICE), self)
        self.table = self._make_table()
        self._lay_out()
        self.field.textChanged.connect(lambda _text: self._pause.start())
        self.field.returnPressed.connect(self.search)
        self._pause.timeout.connect(self.search)
        self.tree.selectionModel().currentChanged.connect(lambda now, _before: self._take(now))
        self.table.opened.connect(lambda place: self.item_opened.emit(int(self.listed.shown[place])))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _before: self._take_item(now))

    def show_items(self, items: "CodedItems") -> None:
        """Show another catalogue, with nothing chosen."""
        self._finding.drop()
        self._pause.stop()
        self._items = items
        self.model.set_items(items)
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self.choose(None)

    def choose(self, branch: "Branch | None") -> None:
        """Choose a node, opening the tree down to it; None chooses nothing."""
        index = self.model.index_of(branch.prefix) if branch is not None else QModelIndex()
        selection = self.tree.selectionModel()
        selection.blockSignals(True)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        else:
            selection.clear()
        selection.blockSignals(False)
        self.tree.viewport().update()
        self._show_branch(branch)

    def choose_item(self, row: int) -> None:
        """Choose an item among those listed, where it is there."""
        place = self.listed.place_of(row)
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        if place is None:
            self.table.clearSelection()
        else:
            self.table.selectRow(place)
            self.table.scrollTo(self.listed.index(place, 0))
        selection.blockSignals(False)
        self.table.viewport().update()

    def search(self) -> None:
        """Look for what the field holds: a node where it holds codes, else items."""
        self._pause.stop()
        self._finding.drop()
        text = self.field.text().strip()
        if self._items is None:
            return
        if not text:
            self.choose(None)
            return
        branch = self._items.find_branch(text)
        if branch is not None and branch.prefix:
            self.choose(branch)
            return
        self._finding.ask(
            partial(self._items.find_items, text),
            partial(self._show_found, text),
            lambda error: self.heading.setText(str(error)),
        )

    def _show_found(self, text: str, rows: Rows) -> None:
        self.tree.selectionModel().blockSignals(True)
        self.tree.selectionModel().clear()
        self.tree.selectionModel().blockSignals(False)
        self.branch = None
        self._list(rows, f"{items_words(len(rows))} with “{text}”" if len(rows) else f"No item or code fits “{text}”.")
        self.found.emit(rows)

    def _take(self, index: QModelIndex) -> None:
        node = index.data(DataRole.row)
        if isinstance(node, Node):
            self._show_branch(node.branch)

    def _take_item(self, index: QModelIndex) -> None:
        row = index.data(DataRole.row)
        if row is not None:
            self.item_chosen.emit(row)

    def _show_branch(self, branch: "Branch | None") -> None:
        self.branch = branch
        if self._items is None:
            return
        shown = branch or self._items.tree.root
        rows = self._items.tree.items(shown)
        where = f"with {prefix_words(shown.prefix)}" if branch is not None else "in all, the most popular first"
        self._list(rows, f"{items_words(len(rows))} {where}")
        self.branch_chosen.emit(branch)

    def _list(self, rows: Rows, heading: str) -> None:
        self.heading.setText(heading)
        self.table.selectionModel().blockSignals(True)
        self.listed.show_rows(self._items, np.asarray(rows))
        self.table.selectionModel().blockSignals(False)
        self.table.scrollToTop()

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setObjectName("semantic_ids.tree")
        tree.setAccessibleName("Tree of codes")
        tree.setFont(tabular())
        tree.setModel(self.model)
        tree.setUniformRowHeights(True)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setItemDelegateForColumn(SIZE, SizeDelegate(tree))
        tree.setTabKeyNavigation(False)
        header = tree.header()
        header.setStretchLastSection(True)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(48)
        header.setSectionResizeMode(EXAMPLE, QHeaderView.ResizeMode.Stretch)
        tree.setColumnWidth(CODE, 92)
        tree.setColumnWidth(SIZE, 100)
        tree.setIndentation(14)
        return tree

    def _make_table(self) -> DataTable:
        table = DataTable("semantic_ids.items", "Items")
        table.setModel(self.listed)
        table.setItemDelegateForColumn(2, SliceDelegate(table))
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.setColumnWidth(1, 122)
        table.setColumnWidth(2, 64)
        table.stretch_column(0)
        return table

    def _lay_out(self) -> None:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, SPACE_2, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        split.addWidget(below)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self.tree.setMinimumHeight(90)
        self.table.setMinimumHeight(80)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self.field)
        layout.addWidget(split, 1)


class SizeDelegate(QStyledItemDelegate):
    """How many items there are, and a bar beside the largest sibling's."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        node: Node = index.data(DataRole.row)
        rect: QRect = option.rect.adjusted(SPACE_2, 0, -SPACE_2, 0)
        words = option.fontMetrics.horizontalAdvance("20,000")
        room = QRectF(rect.left(), rect.center().y() - BAR / 2 + 1, rect.width() - words - SPACE_2, BAR)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = theme().color(Role.overall)
        colour.setAlphaF(0.55)
        painter.setBrush(colour)
        width = max(2.0, room.width() * node.share)
        painter.drawRoundedRect(QRectF(room.left(), room.top(), width, BAR), 2, 2)
        painter.setFont(option.font)
        painter.setPen(theme().color(Role.text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.restore()
