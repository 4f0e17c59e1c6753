"""What stands above the run table: the query, the chips, the choice of metrics, and the menu of the rest."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from workbench.models.run_columns import CUTOFFS, PROTOCOL_SHORT, PROTOCOL_WORDS
from workbench.models.run_entries import Baseline
from workbench.pages.runs.chips import FilterChips
from workbench.pages.runs.table_view import SavedViews, TableView
from workbench.pages.runs.view_menu import ViewMenu
from workbench.theme import SPACE_2
from workbench.widgets.parts import button, label, order_tabs
from workbench.widgets.query_field import QueryField

PATIENCE = 450  # milliseconds that a query may be unfinished before it is called wrong
LEAST_SEARCH = 190  # pixels
HELP = (
    "Words are searched in name, dataset, model, status, tags, notes and group.\n"
    "Or ask: model = h2rec and seed in (0, 1), tail NDCG@10 > 2 %, not tag = old, duration > 1 h, date >= 2026-08.\n"
    "Down, or Ctrl+Space, shows what can be asked."
)


class RunToolbar(QWidget):
    """`changed(view)`: the table shall be looked at in another way. `results_wanted`: results shall be written down.
    `table_export_wanted`: the table itself shall be. `import_wanted`: a run shall be taken over from an archive."""

    changed = Signal(object)
    results_wanted = Signal()
    table_export_wanted = Signal()
    import_wanted = Signal()

    def __init__(
        self, known: Callable[[], Mapping[str, Mapping[str, int]]], views: SavedViews, parent: QWidget | None = None
    ) -> None:
        """`known` gives the values that runs have, by name, with the number of runs for each."""
        super().__init__(parent)
        self._view = TableView()
        self._fault = ""
        self.search = QueryField(
            "runs.search",
            "Search or filter runs",
            lambda: {name: list(values) for name, values in known().items()},
        )
        self.search.setMinimumWidth(LEAST_SEARCH)
        self.search.setPlaceholderText("Search, or ask: model = h2rec and tail NDCG@10 > 0.02")
        self.search.setToolTip(HELP)
        self.fault = label("", "error", wrap=True)
        self.fault.setObjectName("runs.fault")
        self.fault.hide()
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self.chips = FilterChips(known)
        self.protocol = _choice("runs.protocol", "Ranking protocol of the metrics")
        for protocol, words in PROTOCOL_SHORT.items():
            self.protocol.addItem(words, protocol)
            self.protocol.setItemData(self.protocol.count() - 1, PROTOCOL_WORDS[protocol], Qt.ItemDataRole.ToolTipRole)
        self.cutoff = _choice("runs.cutoff", "Cutoff k of the metrics")
        for k in CUTOFFS:
            self.cutoff.addItem(f"@{k}", k)
        self.protocol.setFixedWidth(132)
        self.cutoff.setFixedWidth(90)
        self.folds = QCheckBox("Mean over seeds")
        self.folds.setObjectName("runs.folds")
        self.folds.setToolTip("One line for runs that differ in name and seed only: mean ± standard deviation")
        self.menu = ViewMenu(views)
        self.count = label("", "muted")
        self.count.setMinimumHeight(self.chips.clear.sizeHint().height())  # on one line with the first row of chips
        self.no_baseline = button("", "runs.noBaseline", "push-pin", kind="chip")
        self.no_baseline.setToolTip("Metrics are differences from this line, in points and percent. Press to unpin it.")
        self.export_button = button("Export", "runs.export", "export")
        self.export_button.setToolTip("Write results down as a table or a report; take over a run from elsewhere")
        exports = QMenu(self.export_button)
        exports.addAction("Results as table or report…", self.results_wanted.emit)
        exports.addAction("This table as CSV…", self.table_export_wanted.emit)
        exports.addSeparator()
        exports.addAction("Import run…", self.import_wanted.emit)
        self.export_button.setMenu(exports)
        self._lay_out()
        self._connect()

    def show_view(self, view: TableView, baseline: Baseline | None) -> None:
        """Show how the table is looked at."""
        self._view = view
        if self.search.text() != view.query:
            self.search.setText(view.query)
        self.chips.show_values(view.chips, can_clear=view.is_filtered)
        for box, value in ((self.protocol, view.protocol), (self.cutoff, view.k)):
            box.setCurrentIndex(box.findData(value))
        self.folds.setChecked(view.folded)
        self.menu.show_view(view)
        self.no_baseline.setVisible(baseline is not None)
        if baseline is not None:
            self.no_baseline.setText(f"Baseline: {baseline.words}   ✕")

    def show_fault(self, fault: str) -> None:
        """Say what is wrong with the query once typing has paused; "" when nothing is."""
        self._fault = fault
        if fault:
            self._patience.start()
        else:
            self._tell_fault()

    def _tell_fault(self) -> None:
        self._patience.stop()
        self.fault.setText(self._fault)
        self.fault.setVisible(bool(self._fault))
        self.search.show_fault(bool(self._fault))

    def _change(self, **changes: object) -> None:
        self.changed.emit(self._view.but(**changes))

    def _connect(self) -> None:
        self.search.asked.connect(self._ask)
        self._patience.timeout.connect(self._tell_fault)
        self.chips.changed.connect(lambda values: self._change(chips=values))
        self.chips.clear.clicked.connect(lambda: self._change(query="", chips={}))
        self.protocol.activated.connect(lambda _place: self._change(protocol=self.protocol.currentData()))
        self.cutoff.activated.connect(lambda _place: self._change(k=self.cutoff.currentData()))
        self.folds.clicked.connect(lambda on: self._change(folded=on))
        self.menu.changed.connect(self.changed)

    def _ask(self, text: str) -> None:
        if text != self._view.query:
            self._change(query=text)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        controls = (self.protocol, self.cutoff, self.folds, self.menu, self.export_button)
        for control in controls:
            bar.addWidget(control)
        filters = QHBoxLayout()
        filters.setSpacing(SPACE_2)
        self.chips.row.addWidget(self.no_baseline)
        filters.addWidget(self.chips, 1)
        filters.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(bar)
        layout.addWidget(self.fault)
        layout.addLayout(filters)
        order_tabs((self.search, *controls, *self.chips.chips.values(), self.chips.clear, self.no_baseline))


def _choice(name: str, title: str) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(title)
    return made
