"""The metric table: means, differences to the reference with their intervals, and how sure they are."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from engine.comparison.differences import Difference, Parts
from engine.errors import DataError
from engine.evaluation.significance import RESAMPLES
from workbench.latest import Latest
from workbench.models.columns_table import ColumnsModel, TableColumn
from workbench.pages.compare import words
from workbench.pages.compare.metric_rows import PARTS, MetricRow, best_rows, export_rows, metric_rows
from workbench.pages.compare.selection import Line
from workbench.pages.compare.session import Session
from workbench.pages.compare.tab import Tab
from workbench.theme import SPACE_2, SPACE_3, Role
from workbench.widgets import dialogs, numbers
from workbench.widgets.numbers import NOTHING
from workbench.widgets.parts import button, guard_wheel, label
from workbench.widgets.states import LOADING_AFTER_MS
from workbench.widgets.strokes import dot_icon, stroke_icon
from workbench.widgets.table import DataTable

WIDTHS = (0, 90, 68, 128, 74, 86, 124, 98, 86, 124)
WIDTHS_OF_DECIMALS = (0, 90, 68, 138, 92, 86, 150, 98, 86, 124)
AT_ONCE = 2  # series that are compared at the same time; the other tabs have a thread left
SURE = 0.05  # corrected p below which a difference is coloured
SERIES_HELP = "What is compared; runs that differ in their seed only are one series"
SLICE_HELP = "The users whose target belongs here"
MEAN_HELP = "Mean over users and seeds, with the standard deviation over seeds; the best of each slice is bold"
P_HELP = "How likely so large a difference is without a cause, corrected for all comparisons of the table"
BEATS_HELP = "The probability of beating the reference: resamples of the users in which the mean is above its mean"
USERWISE_HELP = "Users for whom the metric is higher than the reference's, and lower; for all others it is the same"


class MetricsTab(Tab):
    """Fills in one series after the other, as they are worked out beside the window."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._found: dict[str, Sequence[Difference]] = {}
        self._refused: dict[str, str] = {}
        self._asked: list[Line] = []
        self._waiting: list[Line] = []  # for their answer
        self._queue: list[Line] = []  # not asked for yet
        self._asking = [Latest(self) for _ in range(AT_ONCE)]
        self.rows: list[MetricRow] = []
        self.model = ColumnsModel(self)
        self.table = DataTable("compare.metrics", "Metrics of the compared runs")
        self.table.setModel(self.model)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.horizontalHeader().setSortIndicatorClearable(True)
        self.table.removeAction(self.table.export_action)  # its button writes every digit
        self.parts = QComboBox()
        self.parts.setObjectName("compare.parts")
        self.parts.setAccessibleName("Slices")
        for name, (title, _) in PARTS.items():
            self.parts.addItem(title, name)
        guard_wheel(self.parts)
        self.export_button = button("Export", "compare.metrics.export", "export")
        self.export_button.setToolTip("Write all rows with every digit")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the comparison")
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.status = label("", "muted")
        self.cancel = button("Cancel", "compare.metrics.cancel", kind="quiet")
        self.resume = button("Compare the rest", "compare.metrics.resume", kind="quiet")
        self.resume.hide()
        self.explanation = label("", "caption", wrap=True)
        self._delay = QTimer(self, singleShot=True, interval=LOADING_AFTER_MS)
        self._delay.timeout.connect(lambda: self._show_progress(True))
        self._lay_out()
        self._show_progress(False)
        self.parts.currentIndexChanged.connect(lambda _place: self.refresh())
        self.cancel.clicked.connect(self.stop)
        self.resume.clicked.connect(self.refresh)
        self.export_button.clicked.connect(self._ask_and_export)

    @property
    def is_busy(self) -> bool:
        """Whether answers are still to come."""
        return any(questions.is_asking for questions in self._asking)

    def refresh(self) -> None:
        """Show the means at once, and ask for the differences of one series after the other."""
        for questions in self._asking:
            questions.drop()
        self._found, self._refused = {}, {}
        self._asked = [line for line in self.lines.others if line in self.lines.compared]
        self._waiting, self._queue = list(self._asked), list(self._asked)
        self._delay.start()
        self.resume.hide()
        self._show_rows()
        for questions in self._asking:
            self._ask_next(questions)

    def stop(self) -> None:
        """Ask for no more differences; those that are there stay, and the rest can still be asked for."""
        for questions in self._asking:
            questions.drop()
        left, pairs = len(self._waiting), len(self._asked)
        self._waiting, self._queue = [], []
        self._show_rows()
        self.status.setText(f"{left} of {pairs} not compared")
        self.resume.setVisible(left > 0)

    def _ask_next(self, questions: Latest) -> None:
        reference = self.lines.reference
        if self._queue and reference is not None:
            line = self._queue.pop(0)
            questions.ask(
                partial(self.session.differences, line.series, reference.series, self.measure, self._parts),
                partial(self._take, questions, line),
                partial(self._refuse, questions, line),
            )

    def _take(self, questions: Latest, line: Line, found: Sequence[Difference]) -> None:
        self._waiting.remove(line)
        self._found[line.key] = found
        self._show_rows()
        self._ask_next(questions)

    def _refuse(self, questions: Latest, line: Line, error: Exception) -> None:
        self._waiting.remove(line)
        self._refused[line.key] = str(error) if isinstance(error, DataError) else f"{type(error).__name__}: {error}"
        self._show_rows()
        self._ask_next(questions)

    # What is shown

    def _show_rows(self) -> None:
        self.rows = metric_rows(self.lines, self.measure, self._parts, self._found)
        self.model.set_columns(self._columns())
        self.table.set_widths(*(WIDTHS if numbers.in_percent() else WIDTHS_OF_DECIMALS))
        self.table.stretch_column(0)
        self._show_state()

    def _show_state(self) -> None:
        pairs = len(self._asked)
        done = pairs - len(self._waiting)
        if self._waiting:
            self.status.setText(f"{done} of {pairs} compared")
        else:
            self.status.setText("")
            self._delay.stop()
            self._show_progress(False)
        self.progress.setRange(0, max(1, pairs))
        self.progress.setValue(done)
        self.progress.setAccessibleDescription(f"{done} of {pairs} compared")
        self.export_button.setEnabled(any(row.value is not None for row in self.rows))
        comparisons = sum(len(each) for each in self._found.values())
        self.explanation.setText(_explanation(comparisons) if comparisons else "")

    def _show_progress(self, shown: bool) -> None:
        for part in (self.progress, self.cancel):
            part.setVisible(shown)
        self.status.setVisible(shown or not self._waiting)

    def restyle(self) -> None:
        self._show_rows()

    @property
    def _parts(self) -> Parts:
        chosen: Parts = self.parts.currentData()
        return chosen

    def _columns(self) -> list[TableColumn]:
        rows, best = self.rows, best_rows(self.rows, self.lines)
        found = [row.difference for row in rows]

        def of(name: str) -> list[float | None]:
            return [None if each is None else getattr(each, name) for each in found]

        def mean(row: int) -> str:
            value = rows[row].value
            if value is None:
                return NOTHING
            spread = "" if value.deviation is None else f" ± {_bare(value.deviation)}"
            return numbers.metric(value.mean).replace(" %", f"{spread} %") if spread else numbers.metric(value.mean)

        def interval(row: int) -> str:
            each = found[row]
            if each is None:
                return "reference" if rows[row].is_reference else "…" if rows[row].line in self._waiting else NOTHING
            return f"[{numbers.metric_points(each.low)}, {numbers.metric_points(each.high)}]"

        def userwise(row: int) -> str:
            each = found[row]
            return NOTHING if each is None else f"{_bare_share(each.better)} / {numbers.share(each.worse)}"

        def tone(row: int) -> Role | None:
            each = found[row]
            if each is None or self._waiting or each.corrected_p >= SURE:
                return None
            return Role.good if each.difference > 0 else Role.bad

        def series(row: int) -> str:
            return rows[row].line.title

        def hint(row: int) -> str:
            return self._refused.get(rows[row].line.key, "") or rows[row].line.words

        p_values = of("corrected_p") if not self._waiting else [None] * len(rows)
        return [
            TableColumn("Series", SERIES_HELP, rows, words=series, hint=hint,
                        icon=lambda row: stroke_icon(rows[row].line.role, rows[row].line.dashed)),
            TableColumn("Slice", SLICE_HELP, [row.slice for row in rows], words.slice_words,
                        icon=lambda row: dot_icon(words.slice_role(rows[row].slice))),
            TableColumn("Users", "Tested users of the slice", [row.users or None for row in rows], numbers.count, True),
            TableColumn(self.measure.metric, MEAN_HELP, [None if row.value is None else row.value.mean for row in rows],
                        numeric=True, words=mean, bold=lambda row: row in best),
            TableColumn("Points" if numbers.in_percent() else "Difference", "Mean less the reference's",
                        of("difference"), numbers.metric_points, True, tone=tone),
            TableColumn("Change", "The difference as a share of the reference's mean",
                        [row.relative for row in rows], words.relative, True, tone=tone),
            TableColumn("95 % interval", "Of the difference, by paired bootstrap over users", of("low"),
                        numeric=True, words=interval),
            TableColumn("p", P_HELP, p_values, words.p_words, True),
            TableColumn("Beats", BEATS_HELP, of("probability"), words.probability, True),
            TableColumn("Better, worse", USERWISE_HELP, of("better"), numeric=True, words=userwise),
        ]  # fmt: skip

    # Taking it along

    def export_to(self, file: Path) -> None:
        """Write all rows as CSV, and say so."""
        try:
            export_rows(file, self.rows, self.measure)
        except OSError as error:
            dialogs.show_error(self, "The metrics could not be exported.", f"{file}: {error.strerror or error}.")
        else:
            self.status.setText(f"Written to {file.name}")

    def _ask_and_export(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the metrics", "comparison.csv", "CSV files (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_2)
        bar.addWidget(self.parts)
        bar.addStretch(1)
        for part in (self.status, self.resume, self.progress, self.cancel, self.export_button):
            bar.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_3, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        column.addWidget(self.explanation)


def _bare_share(value: float) -> str:
    return numbers.share(value).removesuffix(" %")


def _bare(value: float) -> str:
    return numbers.metric(value).removesuffix(" %")


def _explanation(comparisons: int) -> str:
    return (
        f"* p < 0.05, ** p < 0.01, *** p < 0.001, corrected for the {comparisons} comparisons of this table (Holm). "
        f"p comes from flipping the signs of users' differences at random, intervals and “Beats” from {RESAMPLES:,} "
        "paired bootstrap resamples of the users: both speak of other users, not of other seeds; the seeds of a series "
        "are averaged for each user first. ± is the standard deviation over seeds."
    )
