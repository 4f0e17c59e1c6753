"""The map of the items with what it is placed and coloured by, and the item that is chosen on it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QToolButton,
    QToolTip,
    QWidget,
)

from workbench.calm import calm_once, load_torch
from workbench.icons import icon
from workbench.long_work import LongWork, Progress
from workbench.models.code_tree import codes_words
from workbench.models.coded_items import Rows
from workbench.pages.semantic_ids.colouring import COLOURINGS, Colouring
from workbench.pages.semantic_ids.hue_legend import HueLegend
from workbench.pages.semantic_ids.map_view import HELP, MapView, Points
from workbench.theme import SPACE_2, SPACE_3, theme
from workbench.widgets.dialogs import show_error
from workbench.widgets.legend import Entry, Legend
from workbench.widgets.parts import Card, label
from workbench.widgets.plain import plain_tooltip
from workbench.widgets.progress_row import ProgressRow
from workbench.widgets.slices import slice_word

if TYPE_CHECKING:
    from engine.coded_items import CodedItems
    from engine.home import Home

PLACED_BY = (("item texts", "text"), ("semantic IDs", "semantic_id"))
METHODS = (("PCA", "pca"), ("t-SNE", "tsne"))
_ARROW = 60  # pixels of a chooser beside its words
_PLACED_HELP = (
    "Item texts: near are items whose texts mean something similar. Semantic IDs: near are items whose codes stand for "
    "something similar, and items with the same codes lie on each other."
)
_METHOD_HELP = (
    "PCA: at once; shows the large directions. t-SNE: takes a minute or so for 20,000 items; keeps neighbours together, "
    "while distances between groups mean little. A map is kept and not made twice."
)


class MapPanel(Card):
    """`clicked(row)`: an item was clicked. `cleared`: everything shall have its colours back."""

    clicked = Signal(int)
    cleared = Signal()

    def __init__(self, home: "Home", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._home = home
        self._items: CodedItems | None = None
        self._has_texts = False
        self._colouring = Colouring(np.empty(0, dtype=np.int64))
        self._hidden: set[int] = set()
        self._shown_as = (0, 0)  # what the map in view is placed by, and how
        self.work = LongWork(self)
        self.placed_by = _chooser("semantic_ids.placedBy", "Placed by", PLACED_BY, _PLACED_HELP)
        self.method = _chooser("semantic_ids.method", "Map method", METHODS, _METHOD_HELP)
        self.coloured_by = _chooser(
            "semantic_ids.colouredBy", "Coloured by", tuple((name, name) for name in COLOURINGS), ""
        )
        self.clear = QToolButton()
        self.clear.setObjectName("semantic_ids.clear")
        self.clear.setIcon(icon("x"))
        self.clear.setAccessibleName("Choose nothing")
        self.clear.setToolTip("Choose nothing: all items have their colours back (Esc)")
        self.export = QToolButton()
        self.export.setObjectName("semantic_ids.exportMap")
        self.export.setIcon(icon("export"))
        self.export.setAccessibleName("Export the map")
        self.export.setToolTip("Write the map as an image, or its points as CSV")
        self.view = MapView("semantic_ids.map")
        self.legend = Legend()
        self.legend.setToolTip("Click a name to hide or show its items")
        self.hues = HueLegend()
        self.progress = ProgressRow("semantic_ids.map")
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.setObjectName("semantic_ids.mapPanel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Map of the items")
        self.setAccessibleDescription(HELP)
        self._lay_out()
        for chooser in (self.placed_by, self.method):
            chooser.activated.connect(lambda _place: self._make_map())
        self.coloured_by.activated.connect(lambda _place: self._colour())
        self.legend.toggled.connect(self._toggle)
        self.view.pointed.connect(self._point)
        self.view.clicked.connect(self.clicked)
        self.clear.clicked.connect(self.cleared)
        self.export.clicked.connect(self._ask_and_export)
        self.work.progressed.connect(self.progress.show_progress)
        self.progress.cancelled.connect(self.cancel)
        theme().changed.connect(self._colour)

    def show_items(self, items: "CodedItems", has_texts: bool) -> None:
        """Map another catalogue; `has_texts`: its text vectors are there and need not be encoded."""
        self.forget()
        self._items, self._has_texts = items, has_texts
        self.placed_by.setCurrentIndex(0 if has_texts else 1)
        self.method.setCurrentIndex(0)
        self.view.set_points(np.empty((0, 2), dtype=np.float32))
        self._colour()  # the legend stands there before the map does
        self._make_map()

    def forget(self) -> None:
        """Stop what is made."""
        self.work.stop()
        self.progress.end()
        self.problem.hide()
        self._items = None
        self._hidden = set()

    def bring_out(self, rows: Rows | None) -> None:
        """Bring some items out, or none."""
        self.view.bring_out(rows)
        self.clear.setEnabled(rows is not None)

    def cancel(self) -> None:
        """Make no new map; the one in view stays."""
        self.work.stop()
        self.progress.end()
        self.placed_by.setCurrentIndex(self._shown_as[0])
        self.method.setCurrentIndex(self._shown_as[1])

    def export_to(self, path: Path) -> None:
        """Write the map as it is seen, or, by the ending of the name, its points as CSV. Raises OSError."""
        if self._items is None:
            return
        if path.suffix.lower() == ".csv":
            self._items.export_map(path, self.view.points)
        elif not self.view.grab().save(str(path)):
            raise OSError(f"{path.name} cannot be written as an image")

    def _ask_and_export(self) -> None:
        filters = {"Image (*.png)": ".png", "Points (*.csv)": ".csv"}
        chosen, kind = QFileDialog.getSaveFileName(self, "Export the map", "map.png", ";;".join(filters))
        if chosen:
            path = Path(chosen)
            path = path if path.suffix.lower() in filters.values() else path.with_name(path.name + filters[kind])
            try:
                self.export_to(path)
            except OSError as error:
                show_error(self, "The map could not be exported.", f"{path}: {error}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.view.take_key(event.key()):
            super().keyPressEvent(event)

    def _make_map(self) -> None:
        items, home = self._items, self._home
        if items is None:
            return
        wanted = (self.placed_by.currentIndex(), self.method.currentIndex())
        by, method = self.placed_by.currentData(), self.method.currentData()
        encodes = by == "text" and not self._has_texts
        self.problem.hide()

        def make(progress: Progress) -> Points:
            if encodes:
                load_torch()
            with calm_once(f"{by} {method}"):
                return items.map(by, method, home, progress)

        self.progress.begin("Making the map")
        self.work.start(make, partial(self._show_map, wanted), self._show_problem)

    def _show_map(self, made_as: tuple[int, int], points: Points) -> None:
        self._shown_as = made_as
        self._has_texts = self._has_texts or made_as[0] == 0
        self.progress.end()
        self.view.set_points(points)
        self._colour()

    def _show_problem(self, error: Exception) -> None:
        self.cancel()
        self.problem.setText(str(error))
        self.problem.show()

    def _colour(self) -> None:
        if self._items is None:
            return
        name = self.coloured_by.currentData()
        colouring = COLOURINGS[name](self._items)
        if colouring.names != self._colouring.names:
            self._hidden = set()
        self._colouring = colouring
        self.hues.setVisible(colouring.turns is not None)
        self.legend.setVisible(colouring.turns is None)
        self._draw()

    def _toggle(self, key: str) -> None:
        self._hidden ^= {int(key)}
        self._draw()

    def _draw(self) -> None:
        made = self._colouring
        self.legend.set_entries(
            {
                str(group): Entry(name, role, shown=group not in self._hidden)
                for group, (name, role) in enumerate(zip(made.names, made.roles, strict=True))
            }
        )
        self.view.restyle()
        self.view.set_colours(made.groups, made.colours(), made.shown(self._hidden))

    def _point(self, row: int | None) -> None:
        if row is None or self._items is None:
            QToolTip.hideText()
            return
        items = self._items
        part = slice_word(bool(items.popularity.is_head[row + 1]))
        words = f"{items.title(row)}\n{codes_words(items.semantic_id(row))}, {part}, {int(items.counts[row]):,} interactions"
        QToolTip.showText(QCursor.pos() + QPoint(8, 8), plain_tooltip(words), self.view)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        for words, chooser in (("", self.method), ("of", self.placed_by), ("colour:", self.coloured_by)):
            if words:
                title = label(words, "muted")
                title.setBuddy(chooser)
                row.addWidget(title)
            row.addWidget(chooser)
        row.addStretch(1)
        row.addWidget(self.clear)
        row.addWidget(self.export)
        self.set_margins(SPACE_3, SPACE_3)
        self.body.setSpacing(SPACE_2)
        self.body.addLayout(row)
        self.body.addWidget(self.hues)
        self.body.addWidget(self.legend)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.progress)
        self.body.addWidget(self.view, 1)


def _chooser(name: str, title: str, choices: tuple[tuple[str, str], ...], help: str) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setAccessibleDescription(help)
    made.setToolTip(help)
    widest = max(made.fontMetrics().horizontalAdvance(words) for words, _ in choices)
    made.setFixedWidth(widest + _ARROW)
    for words, value in choices:
        made.addItem(words, value)
    return made
