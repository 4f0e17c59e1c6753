"""A semantic ID as a path of code chips, coarse to fine; the first levels can be highlighted."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.theme import SPACE_1, SPACE_2, Role, theme

HEIGHT = 20
ARROW = "›"


def codes_width(codes: Sequence[int], font: QFont) -> int:
    """Width of the whole path in pixels."""
    metrics = QFontMetrics(font)
    return sum(_chip(code, metrics) for code in codes) + max(0, len(codes) - 1) * _gap(metrics)


def paint_codes(painter: QPainter, rect: QRect, codes: Sequence[int], highlighted: int, font: QFont) -> None:
    """Paint the path at the left of `rect`, the first `highlighted` chips in the accent colour.

    What does not fit is left out, and an ellipsis stands for it.
    """
    metrics, colors = QFontMetrics(font), theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    left, top = rect.left(), rect.center().y() - HEIGHT // 2 + 1
    for level, code in enumerate(codes):
        if level:
            painter.setPen(colors.color(Role.text_muted))
            painter.drawText(QRect(left, top, _gap(metrics), HEIGHT), Qt.AlignmentFlag.AlignCenter, ARROW)
            left += _gap(metrics)
        chip = QRect(left, top, _chip(code, metrics), HEIGHT)
        rest = 0 if level == len(codes) - 1 else _gap(metrics)
        if chip.right() + rest > rect.right():
            painter.setPen(colors.color(Role.text_muted))
            painter.drawText(QRect(left, top, chip.width(), HEIGHT), Qt.AlignmentFlag.AlignVCenter, "…")
            break
        shared = level < highlighted
        painter.setPen(colors.color(Role.accent if shared else Role.border))
        painter.setBrush(colors.color(Role.accent if shared else Role.surface_raised))
        painter.drawRoundedRect(chip, SPACE_1, SPACE_1)
        painter.setPen(colors.color(Role.accent_text if shared else Role.text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, str(code))
        left += chip.width()
    painter.restore()


def _chip(code: int, metrics: QFontMetrics) -> int:
    # Chips of up to three figures are equally wide, so that the levels of a list stand in columns.
    return metrics.horizontalAdvance(f"{code:03d}") + SPACE_2 + SPACE_1


def _gap(metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(ARROW) + SPACE_1


class CodePath(QWidget):
    """The semantic ID of one item."""

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
        return QSize(codes_width(self._codes, self.font()) + 2, HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_codes(painter, self.rect().adjusted(1, 0, -1, -1), self._codes, 0, self.font())
        painter.end()
