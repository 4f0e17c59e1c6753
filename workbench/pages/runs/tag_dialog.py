"""Tags for many runs at once: one is on all of them, on some, or on none."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.store import RunRow
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.numbers import count
from workbench.widgets.parts import button, label

LONGEST = 40
_TAG, _BEFORE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class TagDialog(QDialog):
    """`added` and `removed` say what was chosen; a half-ticked tag stays where it is."""

    def __init__(self, runs: Sequence[RunRow], known: Mapping[str, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.tags")
        self.setWindowTitle("Tags")
        self.resize(360, 400)
        self.list = QListWidget()
        self.list.setObjectName("runs.tags.list")
        self.list.setAccessibleName("Tags")
        self.list.setSpacing(1)
        self.new = QLineEdit()
        self.new.setObjectName("runs.tags.new")
        self.new.setAccessibleName("New tag")
        self.new.setPlaceholderText("New tag, for example: paper")
        self.new.setMaxLength(LONGEST)
        self.add = button("Add", "runs.tags.add", "plus")
        self.add.setAutoDefault(False)
        self.add.setEnabled(False)
        for tag in dict.fromkeys([*known, *(tag for run in runs for tag in run.tags)]):
            on = sum(tag in run.tags for run in runs)
            states = {0: Qt.CheckState.Unchecked, len(runs): Qt.CheckState.Checked}
            self._append(tag, states.get(on, Qt.CheckState.PartiallyChecked))
        self.new.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.new.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        which = f"run {runs[0].id}" if len(runs) == 1 else f"{count(len(runs))} runs"
        self._lay_out(f"Tags of {which}")

    @property
    def added(self) -> list[str]:
        return self._changed_to(Qt.CheckState.Checked)

    @property
    def removed(self) -> list[str]:
        return self._changed_to(Qt.CheckState.Unchecked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the field adds a tag; the box of buttons has a default all the same, which it would press."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or self.focusWidget() is not self.new:
            super().keyPressEvent(event)

    def accept(self) -> None:
        self._add()  # what was typed is meant, too
        super().accept()

    def _changed_to(self, state: Qt.CheckState) -> list[str]:
        items = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(_TAG) for item in items if item.checkState() == state != item.data(_BEFORE)]

    def _append(self, tag: str, before: Qt.CheckState, now: Qt.CheckState | None = None) -> None:
        item = QListWidgetItem(tag)
        item.setData(_TAG, tag)
        item.setData(_BEFORE, before)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(now or before)
        self.list.addItem(item)

    def _add(self) -> None:
        tag = " ".join(self.new.text().split())
        self.new.clear()
        if not tag:
            return
        for row in range(self.list.count()):
            if self.list.item(row).data(_TAG).casefold() == tag.casefold():
                self.list.item(row).setCheckState(Qt.CheckState.Checked)
                return
        self._append(tag, Qt.CheckState.Unchecked, Qt.CheckState.Checked)
        self.list.scrollToBottom()

    def _lay_out(self, title: str) -> None:
        adding = QHBoxLayout()
        adding.setSpacing(SPACE_2)
        adding.addWidget(self.new, 1)
        adding.addWidget(self.add)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        done = buttons.addButton("Set tags", QDialogButtonBox.ButtonRole.AcceptRole)
        done.setProperty("kind", "primary")
        done.setObjectName("runs.tags.done")
        done.setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_3)
        layout.addWidget(label(title, "heading"))
        layout.addLayout(adding)
        layout.addWidget(self.list, 1)
        layout.addWidget(buttons)
        self.new.setFocus()
