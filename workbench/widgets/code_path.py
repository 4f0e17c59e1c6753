"""A semantic ID as a path of code chips, coarse to fine."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.theme import SPACE_1, SPACE_2, Role, theme

HEIGHT = 20
ARROW = "›"


class CodePath(QWidget):
    """The codes of one item; where there is no room for all, an ellipsis stands for the rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._codes: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    @property
    def codes(self) -> tuple[int, ...]:
        return self._codes

    def set_codes(self, codes: Sequence[int]) -> None:
        self._codes = tuple(codes)
        words = ", ".join(f"level {level}: code {code}" for level, code in enumerate(codes, start=1))
        self.setToolTip(words)
        self.setAccessibleName(f"Semantic ID, {words}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        gaps = max(0, len(self._codes) - 1) * _gap(metrics)
        return QSize(sum(_chip(code, metrics) for code in self._codes) + gaps + 2, HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 3 * HEIGHT), HEIGHT + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, colours, left = QFontMetrics(self.font()), theme(), 1
        for level, code in enumerate(self._codes):
            if level:
                painter.setPen(colours.color(Role.text_muted))
                painter.drawText(QRect(left, 1, _gap(metrics), HEIGHT), Qt.AlignmentFlag.AlignCenter, ARROW)
                left += _gap(metrics)
            chip = QRect(left, 1, _chip(code, metrics), HEIGHT)
            after = _gap(metrics) if level < len(self._codes) - 1 else 0
            if chip.right() + after > self.width():
                painter.setPen(colours.color(Role.text_muted))
                painter.drawText(chip, Qt.AlignmentFlag.AlignVCenter, "…")
                break
            painter.setPen(colours.color(Role.border))
            painter.setBrush(colours.color(Role.surface_raised))
            painter.drawRoundedRect(chip, SPACE_1, SPACE_1)
            painter.setPen(colours.color(Role.text))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, str(code))
            left += chip.width()
        painter.end()


def _chip(code: int, metrics: QFontMetrics) -> int:
    # Chips of up to three figures are equally wide, so that the levels of several items stand in columns.
    return metrics.horizontalAdvance(f"{code:03d}") + SPACE_2 + SPACE_1


def _gap(metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(ARROW) + SPACE_1
