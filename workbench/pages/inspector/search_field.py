"""A field that finds as you type: what was found is offered below it."""

from PySide6.QtCore import QAbstractItemModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit, QStyledItemDelegate, QWidget

PAUSE = 80  # milliseconds without typing before a search begins
WIDTH = 420  # least width of what is offered, in pixels
SHOWN = 12  # lines that are offered without scrolling


class SearchField(QLineEdit):
    """`typed(text)`: find this. `chosen(row)`: a line of the model was chosen. `entered(text)`: Enter without a choice.

    Whoever listens to `typed` fills the model and calls `offer`.
    """

    typed = Signal(str)
    chosen = Signal(int)
    entered = Signal(str)

    def __init__(self, name: str, title: str, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        """`name` is the object name; `title` stands in the empty field and is what a screen reader says."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setPlaceholderText(title)
        self.setClearButtonEnabled(True)
        self._completer = QCompleter(model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(SHOWN)
        self.setCompleter(self._completer)
        self.popup.setMinimumWidth(WIDTH)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(lambda: self.typed.emit(self.text().strip()))
        self.textEdited.connect(lambda _text: self._pause.start())
        self.returnPressed.connect(self._enter)
        # The completer says which text was chosen; the list says which row, and equal texts are not the same.
        self._completer.activated.connect(lambda _text: self.chosen.emit(self.popup.currentIndex().row()))

    @property
    def popup(self) -> QAbstractItemView:
        """The list below the field."""
        popup = self._completer.popup()
        assert popup is not None
        return popup

    def paint_with(self, delegate: QStyledItemDelegate) -> None:
        """Paint what is offered in another way than as plain text."""
        self.popup.setItemDelegate(delegate)

    def offer(self) -> None:
        """Show what the model holds now, where the person still waits for it."""
        if self.hasFocus():
            self._completer.complete()

    def settle(self, text: str) -> None:
        """Show a text that nobody typed, and offer nothing."""
        self._pause.stop()
        self.setText(text)
        self.popup.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self.popup.isVisible():
            self.typed.emit(self.text().strip())
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        self._pause.stop()
        if not self.popup.isVisible() or not self.popup.currentIndex().isValid():
            self.popup.hide()
            self.entered.emit(self.text().strip())
