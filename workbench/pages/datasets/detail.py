"""Everything that is known of the chosen dataset: numbers, charts, items, and what its import did."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from workbench.models.item_table import COUNT, ID, SLICE, TEXT, TITLE, ItemTableModel
from workbench.models.run_columns import moment
from workbench.pages.datasets.charts import LengthChart, PopularityChart
from workbench.pages.datasets.examination import Examination
from workbench.pages.datasets.report import report_lines
from workbench.pages.datasets.summary import DatasetSummary
from workbench.theme import SPACE_2, SPACE_3, Role
from workbench.widgets import numbers
from workbench.widgets.badge import Badge
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button, label
from workbench.widgets.slices import SliceDelegate
from workbench.widgets.stat import StatTile
from workbench.widgets.table import DataTable
from workbench.widgets.tile_row import TileRow

if TYPE_CHECKING:
    from engine.store import DatasetRow

PAUSE = 150  # milliseconds without typing before a search begins
SAMPLE = "sample"


class DatasetDetail(QWidget):
    """Shows one dataset; the page does what its buttons ask for."""

    experiment_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ElidedLabel()
        self.name.setProperty("kind", "heading")
        self.name.setObjectName("datasets.name")
        self.badge = Badge("synthetic", Role.warning)
        self.source = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self.source.setProperty("kind", "muted")
        self.experiment = button("New experiment", "datasets.experiment", "flask")
        self.delete = button("Delete", "datasets.delete", "trash", kind="danger")
        self.experiment.clicked.connect(self.experiment_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.tiles = {
            name: StatTile(title)
            for name, title in (
                ("users", "Users"),
                ("items", "Items"),
                ("interactions", "Interactions"),
                ("density", "Density"),
                ("mean_length", "Mean length"),
                ("head", "Head threshold"),
            )
        }
        self.popularity, self.lengths = PopularityChart(), LengthChart()
        self.items = ItemTableModel(self)
        self.search = QLineEdit()
        self.search.setObjectName("datasets.itemSearch")
        self.search.setAccessibleName("Search items")
        self.search.setPlaceholderText("Title or id of an item")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(360)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self._search)
        self.found = label("", "muted")
        self.report = label("", wrap=True, selectable=True)
        self.report.setObjectName("datasets.report")
        self.report.setTextFormat(Qt.TextFormat.RichText)
        self.report.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.examination = Examination()
        self._lay_out()

    def show_row(self, row: "DatasetRow") -> None:
        """Show what the store knows of the dataset, at once."""
        known: dict[str, Any] = row.statistics
        self.name.setText(row.name)
        self.badge.setVisible(row.synthetic)
        self.source.setText(f"{row.source}  ·  added {moment(row.created_at)}")
        self.tiles["users"].set_value(numbers.count(row.users))
        self.tiles["items"].set_value(numbers.count(row.items), _text_words(known, row.items))
        self.tiles["interactions"].set_value(numbers.count(row.interactions))
        density = known.get("density")
        self.tiles["density"].set_value("–" if density is None else f"{density:.3%}".replace("%", " %"))
        self.tiles["mean_length"].set_value(
            numbers.decimal(known.get("mean_length"), 1),
            f"median {known['median_length']:g}" if "median_length" in known else "",
        )
        self.tiles["head"].set_value("–", "")
        self.report.setText("<br>".join(report_lines(row)))
        comes_with_us = row.name == SAMPLE
        self.delete.setEnabled(not comes_with_us)
        self.delete.setToolTip("The sample comes with the workbench and stays" if comes_with_us else "")

    def show_summary(self, summary: DatasetSummary) -> None:
        """Show what had to be read from the dataset's files."""
        self.tiles["head"].set_value(
            f"≥ {numbers.count(summary.least_head_count)}", f"{numbers.count(summary.head_items)} head items"
        )
        self.popularity.show_summary(summary)
        edges = summary.lengths.edges
        self.lengths.show_bins(summary.lengths, f"{edges[0]:,} to {summary.longest:,} interactions")
        self.items.set_rows(summary.catalogue)
        self._count()

    def _search(self) -> None:
        self.items.set_search(self.search.text())
        self._count()

    def _count(self) -> None:
        shown, total = self.items.rowCount(), self.items.total
        self.found.setText(
            f"{numbers.count(total)} items"
            if shown == total
            else f"{numbers.count(shown)} of {numbers.count(total)} items"
        )

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_2)
        words = QVBoxLayout()
        words.setSpacing(2)
        first = QHBoxLayout()
        first.setSpacing(SPACE_2)
        first.addWidget(self.name, 1)
        first.addWidget(self.badge)
        words.addLayout(first)
        words.addWidget(self.source)
        words.addWidget(self.examination.headline)
        top.addLayout(words, 1)
        top.addWidget(self.experiment, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.delete, 0, Qt.AlignmentFlag.AlignVCenter)
        charts = QHBoxLayout()
        charts.setSpacing(SPACE_3)
        charts.addWidget(self.popularity, 1)
        charts.addWidget(self.lengths, 1)
        tabs = QTabWidget()
        tabs.setObjectName("datasets.tabs")
        tabs.tabBar().setDrawBase(False)
        tabs.tabBar().setAccessibleName("Details of the dataset")
        tabs.addTab(self._items_tab(), "Items")
        tabs.addTab(self._report_tab(), "Import")
        self.examination.stand_in(tabs)
        content = QWidget()
        content.setProperty("kind", "page")
        area = QScrollArea()  # for windows too low for all of it
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_3, 0, 0, 0)
        outer.addWidget(area)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addLayout(top)
        layout.addWidget(TileRow(list(self.tiles.values())))
        layout.addLayout(charts, 1)
        layout.addWidget(tabs, 1)

    def _items_tab(self) -> QWidget:
        table = DataTable("datasets.items", "Items")
        table.setModel(self.items)
        table.setItemDelegateForColumn(SLICE, SliceDelegate(table))
        table.horizontalHeader().setSortIndicator(COUNT, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        for column, width in ((TITLE, 250), (ID, 112), (COUNT, 116), (SLICE, 72)):
            table.setColumnWidth(column, width)
        table.stretch_column(TEXT)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.found)
        bar.addStretch(1)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addLayout(bar)
        layout.addWidget(table, 1)
        return holder

    def _report_tab(self) -> QWidget:
        area = QScrollArea()
        area.setWidgetResizable(True)
        holder = QWidget()
        holder.setProperty("kind", "page")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.addWidget(self.report)
        layout.addStretch(1)
        area.setWidget(holder)
        return area


def _text_words(statistics: dict[str, Any], items: int) -> str:
    with_text = statistics.get("items_with_text")
    if with_text is None:
        return ""
    if with_text == items:
        return "all with text"
    return "none has text" if not with_text else f"{numbers.count(with_text)} with text"
