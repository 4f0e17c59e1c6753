"""Two sets of semantic IDs of the same items beside each other: what each is worth, how far they agree, what changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from engine.config import SemanticIdSettings
from workbench.calm import calm_once, load_torch
from workbench.context import Workbench
from workbench.long_work import LongWork, Progress
from workbench.models.code_tree import codes_words
from workbench.models.coded_items import TITLE, CodedItemModel, Column
from workbench.models.columns_table import ColumnsModel
from workbench.pages.semantic_ids.comparison_tables import agreement_columns, facts_columns, still_table
from workbench.pages.semantic_ids.make_dialog import MakeDialog
from workbench.pages.semantic_ids.rivals import Rival, settings_words
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets import numbers
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, label
from workbench.widgets.progress_row import ProgressRow
from workbench.widgets.states import StateStack
from workbench.widgets.table import DataTable

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.semantic_ids.agreement import LevelAgreement

COMPANY_HELP = (
    "Of the other items that share these codes with it in either set, how many do in both; 100 % also where it is alone "
    "in both"
)


@dataclass(frozen=True)
class Compared:
    """What was found out. `company` (levels, items): see `common_company`."""

    other: "CodedItems"
    levels: "list[LevelAgreement]"
    company: npt.NDArray[np.float32]

    @classmethod
    def of(cls, one: "CodedItems", other: "CodedItems", progress: Progress) -> "Compared":
        from engine.semantic_ids.agreement import agreement, common_company

        levels = agreement(one.ids, other.ids, lambda: progress("Comparing", 0, 0))
        company = np.stack([common_company(one.ids, other.ids, each.level) for each in levels])
        _ = other.collisions, other.usage  # else they would be made while the window waits
        return cls(other, levels, company)


class ComparisonTab(QWidget):
    """`item_chosen(row)`: an item shall be shown on the map."""

    item_chosen = Signal(int)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._items: CodedItems | None = None
        self.compared: Compared | None = None
        self.work = LongWork(self)
        self.others = QComboBox()
        self.others.setObjectName("semantic_ids.other")
        self.others.setAccessibleName("Compare with")
        self.others.setMinimumContentsLength(36)
        self.others.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.make = button("Make others…", "semantic_ids.make", "plus")
        self.make.setToolTip("Learn semantic IDs by another quantiser, depth or codebook size from the same texts")
        self.progress = ProgressRow("semantic_ids.compare")
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.facts, self.levels = ColumnsModel(self), ColumnsModel(self)
        self.changed = CodedItemModel(self._columns(), self)
        self.level = QComboBox()
        self.level.setObjectName("semantic_ids.companyLevel")
        self.level.setAccessibleName("Codes that company has in common")
        self.same = label("", "muted", wrap=True)
        self.states = self._lay_out()
        self.others.activated.connect(lambda _place: self._compare_chosen())
        self.make.clicked.connect(self.ask_for_others)
        self.work.progressed.connect(self.progress.show_progress)
        self.progress.cancelled.connect(self._cancel)
        self.level.activated.connect(lambda _place: self._show_changed())
        self.table.opened.connect(lambda place: self.item_chosen.emit(int(self.changed.shown[place])))

    def show_items(self, items: "CodedItems", rivals: Sequence[Rival]) -> None:
        """Offer to compare these with the semantic IDs of other runs, or with others that are made here."""
        self.forget()
        self._items = items
        self.others.clear()
        for rival in rivals:
            self.others.addItem(rival.words, rival)
        self._show_choice(None)
        self.states.show_empty()

    def forget(self) -> None:
        """Stop what is made, and let go of what was."""
        self.work.stop()
        self.progress.end()
        self.problem.hide()
        self._items = self.compared = None

    def ask_for_others(self) -> None:
        """Ask by which settings semantic IDs shall be made, then compare with them."""
        if self._items is not None:
            dialog = MakeDialog(self._items.settings, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.agreed.connect(self.compare_with_new)
            dialog.open()

    def compare_with_run(self, run: int) -> None:
        """Compare with the semantic IDs of a run."""
        workbench = self._workbench

        def read(_progress: Progress) -> "CodedItems":
            from engine.coded_items import CodedItems

            return CodedItems.of_run(workbench.store.runs.get(run), workbench.home, workbench.library)

        self._start(read)

    def compare_with_new(self, settings: SemanticIdSettings) -> None:
        """Make semantic IDs by other settings, and compare with them."""
        items, home = self._items, self._workbench.home
        if items is not None:

            def make(progress: Progress) -> "CodedItems":
                load_torch()
                with calm_once(settings.quantiser):
                    return items.made_anew(settings, home, progress)

            self._start(make)

    def _start(self, other: "Callable[[Progress], CodedItems]") -> None:
        items = self._items
        if items is None:
            return
        self.problem.hide()
        self.progress.begin("Comparing")
        self.work.start(lambda progress: Compared.of(items, other(progress), progress), self._show, self._show_problem)

    def _compare_chosen(self) -> None:
        chosen = self.others.currentData()
        if isinstance(chosen, Rival):
            self.compare_with_run(chosen.run)
        elif chosen is not None:
            self._start(lambda _progress: chosen)

    def _cancel(self) -> None:
        self.work.stop()
        self.progress.end()
        self._show_choice(self.compared.other if self.compared is not None else None)

    def _show_problem(self, error: Exception) -> None:
        self._cancel()
        self.problem.setText(str(error))
        self.problem.show()

    def _show(self, compared: Compared) -> None:
        items = self._items
        if items is None:
            return
        self.compared = compared
        self.progress.end()
        self._show_choice(compared.other)
        self.facts.set_columns(facts_columns(items, compared.other))
        self.levels.set_columns(agreement_columns(compared.levels))
        same = bool(np.array_equal(items.ids.codes, compared.other.ids.codes))
        self.same.setText("Both are the same, code by code." if same else "")
        self.same.setVisible(same)
        self.level.clear()
        for each in compared.levels:
            words = "the first code" if each.level == 1 else f"the first {each.level} codes"
            self.level.addItem(words, each.level)
        self._show_changed()
        self.states.show_content()

    def _show_choice(self, other: "CodedItems | None") -> None:
        """Let the chooser name what is compared with; what was made here becomes a choice there."""
        known = [(each.run, each.settings) for each in map(self.others.itemData, range(self.others.count()))]
        if other is not None and (other.run, other.settings) not in known:
            known.append((other.run, other.settings))
            self.others.addItem(f"{settings_words(other.settings)} (made here)", other)
        self.others.setCurrentIndex(-1 if other is None else known.index((other.run, other.settings)))
        self.others.setEnabled(bool(known))
        self.others.setPlaceholderText(
            "Semantic IDs of another run" if known else "All runs here have the same semantic IDs"
        )

    def _show_changed(self) -> None:
        items, compared = self._items, self.compared
        if items is not None and compared is not None:
            company = compared.company[self.level.currentIndex()]
            self.changed.show_rows(items, np.lexsort((-items.counts, company)))
            self.table.scrollToTop()

    def _columns(self) -> tuple[Column, ...]:
        def company(_items: "CodedItems", row: int) -> float:
            assert self.compared is not None
            return float(self.compared.company[max(0, self.level.currentIndex()), row])

        def codes(items: "CodedItems", row: int) -> tuple[int, ...]:
            return items.semantic_id(row)

        def other_codes(_items: "CodedItems", row: int) -> tuple[int, ...]:
            assert self.compared is not None
            return self.compared.other.semantic_id(row)

        return (
            TITLE,
            Column("Kept", COMPANY_HELP, company, numbers.share, numeric=True),
            Column("This", "Its semantic ID here", codes, codes_words),
            Column("The other", "Its semantic ID in the other set", other_codes, codes_words),
        )

    def _lay_out(self) -> StateStack:
        first = QHBoxLayout()
        first.setSpacing(SPACE_2)
        title = label("Compare with", "muted")
        title.setBuddy(self.others)
        first.addWidget(title)
        first.addWidget(self.others)
        first.addWidget(self.make)
        first.addStretch(1)
        self._facts_table = still_table("semantic_ids.facts", "What each set is worth", self.facts, {0: 174})
        self._levels_table = still_table("semantic_ids.agreement", "Agreement per level", self.levels, {0: 66, 3: 100})
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        worth = label("What each is worth", "label")
        worth.setMinimumHeight(self.level.sizeHint().height())  # as high as the heading beside it
        column.addWidget(worth)
        column.addWidget(self._facts_table, 2)
        column.addWidget(label("Agreement per level", "label"))
        column.addWidget(self.same)
        column.addWidget(self._levels_table, 1)
        column.addStretch()
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(SPACE_2, 0, 0, 0)
        beside.setSpacing(SPACE_2)
        heading = QHBoxLayout()
        heading.addWidget(label("Items whose company changed most, by", "label"))
        heading.addWidget(self.level)
        heading.addStretch(1)
        beside.addLayout(heading)
        self.table = self._make_table()
        beside.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([470, 580])
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        empty = EmptyState(
            "arrows-left-right",
            "Nothing to compare with yet",
            "Choose the semantic IDs of another run on this dataset above, or make some by another quantiser, depth or "
            "codebook size: how far both agree, and which items they treat differently, is shown here.",
        )
        states = StateStack(split, empty, "semantic_ids.comparison")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(first)
        layout.addWidget(self.problem)
        layout.addWidget(self.progress)
        layout.addWidget(states, 1)
        return states

    def _make_table(self) -> DataTable:
        table = DataTable("semantic_ids.changed", "Items whose company changed most")
        table.setModel(self.changed)
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.horizontalHeader().setMinimumSectionSize(84)
        table.set_widths(0, 84, 150, 150)
        table.stretch_column(0)
        return table
