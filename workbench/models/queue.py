"""The queue as a list whose rows can be dragged to another place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QObject, Qt

from workbench.models.roles import NO_INDEX, DataRole, Index
from workbench.run_queue import RunQueue

if TYPE_CHECKING:
    from engine.store import QueuedRun

MIME = "application/x-h2rec-queue"


class QueueModel(QAbstractListModel):
    """The planned runs in their order; `DataRole.row` carries the QueuedRun. Dropping rows moves them."""

    def __init__(self, queue: RunQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._rows = queue.rows()
        queue.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Read the queue again."""
        rows = self._queue.rows()
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rows(self) -> "list[QueuedRun]":
        return self._rows

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.name}, {about(row)}"
            case Qt.ItemDataRole.ToolTipRole:
                return row.error or f"{row.name}\n{about(row)}"
            case DataRole.row:
                return row
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled  # between two rows, never onto one
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        data = QMimeData()
        data.setData(MIME, " ".join(str(self._rows[index.row()].id) for index in indexes).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not data.hasFormat(MIME) or action != Qt.DropAction.MoveAction:
            return False
        chosen = [int(each) for each in bytes(data.data(MIME).data()).decode().split()]
        following = [each.id for each in self._rows[row if row >= 0 else len(self._rows) :]]
        self._queue.move(chosen, next((each for each in following if each not in chosen), None))
        return False  # the view must not remove rows: the queue has moved them already


def about(row: "QueuedRun") -> str:
    """What kind of run it is, in a line: its dataset, seed and place in its group."""
    parts = [str(row.config.get("data", {}).get("dataset", "")), f"seed {row.config.get('seed', '')}"]
    if row.of > 1:
        parts.append(f"{row.place} of {row.of}" + (f", {row.label}" if row.label and row.label != "full" else ""))
    if row.held:
        parts.append("could not be started" if row.error else "on hold")
    return " · ".join(parts)
