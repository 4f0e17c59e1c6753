"""The compare page: chosen runs as chips above, and what there is to say of them in tabs below."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from workbench.context import Workbench
from workbench.latest import Latest
from workbench.links import InspectorLink
from workbench.pages.base import Page
from workbench.pages.compare.chips import Chips
from workbench.pages.compare.curves_tab import CurvesTab
from workbench.pages.compare.head_tail_tab import HeadTailTab
from workbench.pages.compare.measure_bar import IN_EVERY_RUN, MeasureBar
from workbench.pages.compare.metrics_tab import MetricsTab
from workbench.pages.compare.moves_tab import MovesTab
from workbench.pages.compare.notes import Notes
from workbench.pages.compare.picker import Picker
from workbench.pages.compare.selection import MOST, Lines, Selection
from workbench.pages.compare.session import Found, Session
from workbench.pages.compare.settings_tab import SettingsTab
from workbench.pages.compare.sweep_tab import SweepTab
from workbench.pages.compare.tab import Tab
from workbench.run_settings import config_of
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import line
from workbench.widgets.states import StateStack

# What is remembered
RUNS, ALONE, REFERENCE, TAB = "compare/runs", "compare/eachAlone", "compare/reference", "compare/tab"


class ComparePage(Page):
    """Two to ten series side by side; the tabs work out what they show when they come into view."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__("Compare", "Two to ten runs: which is better, for whom, and how surely", parent)
        self._workbench = workbench
        self._session = Session(workbench)
        self.selection = Selection()
        self._runs: list[int] = _numbers(workbench.preferences.recall(RUNS, ""))
        self.selection.refer_to(tuple(_numbers(workbench.preferences.recall(REFERENCE, ""))))
        self._reading, self._checking = Latest(self), Latest(self)
        self._notes: list[str] = []
        self._found: Found | None = None
        self._protocols: Sequence[str] = IN_EVERY_RUN
        self.chips = Chips()
        self.each_alone = QCheckBox("Each seed on its own")
        self.each_alone.setObjectName("compare.eachAlone")
        self.each_alone.setToolTip("Otherwise finished runs that differ in their seed only are shown as their mean")
        self.each_alone.setChecked(workbench.preferences.recall(ALONE, "") == "yes")
        self.notes, self.measure_bar = Notes(), MeasureBar()
        self.metrics, self.head_tail = MetricsTab(self._session), HeadTailTab(self._session)
        self.moves, self.curves = MovesTab(self._session), CurvesTab(self._session)
        self.settings, self.sweep = SettingsTab(self._session), SweepTab(self._session)
        self.tabs, self.stack = QTabBar(), QStackedWidget()
        self.states = self._lay_out()
        self._connect()
        self.tabs.setCurrentIndex(next(iter(_numbers(workbench.preferences.recall(TAB, ""))), 0))

    # What the window asks

    def activate(self) -> None:
        """Read the chosen runs again: some may have ended, or be gone."""
        self._read()

    def open_with(self, payload: object) -> None:
        """Compare the runs of these numbers."""
        if isinstance(payload, tuple | list) and payload:
            self.compare([int(run) for run in payload])

    def find_in_page(self) -> None:
        """Ctrl+F: among the gains items and users are searched, elsewhere runs, in the dialog."""
        if self.stack.currentWidget() is self.moves and self.lines.all:
            self.moves.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.choose_runs()

    def escape(self) -> None:
        """Esc: clear the search among the gains when the cursor is in it."""
        if self.moves.search.hasFocus():
            self.moves.search.clear()

    def compare(self, runs: Sequence[int], *, each_alone: bool | None = None) -> None:
        """Compare these runs in the place of those that are compared now."""
        self._runs = list(dict.fromkeys(runs))
        if each_alone is not None:
            self.each_alone.blockSignals(True)
            self.each_alone.setChecked(each_alone)
            self.each_alone.blockSignals(False)
        self._read()

    def choose_runs(self) -> None:
        """Ask for the runs in a dialog."""
        picker = Picker(self._workbench.store, self._runs, each_alone=self.each_alone.isChecked(), parent=self)
        picker.picked.connect(lambda runs, alone: self.compare(runs, each_alone=alone))
        picker.open()

    @property
    def lines(self) -> Lines:
        return self.selection.lines

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come, of those that come into view."""
        tabs = (self.metrics, self.moves, self.curves)
        return self._reading.is_asking or self._checking.is_asking or any(tab.is_busy for tab in tabs)

    # The runs

    def _read(self) -> None:
        if not self._runs:
            self._show(Found([], []))
            return
        if not self.lines.all:
            self._found = None
            self.states.show_loading()
        self._reading.ask(
            partial(self._session.series, self._runs, each_alone=self.each_alone.isChecked()),
            self._show,
            lambda error: self.states.show_error("The runs cannot be read", str(error)),
        )

    def _show(self, found: Found) -> None:
        if found == self._found and not found.gone:
            return  # nothing has changed since it was shown
        self._found = found
        self._runs = [run for run in self._runs if run not in found.gone]
        series = found.series
        self._notes = []
        if found.gone:
            gone = ", ".join(map(str, found.gone))
            self._notes.append(f"Run {gone} {'is' if len(found.gone) == 1 else 'are'} gone: deleted since.")
        if len(series) > MOST:
            self._notes.append(
                f"The first {MOST} of {len(series)} are shown, as many as can be told apart. Take others out to see more."
            )
        self.selection.set(series)
        self._remember()
        if series:
            self._show_lines()
            self.states.show_content()
        else:
            self.chips.show_lines(Lines())
            self.states.show_empty()
        self.each_alone.setVisible(bool(series))

    def _show_lines(self) -> None:
        lines = self.lines
        self.chips.show_lines(lines)
        self._show_notes([])
        self._offer_protocols()
        self._show_tabs()
        self._checking.ask(partial(self._session.check, lines), self._show_checks, lambda _error: None)

    def _show_checks(self, checked: tuple[list[str], list[str]]) -> None:
        notes, protocols = checked
        self._show_notes(notes)
        self._protocols = protocols or IN_EVERY_RUN
        self._offer_protocols()

    def _show_notes(self, notes: Sequence[str]) -> None:
        alone = ["One run alone: choose a second to compare it with."] if len(self.lines.all) == 1 else []
        self.notes.show_notes([*self._notes, *notes, *alone])

    def _show_tabs(self) -> None:
        measure = self.measure_bar.measure
        for tab in self._all_tabs:
            tab.show_lines(self.lines, measure)

    @property
    def _all_tabs(self) -> tuple[Tab, ...]:
        return (self.metrics, self.head_tail, self.moves, self.curves, self.settings, self.sweep)

    def _offer_protocols(self) -> None:
        """The protocols that all have, as far as that is known, in the words of the reference."""
        reference = self.lines.reference
        config = config_of(reference.series.first) if reference is not None else None
        if not self.measure_bar.offer_protocols(self._protocols, config):
            self._show_tabs()

    def _turn_to(self, place: int) -> None:
        """Show a tab. Curves are of the validation, in full ranking; settings have no metric."""
        self.stack.setCurrentIndex(place)
        self._workbench.preferences.remember(TAB, place)
        tab = self._all_tabs[place]
        self.measure_bar.enable(metric=tab is not self.settings, protocol=tab not in (self.settings, self.curves))

    # What the person chooses

    def _remove(self, runs: tuple[int, ...]) -> None:
        self.compare([run for run in self._runs if run not in runs])

    def _refer_to(self, runs: tuple[int, ...]) -> None:
        self.selection.refer_to(runs)
        self._remember()
        self._show_lines()

    def _look_at(self, runs: tuple[int, ...]) -> None:
        before = self.lines.other
        self.selection.look_at(runs)
        if before is not None and self.lines.other is not None and self.lines.other.key != before.key:
            self.chips.show_lines(self.lines)
            self.moves.show_lines(self.lines, self.moves.measure)

    def _inspect(self, item: int | None = None, user: str | None = None) -> None:
        lines = self.lines
        if lines.other is not None and lines.reference is not None:
            run, against = lines.other.series.first.id, lines.reference.series.first.id
            self.open_page.emit("inspector", InspectorLink(run, item=item, user=user, against=against))

    def _remember(self) -> None:
        reference = self.lines.reference
        self._workbench.preferences.remember(RUNS, " ".join(map(str, self._runs)))
        self._workbench.preferences.remember(ALONE, "yes" if self.each_alone.isChecked() else "no")
        numbers = reference.series.numbers if reference is not None else ()
        self._workbench.preferences.remember(REFERENCE, " ".join(map(str, numbers)))

    # Layout

    def _lay_out(self) -> StateStack:
        self.set_main_action("Choose runs", "plus", self.choose_runs, "compare.choose")
        self.title_row.insertWidget(1, self.each_alone)
        self.tabs.setObjectName("compare.tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName("What is compared")
        titles = ("Metrics", "Head, tail", "Gains", "Curves", "Settings", "Sweep")
        for tab, title in zip(self._all_tabs, titles, strict=True):
            self.tabs.addTab(title)
            self.stack.addWidget(tab)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addWidget(self.chips)
        column.addWidget(self.notes)
        tabs = QVBoxLayout()
        tabs.setSpacing(0)
        tabs.addLayout(self._tab_row())
        tabs.addWidget(line())
        tabs.addWidget(self.stack, 1)
        column.addLayout(tabs, 1)
        empty = EmptyState(
            "scales",
            "Nothing to compare yet",
            "Choose two to ten runs: their metrics with intervals, curves, settings, head against tail, and who gained.",
            "Choose runs",
            "compare.chooseFirst",
        )
        empty.clicked.connect(self.choose_runs)
        states = StateStack(content, empty, "compare")
        states.show_empty()
        self.body.addWidget(states, 1)
        return states

    def _tab_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.measure_bar)
        return row

    def _connect(self) -> None:
        self.chips.removed.connect(self._remove)
        self.chips.reference_wanted.connect(self._refer_to)
        for source in (self.chips, self.head_tail, self.moves, self.sweep):
            source.chosen.connect(self._look_at)
        self.each_alone.toggled.connect(lambda _on: self._read())
        self.tabs.currentChanged.connect(self._turn_to)
        self.measure_bar.changed.connect(self._show_tabs)
        self.moves.item_wanted.connect(lambda item: self._inspect(item=item))
        self.moves.user_wanted.connect(lambda user: self._inspect(user=user))
        self.states.retry.connect(self._read)
        self._workbench.preferences.changed.connect(self._restyle)
        self._workbench.controller.run_ended.connect(lambda *_: self._read() if self.isVisible() else None)

    def _restyle(self) -> None:
        for tab in self._all_tabs:
            tab.restyle()


def _numbers(text: object) -> list[int]:
    """The numbers in a remembered text."""
    return [int(word) for word in str(text).split() if word.isdecimal()]
