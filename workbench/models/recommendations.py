"""A user's recommendations as a table: rank, title, slice, score and the two halves of the score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtGui import QColor

from workbench.icons import icon
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.theme import Role, theme
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.inspection import Recommendation

RANK, TITLE, SLICE, SCORE, HALVES = range(5)
TITLES = ("Rank", "Title", "Slice", "Score", "Halves of the score")
HALF_WORDS = {"hid": "HID", "sid": "SID", "text": "Text"}
HELP = (
    "Place in the ranking of the whole catalogue",
    "Title of the item",
    "Head or tail by training popularity",
    "The model's score: the sum of the two halves",
    "How much of the score came from each half of the model: hash IDs, and semantic IDs or texts",
)


class RecommendationModel(QAbstractTableModel):
    """The top of the ranking. The halves' column exists only for models that have both.

    `DataRole.row` carries the Recommendation, `DataRole.raw` the value behind a cell.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Recommendation] = []
        self._halves: tuple[str, ...] = ()
        self._in_counts = False  # popularity's scores are numbers of interactions

    def set_recommendations(self, rows: "Sequence[Recommendation]") -> None:
        self.beginResetModel()
        self._rows = list(rows)
        named = [name for name in HALF_WORDS if rows and all(getattr(row, name) is not None for row in rows)]
        self._halves = tuple(named) if len(named) == 2 else ()
        self._in_counts = not named and all(float(row.score).is_integer() for row in rows)
        self.endResetModel()

    @property
    def halves(self) -> tuple[str, ...]:
        """The names of the two halves; empty where the score has but one source."""
        return self._halves

    @property
    def scale(self) -> tuple[float, float]:
        """(least, greatest) end of any row's bar, zero included: the common scale of all bars."""
        pairs = [[getattr(row, name) for name in self._halves] for row in self._rows]
        least = min((sum(min(half, 0.0) for half in pair) for pair in pairs), default=0.0)
        greatest = max((sum(max(half, 0.0) for half in pair) for pair in pairs), default=0.0)
        return least, greatest

    def recommendation(self, row: int) -> "Recommendation":
        return self._rows[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES) - (not self._halves)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return TITLES[section]
            case Qt.ItemDataRole.ToolTipRole:
                return HELP[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if section in (RANK, SCORE) else ALIGN_TEXT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._shown(row, column)
            case DataRole.raw:
                return self._raw(row, column)
            case DataRole.row:
                return row
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column in (RANK, SCORE) else ALIGN_TEXT
            case Qt.ItemDataRole.BackgroundRole if row.is_held_out:
                return _tinted(theme().color(Role.good))
            case Qt.ItemDataRole.DecorationRole if row.is_held_out and column == TITLE:
                return icon("target", Role.good)
            case Qt.ItemDataRole.ToolTipRole:
                held_out = "\nThe held-out item: what this user really had next." if row.is_held_out else ""
                return plain_tooltip(f"{row.item.title}{held_out}") if column == TITLE else self._shown(row, column)
        return None

    def _shown(self, row: "Recommendation", column: int) -> str:
        match column:
            case 0:
                return str(row.rank)
            case 1:
                return row.item.title
            case 2:
                return "head" if row.item.is_head else "tail"
            case 3:
                return f"{row.score:,.0f}" if self._in_counts else f"{row.score:.3f}"
        parts = (f"{HALF_WORDS[name]} {getattr(row, name):+.2f}" for name in self._halves)
        return "   ".join(parts).replace("-", "−")

    def _raw(self, row: "Recommendation", column: int) -> Any:
        if column == HALVES:
            return tuple(getattr(row, name) for name in self._halves)
        return (row.rank, row.item.title, "head" if row.item.is_head else "tail", row.score)[column]


def _tinted(color: QColor) -> QColor:
    color.setAlphaF(0.16)
    return color
