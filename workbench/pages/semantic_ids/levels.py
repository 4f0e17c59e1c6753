"""How the codes of every level are used, and what the semantic IDs are worth as a whole."""

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.models.code_tree import items_words
from workbench.theme import SPACE_3, Role, theme
from workbench.widgets import numbers
from workbench.widgets.bar_card import BarCard
from workbench.widgets.parts import label
from workbench.widgets.stat import StatTile
from workbench.widgets.tile_row import TileRow

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.usage import LevelUsage

LEAST_HEIGHT = 190  # pixels of a chart


class LevelsTab(QWidget):
    """Tiles above, a chart for each level below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = {
            "unique_tuples": StatTile("Different semantic IDs"),
            "collision_rate": StatTile("Collision rate", caption="items whose ID is not theirs alone"),
            "largest_collision": StatTile("Largest collision", caption="items with the same ID"),
            "reconstruction_error": StatTile("Reconstruction error", caption="share of the variance not explained"),
            "neighbour_preservation": StatTile("Neighbours kept", caption="text neighbours with the same first code"),
        }
        self.cards: list[UsageCard] = []
        self._items: CodedItems | None = None
        self._unique = label(
            "One more level, the unique one, tells apart items whose other codes are all equal. It means nothing and is "
            "left out here.",
            "muted",
            wrap=True,
        )
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_3)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_3)
        column.addWidget(TileRow(list(self.tiles.values()), narrowest=150))
        column.addWidget(self._unique)
        column.addLayout(self._grid, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(content)
        scroll.setObjectName("semantic_ids.levels")
        scroll.setAccessibleName("Levels of the semantic IDs")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def show_items(self, items: "CodedItems") -> None:
        """Show these as soon as the tab is looked at."""
        self._items = items
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        items, self._items = self._items, None
        if items is None:
            return
        ids, groups = items.ids, items.collisions
        colliding = sum(len(group.items) for group in groups)
        distinct = len(ids.codes) - colliding + len(groups)
        without = " without the unique level" if ids.has_unique_level else ""
        self.tiles["unique_tuples"].set_value(numbers.count(distinct), f"of {items_words(len(ids.codes))}{without}")
        self.tiles["collision_rate"].set_value(
            numbers.share(colliding / len(ids.codes)), f"items whose ID is not theirs alone{without}"
        )
        self.tiles["largest_collision"].set_value(numbers.count(max((len(each.items) for each in groups), default=1)))
        self.tiles["reconstruction_error"].set_value(numbers.share(ids.reconstruction_error))
        self.tiles["neighbour_preservation"].set_value(numbers.share(items.report.get("neighbour_preservation")))
        self._unique.setVisible(ids.has_unique_level)
        self._show_levels(items.usage)

    def _show_levels(self, levels: "list[LevelUsage]") -> None:
        """Charts take their time to be made, so those that are there are used again."""
        for place in range(len(self.cards), len(levels)):
            card = UsageCard(place + 1)
            self.cards.append(card)
            self._grid.addWidget(card, place // 2, place % 2)
        for place, card in enumerate(self.cards):
            card.setVisible(place < len(levels))
            if place < len(levels):
                card.show_usage(levels[place])


class UsageCard(BarCard):
    """Items per code of a level, the most used code first, beside what all codes used alike would have."""

    def __init__(self, level: int, parent: QWidget | None = None) -> None:
        super().__init__(
            f"semantic_ids.level_{level}", f"Level {level}", "Codes, the most used first (dashed: all used alike)",
            "Items", parent=parent,
        )  # fmt: skip
        self.setMinimumHeight(LEAST_HEIGHT)
        self.summary = ""

    def show_usage(self, usage: "LevelUsage") -> None:
        self._order = np.argsort(-usage.counts, kind="stable")
        size = len(usage.counts)
        self.summary = (
            f"{numbers.count(usage.used)} of {numbers.count(size)} codes in use ({numbers.share(usage.utilisation)}), "
            f"perplexity {numbers.decimal(usage.perplexity, 1)}"
        )
        self.show_bars(np.arange(size + 1, dtype=np.float64), usage.counts[self._order], self.summary)

    def paint(self) -> None:
        colour = theme().color(Role.overall)
        colour.setAlphaF(0.62)
        size = len(self._counts)
        if not size:
            return
        bars = pg.BarGraphItem(x0=np.arange(size), width=1, height=self._counts, brush=colour, pen=pg.mkPen(None))
        alike = pg.InfiniteLine(
            self._counts.sum() / size, angle=0, pen=pg.mkPen(theme().color(Role.accent), style=Qt.PenStyle.DashLine)
        )
        self.plot.addItem(bars)
        self.plot.addItem(alike, ignoreBounds=True)
        self.plot.setXRange(0, size, padding=0.01)
        self.plot.setYRange(0, max(1, int(self._counts.max())) * 1.06, padding=0)

    def bar_words(self, place: int) -> str:
        rank = "the most used" if place == 0 else f"number {place + 1:,} by use"
        return f"code {self._order[place]}, {rank}: {items_words(int(self._counts[place]))}"
