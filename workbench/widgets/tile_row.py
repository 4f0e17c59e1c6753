"""Stat tiles side by side, in two rows where one would be too narrow."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from workbench.theme import SPACE_2
from workbench.widgets.stat import StatTile


class TileRow(QWidget):
    """All tiles are equally wide."""

    def __init__(self, tiles: Sequence[StatTile], narrowest: int = 104, parent: QWidget | None = None) -> None:
        """`narrowest` is the width in pixels below which a tile goes to a second row."""
        super().__init__(parent)
        self._tiles, self._narrowest = list(tiles), narrowest
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lay_out(len(self._tiles))

    def hasHeightForWidth(self) -> bool:
        return False  # else a scroll area around it would give everything its preferred height

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        half = -(-len(self._tiles) // 2)
        height = max(self._grid.minimumSize().height(), self._grid.heightForWidth(self.width()))
        return QSize(half * (self._narrowest + SPACE_2), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        one_row = self.width() >= len(self._tiles) * (self._narrowest + SPACE_2)
        self._lay_out(len(self._tiles) if one_row else -(-len(self._tiles) // 2))
        self.updateGeometry()

    def _lay_out(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
            self._grid.setColumnStretch(place, 1 if place < columns else 0)
