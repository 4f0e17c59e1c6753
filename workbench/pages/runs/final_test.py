"""What the final test of a run found: metrics by protocol, and beside them who was served and with what."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.config import ExperimentConfig
from workbench.models.columns_table import ColumnsModel
from workbench.pages.runs.facts import (
    BAND_METRIC,
    metric_rows,
    part_bars,
    protocol_words,
    protocols_of,
    stages_line,
)
from workbench.pages.runs.tables import metric_columns
from workbench.protocols import history_words
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from workbench.widgets import numbers
from workbench.widgets.bars import Bars
from workbench.widgets.parts import label
from workbench.widgets.stat import StatTile
from workbench.widgets.table import ROW_HEIGHT, DataTable
from workbench.widgets.tile_row import TileRow

if TYPE_CHECKING:
    from engine.store import RunDetails

SIDE_WIDTH = 340  # pixels
HEADER_HEIGHT = 46  # pixels, for two lines


class FinalTestTab(QWidget):
    """Overall, head and tail in a table; popularity bands, user lengths and the lists at its right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunDetails | None = None
        self.metrics = ColumnsModel(self)
        self.protocols = label("", "muted", wrap=True)
        self.stages = label("", "muted", wrap=True, selectable=True)
        self.bands, self.lengths = Bars(), Bars()
        self._ranking = label("", "caption", wrap=True)
        self.tiles = {
            "coverage@10": StatTile("Coverage", caption="of the catalogue is in some list"),
            "gini@10": StatTile("Gini index", caption="0: all alike, 1: one takes all"),
            "novelty@10": StatTile("Novelty", caption="mean −log2 of training share"),
            "tail_share@10": StatTile("Tail items", caption="of all that is recommended"),
        }
        self._table = DataTable("runs.test_metrics", "Test metrics")
        self._table.setModel(self.metrics)
        self._table.horizontalHeader().setFixedHeight(HEADER_HEIGHT)
        self._side = self._make_side()
        left = QVBoxLayout()
        left.setSpacing(SPACE_2)
        for widget in (self.protocols, self._table, self.stages):
            left.addWidget(widget, 1 if widget is self._table else 0)
        left.addStretch(0)  # takes what the table has no rows for
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_4)
        layout.addLayout(left, 1)
        layout.addWidget(self._side)

    def show_run(self, run: "RunDetails", config: ExperimentConfig | None) -> None:
        self._run = run
        self.protocols.setText(protocol_words(config) if run.test else "The final test has not been reached.")
        self._ranking.setText(f"Test, full ranking, {history_words(config)}" if config is not None else "")
        self.stages.setText(f"Time: {stages_line(run) or 'not recorded'}.")
        self.restyle()

    def restyle(self) -> None:
        """Write all numbers anew."""
        if self._run is None:
            return
        test = self._run.test
        self.metrics.set_columns(metric_columns(metric_rows(test), protocols_of(test)))
        self._table.setVisible(self.metrics.rowCount() > 0)
        self._table.resizeColumnsToContents()
        self._table.setMaximumHeight(HEADER_HEIGHT + (self.metrics.rowCount() + 1) * ROW_HEIGHT)
        bands, lengths = part_bars(test)
        self.bands.show_bars(bands)
        self.lengths.show_bars(lengths)
        lists = test.get("lists", {}).get("overall", {})
        for key in ("coverage@10", "tail_share@10"):
            self.tiles[key].set_value(numbers.share(lists.get(key)))
        self.tiles["gini@10"].set_value(numbers.decimal(lists.get("gini@10")))
        novelty = lists.get("novelty@10")
        self.tiles["novelty@10"].set_value(f"{numbers.decimal(novelty, 2)} bits" if novelty else numbers.NOTHING)
        self._side.setVisible(bool(bands or lists))

    def _make_side(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, SPACE_3, 0)
        column.setSpacing(SPACE_1)
        column.addWidget(self._ranking)
        for title, caption, widget in (
            (f"{BAND_METRIC} by popularity", "training interactions of the target", self.bands),
            (f"{BAND_METRIC} by user", "training interactions up to the median, or more", self.lengths),
            ("Top-10 lists", "of all tested users", TileRow(list(self.tiles.values()), narrowest=150)),
        ):
            column.addWidget(label(title, "label"))
            column.addWidget(label(caption, "caption"))
            column.addWidget(widget)
            column.addSpacing(SPACE_2)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("runs.test_parts")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(SIDE_WIDTH)
        scroll.setWidget(content)
        return scroll
