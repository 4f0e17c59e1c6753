"""Horizontal bars with a name before and words behind each: for a handful of values side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from workbench.theme import BODY, SPACE_1, SPACE_2, Role, tabular, theme
from workbench.widgets.parts import clear, label

THICKNESS = 8  # pixels


@dataclass(frozen=True)
class Bar:
    """`share` from 0 to 1 is how far the bar reaches; None where there is no value."""

    name: str
    share: float | None
    value: str
    note: str
    role: Role = Role.overall


class Bars(QWidget):
    """A row for each bar: its name, the bar, its value and a note."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: list[Bar] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_2)
        self._grid.setVerticalSpacing(SPACE_1)
        self._grid.setColumnStretch(1, 1)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self.bars = list(bars)
        clear(self._grid)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, bar in enumerate(bars):
            value = label(bar.value, selectable=True)
            value.setFont(tabular(BODY))
            value.setAccessibleName(f"{bar.name}: {bar.value}, {bar.note}")
            self._grid.addWidget(label(bar.name), row, 0)
            self._grid.addWidget(_Track(bar.share or 0.0, bar.role), row, 1)
            self._grid.addWidget(value, row, 2, right)
            self._grid.addWidget(label(bar.note, "caption"), row, 3, right)


class _Track(QWidget):
    """One bar on its track."""

    def __init__(self, share: float, role: Role) -> None:
        super().__init__()
        self._role = role
        self._share = min(1.0, max(0.0, share))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(60, THICKNESS)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(0, (self.height() - THICKNESS) / 2, self.width(), THICKNESS)
        for role, share in ((Role.grid, 1.0), (self._role, self._share)):
            colour = theme().color(role)
            if role is Role.overall:
                colour.setAlphaF(0.62)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(whole.left(), whole.top(), whole.width() * share, THICKNESS), 2, 2)
        painter.end()
