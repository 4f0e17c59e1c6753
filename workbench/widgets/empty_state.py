"""What a page shows while it has nothing to show: why, and what to do next."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.theme import SPACE_2, SPACE_4, Role, theme
from workbench.widgets.parts import button, label

_SIZE = QSize(48, 48)


class EmptyState(QWidget):
    """An icon, a title, a sentence and, where there is something to do, a button."""

    clicked = Signal()

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str,
        button_text: str | None = None,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = label(title, "heading")
        self._text = label(text, "muted", wrap=True)
        self._text.setMaximumWidth(440)
        for part in (self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_2)
        layout.addStretch(2)
        layout.addWidget(self._picture)
        layout.addWidget(self._title)
        words = QHBoxLayout()  # an aligned label in a column would not get the height that its lines need
        words.addStretch()
        words.addWidget(self._text, 100)
        words.addStretch()
        layout.addLayout(words)
        self.button = button(button_text or "", name or "emptyState.action", kind="primary")
        self.button.clicked.connect(lambda: self.clicked.emit())
        layout.addSpacing(SPACE_4 - SPACE_2)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button.setHidden(button_text is None)
        self._links = QVBoxLayout()
        layout.addLayout(self._links)
        layout.addStretch(3)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self._paint_icon)
        self._paint_icon()

    def hasHeightForWidth(self) -> bool:
        return False  # it takes the room that there is, and lets what it stands in for decide how much

    def set_words(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)

    def add_link(self, text: str, name: str) -> QPushButton:
        """One more thing to do, less prominent than the button."""
        made = button(text, name, kind="link")
        self._links.addWidget(made, 0, Qt.AlignmentFlag.AlignHCenter)
        return made

    def _paint_icon(self) -> None:
        self._picture.setPixmap(icon(self._icon_name, Role.text_muted).pixmap(_SIZE))
