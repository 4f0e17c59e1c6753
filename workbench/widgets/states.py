"""The four states of anything that must be fetched: empty, loading, error, full."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.widgets.empty_state import EmptyState

LOADING_AFTER_MS = 150  # whatever is quicker never flickers


class StateStack(QStackedWidget):
    """Shows the content, or an empty state, or "Loading…", or what went wrong with a button to try again."""

    retry = Signal()

    def __init__(self, content: QWidget, empty: EmptyState, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content, self.empty = content, empty
        self.loading = EmptyState("hourglass", "Loading…", "")
        self.error = EmptyState("warning-circle", "", "", "Try again", f"{name}.retry")
        self.error.clicked.connect(self.retry)
        for widget in (content, empty, self.loading, self.error):
            self.addWidget(widget)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(LOADING_AFTER_MS)
        self._delay.timeout.connect(lambda: self.setCurrentWidget(self.loading))

    def show_content(self) -> None:
        self._delay.stop()
        self.setCurrentWidget(self.content)

    def show_empty(self) -> None:
        self._delay.stop()
        self.setCurrentWidget(self.empty)

    def show_loading(self) -> None:
        """Show "Loading…" unless something else is shown within 150 ms."""
        self._delay.start()

    def show_error(self, title: str, text: str) -> None:
        self._delay.stop()
        self.error.set_words(title, text)
        self.setCurrentWidget(self.error)
