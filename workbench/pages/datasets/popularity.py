"""How popularity falls from the first item to the last, and a line between head and tail that can be moved."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from engine.config import DataSettings
from engine.settings import settings_of
from workbench.theme import SPACE_1, Role, theme
from workbench.widgets import numbers
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.number_box import NumberBox
from workbench.widgets.parts import button, label, set_kind
from workbench.widgets.plot_card import PlotCard

if TYPE_CHECKING:
    from engine.data.head_tail import HeadLine, PopularityCurve

POINTS = 1000  # drawn at most on either side of the line
LEAST_HEIGHT = 158  # pixels
GRIP = 10  # pixels: the arrows by which the line is taken


class PopularityCard(PlotCard):
    """Training interactions by rank, both logarithmic. Where the line lies changes no experiment: it tells what a
    setting would mean. `moved(head_items)`: it lies elsewhere."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._curve: PopularityCurve | None = None
        self.head_line: HeadLine | None = None
        self._sides: dict[Role, pg.PlotDataItem] = {}
        self._handle = pg.InfiniteLine(angle=90, movable=True)
        self._handle.addMarker("<|>", 0.5, GRIP)
        self._handle.setCursor(Qt.CursorShape.SizeHorCursor)
        self._handle.setZValue(10)
        super().__init__(
            "datasets.popularity",
            "Popularity",
            "Item by rank",
            "Training interactions",
            log_x=True,
            log_y=True,
            parent=parent,
        )
        info = next(each for each in settings_of(DataSettings) if each.key == "head_share")
        self._usual = float(info.default)
        self._limits = info.allowed
        self.share = NumberBox(whole=False, minimum=info.minimum, maximum=info.maximum, step=info.step)
        self.share.setObjectName("datasets.headShare")
        self.share.setToolTip("Or drag the line in the chart")
        title = label("&" + info.title, "label")
        title.setBuddy(self.share)
        self.share.setAccessibleName(info.title)
        self.reset = button("Reset", "datasets.resetHead", kind="quiet")
        self.reset.setToolTip(f"Back to the default, {self._usual:g}")
        self.setting = label("", "caption", wrap=True, selectable=True)
        self.legend = Legend()
        for part in (title, self.share, self.reset):
            self.header.addWidget(part)
        self.plot.setMinimumHeight(LEAST_HEIGHT)
        self.body.setSpacing(SPACE_1)
        self.body.insertWidget(0, self.legend)
        self.body.addWidget(self.setting)
        self.share.changed.connect(self._take_typed)
        self.reset.clicked.connect(self.put_back)
        self._handle.sigPositionChanged.connect(lambda _line: self._take_dragged())
        self._handle.sigPositionChangeFinished.connect(lambda _line: self._settle())

    def show_curve(self, curve: "PopularityCurve") -> None:
        """Show another dataset, with the line where it is by default."""
        self._curve = curve
        self.set_resting_words("drag the line, or type a share")
        self.head_line = curve.line_by_share(self._usual)
        self.redraw()
        self.put_back()

    def put_back(self) -> None:
        """Put the line where it is by default."""
        if self._curve is not None:
            self.share.set_value(self._usual)
            self._take_typed()

    def sizeHint(self) -> QSize:
        return QSize(560, 280)

    def paint(self) -> None:
        if self._curve is None or self.head_line is None:
            return
        counts = self._curve.counts
        for role in (Role.head, Role.tail):
            colour = theme().color(role)
            side = self._sides[role] = pg.PlotDataItem(pen=pg.mkPen(colour, width=2), antialias=True)
            side.setFillLevel(np.log10(max(1, int(counts.min()))))
            side.setFillBrush(_faint(colour))
            self.plot.addItem(side)
        pen = pg.mkPen(theme().color(Role.text_muted), width=2)
        self._handle.setPen(pen)
        self._handle.setHoverPen(pg.mkPen(theme().color(Role.accent), width=3))
        self._handle.setBounds([0, np.log10(len(counts))])
        self.plot.addItem(self._handle, ignoreBounds=True)
        least, top = np.log10(max(1, int(counts.min()))), np.log10(max(1, int(counts.max())))
        self.plot.setXRange(0, np.log10(max(2, len(counts))), padding=0.01)
        self.plot.setYRange(least, top + 0.05 * (top - least) + 0.01, padding=0)
        self._draw_sides()
        self._settle()

    def words_at(self, x: float) -> str:
        if self._curve is None or self.head_line is None:
            return ""
        rank = round(10**x)
        if not 1 <= rank <= len(self._curve.counts):
            return ""
        part = "head" if rank <= self.head_line.head_items else "tail"
        return f"rank {rank:,}, {part}: {self._curve.counts[rank - 1]:,} interactions"

    def _take_dragged(self) -> None:
        if self._curve is None:
            return
        line = self._curve.line_at(round(10 ** float(self._handle.value())))
        with QSignalBlocker(self.share):
            self.share.set_value(line.share)
        self._move_to(line)

    def _take_typed(self) -> None:
        if self._curve is None:
            return
        share = self.share.value()
        try:
            wanted = DataSettings.model_validate({"head_share": share}).head_share
        except ValueError:
            self._mark(wrong=True)
            self.setting.setText(f"“{share}” is not allowed; it must be {self._limits}.")
            return
        self._move_to(self._curve.line_by_share(wanted))
        self._settle()

    def _move_to(self, line: "HeadLine") -> None:
        self.head_line = line
        self._mark(wrong=False)
        self._draw_sides()
        head, tail = side_words(line)
        self.legend.set_entries({"head": Entry(head, Role.head), "tail": Entry(tail, Role.tail)})
        self.setting.setText(setting_words(line))
        self.describe(f"{head}; {tail}")
        self.reset.setEnabled(line.share != self._usual)
        self.moved.emit(line.head_items)

    def _settle(self) -> None:
        """Let the line lie exactly between head and tail."""
        if self.head_line is not None:
            with QSignalBlocker(self._handle):
                self._handle.setValue(np.log10(self.head_line.head_items))

    def _draw_sides(self) -> None:
        if self._curve is None or self.head_line is None:
            return
        counts, head = self._curve.counts, self.head_line.head_items
        for role, first, last in ((Role.head, 1, head), (Role.tail, head, len(counts))):
            ranks = _spread(first, last)
            ranks = ranks[counts[ranks - 1] > 0]
            self._sides[role].setData(np.log10(ranks), np.log10(counts[ranks - 1]))

    def _mark(self, *, wrong: bool) -> None:
        set_kind(self.share, "true" if wrong else "false", "invalid")


