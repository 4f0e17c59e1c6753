"""A tile with one number: what it is, the number, a word on it."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workbench.theme import SPACE_1, SPACE_2, tabular
from workbench.widgets.parts import label, set_kind


class StatTile(QFrame):
    """Title above, the value large, a caption below (hidden while empty)."""

    def __init__(self, title: str, value: str = "–", caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._title = label(title, "caption")
        self._value = label(value, "value")
        self._value.setFont(tabular())
        self._caption = label(caption, "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_2, SPACE_1, SPACE_2, SPACE_1)
        layout.setSpacing(2)
        for part in (self._title, self._value, self._caption):
            layout.addWidget(part)
        self._caption.setHidden(not caption)
        layout.addStretch()
        self._name()

    @property
    def value(self) -> str:
        return self._value.text()

    def set_value(self, value: str, caption: str | None = None) -> None:
        """Show another value, and another caption where one is given."""
        self._value.setText(value)
        if caption is not None:
            self._caption.setText(caption)
            self._caption.setVisible(bool(caption))
        self._name()

    def set_tone(self, tone: str) -> None:
        """Colour the caption: "warning", "bad", "good", or "" for plain."""
        set_kind(self._caption, tone, "tone")

    def _name(self) -> None:
        self.setAccessibleName(f"{self._title.text()}: {self._value.text()} {self._caption.text()}".strip())
