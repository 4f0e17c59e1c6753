"""Which columns the run table shows, in which order, and how many of them stay at the left."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.models.run_columns import BY_FIELD, COLUMNS, USUAL, Cutoff
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import button, label

_FIELD = Qt.ItemDataRole.UserRole


class ColumnsDialog(QDialog):
    """`chosen(columns, pinned)` with every change, so that the table shows what comes of it."""

    chosen = Signal(tuple, int)

    def __init__(self, columns: Sequence[str], pinned: int, k: Cutoff, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.columns")
        self.setWindowTitle("Columns")
        self.resize(420, 560)
        self._k: Cutoff = k
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a column")
        self.search.setAccessibleName("Find a column")
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("runs.columns.list")
        self.list.setAccessibleName("Columns, from left to right")
        self.list.setSpacing(1)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.pinned = QSpinBox()
        self.pinned.setObjectName("runs.columns.pinned")
        self.pinned.setRange(0, 6)
        self.up = button("Move up", "runs.columns.up", "arrow-up")
        self.down = button("Move down", "runs.columns.down", "arrow-down")
        usual = button("Usual columns", "runs.columns.usual", kind="link")
        self._lay_out(usual)
        self._fill(columns, pinned)
        self.search.textChanged.connect(self._find)
        self.list.itemChanged.connect(lambda _item: self._tell())
        self.list.model().rowsMoved.connect(lambda *_: self._tell())
        self.list.currentRowChanged.connect(lambda _row: self._enable())
        self.pinned.valueChanged.connect(lambda _value: self._tell())
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        usual.clicked.connect(self._reset)
        self._enable()

    def columns(self) -> tuple[str, ...]:
        """The ticked columns in their order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(item.data(_FIELD) for item in items if item.checkState() == Qt.CheckState.Checked)

    def _fill(self, columns: Sequence[str], pinned: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        rest = [column.field for column in COLUMNS if column.field not in columns]
        for field in (*columns, *rest):
            column = BY_FIELD[field]
            help = column.help.replace("@k", f"@{self._k}")
            item = QListWidgetItem(column.heading(self._k))
            item.setToolTip(help)
            item.setData(_FIELD, field)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, help)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsDragEnabled
            )
            item.setCheckState(Qt.CheckState.Checked if field in columns else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self.pinned.setValue(pinned)

    def _reset(self) -> None:
        self._fill(USUAL, 2)
        self._tell()

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        item = self.list.takeItem(row)
        self.list.insertItem(row + step, item)
        self.list.setCurrentRow(row + step)
        self._tell()

    def _tell(self) -> None:
        columns = self.columns()
        if columns:
            self.chosen.emit(columns, min(self.pinned.value(), len(columns)))

    def _enable(self) -> None:
        row = self.list.currentRow()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < self.list.count() - 1)

    def _find(self, text: str) -> None:
        wanted = text.casefold().split()
        for row in range(self.list.count()):
            item = self.list.item(row)
            held = f"{item.text()} {item.toolTip()}".casefold()
            item.setHidden(not all(word in held for word in wanted))

    def _lay_out(self, usual: QWidget) -> None:
        beside = QLabel("Columns that stay at the &left:")
        beside.setBuddy(self.pinned)
        pins = QHBoxLayout()
        pins.addWidget(beside)
        pins.addWidget(self.pinned)
        pins.addStretch(1)
        pins.addWidget(usual)
        moves = QHBoxLayout()
        moves.setSpacing(SPACE_2)
        moves.addWidget(self.up)
        moves.addWidget(self.down)
        moves.addStretch(1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.accept)
        moves.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_3)
        layout.addWidget(
            label("Tick what the table shall show; drag, or use the buttons, to order it.", "muted", wrap=True)
        )
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(pins)
        layout.addLayout(moves)
