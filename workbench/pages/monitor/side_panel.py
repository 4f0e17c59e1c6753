"""Beside the charts: the best epoch so far or the final test, and what the semantic IDs are like."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.run_progress import Best
from workbench.theme import SPACE_2
from workbench.widgets.bars import Bar, Bars
from workbench.widgets.final_test import FinalMetrics, FinalTest
from workbench.widgets.numbers import count, decimal, share
from workbench.widgets.parts import Card, label
from workbench.widgets.stat import StatTile

WIDTH = 340
_MANY_COLLISIONS = 0.3
_LOW_UTILISATION = 0.5


class ResultsCard(Card):
    """Validation at the best epoch while the run goes, the final test afterwards."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Best epoch so far", parent=parent)
        self._table = FinalTest()
        self._waiting = label("", "muted", wrap=True)
        self.body.addWidget(self._waiting)
        self.body.addWidget(self._table)
        self.start()

    def start(self) -> None:
        self.title.setText("Best epoch so far")
        self.set_caption("")
        self._waiting.setText("Numbers appear after the first epoch.")
        self._waiting.show()
        self._table.hide()

    def settle(self) -> None:
        """The run has ended: nothing more will come."""
        self._waiting.setText("The run ended before there was a result.")

    def show_best(self, best: Best, words: str) -> None:
        """`words` name the protocol."""
        self.set_caption(f"epoch {best.epoch}")
        self._show({"best": best.values}, {"best": words})

    def show_test(
        self, test: FinalMetrics, protocols: Mapping[str, str], best_epoch: int | None, *, refit: bool
    ) -> None:
        self.title.setText("Final test")
        words = f"refit of {best_epoch} epochs" if refit else f"checkpoint of epoch {best_epoch}"
        self.set_caption(words if best_epoch else "")
        self._show(test, protocols)

    def refresh(self) -> None:
        self._table.refresh()

    def _show(self, test: FinalMetrics, protocols: Mapping[str, str]) -> None:
        self._waiting.hide()
        self._table.show()
        self._table.show_results(test, protocols)


class SemanticIdsCard(Card):
    """Utilisation in all and by level, collision rate and reconstruction error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Semantic IDs", parent=parent)
        self._utilisation = StatTile("Codes in use")
        self._collisions = StatTile("Collision rate")
        self._error = StatTile("Reconstruction error")
        self._neighbours = StatTile("Neighbours kept")
        grid = QGridLayout()
        grid.setSpacing(SPACE_2)
        tiles = (self._utilisation, self._collisions, self._error, self._neighbours)
        for place, tile in enumerate(tiles):
            grid.addWidget(tile, place // 2, place % 2)
        self.body.addLayout(grid)
        self._levels = Bars()
        self.body.addWidget(self._levels)
        self._clear()

    def start(self, used: bool) -> None:
        """Empty the tiles; the card is hidden for models without semantic IDs."""
        self.setVisible(used)
        self._clear()

    def _clear(self) -> None:
        self.set_caption("being learnt…")
        for tile in (self._utilisation, self._collisions, self._error, self._neighbours):
            tile.set_value("–", "")
        self._levels.show_bars([])

    def settle(self) -> None:
        """The run has ended: nothing more will come."""
        if self._utilisation.value == "–":
            self.set_caption("none")

    def show_report(self, report: Mapping[str, Any], *, reused: bool) -> None:
        """The diagnostics as `SemanticIdsReady` gives them."""
        self.set_caption("reused from an earlier run" if reused else "")
        levels = [float(each) for each in report.get("utilisation", [])]
        lowest = min(levels, default=None)
        low = lowest is not None and lowest < _LOW_UTILISATION
        self._utilisation.set_value(share(lowest), "in the emptiest level")
        self._utilisation.set_tone("warning" if low else "")
        sizes = report.get("perplexity", [])
        self._levels.show_bars(
            [
                Bar(f"Level {level}", used, share(used), f"perplexity {decimal(size, 0)}")
                for level, (used, size) in enumerate(zip(levels, sizes, strict=False), start=1)
            ]
        )
        collisions = report.get("collision_rate")
        group = report.get("largest_collision")
        words = f"at most {count(group)} share one" if group and group > 1 else "every ID is unique"
        self._collisions.set_value(share(collisions), words)
        self._collisions.set_tone("warning" if collisions is not None and collisions > _MANY_COLLISIONS else "")
        self._error.set_value(share(report.get("reconstruction_error")), "of the variance is lost")
        self._neighbours.set_value(share(report.get("neighbour_preservation")), "share the first code")
