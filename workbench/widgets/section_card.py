"""A group of settings as a card: the everyday ones open, the advanced ones folded away."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.theme import SPACE_1, Role
from workbench.widgets.parts import Card, button
from workbench.widgets.setting_field import SettingField


class SectionCard(Card):
    """The fields of one section; can be set aside as a whole, with the reason beside the heading."""

    def __init__(self, title: str, fields: Sequence[SettingField], name: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self.fields = list(fields)
        self.body.setSpacing(SPACE_1)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        self._advanced = [field for field in fields if field.info.advanced]
        for field in fields:
            if not field.info.advanced:
                column.addWidget(field)
        if self._advanced:
            self._fold = button("", f"{name}.advanced", kind="fold")
            self._fold.setCheckable(True)
            self._fold.toggled.connect(self._show_advanced)
            column.addWidget(self._fold)
            self._folded = QWidget()
            inner = QVBoxLayout(self._folded)
            inner.setContentsMargins(0, SPACE_1, 0, 0)
            inner.setSpacing(SPACE_1)
            for field in self._advanced:
                inner.addWidget(field)
            column.addWidget(self._folded)
            self._show_advanced(False)
        self.body.addWidget(self._content)

    def tab_chain(self) -> list[QWidget]:
        """Everything in the card that takes the keyboard, from top to bottom."""
        chain: list[QWidget] = []
        for field in self.fields:
            if not field.info.advanced:
                chain += field.tab_chain()
        if self._advanced:
            chain.append(self._fold)
            for field in self._advanced:
                chain += field.tab_chain()
        return chain

    def set_aside(self, reason: str) -> None:
        """Disable the section and say why; "" enables it again."""
        self._content.setEnabled(not reason)
        self.set_caption(reason)

    def update_marks(self) -> None:
        """Say how many folded settings differ from the preset, and open the fold when one of them is wrong."""
        if not self._advanced:
            return
        changed = sum(field.is_changed for field in self._advanced)
        words = f"Advanced settings ({len(self._advanced)}"
        self._fold.setText(words + (f", {changed} changed)" if changed else ")"))
        if any(field.error for field in self._advanced):
            self._fold.setChecked(True)

    def unfold(self) -> None:
        """Show the advanced settings, too."""
        if self._advanced:
            self._fold.setChecked(True)

    def _show_advanced(self, shown: bool) -> None:
        self._folded.setVisible(shown)
        self._fold.setIcon(icon("caret-down" if shown else "caret-right", Role.text_muted))
