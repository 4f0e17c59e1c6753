"""The tree of codes and the map of the items, each showing what is chosen in the other."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.context import Workbench
from workbench.models.coded_items import Rows
from workbench.pages.semantic_ids.item_strip import ItemStrip
from workbench.pages.semantic_ids.map_panel import MapPanel
from workbench.pages.semantic_ids.tree_panel import TreePanel
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.splitters import remember_splitter

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.code_tree import Branch


class Explore(QWidget):
    """`opened(row)`: an item shall be shown in the inspector."""

    opened = Signal(int)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: CodedItems | None = None
        self._can_open = False
        self.tree, self.map, self.item = TreePanel(), MapPanel(workbench.home), ItemStrip()
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_2, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self.map, 1)
        column.addWidget(self.item)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("semantic_ids.split")
        split.setChildrenCollapsible(False)
        split.addWidget(self.tree)
        split.addWidget(right)
        split.setSizes([420, 620])
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        remember_splitter(split, workbench.preferences, "semantic_ids/split")
        self.tree.setMinimumWidth(210)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.tree.branch_chosen.connect(self._show_branch)
        self.tree.found.connect(self._show_found)
        self.tree.item_chosen.connect(self._show_item)
        self.map.clicked.connect(self._take_clicked)
        self.map.cleared.connect(self.clear)
        self.item.opened.connect(self.opened)
        self.tree.item_opened.connect(lambda row: self.opened.emit(row) if self._can_open else None)

    def show_items(self, items: "CodedItems", has_texts: bool, can_open: bool) -> None:
        """Show another catalogue; see `MapPanel.show_items` and `ItemStrip.show_item`."""
        self._items, self._can_open = items, can_open
        self.map.show_items(items, has_texts)
        self.tree.show_items(items)
        self._show_item(None)

    def choose_codes(self, codes: tuple[int, ...]) -> None:
        """Choose the node of these codes in the tree and on the map."""
        branch = self._items.tree.find(codes) if self._items is not None else None
        if branch is not None:
            self.tree.choose(branch)

    def choose_item(self, row: int) -> None:
        """Choose an item, and the node that it is in."""
        self._take_clicked(row)

    def clear(self) -> None:
        """Choose nothing."""
        self.tree.field.clear()
        self.tree.choose(None)
        self._show_item(None)

    def _show_branch(self, branch: "Branch | None") -> None:
        if self._items is not None:
            self.map.bring_out(None if branch is None else self._items.tree.items(branch))

    def _show_found(self, rows: Rows) -> None:
        self.map.bring_out(rows)

    def _show_item(self, row: int | None) -> None:
        self.map.view.mark(row)
        self.item.show_item(self._items, row, can_open=self._can_open)

    def _take_clicked(self, row: int) -> None:
        """An item of the map: the tree goes to its node, as deep as was looked at before."""
        if self._items is None:
            return
        length = len(self.tree.branch.prefix) if self.tree.branch is not None else 1
        self.choose_codes(self._items.semantic_id(row)[:length])
        self.tree.choose_item(row)
        self._show_item(row)
