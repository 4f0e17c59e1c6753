"""Item cards as a list: search results, histories, neighbours, items that share codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt

from workbench.models.roles import NO_INDEX, DataRole, Index
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.inspection import ItemCard


@dataclass(frozen=True)
class CardEntry:
    """A card and what the list says of it: a similarity, or how many leading codes it shares."""

    card: "ItemCard"
    similarity: float | None = None
    shared_levels: int | None = None

    @property
    def slice_word(self) -> str:
        return "head" if self.card.is_head else "tail"


class ItemListModel(QAbstractListModel):
    """Cards in the order given. `DataRole.row` carries the CardEntry."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[CardEntry] = []

    def set_entries(self, entries: Sequence[CardEntry]) -> None:
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def entry(self, row: int) -> CardEntry:
        return self._entries[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.card.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(f"{entry.card.title}\n{entry.card.id}, {entry.slice_word}")
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{entry.card.title}, {entry.slice_word}"
            case DataRole.row:
                return entry
        return None
