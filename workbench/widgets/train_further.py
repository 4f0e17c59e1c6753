"""For how long a finished run shall be trained further."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from engine.continuation import Trained
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.number_box import NumberBox
from workbench.widgets.numbers import count
from workbench.widgets.parts import label

MOST = 10_000  # epochs that a run may have in all


class TrainFurtherDialog(QDialog):
    """`chosen` holds the epochs more, and the patience, once it was accepted."""

    def __init__(self, run: int, so_far: Trained, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trainFurther")
        self.setWindowTitle("Train further")
        self._so_far = so_far
        self.epochs = _box("trainFurther.epochs", "Epochs more", 1, MOST - so_far.epochs)
        self.epochs.set_value(min(max(so_far.patience, 10), MOST - so_far.epochs))
        self.patience = _box("trainFurther.patience", "Patience", so_far.without_better + 1, MOST)
        self.patience.set_value(so_far.next_patience)
        self.fault = label("", "error", wrap=True)
        self.fault.setObjectName("trainFurther.fault")
        policy = self.fault.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.fault.setSizePolicy(policy)
        self.fault.hide()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self._buttons.addButton("Train further", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("trainFurther.go")
        self.go.setProperty("kind", "primary")
        self.go.setDefault(True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        for each in (self.epochs, self.patience):
            each.changed.connect(self._check)
        self._lay_out(run)
        self.epochs.selectAll()
        self.epochs.setFocus()

    @property
    def chosen(self) -> tuple[int, int]:
        """(epochs more, patience)."""
        return int(self.epochs.value()), int(self.patience.value())

    def _check(self) -> None:
        """A number that cannot be is called so, and nothing can be started with it."""
        least, so_far = self._so_far.without_better + 1, self._so_far
        faults = []
        if not _within(self.epochs.value(), 1, MOST - so_far.epochs):
            faults.append(f"Epochs more must be a whole number from 1 to {count(MOST - so_far.epochs)}.")
        if not _within(self.patience.value(), least, MOST):
            faults.append(f"Patience must be a whole number from {count(least)} to {count(MOST)}.")
        self.fault.setText(" ".join(faults))
        self.fault.setVisible(bool(faults))
        self.go.setEnabled(not faults)

    def _lay_out(self, run: int) -> None:
        so_far = self._so_far
        words = label(
            f"Run {run} was trained for {count(so_far.epochs)} {'epoch' if so_far.epochs == 1 else 'epochs'}; the best "
            f"was epoch {count(so_far.best_epoch)}. A new run goes on from its last state, and ends as if it had had all "
            "of the epochs from the start.",
            wrap=True,
        )
        words.setMinimumWidth(400)
        form = QFormLayout()
        form.setSpacing(SPACE_2)
        form.addRow("&Epochs more", self.epochs)
        form.addRow("&Patience", self.patience)
        hint = label(
            f"Patience counts from the best epoch on, and {count(so_far.without_better)} have passed since: training "
            "ends when as many have brought nothing better.",
            "muted",
            wrap=True,
        )
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_3)
        layout.addWidget(words)
        layout.addLayout(form)
        layout.addWidget(hint)
        layout.addWidget(self.fault)
        layout.addWidget(self._buttons)


def _box(name: str, title: str, minimum: int, maximum: int) -> NumberBox:
    made = NumberBox(whole=True, minimum=minimum, maximum=maximum, unit="epochs")
    made.setObjectName(name)
    made.setAccessibleName(title)
    return made


def _within(value: int | float | str, minimum: int, maximum: int) -> bool:
    return isinstance(value, int) and minimum <= value <= maximum
