"""The queue beside the curves: what comes next, in which order, and whether it starts by itself."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QToolButton, QVBoxLayout, QWidget

from workbench.icons import icon
from workbench.models.queue import QueueModel
from workbench.pages.monitor.queue_delegate import QueueDelegate
from workbench.run_controller import RunController
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, theme
from workbench.widgets import dialogs
from workbench.widgets.parts import button, label


class QueuePanel(QWidget):
    """Rows are moved by dragging, by the buttons, or by Alt and the arrow keys; Delete removes them."""

    def __init__(self, controller: RunController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller, self._queue = controller, controller.queue
        self.model = QueueModel(controller.queue, self)
        self._words = label("", "muted", wrap=True)
        self._words.setObjectName("monitor.queue.words")
        self._go = button("", "monitor.queue.go")
        self._go.clicked.connect(self._start_or_wait)
        self.list = _RunList()
        self.list.setObjectName("monitor.queue")
        self.list.setAccessibleName("Queue of planned runs")
        self.list.setModel(self.model)
        self.list.setItemDelegate(QueueDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setDropIndicatorShown(True)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_state())
        self.model.modelReset.connect(self._show_state)
        theme().changed.connect(self.list.viewport().update)

        self._up = _tool("arrow-up", "monitor.queue.up", "Move up (Alt+Up)", lambda: self._shift(-1))
        self._down = _tool("arrow-down", "monitor.queue.down", "Move down (Alt+Down)", lambda: self._shift(1))
        self._first = _tool(
            "skip-forward", "monitor.queue.runNext", "Run next", lambda: controller.run_next(self._chosen())
        )
        self._hold = _tool("pause", "monitor.queue.hold", "Put on hold", self._hold_or_release)
        self._remove = _tool("trash", "monitor.queue.remove", "Remove (Delete)", self._ask_and_remove)
        self._tools = QWidget()
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(SPACE_1)
        for tool in (self._up, self._down, self._first, self._hold, self._remove):
            tools.addWidget(tool)
        tools.addStretch()
        tools.addWidget(self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(self._words)
        layout.addWidget(self._tools)
        layout.addWidget(self.list, 1)
        layout.addStretch()
        for keys, tool in (("Alt+Up", self._up), ("Alt+Down", self._down), ("Del", self._remove)):
            shortcut = QShortcut(QKeySequence(keys), self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(tool.click)
        self._queue.changed.connect(self._show_state)
        controller.run_started.connect(self._show_state)
        controller.run_ended.connect(self._show_state)
        self._show_state()

    def _chosen(self) -> list[int]:
        rows = self.model.rows()
        return [rows[index.row()].id for index in sorted(self.list.selectedIndexes())]

    def _choose(self, chosen: list[int]) -> None:
        selection = self.list.selectionModel()
        places = [place for place, row in enumerate(self.model.rows()) if row.id in chosen]
        for place in places:
            selection.select(self.model.index(place), QItemSelectionModel.SelectionFlag.Select)
        if places:
            selection.setCurrentIndex(self.model.index(places[0]), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _shift(self, by: int) -> None:
        """Move the chosen rows, which come to stand together, by one place."""
        chosen = self._chosen()
        order = [row.id for row in self.model.rows()]
        kept = [each for each in order if each not in chosen]
        before_first = sum(each in kept for each in order[: order.index(chosen[0])])
        place = max(0, before_first + by)
        self._queue.move(chosen, kept[place] if place < len(kept) else None)
        self._choose(chosen)

    def _hold_or_release(self) -> None:
        chosen = self._chosen()
        self._queue.hold(chosen, self._are_waiting())
        self._choose(chosen)

    def _are_waiting(self) -> bool:
        chosen = self._chosen()
        return any(not row.held for row in self.model.rows() if row.id in chosen)

    def _ask_and_remove(self) -> None:
        chosen = self._chosen()
        what = "this planned run" if len(chosen) == 1 else f"these {len(chosen)} planned runs"
        names = "\n".join(row.name for row in self.model.rows() if row.id in chosen)
        if dialogs.ask(self, f"Remove {what}?", f"{names}\n\nTheir settings are lost.", "Remove"):
            self._queue.remove(chosen)

    def _start_or_wait(self) -> None:
        if self._queue.goes:
            self._queue.goes = False
        else:
            self._controller.start_queue()

    def _show_state(self) -> None:
        waiting, any_chosen = self._queue.waiting, self.list.selectionModel().hasSelection()
        runs = f"{waiting} {'run waits' if waiting == 1 else 'runs wait'}"
        for part in (self._tools, self.list):
            part.setVisible(bool(self.model.rows()))
        if not self.model.rows():
            words = "Nothing waits. While a run goes, New experiment adds further ones here."
        elif not waiting:
            words = "All planned runs are on hold."
        elif not self._queue.goes:
            words = f"{runs} for your word."
        elif self._controller.is_running:
            words = f"{runs}; the next one starts when this run has ended."
        else:
            words = f"{runs}."
        self._words.setText(words)
        goes = self._queue.goes and self._controller.is_running
        self._go.setText("Do not go on" if goes else "Start the queue")
        self._go.setToolTip("Let the next run wait for your word" if goes else "Run what waits, one after another")
        self._go.setVisible(waiting > 0)
        for tool in (self._up, self._down, self._first, self._hold, self._remove):
            tool.setEnabled(any_chosen)
        held = any_chosen and not self._are_waiting()
        self._hold.setIcon(icon("play" if held else "pause"))
        self._hold.setToolTip("Take off hold" if held else "Put on hold")
        self._hold.setAccessibleName(self._hold.toolTip())


class _RunList(QListView):
    """Hands a drop to the model as a whole; Qt's own list moves several rows one by one, and loses some."""

    def dropEvent(self, event: QDropEvent) -> None:
        place = event.position().toPoint()
        index = self.indexAt(place)
        below = index.isValid() and place.y() > self.visualRect(index).center().y()
        row = index.row() + below if index.isValid() else -1
        self.model().dropMimeData(event.mimeData(), Qt.DropAction.MoveAction, row, 0, QModelIndex())
        event.setDropAction(Qt.DropAction.IgnoreAction)  # nothing is left to be removed
        event.accept()


def _tool(icon_name: str, name: str, words: str, act: object) -> QToolButton:
    made = QToolButton()
    made.setObjectName(name)
    made.setIcon(icon(icon_name))
    made.setToolTip(words)
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.clicked.connect(act)
    return made
