"""Asks for another name of a dataset, and says at once which rule a name breaks."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.errors import WorkbenchError
from workbench.theme import SPACE_2, SPACE_4, SPACE_5
from workbench.widgets.parts import button, label, set_kind

WIDTH = 420


class RenameDialog(QDialog):
    """`agreed(name)`: the person chose a name that can be."""

    agreed = Signal(str)

    def __init__(self, name: str, runs: int, check: Callable[[str], str], parent: QWidget | None = None) -> None:
        """`check` gives a name as it will be used, or raises a WorkbenchError; `runs` is how many are on the dataset."""
        super().__init__(parent)
        self.setObjectName("renameDialog")
        self.setWindowTitle("Rename dataset")
        self.setMinimumWidth(WIDTH)
        self._before, self._check = name, check
        self.name = QLineEdit(name)
        self.name.setObjectName("rename.name")
        title = label(f"&New name of “{name.replace('&', '&&')}”", "label")
        title.setBuddy(self.name)
        self.name.setAccessibleName("New name")
        self.error = label("", "error", wrap=True)
        self.rename = button("Rename", "rename.start", kind="primary")
        cancel = button("Cancel", "rename.cancel")
        self.rename.setDefault(True)
        follow = label(_follow_words(runs), "muted", wrap=True)
        follow.setHidden(not runs)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.rename)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_5, SPACE_4, SPACE_5, SPACE_4)
        layout.setSpacing(SPACE_2)
        for part in (title, self.name, self.error, follow):
            layout.addWidget(part)
        layout.addSpacing(SPACE_2)
        layout.addLayout(buttons)
        self.name.textChanged.connect(lambda _text: self._look())
        self.rename.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self.name.selectAll()
        self._look()

    def accept(self) -> None:
        """Take the name, if it can be and is another one."""
        if self.rename.isEnabled():
            self.agreed.emit(self.name.text().strip())
            super().accept()

    def _look(self) -> None:
        wrong = ""
        try:
            same = self._check(self.name.text()) == self._before
        except WorkbenchError as error:
            wrong, same = str(error), False
        self.error.setText(wrong)
        set_kind(self.name, "true" if wrong else "false", "invalid")
        self.rename.setEnabled(not wrong and not same)
        self.adjustSize()  # what is wrong may take several lines


def _follow_words(runs: int) -> str:
    what = "The run on it points" if runs == 1 else f"The {runs} runs on it point"
    return f"{what} at the new name. The dataset's content and fingerprint stay."
