"""The tree of codes for views; nodes are asked for when they are opened."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.widgets import numbers
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.code_tree import Branch

COLUMNS = ("Code", "Items", "Most popular")
CODE, SIZE, EXAMPLE = range(len(COLUMNS))
EXAMPLES = 5  # titles that a tooltip names
ARROW = " › "


@dataclass(eq=False)
class Node:
    """A branch in the model; `children` is None until it is opened, `share` its part of the largest sibling's items."""

    branch: "Branch"
    parent: "Node | None" = None
    row: int = 0
    share: float = 1.0
    children: "list[Node] | None" = None
    titles: list[str] = field(default_factory=list)


class CodeTreeModel(QAbstractItemModel):
    """`DataRole.row` carries the Node. A node with a single item is not opened: its title says it all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: CodedItems | None = None
        self._root: Node | None = None

    def set_items(self, items: "CodedItems | None") -> None:
        self.beginResetModel()
        self._items = items
        self._root = None if items is None else Node(items.tree.root)
        if self._root is not None:
            self._root.children = self._children(self._root)
        self.endResetModel()

    def node(self, index: Index) -> Node | None:
        """The node behind an index; the root for none."""
        return index.internalPointer() if index.isValid() else self._root

    def index_of(self, prefix: tuple[int, ...]) -> QModelIndex:
        """The index of a prefix, or of the longest part of it that the model shows."""
        node, found = self._root, QModelIndex()
        for length in range(1, len(prefix) + 1):
            if node is None:
                break
            if node.children is None and self.canFetchMore(found):
                self.fetchMore(found)
            node = next((each for each in node.children or [] if each.branch.prefix == prefix[:length]), None)
            if node is not None:
                found = self.createIndex(node.row, 0, node)
        return found

    # Qt's side

    def index(self, row: int, column: int, parent: Index = NO_INDEX) -> QModelIndex:
        node = self.node(parent)
        children = node.children if node is not None else None
        if not children or not 0 <= row < len(children) or not 0 <= column < len(COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: Index = NO_INDEX) -> QModelIndex:  # type: ignore[override]
        node = self.node(index) if index.isValid() else None
        above = node.parent if node is not None else None
        return QModelIndex() if above is None or above is self._root else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        node = self.node(parent) if parent.column() <= 0 else None
        return len(node.children or []) if node is not None else 0

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return len(COLUMNS)

    def hasChildren(self, parent: Index = NO_INDEX) -> bool:
        node = self.node(parent) if parent.column() <= 0 else None
        return node is not None and self._opens(node)

    def canFetchMore(self, parent: Index) -> bool:
        node = self.node(parent)
        return node is not None and node.children is None and self._opens(node)

    def fetchMore(self, parent: Index) -> None:
        node = self.node(parent)
        if node is None or not self.canFetchMore(parent):
            return
        children = self._children(node)
        self.beginInsertRows(parent, 0, len(children) - 1)
        node.children = children
        self.endInsertRows()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index) if index.isValid() else None
        if node is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._shown(node, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(node)
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == CODE:
                return (
                    f"Level {len(node.branch.prefix)}, code {node.branch.prefix[-1]}, {items_words(node.branch.size)}"
                )
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if index.column() == SIZE else ALIGN_TEXT
            case DataRole.row:
                return node
        return None

    def _shown(self, node: Node, column: int) -> str:
        match column:
            case 0:
                return str(node.branch.prefix[-1])
            case 1:
                return numbers.count(node.branch.size)
        return self._examples(node)[0]

    def _tooltip(self, node: Node) -> str:
        titles = self._examples(node)
        more = node.branch.size - len(titles)
        lines = [f"{prefix_words(node.branch.prefix).capitalize()}: {items_words(node.branch.size)}", *titles]
        return plain_tooltip("\n".join([*lines, f"and {more:,} more"] if more else lines))

    def _examples(self, node: Node) -> list[str]:
        assert self._items is not None
        if not node.titles:
            rows = self._items.tree.items(node.branch)[:EXAMPLES]
            node.titles = [self._items.title(int(row)) for row in rows]
        return node.titles

    def _opens(self, node: Node) -> bool:
        if self._items is None:
            return False
        return node is self._root or (node.branch.size > 1 and len(node.branch.prefix) < self._items.tree.levels)

    def _children(self, node: Node) -> list[Node]:
        assert self._items is not None
        found = self._items.tree.children(node.branch)
        most = max((branch.size for branch in found), default=1)
        return [Node(branch, node, row, branch.size / most) for row, branch in enumerate(found)]


def codes_words(codes: tuple[int, ...]) -> str:
    """A semantic ID, or the beginning of one: “12 › 5 › 7”."""
    return ARROW.join(map(str, codes))


def prefix_words(codes: tuple[int, ...]) -> str:
    """The same in a sentence: “code 12”, “codes 12 › 5”."""
    return f"code{'' if len(codes) == 1 else 's'} {codes_words(codes)}"


def items_words(count: int) -> str:
    return f"{numbers.count(count)} {'item' if count == 1 else 'items'}"
