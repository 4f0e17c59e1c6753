"""The legend of a chart: a stroke of colour, a name and a value for every series, wrapped to the width."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.theme import CAPTION, SPACE_1, SPACE_3, Role, tabular, theme

_STROKE = 14


@dataclass
class Entry:
    """One line of the legend; `value` is written after the name; one that is not `shown` is struck out."""

    name: str
    role: Role
    dashed: bool = False
    value: str = ""
    shown: bool = True


class Legend(QWidget):
    """Entries in their order, in as many rows as they need; `toggled` tells the key of one that was clicked."""

    toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, Entry] = {}
        self._note = ""
        self._widest_value = ""
        self._is_compact = False
        self.setFont(tabular(CAPTION))
        self.setToolTip("Click a name to hide or show its line")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)

    def set_compact(self, on: bool) -> None:
        """Show strokes and values without names, where another legend on the page has them."""
        self._is_compact = on
        self._fit()

    def set_entries(self, entries: dict[str, Entry]) -> None:
        self._entries = entries
        self._fit()

    def set_values(self, values: dict[str, str], note: str = "") -> None:
        """The values to show by series, and a note (such as "epoch 12") after them."""
        for key, entry in self._entries.items():
            entry.value = values.get(key, "")
        self._note = note
        self._widest_value = max([*values.values(), self._widest_value], key=len, default="")
        self._fit()

    def text(self) -> str:
        """All of it as words."""
        return "; ".join(f"{entry.name} {entry.value}".strip() for entry in self._entries.values() if entry.shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for key, (_, place) in zip(self._entries, self._places(), strict=True):
            if place.contains(event.position().toPoint()):
                self.toggled.emit(key)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        metrics = QFontMetrics(self.font())
        for entry, place in self._places():
            if not entry.name and not entry.value:
                continue  # the only line of a chart, whose title names it
            pen = QPen(theme().color(entry.role if entry.shown else Role.text_disabled), 2.5)
            if entry.dashed:
                pen.setDashPattern([1.6, 1.2])
            painter.setPen(pen)
            middle = place.center().y() + 1
            painter.drawLine(place.left(), middle, place.left() + _STROKE, middle)
            words = place.adjusted(_STROKE + SPACE_1 + 1, 0, 0, 0)
            painter.setPen(theme().color(Role.text_muted if entry.shown else Role.text_disabled))
            room = self.width() - words.left()
            name_shown = metrics.elidedText(self._name(entry), Qt.TextElideMode.ElideRight, room)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name_shown)
            painter.setPen(theme().color(Role.text))
            name = metrics.horizontalAdvance(f"{self._name(entry)} ".lstrip())
            painter.drawText(words.adjusted(name, 0, SPACE_3, 0), Qt.AlignmentFlag.AlignVCenter, entry.value)
        if self._note:
            painter.setPen(theme().color(Role.text_muted))
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(self.rect(), corner, self._note)
        painter.end()

    def _places(self) -> list[tuple[Entry, QRect]]:
        metrics = QFontMetrics(self.font())
        height = metrics.height() + 2
        room = self.width() - (metrics.horizontalAdvance(max(self._note, "epoch 0000", key=len)) if self._note else 0)
        places, left, top = [], 0, 0
        for entry in self._entries.values():
            value = self._widest_value if entry.value else ""
            width = _STROKE + SPACE_1 + 1 + metrics.horizontalAdvance(f"{self._name(entry)} {value}".lstrip())
            if left and left + width > room:
                left, top = 0, top + height
            places.append((entry, QRect(left, top, width, height)))
            left += width + SPACE_3
        return places

    def _name(self, entry: Entry) -> str:
        return "" if self._is_compact else entry.name

    def _fit(self) -> None:
        places = self._places()
        height = (places[-1][1].bottom() + 1) if places else 0
        if height != self.height():
            self.setFixedHeight(height)
        self.setAccessibleName(self.text())
        self.update()
