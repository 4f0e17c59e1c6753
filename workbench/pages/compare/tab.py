"""What the tabs of the page have in common: each is brought up to date when it comes into view, and not before."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.pages.compare.selection import Lines
from workbench.pages.compare.session import Measure, Session


class Tab(QWidget):
    """Subclasses answer `refresh` from `session`, `lines` and `measure`."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.lines, self.measure = Lines(), Measure()
        self._is_stale = True

    def show_lines(self, lines: Lines, measure: Measure) -> None:
        """Show these, at once or when the tab comes into view."""
        self.lines, self.measure = lines, measure
        self._is_stale = True
        if self.isVisible():
            self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self.refresh()

    def refresh(self) -> None:
        """Show what is compared now."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Write the numbers anew after a change of preferences."""
        self._is_stale = True
        if self.isVisible():
            self.bring_up_to_date()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.bring_up_to_date()
