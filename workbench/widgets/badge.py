"""A small pill that names a kind: head, tail, synthetic, running, ..."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.theme import CAPTION, SPACE_2, Role, font, theme

_DOT = 7


class Badge(QWidget):
    """Text on a tint of the role's colour, with a dot of the full colour before it."""

    def __init__(self, text: str, role: Role = Role.accent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._role = text, role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(font(CAPTION, bold=True))
        self.setAccessibleName(text)
        theme().changed.connect(self.update)

    @property
    def text(self) -> str:
        return self._text

    def set(self, text: str, role: Role) -> None:
        """Show another kind."""
        self._text, self._role = text, role
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return badge_size(self._text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_badge(painter, QRectF(self.rect()), self._text, self._role)
        painter.end()


def badge_size(text: str) -> QSize:
    """The room that a badge with this text needs."""
    from PySide6.QtGui import QFontMetrics

    metrics = QFontMetrics(font(CAPTION, bold=True))
    return QSize(metrics.horizontalAdvance(text) + _DOT + 3 * SPACE_2, metrics.height() + 6)


def paint_badge(painter: QPainter, rect: QRectF, text: str, role: Role) -> None:
    """Draw a badge into `rect`; delegates use it to draw badges in tables."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tint = QColor(theme().color(role))
    tint.setAlphaF(0.24 if theme().is_dark() else 0.14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setBrush(theme().color(role))
    left = rect.left() + SPACE_2
    painter.drawEllipse(QRectF(left, rect.center().y() - _DOT / 2, _DOT, _DOT))
    painter.setPen(theme().color(Role.text))
    painter.setFont(font(CAPTION, bold=True))
    words = rect.adjusted(SPACE_2 + _DOT + SPACE_2 - 3, 0, -SPACE_2, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()
