"""Which column holds what: a choice per role, with the guess of the format to begin with."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from engine.data.raw import ColumnMapping, Preview
from workbench.theme import SPACE_2, SPACE_3
from workbench.widgets.parts import guard_wheel, label

INTERACTION_ROLES = {
    "user": "User",
    "item": "Item",
    "timestamp": "Timestamp",
    "position": "Position",
    "rating": "Rating",
}
ITEM_ROLES = {"item_id": "Item id", "title": "Title"}
REQUIRED = ("user", "item", "item_id")
TITLE_WIDTH = 76  # of both groups, so that their fields stand in one column


class MappingForm(QWidget):
    """Chooses the columns of a preview. `changed`: another column was chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mapping: ColumnMapping | None = None
        self._with_items = False
        self.choices: dict[str, QComboBox] = {}
        self.texts: list[QCheckBox] = []
        self._texts = QVBoxLayout()
        self._texts.setSpacing(0)
        self._items = QWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addWidget(label("Columns of the interactions", "label"))
        layout.addLayout(self._rows(INTERACTION_ROLES))
        below = QVBoxLayout(self._items)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(SPACE_3)
        below.addWidget(label("Columns of the items", "label"))
        rows = self._rows(ITEM_ROLES)
        rows.addRow(_title("Text"), self._texts)
        below.addLayout(rows)
        layout.addWidget(self._items)

    @property
    def mapping(self) -> ColumnMapping | None:
        """What is chosen; None where the format leaves no choice."""
        return self._mapping

    @property
    def problem(self) -> str:
        """Why this mapping cannot be used; "" when it can."""
        mapping = self._mapping
        if mapping is None:
            return ""
        if not mapping.user:
            return "Choose the column that holds the user."
        if not mapping.item:
            return "Choose the column that holds the item."
        if mapping.user == mapping.item:
            return f"User and item cannot both be “{mapping.user}”."
        if self._with_items and not mapping.item_id:
            return "Choose the column of the items that holds the item id."
        return ""

    def show_preview(self, preview: Preview) -> None:
        """Offer the columns of these files, with the preview's own mapping chosen."""
        mapping = preview.mapping
        self._mapping = None
        self._with_items = preview.items is not None
        self.setVisible(mapping is not None)
        self._items.setVisible(self._with_items)
        if mapping is None:
            return
        for role in INTERACTION_ROLES:
            self._offer(role, preview.interactions.columns, getattr(mapping, role))
        columns = preview.items.columns if preview.items else ()
        for role in ITEM_ROLES:
            self._offer(role, columns, getattr(mapping, role))
        self._offer_texts(columns, mapping.text)
        self._mapping = mapping

    def _rows(self, roles: dict[str, str]) -> QFormLayout:
        form = QFormLayout()
        form.setSpacing(SPACE_2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for role, title in roles.items():
            combo = QComboBox()
            combo.setObjectName(f"import.{role}")
            combo.setAccessibleName(f"Column of the {title.lower()}")
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(10)
            combo.currentIndexChanged.connect(lambda _place: self._take_over())
            guard_wheel(combo)
            self.choices[role] = combo
            words = _title(title)
            words.setBuddy(combo)
            form.addRow(words, combo)
        return form

    def _offer(self, role: str, columns: Sequence[str], chosen: str | None) -> None:
        combo = self.choices[role]
        combo.blockSignals(True)
        combo.clear()
        combo.addItem("Choose…" if role in REQUIRED else "None", "")
        for column in columns:
            combo.addItem(column, column)
        combo.setCurrentIndex(max(0, combo.findData(chosen or "")))
        combo.blockSignals(False)

    def _offer_texts(self, columns: Sequence[str], chosen: Sequence[str]) -> None:
        for box in self.texts:
            self._texts.removeWidget(box)
            box.deleteLater()
        self.texts = []
        # The text is put together in the order of the boxes.
        for column in (*chosen, *(column for column in columns if column not in chosen)):
            box = QCheckBox(column)
            box.setObjectName(f"import.text.{column}")
            box.setAccessibleName(f"{column} is part of the text")
            box.setChecked(column in chosen)
            box.toggled.connect(lambda _checked: self._take_over())
            self.texts.append(box)
            self._texts.addWidget(box)
        chain = [self.choices["title"], *self.texts]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _take_over(self) -> None:
        if self._mapping is None:
            return
        chosen = {role: combo.currentData() for role, combo in self.choices.items()}
        self._mapping = replace(
            self._mapping,
            user=chosen["user"],
            item=chosen["item"],
            timestamp=chosen["timestamp"] or None,
            position=chosen["position"] or None,
            rating=chosen["rating"] or None,
            item_id=chosen["item_id"],
            title=chosen["title"] or None,
            text=tuple(box.text() for box in self.texts if box.isChecked()),
        )
        self.changed.emit()


def _title(text: str) -> QLabel:
    made = label(text)
    made.setFixedWidth(TITLE_WIDTH)
    return made
