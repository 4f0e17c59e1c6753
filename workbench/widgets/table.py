"""A table with sane defaults: whole rows, figures in columns, copy, and export as CSV."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QAbstractItemModel, QByteArray, QItemSelectionRange, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHeaderView, QMenu, QTableView, QWidget

from engine.files import safe_cell, write_csv
from workbench.theme import tabular

ROW_HEIGHT = 30


class DataTable(QTableView):
    """A read-only table over any item model. Models align their numbers to the right by TextAlignmentRole.

    `opened(row)`: a row was double-clicked, or Enter pressed on it.
    """

    opened = Signal(int)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """`name` is the object name, `title` what a screen reader says."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFont(tabular())
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setFixedHeight(ROW_HEIGHT + 2)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.copy_action = QAction("Copy", self)
        self.copy_action.setShortcut(QKeySequence.StandardKey.Copy)
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_action.triggered.connect(self.copy_selection)
        self.export_action = QAction("Export as CSV…", self)
        self.export_action.triggered.connect(self._ask_and_export)
        self.addActions([self.copy_action, self.export_action])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def stretch_column(self, column: int) -> None:
        """Let one column take the room that the others leave."""
        self.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def set_widths(self, *widths: int) -> None:
        """Widths of the first columns in pixels; 0 leaves a column as it is."""
        for column, width in enumerate(widths):
            if width:
                self.setColumnWidth(column, width)

    def selected_rows(self) -> list[int]:
        """The selected rows from top to bottom."""
        selection = self.selectionModel()
        if selection is None:
            return []
        # Range by range: the selection model's own list of rows takes seconds for thousands of them.
        ranges = cast("Iterable[QItemSelectionRange]", selection.selection())
        return sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})

    def columns_state(self) -> QByteArray:
        """Widths, order and sorting of the columns, to be remembered."""
        return self.horizontalHeader().saveState()

    def restore_columns(self, state: object) -> None:
        """Bring back what `columns_state` gave; anything else is ignored."""
        if isinstance(state, QByteArray):
            self.horizontalHeader().restoreState(state)

    def copy_selection(self) -> None:
        """Put the selected rows on the clipboard, with headings, separated by tabs."""
        rows = self.selected_rows()
        if rows:
            out = io.StringIO()
            csv.writer(out, dialect="excel-tab").writerows(map(safe_cell, row) for row in self._cells(rows))
            QGuiApplication.clipboard().setText(out.getvalue())

    def export_csv(self, file: Path) -> None:
        """Write all rows with headings as CSV. Raises OSError."""
        model = self.model()
        while model.canFetchMore(QModelIndex()):
            model.fetchMore(QModelIndex())
        headings, *rows = self._cells(list(range(model.rowCount())))
        write_csv(file, headings, rows)

    def _cells(self, rows: list[int]) -> list[list[str]]:
        """The headings and these rows, column by column as they are seen."""
        model: QAbstractItemModel = self.model()
        header = self.horizontalHeader()
        visual = [header.logicalIndex(place) for place in range(header.count())]
        columns = [column for column in visual if not self.isColumnHidden(column)]
        return [
            [" ".join(str(model.headerData(column, Qt.Orientation.Horizontal)).split()) for column in columns],
            *([model.index(row, column).data() for column in columns] for row in rows),
        ]

    def _ask_and_export(self) -> None:
        from workbench.widgets.dialogs import show_error

        chosen, _ = QFileDialog.getSaveFileName(self, "Export as CSV", "table.csv", "CSV files (*.csv)")
        if chosen:
            try:
                self.export_csv(Path(chosen))
            except OSError as error:
                show_error(self, "The table could not be exported.", f"{chosen}: {error.strerror}.")

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions(self.actions())
        menu.popup(self.viewport().mapToGlobal(place))
