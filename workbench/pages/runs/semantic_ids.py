"""The diagnostics of a run's semantic IDs."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import numbers
from workbench.widgets.parts import button, label
from workbench.widgets.stat import StatTile
from workbench.widgets.tile_row import TileRow

_COLLISIONS = "items whose ID is not theirs alone"


class SemanticIdReport(QWidget):
    """Tiles for the whole, a small grid for the levels, and the way to the codes themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = {
            "unique_tuples": StatTile("Different semantic IDs"),
            "collision_rate": StatTile("Collision rate", caption=_COLLISIONS),
            "largest_collision": StatTile("Largest collision", caption="items with the same ID"),
            "reconstruction_error": StatTile("Reconstruction error", caption="share of the variance not explained"),
            "neighbour_preservation": StatTile("Neighbours kept", caption="text neighbours with the same first code"),
        }
        self._levels = QGridLayout()
        self._levels.setHorizontalSpacing(SPACE_3 * 2)
        self._levels.setVerticalSpacing(SPACE_2)
        self._nothing = label("This run has no semantic IDs.", "muted")
        self.open = button("Tree and map", "runs.openSemanticIds", "tree-structure")
        self.open.setToolTip("Look into the codes on the page Semantic IDs")
        grid = QHBoxLayout()
        grid.addLayout(self._levels)
        grid.addStretch(1)
        grid.addWidget(self.open, 0, Qt.AlignmentFlag.AlignTop)
        self._report = QWidget()
        layout = QVBoxLayout(self._report)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addWidget(TileRow(list(self.tiles.values()), narrowest=150))
        layout.addLayout(grid)
        layout.addStretch(1)
        empty = QWidget()
        below = QVBoxLayout(empty)
        below.setContentsMargins(0, SPACE_3, 0, 0)
        below.addWidget(self._nothing)
        below.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._report)

    def show_report(self, report: Mapping[str, Any]) -> None:
        """Show the report of `engine.semantic_ids.diagnostics`, or that there is none."""
        self._stack.setCurrentIndex(1 if report else 0)
        if not report:
            return
        items = report.get("items")
        reused = "reused from an earlier run" if report.get("reused") else "learned in this run"
        self.tiles["unique_tuples"].set_value(
            numbers.count(report.get("unique_tuples")), f"of {numbers.count(items)} items, {reused}"
        )
        self.tiles["largest_collision"].set_value(numbers.count(report.get("largest_collision")))
        for key in ("reconstruction_error", "neighbour_preservation"):
            self.tiles[key].set_value(numbers.share(report.get(key)))
        without = report.get("collision_rate_without_unique_level")
        caption = (
            _COLLISIONS if without is None else f"{_COLLISIONS}; {numbers.share(without)} without the unique level"
        )
        self.tiles["collision_rate"].set_value(numbers.share(report.get("collision_rate")), caption)
        self._show_levels(report)

    def _show_levels(self, report: Mapping[str, Any]) -> None:
        while (item := self._levels.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        used, perplexity = report.get("utilisation", []), report.get("perplexity", [])
        size = report.get("codebook_size") or 0
        rows = [
            ("Level", [str(level) for level in range(1, len(used) + 1)]),
            ("Codes in use", [f"{round(value * size):,} of {size:,} ({numbers.share(value)})" for value in used]),
            ("Perplexity", [numbers.decimal(value, 1) for value in perplexity]),
        ]
        for row, (title, values) in enumerate(rows):
            self._levels.addWidget(label(title, "muted"), row, 0)
            for column, value in enumerate(values, start=1):
                self._levels.addWidget(label(value, "label" if row == 0 else ""), row, column)
