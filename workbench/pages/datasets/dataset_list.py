"""The list of datasets: name, size, what tells versions of one source apart, and a badge where the data is synthetic."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListView,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.data.versions import SHORT
from workbench.models.dataset_table import ORDERS, DatasetTableModel, Version
from workbench.models.roles import DataRole
from workbench.preferences import Preferences
from workbench.theme import BODY, CAPTION, SPACE_1, SPACE_2, SPACE_3, Role, font, theme
from workbench.widgets import numbers
from workbench.widgets.badge import badge_size, paint_badge
from workbench.widgets.parts import label
from workbench.widgets.slices import paint_background

if TYPE_CHECKING:
    from engine.store import DatasetRow

NAME, LINE = 19, 14  # pixels in height
SYNTHETIC = "synthetic"
REMEMBERED = "datasets/order"


class DatasetList(QWidget):
    """The list with its filter and its order. `chosen(row)`: another dataset is the chosen one. `rename_wanted`,
    `delete_wanted`: F2 or the Delete key was pressed on it."""

    chosen = Signal(int)
    rename_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, model: DatasetTableModel, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._preferences = model, preferences
        self._name: str | None = None
        self.filter = QLineEdit()
        self.filter.setObjectName("datasets.filter")
        self.filter.setAccessibleName("Filter datasets")
        self.filter.setPlaceholderText("Filter")
        self.filter.setClearButtonEnabled(True)
        self.order = QComboBox()
        self.order.setObjectName("datasets.order")
        self.order.setAccessibleName("Order of the datasets")
        for key, words in ORDERS.items():
            self.order.addItem(words, key)
        self.none = label("", "muted", wrap=True)
        self.none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.view = QListView()
        self.view.setObjectName("datasets.list")
        self.view.setAccessibleName("Datasets")
        self.view.setModel(model)
        self.view.setItemDelegate(DatasetDelegate(self.view))
        for pressed, wanted in ((Qt.Key.Key_F2, self.rename_wanted), (Qt.Key.Key_Delete, self.delete_wanted)):
            QShortcut(QKeySequence(pressed), self.view, wanted.emit, context=Qt.ShortcutContext.WidgetShortcut)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_2)
        self.found = QStackedWidget()
        for part in (self.view, self.none):
            self.found.addWidget(part)
        layout.addWidget(self.filter)
        layout.addWidget(self.order)
        layout.addWidget(self.found, 1)
        self.setMinimumWidth(180)
        self.filter.textChanged.connect(self._filter)
        self.order.currentIndexChanged.connect(lambda _place: self._sort())
        model.modelReset.connect(self._choose_again)
        self.view.selectionModel().currentChanged.connect(lambda now, _before: self._choose(now.row()))
        self.order.setCurrentIndex(max(0, self.order.findData(preferences.recall(REMEMBERED, "name"))))

    def choose(self, name: str | None) -> None:
        """Choose a dataset by name, or the first one where there is no such; a filter that hides it is dropped."""
        if name is not None and self._model.row_of(name) is None:
            self.filter.clear()
        place = self._model.row_of(name) if name is not None else None
        self.view.setCurrentIndex(self._model.index(place or 0, 0))

    def _choose(self, row: int) -> None:
        if row >= 0:
            self._name = self._model.dataset(row).name
            self.chosen.emit(row)

    def _choose_again(self) -> None:
        place = self._model.row_of(self._name) if self._name is not None else None
        if place is not None:
            self.view.setCurrentIndex(self._model.index(place, 0))

    def _filter(self, text: str) -> None:
        self._model.set_search(text)
        self.none.setText(f"No dataset fits “{self._model.search}”.")
        self.found.setCurrentWidget(self.view if self._model.rowCount() else self.none)

    def _sort(self) -> None:
        self._preferences.remember(REMEMBERED, self.order.currentData())
        self._model.set_order(self.order.currentData())


class DatasetDelegate(QStyledItemDelegate):
    """Three lines per dataset: name with badge, users and items, interactions; for a version, a fourth with what is
    special about it, its fingerprint, and a stroke along all versions of the source."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        version: Version = index.data(DataRole.version)
        return QSize(180, 2 * SPACE_2 + NAME + LINE * (3 if version.words else 2) - 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        paint_background(painter, option)
        row: DatasetRow = index.data(DataRole.row)
        version: Version = index.data(DataRole.version)
        rect: QRect = option.rect.adjusted(SPACE_3, SPACE_2, -SPACE_3, -SPACE_2)
        painter.save()
        if version.joins_above or version.joins_below:
            top = option.rect.top() + (0 if version.joins_above else SPACE_2)
            bottom = option.rect.bottom() + 1 - (0 if version.joins_below else SPACE_2)
            stroke = QRect(option.rect.left() + SPACE_1, top, 2, bottom - top)
            painter.fillRect(stroke, theme().color(Role.control_border))
        room = rect.width()
        if row.synthetic:
            size = badge_size(SYNTHETIC)
            place = QRectF(rect.right() - size.width() + 1, rect.top() - 1, size.width(), size.height())
            paint_badge(painter, place, SYNTHETIC, Role.warning)
            room -= size.width() + SPACE_2
        _draw(painter, QRect(rect.left(), rect.top(), room, NAME - 1), row.name, BODY, Role.text)
        fingerprint = f"  ·  {row.fingerprint[:SHORT]}" if version.words else ""
        lines = [
            (f"{numbers.count(row.users)} users  ·  {numbers.count(row.items)} items", Role.text_muted),
            (f"{numbers.count(row.interactions)} interactions{fingerprint}", Role.text_muted),
        ]
        if version.words:
            lines.insert(0, (version.words, Role.text))
        for place_of_line, (words, role) in enumerate(lines):
            line = QRect(rect.left(), rect.top() + NAME + LINE * place_of_line, rect.width(), LINE)
            _draw(painter, line, words, CAPTION, role)
        painter.restore()


def _draw(painter: QPainter, place: QRect, words: str, size: int, role: Role) -> None:
    chosen = font(size, bold=size == BODY)
    painter.setFont(chosen)
    painter.setPen(theme().color(role))
    shown = QFontMetrics(chosen).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
