"""The second step: what an item's text is made of, beside the texts of the first items."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.data.raw import ColumnMapping, Preview, TablePreview
from engine.data.text_template import TextTemplate
from engine.errors import DataError
from workbench.pages.datasets.wizard.mapping_form import cells_of
from workbench.pages.datasets.wizard.preview import PreviewModel
from workbench.theme import SPACE_1, SPACE_2, SPACE_3
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, label, set_kind
from workbench.widgets.table import DataTable

HELP = (
    "Names of columns in braces, and any words around them. An empty column is left out with its words. "
    "A brace itself is written {{ or }}."
)


class TextStep(QWidget):
    """A template with its error beside it, the columns to choose from, and the texts it makes.

    `changed`: another template is written. `problem` says why it cannot be used, else "".
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = ""
        self._items: TablePreview | None = None
        self._guess = ""
        self.template = QLineEdit()
        self.template.setObjectName("import.text")
        self.template.setAccessibleName("Text template")
        self.template.setAccessibleDescription(HELP)
        self.template.setPlaceholderText("No text")
        self.error = label("", "error", wrap=True)
        self.error.setObjectName("import.text.error")
        self.reset = button("Back to the guess", "import.text.reset", kind="link")
        self.insert = button("Inser&t", "import.text.insert", "plus")
        self.insert.setAccessibleName("Insert the chosen column into the text")
        self.columns, self.texts = PreviewModel(self), PreviewModel(self)
        self.column_table = DataTable("import.text.columns", "Columns of the items; Enter inserts one into the text")
        self.column_table.setModel(self.columns)
        self.text_table = DataTable("import.texts", "Texts of the first items")
        self.text_table.setModel(self.texts)
        self.coverage = ElidedLabel()
        self.coverage.setProperty("kind", "caption")
        self.template.textChanged.connect(lambda _text: self._check())
        self.reset.clicked.connect(lambda: self.template.setText(self._guess))
        self.column_table.opened.connect(self._insert)
        self.insert.clicked.connect(lambda: self._insert(max(0, self.column_table.currentIndex().row())))
        self._lay_out()

    def show_preview(self, preview: Preview, title: str) -> None:
        """Begin with the text that is guessed for these files."""
        mapping = preview.mapping
        self._items = preview.items if mapping is not None else None
        self._states.setCurrentIndex(0 if self._items is not None else 1)
        if self._items is None or mapping is None:
            self._fixed.set_words(*_why_fixed(title, preview))
            self._guess = ""
        else:
            rows = tuple((name, next(filter(None, cells_of(self._items, name)), "")) for name in self._items.columns)
            self.columns.set_table(("Column", "Such as"), rows)
            self._guess = str(mapping.text_template)
        self.column_table.selectRow(0)
        self.template.setText(self._guess)
        self._check()

    def complete(self, mapping: ColumnMapping | None) -> ColumnMapping | None:
        """The mapping with the text that is written, if it can be used."""
        if mapping is None or self._items is None or self.problem:
            return mapping
        return mapping.with_text(self.template.text())

    def show_mapping(self, mapping: ColumnMapping | None) -> None:
        """Show the texts of the first items, titles by this mapping."""
        items = self._items
        if items is None or mapping is None:
            return
        if self.problem:
            self.coverage.setText("As the last text that could be used makes them.")
            return
        rows = texts_of(items, mapping)
        self.texts.set_table(("Title", "Text that is encoded"), rows)
        filled = sum(bool(text) for _, text in rows)
        self.coverage.setText(f"{filled} of the first {len(rows)} items have a text.")
        self.text_table.setColumnWidth(0, 200)
        self.text_table.stretch_column(1)

    def _check(self) -> None:
        self.problem = ""
        text = self.template.text()
        if self._items is not None and text.strip():
            try:
                TextTemplate.parse(text).check(self._items.columns)
            except DataError as error:
                self.problem = str(error)
        self.error.setText(self.problem)
        self.error.setVisible(bool(self.problem))
        set_kind(self.template, "true" if self.problem else "false", "invalid")
        self.reset.setVisible(text != self._guess)
        self.changed.emit()

    def _insert(self, row: int) -> None:
        """Put a column where the cursor is; after other words, a full stop goes before it."""
        if row >= self.columns.rowCount():
            return
        before = self.template.text()[: self.template.cursorPosition()]
        joint = ". " if before.endswith("}") else ""
        self.template.insert(f"{joint}{{{self.columns.index(row, 0).data()}}}")
        self.template.setFocus(Qt.FocusReason.OtherFocusReason)
        self.template.deselect()

    # Layout

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, SPACE_3, 0)
        column.setSpacing(SPACE_2)
        title = label("Te&xt of an item", "heading")
        title.setBuddy(self.template)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch()
        top.addWidget(self.reset)
        column.addLayout(top)
        column.addWidget(self.template)
        column.addWidget(self.error)
        column.addWidget(label(HELP, "caption", wrap=True))
        column.addSpacing(SPACE_2)
        names = label("&Columns", "heading")
        names.setBuddy(self.column_table)
        below = QHBoxLayout()
        below.addWidget(names)
        below.addStretch()
        below.addWidget(self.insert)
        column.addLayout(below)
        column.addWidget(self.column_table, 1)
        right = QWidget()
        texts = QVBoxLayout(right)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(SPACE_1)
        texts.addWidget(label("What becomes of the first items", "heading"))
        texts.addWidget(self.text_table, 1)
        texts.addWidget(self.coverage)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([400, 660])
        split.setStretchFactor(1, 1)
        self.column_table.horizontalHeader().setStretchLastSection(True)
        self._fixed = EmptyState("text-aa", "", "")
        self._states = QStackedWidget()
        self._states.addWidget(split)
        self._states.addWidget(self._fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_3, 0, 0)
        layout.addWidget(self._states)


def texts_of(items: TablePreview, mapping: ColumnMapping) -> tuple[tuple[str, str], ...]:
    """(title, text) of the first items as the import will make them."""
    template = mapping.text_template
    titles = _column(items, mapping.title or mapping.item_id)
    columns = [_column(items, name) for name in template.columns]
    ids = _column(items, mapping.item_id)
    values = zip(*columns, strict=True) if columns else (() for _ in items.rows)
    return tuple((title or id, template.fill(each)) for title, id, each in zip(titles, ids, values, strict=True))


def _column(items: TablePreview, name: str) -> Sequence[str]:
    return [cell.strip() for cell in cells_of(items, name)] if name in items.columns else [""] * len(items.rows)


def _why_fixed(title: str, preview: Preview) -> tuple[str, str]:
    """Why there is no template to write: (title, sentence)."""
    if preview.items is None:
        return (
            "There is no file of items",
            "Items are known by their ids alone, and have no text. Models that read texts need a file of items.",
        )
    return "The texts are known", f"{title} says itself what an item's text is made of."
