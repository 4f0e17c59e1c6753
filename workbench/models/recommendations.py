"""A user's recommendations as a table: rank, title, slice, score and the two halves of the score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtGui import QColor

from workbench.icons import icon
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.theme import Role, theme

if TYPE_CHECKING:
    from engine.inspection import Recommendation

RANK, TITLE, SLICE, SCORE, HALVES = range(5)
TITLES = ("Rank", "Title", "Slice", "Score", "HID and SID halves")
HELP = (
    "Place in the ranking of the whole catalogue",
    "Title of the item",
    "Head or tail by training popularity",
    "The model's score: the sum of the two halves",
    "How much of the score came from the hash-ID half and how much from the semantic-ID half",
)


class RecommendationModel(QAbstractTableModel):
    """The top of the ranking. The halves' column exists only for models that have both.

    `DataRole.row` carries the Recommendation, `DataRole.raw` the value behind a cell.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Recommendation] = []
        self._with_halves = False
        self._in_counts = False  # popularity's scores are numbers of interactions

    def set_recommendations(self, rows: "Sequence[Recommendation]") -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self._with_halves = bool(rows) and all(row.hid is not None and row.sid is not None for row in rows)
        self._in_counts = not self._with_halves and all(float(row.score).is_integer() for row in rows)
        self.endResetModel()

    @property
    def with_halves(self) -> bool:
        return self._with_halves

    @property
    def scale(self) -> tuple[float, float]:
        """(least, greatest) end of any row's bar, zero included: the common scale of all bars."""
        halves = [(row.hid or 0.0, row.sid or 0.0) for row in self._rows]
        least = min((sum(min(half, 0.0) for half in pair) for pair in halves), default=0.0)
        greatest = max((sum(max(half, 0.0) for half in pair) for pair in halves), default=0.0)
        return least, greatest

    def recommendation(self, row: int) -> "Recommendation":
        return self._rows[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES) - (not self._with_halves)

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
                return _shown(row, column, self._in_counts)
            case DataRole.raw:
                return _raw(row, column)
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
                return f"{row.item.title}{held_out}" if column == TITLE else _shown(row, column, self._in_counts)
        return None


def halves(row: "Recommendation") -> str:
    """Both contributions as numbers, signs kept."""
    return f"HID {row.hid:+.2f}   SID {row.sid:+.2f}".replace("-", "−")


def _tinted(color: QColor) -> QColor:
    color.setAlphaF(0.16)
    return color


def _shown(row: "Recommendation", column: int, in_counts: bool) -> str:
    match column:
        case 0:
            return str(row.rank)
        case 1:
            return row.item.title
        case 2:
            return "head" if row.item.is_head else "tail"
        case 3:
            return f"{row.score:,.0f}" if in_counts else f"{row.score:.3f}"
    return halves(row)


def _raw(row: "Recommendation", column: int) -> Any:
    if column == HALVES:
        return (row.hid, row.sid)
    return (row.rank, row.item.title, "head" if row.item.is_head else "tail", row.score)[column]
