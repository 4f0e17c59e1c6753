"""A user's recommendations as a table: rank, how it moved, title, slice, score and what the score is made of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtGui import QColor

from workbench.icons import icon
from workbench.models.roles import ALIGN_NUMBER, ALIGN_TEXT, NO_INDEX, DataRole, Index
from workbench.palette import LEVELS
from workbench.theme import Role, theme
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.inspection import Recommendation

RANK, MOVE, TITLE, SLICE, SCORE, PARTS = range(6)
TITLES = ("Rank", "Move", "Title", "Slice", "Score", "Parts of the score")
HELP = (
    "Place in the ranking of the whole catalogue",
    "Places up or down against the list that this one is compared with",
    "Title of the item",
    "Head or tail by training popularity",
    "The model's score: the sum of its parts",
    "How much of the score came from the hash ID, from each level of the semantic ID, and from the text",
)
HALF_WORDS = {"hid": "HID", "sid": "SID", "text": "Text"}
HALF_ROLES = {"hid": Role.run_1, "sid": Role.run_3, "text": Role.run_4}


class RecommendationModel(QAbstractTableModel):
    """The top of the ranking. The column of parts exists only where a score has more than one.

    `DataRole.row` carries the Recommendation, `DataRole.raw` the value behind a cell.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Recommendation] = []
        self._moves: list[int | None] | None = None
        self._parts: dict[str, Role] = {}
        self._in_counts = False  # popularity's scores are numbers of interactions

    def set_recommendations(
        self, rows: "Sequence[Recommendation]", moves: list[int | None] | None = None, unique_level: bool = False
    ) -> None:
        """`moves`: places risen by each, None for a new one; no moves where there is nothing to compare with.

        `unique_level`: the last level of the semantic IDs means nothing, and is named so.
        """
        self.beginResetModel()
        self._rows, self._moves = list(rows), moves
        self._parts = _parts_of(self._rows[0], unique_level) if self._rows else {}
        halves = any(getattr(row, name) is not None for row in rows for name in HALF_WORDS)
        self._in_counts = not halves and all(float(row.score).is_integer() for row in rows)
        self.endResetModel()

    @property
    def parts(self) -> dict[str, Role]:
        """Name and colour of what every score is made of; empty where it has but one source."""
        return self._parts if len(self._parts) > 1 else {}

    @property
    def has_moves(self) -> bool:
        return self._moves is not None

    def values(self, row: int) -> tuple[float, ...]:
        """The parts of a row's score, in the order of `parts`."""
        return _values_of(self._rows[row])

    @property
    def scale(self) -> tuple[float, float]:
        """(least, greatest) end of any row's bar, zero included: the common scale of all bars."""
        rows = [_values_of(row) for row in self._rows]
        least = min((sum(min(value, 0.0) for value in row) for row in rows), default=0.0)
        greatest = max((sum(max(value, 0.0) for value in row) for row in rows), default=0.0)
        return least, greatest

    @property
    def rows(self) -> "Sequence[Recommendation]":
        return self._rows

    def recommendation(self, row: int) -> "Recommendation":
        return self._rows[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES) - (not self.parts)

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
                return self._shown(index.row(), column)
            case DataRole.raw:
                return self._raw(index.row(), column)
            case DataRole.row:
                return row
            case Qt.ItemDataRole.TextAlignmentRole:
                return ALIGN_NUMBER if column in (RANK, SCORE) else ALIGN_TEXT
            case Qt.ItemDataRole.ForegroundRole if column == MOVE and self._moves is not None:
                return theme().color(_move_role(self._moves[index.row()]))
            case Qt.ItemDataRole.BackgroundRole if row.is_held_out:
                return _tinted(theme().color(Role.good))
            case Qt.ItemDataRole.DecorationRole if row.is_held_out and column == TITLE:
                return icon("target", Role.good)
            case Qt.ItemDataRole.ToolTipRole if column == TITLE:
                held_out = "\nThe held-out item: what this user really had next." if row.is_held_out else ""
                return plain_tooltip(f"{row.item.title}\n{row.item.id}{held_out}")
            case Qt.ItemDataRole.ToolTipRole:
                return self._shown(index.row(), column)
        return None

    def _shown(self, place: int, column: int) -> str:
        row = self._rows[place]
        match column:
            case 0:
                return str(row.rank)
            case 1:
                return "" if self._moves is None else move_words(self._moves[place])
            case 2:
                return row.item.title
            case 3:
                return "head" if row.item.is_head else "tail"
            case 4:
                return f"{row.score:,.0f}" if self._in_counts else f"{row.score:.3f}"
        named = zip(self._parts, _values_of(row), strict=True)
        return "   ".join(f"{name} {signed(value)}" for name, value in named)

    def _raw(self, place: int, column: int) -> Any:
        row = self._rows[place]
        match column:
            case 1:
                return None if self._moves is None else self._moves[place]
            case 5:
                return _values_of(row)
        return {RANK: row.rank, TITLE: row.item.title, SLICE: self._shown(place, SLICE), SCORE: row.score}[column]


def signed(value: float) -> str:
    """A part of a score with its sign."""
    rounded = round(value, 2) + 0.0  # never −0.00
    return f"{rounded:+.2f}".replace("-", "−")


def move_words(move: int | None) -> str:
    """A move in the list, as short as it gets."""
    if move is None:
        return "new"
    return "=" if not move else f"{'▲' if move > 0 else '▼'} {abs(move)}"


def _move_role(move: int | None) -> Role:
    if move is None:
        return Role.accent
    return Role.text_muted if not move else Role.good if move > 0 else Role.bad


def _parts_of(row: "Recommendation", unique_level: bool) -> dict[str, Role]:
    parts: dict[str, Role] = {}
    for half, word in HALF_WORDS.items():
        if half == "sid" and row.levels is not None:
            count = len(row.levels)
            for level in range(1, count + 1):
                name = "SID unique level" if unique_level and level == count else f"SID level {level}"
                parts[name] = LEVELS[(level - 1) % len(LEVELS)]
        elif getattr(row, half) is not None:
            parts[word] = HALF_ROLES[half]
    return parts


def _values_of(row: "Recommendation") -> tuple[float, ...]:
    values: list[float] = []
    for half in HALF_WORDS:
        if half == "sid" and row.levels is not None:
            values += row.levels
        elif getattr(row, half) is not None:
            values.append(getattr(row, half))
    return tuple(values)


def _tinted(color: QColor) -> QColor:
    color.setAlphaF(0.16)
    return color
