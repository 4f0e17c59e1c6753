"""Everything that is known of the chosen dataset: numbers, charts, items, what its import did, and notes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from workbench.models.run_columns import moment
from workbench.pages.datasets.examination import Examination
from workbench.pages.datasets.items import ItemsTab
from workbench.pages.datasets.notes import NotesTab
from workbench.pages.datasets.overview import Overview
from workbench.pages.datasets.report import report_lines
from workbench.theme import SPACE_2, SPACE_3, Role
from workbench.widgets import numbers
from workbench.widgets.badge import Badge
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button, label
from workbench.widgets.stat import StatTile
from workbench.widgets.tile_row import TileRow

if TYPE_CHECKING:
    from engine.data.profile import DatasetProfile
    from engine.store import DatasetRow

SAMPLE = "sample"
TILES = {
    "users": ("Users", "Users with their interactions in order"),
    "items": ("Items", "Items that at least one user had"),
    "interactions": ("Interactions", "All interactions; repeated ones are those with an item that the user had before"),
    "density": ("Density", "Share of all pairs of a user and an item that occur"),
    "mean_length": ("Mean length", "Interactions of a user"),
    "period": ("Period", "From the first interaction to the last, in UTC"),
}


class DatasetDetail(QWidget):
    """Shows one dataset; the page does what its buttons ask for."""

    experiment_wanted = Signal()
    rename_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, save_notes: Callable[[str, str], None], parent: QWidget | None = None) -> None:
        """`save_notes(dataset, notes)` is called on another thread."""
        super().__init__(parent)
        self.name = ElidedLabel()
        self.name.setProperty("kind", "heading")
        self.name.setObjectName("datasets.name")
        self.badge = Badge("synthetic", Role.warning)
        self.source = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self.source.setProperty("kind", "muted")
        self.preparation = ElidedLabel()
        self.preparation.setProperty("kind", "muted")
        self.experiment = button("New experiment", "datasets.experiment", "flask")
        self.rename = button("Rename", "datasets.rename", "pencil-simple")
        self.delete = button("Delete", "datasets.delete", "trash", kind="danger")
        self.experiment.clicked.connect(self.experiment_wanted)
        self.rename.clicked.connect(self.rename_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self.tiles = {name: StatTile(title) for name, (title, _help) in TILES.items()}
        for name, (_title, help) in TILES.items():
            self.tiles[name].setToolTip(help)
        self.overview, self.items, self.notes = Overview(), ItemsTab(), NotesTab(save_notes)
        self.overview.popularity.moved.connect(self.items.model.set_head)
        self.report = label("", wrap=True, selectable=True)
        self.report.setObjectName("datasets.report")
        self.report.setTextFormat(Qt.TextFormat.RichText)
        self.report.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.examination = Examination()
        self.tabs = QTabWidget()
        self._lay_out()

    def show_row(self, row: "DatasetRow") -> None:
        """Show what the store knows of the dataset."""
        from engine.data.versions import SHORT, in_short

        known: dict[str, Any] = row.statistics
        self.name.setText(row.name)
        self.badge.setVisible(row.synthetic)
        self.source.setText(f"{row.source}  ·  added {moment(row.created_at)}")
        fingerprint = f"fingerprint {row.fingerprint[:SHORT]}"
        self.preparation.setText("  ·  ".join(filter(None, (fingerprint, in_short(row.preparation)))))
        self.tiles["users"].set_value(numbers.count(row.users))
        self.tiles["items"].set_value(numbers.count(row.items), _text_words(known, row.items))
        repeats = known.get("repeats")
        self.tiles["interactions"].set_value(
            numbers.count(row.interactions), f"{numbers.count(repeats)} repeated" if repeats else ""
        )
        density = known.get("density")
        self.tiles["density"].set_value("–" if density is None else f"{density:.3%}".replace("%", " %"))
        self.tiles["mean_length"].set_value(
            numbers.decimal(known.get("mean_length"), 1),
            f"median {known['median_length']:g}" if "median_length" in known else "",
        )
        self.tiles["period"].set_value(*_period_words(known))
        self.report.setText("<br>".join(report_lines(row)))
        self.notes.show_notes(row.name, row.notes)
        comes_with_us = row.name == SAMPLE
        for each, key, what in ((self.rename, "F2", "keeps its name"), (self.delete, "Delete key", "stays")):
            each.setEnabled(not comes_with_us)
            each.setToolTip(
                f"The sample comes with the workbench and {what}" if comes_with_us else f"{key} in the list"
            )

    def show_profile(self, profile: "DatasetProfile") -> None:
        """Show what had to be read from the dataset's files."""
        self.items.model.set_items(profile.items)
        self.overview.popularity.show_curve(profile.popularity)
        lengths = profile.lengths
        self.overview.lengths.show_bins(lengths, f"{numbers.count(lengths.least)} to {numbers.count(lengths.greatest)}")
        self.overview.dates.show_dates(profile.dates)
        self.overview.texts.show_coverage(profile.texts)

    def find_items(self) -> None:
        """Go to the search among the items."""
        self.tabs.setCurrentWidget(self.items)
        self.items.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.items.search.selectAll()

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(SPACE_2)
        first.addWidget(self.name, 1)
        for each in (self.badge, self.experiment, self.rename, self.delete):
            first.addWidget(each)
        top = QVBoxLayout()
        top.setSpacing(2)
        top.addLayout(first)
        top.addWidget(self.source)
        top.addWidget(self.preparation)
        top.addWidget(self.examination.headline)
        self.tabs.setObjectName("datasets.tabs")
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName("Details of the dataset")
        self.tabs.addTab(self.overview, "Overview")
        self.tabs.addTab(self.items, "Items")
        self.tabs.addTab(self._report_tab(), "Import")
        self.tabs.addTab(self.notes, "Notes")
        self.examination.stand_in(self.tabs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_3, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addLayout(top)
        layout.addWidget(TileRow(list(self.tiles.values())))
        layout.addWidget(self.tabs, 1)

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


def _period_words(statistics: dict[str, Any]) -> tuple[str, str]:
    """How many days the interactions span, and from when to when."""
    if "first_time" not in statistics:
        return numbers.NOTHING, "no timestamps"
    first, last = statistics["first_time"], statistics["last_time"]
    days = f"{numbers.count((last - first) // 86_400 + 1)} days"
    try:
        return days, " – ".join(f"{datetime.fromtimestamp(each, UTC):%Y-%m}" for each in (first, last))
    except (ValueError, OverflowError, OSError):  # beyond the calendar
        return days, ""
