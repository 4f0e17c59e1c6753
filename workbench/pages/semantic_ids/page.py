"""The page of the semantic IDs: choose a run, then look into its codes."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QTabWidget, QWidget

from engine.artefacts import SEMANTIC_IDS
from engine.errors import WorkbenchError
from workbench.calm import calm_once
from workbench.context import Workbench
from workbench.latest import Latest
from workbench.links import InspectorLink
from workbench.pages.base import Page
from workbench.pages.semantic_ids.collisions import CollisionsTab
from workbench.pages.semantic_ids.comparison import ComparisonTab
from workbench.pages.semantic_ids.explore import Explore
from workbench.pages.semantic_ids.levels import LevelsTab
from workbench.pages.semantic_ids.rivals import Rival, rivals_of
from workbench.run_words import run_words
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.states import StateStack

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.store import RunRow

LISTED = 1000  # newest runs that the chooser offers


@dataclass(frozen=True)
class Opened:
    """A run's semantic IDs as read in one go."""

    items: "CodedItems"
    has_texts: bool
    can_open: bool
    rivals: list[Rival]

    @classmethod
    def read(cls, workbench: Workbench, run: int) -> "Opened":
        """Raises WorkbenchError when the run has no semantic IDs, or they and their dataset cannot be had."""
        details = workbench.store.runs.get(run)
        with calm_once("semantic IDs"):
            import engine.evaluation.slices  # noqa: F401 - else the window would wait for it
            from engine.coded_items import CodedItems

            items = CodedItems.of_run(details, workbench.home, workbench.library)
            items.prepare()
        return cls(
            items,
            items.has_text_vectors(workbench.home),
            workbench.can_inspect(run, details.status),
            rivals_of(items, workbench),
        )