def side_words(line: "HeadLine") -> tuple[str, str]:
    """What head and tail hold, a sentence each."""
    items, head, share = line.items, line.head_items, line.interactions
    return (
        f"Head: {_items(head)} ({numbers.share(head / items)}) with {numbers.share(share)} of interactions",
        f"Tail: {_items(items - head)} ({numbers.share(1 - head / items)}) with {numbers.share(1 - share)}",
    )


def setting_words(line: "HeadLine") -> str:
    """Which settings of an experiment draw the line."""
    words, least = f"This line: data.head_share = {line.share:.10g}.", numbers.count(line.least_count)
    if line.items_by_count is None:
        return f"{words} Head items have {least} interactions or more."
    same = line.items_by_count == line.head_items
    return (
        f"{words} From {least} interactions up: data.head_rule = count, "
        f"data.head_count = {line.least_count}, with {'the same items' if same else _items(line.items_by_count)}."
    )


def _items(count: int) -> str:
    return f"{numbers.count(count)} {'item' if count == 1 else 'items'}"


def _spread(first: int, last: int) -> npt.NDArray[np.int64]:
    """Ranks from first to last, evenly spread on a logarithmic axis."""
    return np.unique(np.geomspace(first, max(first, last), POINTS).round().astype(np.int64))


def _faint(colour: QColor) -> QColor:
    colour.setAlphaF(0.16)
    return colour
