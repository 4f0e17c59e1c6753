"""Small parts that every page is made of."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.theme import SPACE_2, SPACE_3, SPACE_4, Role
from workbench.widgets.elided import ElidedLabel

BUTTON_ICON = QSize(22, 16)  # wider than high: room between icon and words


def label(text: str, kind: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label of one of the stylesheet's kinds: "title", "heading", "caption", "muted", "error", ..."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("kind", kind)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def button(text: str, name: str, icon_name: str = "", kind: str = "") -> QPushButton:
    """A push button with an object name; kind "primary", "quiet", "danger", "link" or plain."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setProperty("kind", kind)
    if icon_name:
        roles = {"primary": Role.accent_text, "danger": Role.bad, "link": Role.accent}
        made.setIcon(icon(icon_name, roles.get(kind, Role.text)))
        made.setIconSize(BUTTON_ICON)
    if kind == "link":
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def line() -> QFrame:
    """A thin horizontal line between groups."""
    made = QFrame()
    made.setProperty("kind", "line")
    made.setFixedHeight(1)
    return made


def clear(layout: QLayout) -> None:
    """Take all widgets out of a layout and delete them."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def set_kind(widget: QWidget, kind: str, property: str = "kind") -> None:
    """Change a widget's stylesheet kind after it was made."""
    if widget.property(property) != kind:
        widget.setProperty(property, kind)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.updateGeometry()  # a kind may be bolder than another
        widget.update()


def order_tabs(chain: Iterable[QWidget]) -> None:
    """Let the Tab key go through these widgets in their order."""
    for before, after in pairwise(chain):
        QWidget.setTabOrder(before, after)


class Card(QFrame):
    """A surface with an optional heading; content goes into `body`, small things beside the heading into `header`."""

    def __init__(self, title: str = "", caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_4)
        outer.setSpacing(SPACE_3)
        self.header = QHBoxLayout()
        self.header.setSpacing(SPACE_2)
        self.title = label(title, "heading")
        self.caption = ElidedLabel(caption)
        self.caption.setProperty("kind", "caption")
        if title:
            self.header.addWidget(self.title)
            self.header.addWidget(self.caption, 1)
            self.header.addStretch()
            outer.addLayout(self.header)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE_3)
        outer.addLayout(self.body, 1)
        self.caption.setHidden(not caption)

    def set_margins(self, beside: int, above: int, below_heading: int = SPACE_3) -> None:
        """Room around the content in pixels: at both sides, above and below, and between heading and content."""
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(beside, above, beside, above)
        layout.setSpacing(below_heading)

    def set_caption(self, text: str) -> None:
        self.caption.setText(text)
        self.caption.setVisible(bool(text))


class _WheelGuard(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def guard_wheel(widget: QWidget) -> None:
    """Let the wheel scroll the page, not change a value that the pointer happens to rest on."""
    app = QApplication.instance()
    guard = app.findChild(_WheelGuard) if app is not None else None
    if guard is None:
        guard = _WheelGuard(app)
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(guard)
