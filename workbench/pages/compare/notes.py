"""The banner that says what cannot be compared, and why."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import label
from workbench.widgets.plain import plain_tooltip

MOST = 3  # lines; the tooltip has them all


class Notes(QFrame):
    """Lines of words; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "banner")
        self.setProperty("tone", "warning")
        self.words = label("", "", wrap=True, selectable=True)
        self.words.setObjectName("compare.notes")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, SPACE_2, SPACE_3, SPACE_2)
        row.addWidget(self.words)
        self.hide()

    def show_notes(self, notes: Sequence[str]) -> None:
        more = [f"And {len(notes) - MOST} more."] if len(notes) > MOST else []
        self.words.setText("\n".join([*notes[:MOST], *more]))
        self.words.setToolTip(plain_tooltip("\n".join(notes)) if more else "")
        self.setVisible(bool(notes))