class SemanticIdsPage(Page):
    """Tree and map, levels, collisions and a comparison, all of the run that is chosen above."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Semantic IDs", "Which items share codes, and what the codes are worth", parent)
        self._workbench = workbench
        self._run: int | None = None
        self._opened: Opened | None = None
        self._opening = Latest(self)
        self.runs = _run_chooser()
        self.explore = Explore(workbench)
        self.levels, self.collisions, self.comparison = LevelsTab(), CollisionsTab(), ComparisonTab(workbench)
        self.tabs = QTabWidget()
        self.search_field = self.explore.tree.field
        self.states = self._lay_out()
        self.runs.activated.connect(lambda place: self.open_with(self.runs.itemData(place)))
        self.explore.opened.connect(self._inspect)
        self.collisions.codes_chosen.connect(self._show_on_map)
        self.collisions.item_chosen.connect(self._show_item_on_map)
        self.comparison.item_chosen.connect(self._show_item_on_map)
        self.tabs.currentChanged.connect(self._choose_search_field)
        self.states.retry.connect(lambda: self.open_run(self._run) if self._run is not None else None)
        self.another.clicked.connect(lambda: self.open_run(self.runs.itemData(0)))

    # What the window asks

    def activate(self) -> None:
        """Offer the runs there are now; open the newest one when none is open yet."""
        offered = self._offer_runs()
        if self._run is not None and self._is_as_it_was(self._run):
            return
        shown, self._run = self._run, None
        self._forget()
        if not offered:
            self.states.show_empty()
        elif shown in offered:
            self.open_run(shown)
        else:
            # Not at once: `open_with` may ask for another run right after.
            QTimer.singleShot(0, self, partial(self._open_by_default, offered[0]))

    def open_with(self, payload: object) -> None:
        """Open the run of this number."""
        if isinstance(payload, int) and payload != self._run:
            self.open_run(payload)

    def escape(self) -> None:
        """Esc: choose nothing."""
        if self.tabs.currentWidget() is self.explore:
            self.explore.clear()
        else:
            super().escape()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window closes: nothing is made any more."""
        self._forget()
        super().closeEvent(event)

    def open_run(self, run: int) -> None:
        """Load the semantic IDs of a run and its dataset in the background, then show them."""
        self._forget()
        self._run = run
        self.runs.setCurrentIndex(self.runs.findData(run))
        self.states.show_loading()
        self._opening.ask(partial(Opened.read, self._workbench, run), self._show, self._show_failure)

    # The run

    def _offer_runs(self) -> list[int]:
        home = self._workbench.home
        rows: list[RunRow] = [
            row
            for row in self._workbench.store.runs.list(limit=LISTED)
            if row.depth is not None and (home.run_folder(row.id) / SEMANTIC_IDS).is_file()
        ]
        self.runs.clear()
        for row in rows:
            self.runs.addItem(run_words(row), row.id)
            self.runs.setItemData(self.runs.count() - 1, plain_tooltip(run_words(row)), Qt.ItemDataRole.ToolTipRole)
        self.runs.setCurrentIndex(self.runs.findData(self._run))
        self.runs.setVisible(bool(rows))
        return [row.id for row in rows]

    def _open_by_default(self, run: int) -> None:
        if self._run is None:
            self.open_run(run)

    def _is_as_it_was(self, run: int) -> bool:
        """Whether the run is still there, and what is shown of it still holds."""
        store = self._workbench.store
        try:
            details = store.runs.get(run)
        except WorkbenchError:
            return False
        if self._opened is None:
            return True
        dataset = store.datasets.get(details.dataset)
        return dataset is not None and dataset.fingerprint == self._opened.items.dataset.facts.get("fingerprint")

    def _forget(self) -> None:
        """Let go of what is open; answers that are still under way are dropped."""
        self._opening.drop()
        self.explore.map.forget()
        self.comparison.forget()
        self._opened = None

    def _show(self, opened: Opened) -> None:
        self._opened = opened
        self.explore.show_items(opened.items, opened.has_texts, opened.can_open)
        self.levels.show_items(opened.items)
        self.collisions.show_items(opened.items)
        self.comparison.show_items(opened.items, opened.rivals)
        self.states.show_content()

    def _show_failure(self, error: Exception) -> None:
        others = [self.runs.itemData(place) for place in range(self.runs.count())]
        self.another.setVisible(bool(others) and others != [self._run])
        self.another.setText(f"Show run {others[0]}, the newest that has some" if others else "")
        from engine.coded_items import NoSemanticIdsError

        none = isinstance(error, NoSemanticIdsError)
        self.states.error.button.setVisible(not none)  # trying again would not help
        title = (
            f"Run {self._run} has no semantic IDs" if none else f"The semantic IDs of run {self._run} cannot be shown"
        )
        words = str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
        self.states.show_error(title, words)

    def _inspect(self, row: int) -> None:
        if self._run is not None:
            self.open_page.emit("inspector", InspectorLink(self._run, item=row + 1))

    def _show_on_map(self, codes: tuple[int, ...]) -> None:
        self.tabs.setCurrentWidget(self.explore)
        self.explore.choose_codes(codes)

    def _show_item_on_map(self, row: int) -> None:
        self.tabs.setCurrentWidget(self.explore)
        self.explore.choose_item(row)

    def _choose_search_field(self) -> None:
        shown = self.tabs.currentWidget()
        fields: dict[QWidget, QLineEdit] = {
            self.explore: self.explore.tree.field,
            self.collisions: self.collisions.field,
        }
        self.search_field = fields.get(shown)

    # Layout

    def _lay_out(self) -> StateStack:
        self.title_row.addWidget(self.runs)
        self.tabs.setObjectName("semantic_ids.tabs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Views of the semantic IDs")
        self.tabs.addTab(self.explore, "Tree and map")
        self.tabs.addTab(self.levels, "Levels")
        self.tabs.addTab(self.collisions, "Collisions")
        self.tabs.addTab(self.comparison, "Compare")
        empty = EmptyState(
            "tree-structure",
            "No semantic IDs yet",
            "A run of a model that uses semantic IDs (H2Rec, SID, HID + SID) makes them from the items' texts. They are "
            "found here as soon as they are made.",
            "New experiment",
            "semantic_ids.newExperiment",
        )
        empty.clicked.connect(lambda: self.open_page.emit("setup", None))
        states = StateStack(self.tabs, empty, "semantic_ids")
        self.another = states.error.add_link("", "semantic_ids.another")
        states.show_empty()
        self.body.addWidget(states, 1)
        return states


def _run_chooser() -> QComboBox:
    made = QComboBox()
    made.setObjectName("semantic_ids.run")
    made.setAccessibleName("Run")
    made.setPlaceholderText("Choose a run")
    made.setMinimumWidth(320)
    made.setMinimumContentsLength(40)
    made.setMaximumWidth(560)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made
