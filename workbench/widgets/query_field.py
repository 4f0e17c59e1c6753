"""A search field that offers names and values while a query is typed."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from engine.query import complete
from engine.query.language import LONGEST
from workbench.widgets.parts import set_kind

PAUSE = 150  # milliseconds without typing before a search begins
SHOWN = 12  # choices that are seen at once


class QueryField(QLineEdit):
    """`asked(text)`: typing has paused, or Enter was pressed. `values` are looked up whenever choices are offered."""

    asked = Signal(str)

    def __init__(
        self, name: str, title: str, values: Callable[[], Mapping[str, Sequence[str]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setClearButtonEnabled(True)
        self.setMaxLength(LONGEST)
        self._values = values
        self._start = 0
        self._choices = QStringListModel(self)
        self.completer_ = QCompleter(self._choices, self)
        self.completer_.setWidget(self)
        self.completer_.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer_.setMaxVisibleItems(SHOWN)
        self.popup = QListView()
        self.popup.setAccessibleName("What may stand here")
        self.completer_.setPopup(self.popup)
        self.completer_.activated.connect(self._insert)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(lambda: self.asked.emit(self.text()))
        self.textChanged.connect(lambda _text: self._pause.start())
        self.textEdited.connect(lambda _text: self.offer())
        self.returnPressed.connect(self._ask_now)

    def offer(self, *, all_names: bool = False) -> None:
        """Show what may stand at the cursor; with `all_names` even where nothing was begun."""
        before = self.text()[: self.cursorPosition()]
        found = complete(before, self._values(), all_names=all_names)
        self._start = found.start
        if not found.choices:
            self.popup.hide()
            return
        self._choices.setStringList(found.choices)
        place = self.cursorRect()
        place.setWidth(240)
        self.completer_.complete(place)

    def show_fault(self, is_wrong: bool) -> None:
        """Mark the field as one whose query is not understood."""
        set_kind(self, "true" if is_wrong else "false", "invalid")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            wants_all = event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if wants_all or (event.key() == Qt.Key.Key_Down and not self.popup.isVisible()):
                self.offer(all_names=True)
                return True
        return super().event(event)

    def _insert(self, choice: str) -> None:
        text, cursor = self.text(), self.cursorPosition()
        after = text[cursor:]
        begun = text[: self._start] + choice + ("" if after.startswith(" ") else " ")
        self.setText(begun + after.lstrip() if not after.startswith(" ") else begun + after)
        self.setCursorPosition(len(begun))

    def _ask_now(self) -> None:
        self._pause.stop()
        self.popup.hide()
        self.asked.emit(self.text())
