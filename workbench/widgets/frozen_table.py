"""A table whose first columns stay where they are while the others are scrolled sideways."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QTableView, QWidget

from workbench.theme import tabular
from workbench.widgets.table import ROW_HEIGHT, DataTable

_FOR_THE_TABLE = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.ContextMenu,
}


class FrozenTable(DataTable):
    """What the person does with columns: `moved`, `resized(column, width)`, and `header_menu(place, view)` for a menu
    at a place of the header of this view or of the pinned columns."""

    moved = Signal()
    resized = Signal(int, int)
    header_menu = Signal(QPoint, QTableView)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(name, title, parent)
        self._pinned: list[int] = []
        self._is_arranging = False
        self.horizontalHeader().setSectionsMovable(True)
        self.frozen = self._make_frozen()
        self._sync = QTimer(self, singleShot=True, interval=0)
        self._sync.timeout.connect(self._place_frozen)
        header, other = self.horizontalHeader(), self.frozen.horizontalHeader()
        header.sectionResized.connect(lambda column, _before, width: self._follow_width(column, width))
        header.sectionMoved.connect(lambda *_: self._follow_order())
        header.sortIndicatorChanged.connect(lambda column, order: other.setSortIndicator(column, order))
        other.sectionResized.connect(lambda column, _before, width: self._resize_under(column, width))
        other.sectionClicked.connect(self._sort)
        for view in (self, self.frozen):
            view.horizontalHeader().setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.horizontalHeader().customContextMenuRequested.connect(
                lambda place, view=view: self.header_menu.emit(place, view)
            )
        bar, other_bar = self.verticalScrollBar(), self.frozen.verticalScrollBar()
        bar.valueChanged.connect(other_bar.setValue)
        other_bar.valueChanged.connect(bar.setValue)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        self.frozen.setModel(model)
        self.frozen.setSelectionModel(self.selectionModel())

    def setItemDelegate(self, delegate: QAbstractItemDelegate) -> None:
        super().setItemDelegate(delegate)
        self.frozen.setItemDelegate(delegate)

    def arrange(self, columns: Sequence[int], pinned: int, widths: dict[int, int]) -> None:
        """Show these columns in this order and no others; the first `pinned` of them stay at the left."""
        header = self.horizontalHeader()
        self._is_arranging = True
        for place, column in enumerate(columns):
            header.moveSection(header.visualIndex(column), place)
        for column in range(header.count()):
            self.setColumnHidden(column, column not in columns)
        for column, width in widths.items():
            if column in columns:
                self.setColumnWidth(column, width)
        self._is_arranging = False
        self._pinned = list(columns[:pinned])
        self._place_frozen()

    def shown_columns(self) -> list[int]:
        """The columns as they are seen from left to right."""
        header = self.horizontalHeader()
        visual = (header.logicalIndex(place) for place in range(header.count()))
        return [column for column in visual if not self.isColumnHidden(column)]

    def updateGeometries(self) -> None:
        super().updateGeometries()
        if hasattr(self, "frozen"):
            self._place_over()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The pinned columns lie over rows of the same height: what is done to them is done to the rows below.
        if watched is self.frozen.viewport() and event.type() in _FOR_THE_TABLE:
            if event.type() == QEvent.Type.MouseButtonPress:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
            QCoreApplication.sendEvent(self.viewport(), event)
            return True
        return super().eventFilter(watched, event)

    def _make_frozen(self) -> QTableView:
        made = QTableView(self)
        made.setObjectName(f"{self.objectName()}.pinned")
        made.setProperty("kind", "frozen")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setFont(tabular())
        made.setShowGrid(False)
        made.setWordWrap(False)
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.verticalHeader().hide()
        made.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = made.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(self.horizontalHeader().minimumSectionSize())
        header.setDefaultAlignment(self.horizontalHeader().defaultAlignment())
        header.setFixedHeight(self.horizontalHeader().height())
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        made.viewport().installEventFilter(self)
        made.hide()
        return made

    def _sort(self, column: int) -> None:
        header = self.horizontalHeader()
        again = header.sortIndicatorSection() == column
        ascending = again and header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        self.sortByColumn(column, Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder)

    def _follow_order(self) -> None:
        if not self._is_arranging:
            self._pinned = self.shown_columns()[: len(self._pinned)]
            self._sync.start()
            self.moved.emit()

    def _follow_width(self, column: int, width: int) -> None:
        if not self._is_arranging and width:
            self._sync.start()
            self.resized.emit(column, width)

    def _resize_under(self, column: int, width: int) -> None:
        if not self._is_arranging and width:
            self.setColumnWidth(column, width)

    def _place_frozen(self) -> None:
        """Show the pinned columns, as wide as those that they cover."""
        header, other = self.horizontalHeader(), self.frozen.horizontalHeader()
        self._is_arranging = True
        for place, column in enumerate(self._pinned):
            other.moveSection(other.visualIndex(column), place)
        for column in range(header.count()):
            self.frozen.setColumnHidden(column, column not in self._pinned)
            if column in self._pinned:
                self.frozen.setColumnWidth(column, self.columnWidth(column))
        self._is_arranging = False
        self._place_over()
        self.frozen.verticalScrollBar().setValue(self.verticalScrollBar().value())

    def _place_over(self) -> None:
        room, header = self.viewport().geometry(), self.horizontalHeader()
        width = sum(self.columnWidth(column) for column in self._pinned)
        self.frozen.setVisible(bool(self._pinned))
        self.frozen.setGeometry(room.x(), header.y(), min(width + 1, room.width()), header.height() + room.height())
