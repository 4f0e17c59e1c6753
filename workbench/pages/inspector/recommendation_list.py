"""A user's list by one run: the table, what its colours mean with the selected row's numbers, and what is gone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from workbench.models.recommendations import MOVE, PARTS, RANK, SCORE, SLICE, TITLE, RecommendationModel, signed
from workbench.pages.inspector.delegates import PartsDelegate
from workbench.theme import SPACE_1, SPACE_2
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.slices import SliceDelegate, TintDelegate
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.inspection import ItemCard, Recommendation

ROOMY, NARROW = (
    560,
    370,
)  # pixels from which on slice and score, and up to which not even bars have room beside the rest


class RecommendationList(QWidget):
    """`chosen(index)`: an item was double-clicked or entered."""

    chosen = Signal(int)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = ElidedLabel(title)
        self.heading.setProperty("kind", "label")
        self.legend = Legend()
        self.legend.setToolTip("What the parts of the bars are; the numbers are those of the selected row")
        policy = self.legend.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the rows of two lists side by side are at the same height
        self.legend.setSizePolicy(policy)
        self.model = RecommendationModel(self)
        self.table = DataTable(name, title)
        self.table.setModel(self.model)
        self.table.setItemDelegate(TintDelegate(self.table))
        self.table.setItemDelegateForColumn(SLICE, SliceDelegate(self.table))
        self.table.setItemDelegateForColumn(PARTS, PartsDelegate(self.model, self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.opened.connect(lambda row: self.chosen.emit(self.model.recommendation(row).item.index))
        self.table.selectionModel().selectionChanged.connect(lambda _now, _before: self._show_numbers())
        self.gone = ElidedLabel("")
        self.gone.setProperty("kind", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_1)
        layout.addWidget(self.heading)
        layout.addWidget(self.legend)
        layout.addSpacing(SPACE_1)
        layout.addWidget(self.table, 1)
        layout.addSpacing(SPACE_2 - SPACE_1)
        layout.addWidget(self.gone)

    def show_list(
        self,
        rows: "Sequence[Recommendation]",
        moves: list[int | None] | None = None,
        gone: "Sequence[ItemCard]" = (),
        *,
        gone_words: str = "",
        unique_level: bool = False,
    ) -> None:
        """Show a list with its moves and, in words, the items that it no longer holds."""
        kept = self.table.selected_rows()
        self.model.set_recommendations(rows, moves, unique_level)
        if kept and kept[0] < len(rows):
            self.table.selectRow(kept[0])
        else:
            self.table.scrollToTop()
        self.legend.set_entries({name: Entry(name, role) for name, role in self.model.parts.items()})
        self._show_numbers()
        titles = ", ".join(card.title for card in gone)
        self.gone.setText(f"{gone_words} {titles}" if gone else "")
        self.gone.setVisible(bool(gone))
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _show_numbers(self) -> None:
        rows = self.table.selected_rows()
        values = dict.fromkeys(self.model.parts, "")
        if rows and values:
            values = dict(zip(values, map(signed, self.model.values(rows[0])), strict=True))
        self.legend.set_values(values)

    def _fit_columns(self) -> None:
        roomy = self.width() >= ROOMY
        self.table.stretch_column(TITLE)
        for column, width in ((RANK, 64), (MOVE, 66), (SLICE, 66), (SCORE, 78)):
            self.table.setColumnWidth(column, width)
        self.table.setColumnHidden(MOVE, not self.model.has_moves)
        for column in (SLICE, SCORE):
            self.table.setColumnHidden(column, not roomy)
        with_bars = bool(self.model.parts) and self.width() > NARROW
        self.legend.setVisible(with_bars)
        if self.model.parts:
            self.table.setColumnHidden(PARTS, not with_bars)
            self.table.setColumnWidth(PARTS, min(420, max(150, self.table.width() * 3 // 10)))
