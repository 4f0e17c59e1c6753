"""Item cards as a list: search results, histories, neighbours."""

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
    """A card and what the list says of it: a similarity, a number before the title, a note below or beside it."""

    card: "ItemCard"
    similarity: float | None = None
    place: int | None = None
    note: str = ""

    @property
    def slice_word(self) -> str:
        return "head" if self.card.is_head else "tail"


class ItemListModel(QAbstractListModel):
    """Cards in the order given. `DataRole.row` carries the CardEntry."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[CardEntry] = []

    @property
    def entries(self) -> list[CardEntry]:
        return self._entries

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
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return entry.card.title
            case Qt.ItemDataRole.ToolTipRole:
                note = f"\n{entry.note}" if entry.note and entry.note != entry.card.id else ""
                return plain_tooltip(f"{entry.card.title}\n{entry.card.id}, {entry.slice_word}{note}")
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(part for part in (entry.card.title, entry.slice_word, entry.note) if part)
            case DataRole.row:
                return entry
        return None
