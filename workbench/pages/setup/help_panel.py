"""What the setting with the cursor means: in words, as a formula, and where that comes from."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.explanations import explanation
from engine.grid import NOT_IN_A_GRID
from engine.settings import SettingInfo
from workbench.theme import SPACE_2
from workbench.widgets.parts import Card, button, label
from workbench.widgets.setting_field import in_words

LEAST, MOST = 196, 320  # pixels of height


class HelpPanel(Card):
    """Explains one setting at a time. `several` asks to try several values of it."""

    several = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("About a setting", parent=parent)
        self.setObjectName("setup.help")
        self.setMinimumHeight(LEAST)
        self.setMaximumHeight(MOST)
        self.setAccessibleName("About the setting with the cursor")
        self._info: SettingInfo | None = None
        self._words = label("Go to a setting to see what it computes and where that comes from.", "muted", wrap=True)
        self._formula = label("", "label", wrap=True, selectable=True)
        self._allowed = label("", "caption", wrap=True)
        self._source = label("", "caption", wrap=True)
        for each in (self._formula, self._source):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # to be marked with the mouse; the Tab key goes on to the next
        self._several = button("Try several &values", "setup.help.several", "stack", kind="link")
        self._several.setToolTip("One run for each value (Alt+V)")
        self._several.clicked.connect(lambda: self._info and self.several.emit(self._info.key))
        content = QWidget()
        content.setProperty("kind", "page")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        for part in (self._formula, self._source, self._words, self._allowed):
            column.addWidget(part)
        column.addStretch()
        area = QScrollArea()
        area.setObjectName("setup.help.text")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("What the setting means")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        self._area = area
        self.body.setSpacing(SPACE_2)
        self.body.addWidget(area, 1)
        self.body.addWidget(self._several, 0, Qt.AlignmentFlag.AlignLeft)
        self._several.hide()
        for part in (self._formula, self._allowed, self._source):
            part.hide()

    def tab_chain(self) -> list[QWidget]:
        """What takes the keyboard."""
        return [self._area, self._several]

    def show_setting(self, info: SettingInfo) -> None:
        if self._info is info:
            return
        self._info = info
        found = explanation(info.key)
        self.title.setText(info.title)
        for part, text in (
            (self._words, info.help),
            (self._formula, found.formula),
            (self._allowed, _allowed(info)),
            (self._source, found.source and f"Source: {found.source}"),
        ):
            part.setText(text)
            part.setVisible(bool(text))
        self._several.setVisible(info.key not in NOT_IN_A_GRID)
        self._area.verticalScrollBar().setValue(0)
        self.setAccessibleDescription(self.text())

    def text(self) -> str:
        """All of it as words."""
        parts = (self.title, self._formula, self._source, self._words, self._allowed)
        return "\n".join(part.text() for part in parts if part.text())


def _allowed(info: SettingInfo) -> str:
    """Name in files and on the command line, what is allowed, and what it is by itself."""
    return f"{info.key}: {info.allowed or 'text'}; {in_words(info, info.default)} by default"
