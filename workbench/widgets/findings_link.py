"""A line on what the doctor warns of in a dataset, with a link to the rest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.icons import icon
from workbench.theme import SPACE_1, Role, theme
from workbench.widgets.parts import button

if TYPE_CHECKING:
    from engine.data.doctor import Finding, Severity

LOOKS: "dict[Severity, tuple[str, Role]]" = {
    "serious": ("warning-octagon", Role.bad),
    "warning": ("warning", Role.warning),
    "note": ("info", Role.text_muted),
}
ICON = QSize(16, 16)


class FindingsLink(QWidget):
    """Names the gravest finding and how many more there are; hidden while there are none but notes."""

    clicked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._severity: Severity = "warning"
        self.link = button("", name, kind="link")
        self.link.clicked.connect(self.clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_1)
        layout.addWidget(self._picture)
        layout.addWidget(self.link)
        layout.addStretch(1)
        theme().changed.connect(self._paint_icon)
        self.hide()

    def show_findings(self, findings: "Sequence[Finding]", lead: str = "") -> None:
        """Show the first of those that are more than a note; `lead` comes before it."""
        grave = [finding for finding in findings if finding.severity != "note"]
        self.setVisible(bool(grave))
        if grave:
            more = f", and {len(grave) - 1} more" if len(grave) > 1 else ""
            self.link.setText(f"{lead}{grave[0].title}{more}")
            self._severity = grave[0].severity
            self._paint_icon()

    def _paint_icon(self) -> None:
        self._picture.setPixmap(icon(*LOOKS[self._severity]).pixmap(ICON))
