"""Which column holds what: a choice per role, with the guess of the format to begin with, and how it will be read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from engine.data.column_types import ColumnReading, read_as
from engine.data.raw import ColumnMapping, Preview, TablePreview
from workbench.theme import SPACE_2, SPACE_3, SPACE_4
from workbench.widgets.parts import guard_wheel, label, set_kind

INTERACTION_ROLES = {
    "user": "&User",
    "item": "I&tem",
    "timestamp": "Timestam&p",
    "position": "Po&sition",
    "rating": "&Rating",
}
ITEM_ROLES = {"item_id": "Item i&d", "title": "Tit&le"}
REQUIRED = {
    "user": "Choose the column that holds the user.",
    "item": "Choose the column that holds the item.",
    "item_id": "Choose the column of the items that holds the item id.",
}
TITLE_WIDTH = 76  # of both groups, so that their fields stand in one column


class MappingForm(QWidget):
    """Chooses the columns of a preview; what is wrong stands beside the field. `changed`: another column was chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mapping: ColumnMapping | None = None
        self._preview: Preview | None = None
        self.choices: dict[str, QComboBox] = {}
        self.notes: dict[str, QLabel] = {}
        self.problems: dict[str, str] = {}
        self._offered: tuple[str, ...] = ()
        self._interactions = self._group("Columns of the interactions", INTERACTION_ROLES)
        self._items = self._group("Columns of the items", ITEM_ROLES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_4)
        layout.addWidget(self._interactions)
        layout.addWidget(self._items)

    @property
    def mapping(self) -> ColumnMapping | None:
        """What is chosen; None where the format leaves no choice."""
        return self._mapping

    def show_preview(self, preview: Preview) -> None:
        """Offer the columns of these files, with the preview's own mapping chosen."""
        mapping = preview.mapping
        self._preview, self._mapping = preview, None
        self._offered = offered_roles(preview)
        self._interactions.setVisible("user" in self._offered)
        self._items.setVisible("item_id" in self._offered)
        for role in self._offered:
            table = preview.interactions if role in INTERACTION_ROLES else preview.items
            self._offer(role, table.columns if table else (), getattr(mapping, role))
        self._mapping = mapping
        self._check()

    def _group(self, title: str, roles: dict[str, str]) -> QWidget:
        group = QWidget()
        layout = QVBoxLayout(group)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_3)
        layout.addWidget(label(title, "heading"))
        layout.addLayout(self._rows(roles))
        return group

    def _rows(self, roles: dict[str, str]) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(SPACE_2)
        form.setHorizontalSpacing(SPACE_2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for role, title in roles.items():
            combo = QComboBox()
            combo.setObjectName(f"import.{role}")
            combo.setAccessibleName(f"Column of the {title.replace('&', '').lower()}")
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(10)
            combo.currentIndexChanged.connect(lambda _place: self._take_over())
            guard_wheel(combo)
            note = label("", "caption", wrap=True)
            note.setObjectName(f"import.{role}.note")
            self.choices[role], self.notes[role] = combo, note
            words = label(title)
            words.setFixedSize(TITLE_WIDTH, combo.sizeHint().height())
            words.setBuddy(combo)
            field = QVBoxLayout()
            field.setSpacing(2)
            field.addWidget(combo)
            field.addWidget(note)
            form.addRow(words, field)
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

    def _take_over(self) -> None:
        if self._mapping is None:
            return
        chosen = {role: self.choices[role].currentData() for role in self._offered}
        columns: dict[str, Any] = {
            role: column or ("" if role in REQUIRED else None) for role, column in chosen.items()
        }
        self._mapping = replace(self._mapping, **columns)
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        """Say beside every field how its column is read, or why it cannot be."""
        readings = column_readings(self._preview, self._mapping)
        self.problems = mapping_problems(self._preview, self._mapping)
        self.problems |= {role: reading.problem for role, reading in readings.items() if reading.problem}
        for role, note in self.notes.items():
            wrong = self.problems.get(role, "")
            words = wrong or (readings[role].words if role in readings else "")
            note.setText(words[:1].upper() + words[1:])
            note.setVisible(bool(words))
            set_kind(note, "error" if wrong else "caption")
            set_kind(self.choices[role], "true" if wrong else "false", "invalid")


def offered_roles(preview: Preview) -> tuple[str, ...]:
    """The roles for which a column can be chosen: none of a file whose columns the format knows itself."""
    mapping = preview.mapping
    if mapping is None:
        return ()
    known = any(column and column not in preview.interactions.columns for column in (mapping.user, mapping.item))
    return (*(() if known else INTERACTION_ROLES), *(ITEM_ROLES if preview.items is not None else ()))


def mapping_problems(preview: Preview | None, mapping: ColumnMapping | None) -> dict[str, str]:
    """role -> why this mapping cannot be used."""
    if preview is None or mapping is None:
        return {}
    needed = [role for role in REQUIRED if role != "item_id" or preview.items is not None]
    found = {role: REQUIRED[role] for role in needed if not getattr(mapping, role)}
    if mapping.user and mapping.user == mapping.item:
        found["item"] = f"User and item cannot both be “{mapping.user}”."
    return found


def column_readings(preview: Preview | None, mapping: ColumnMapping | None) -> dict[str, ColumnReading]:
    """role -> how the column that is chosen for it will be read, as far as the first rows tell."""
    if preview is None or mapping is None:
        return {}
    tables = dict.fromkeys(INTERACTION_ROLES, preview.interactions) | dict.fromkeys(ITEM_ROLES, preview.items)
    return {
        role: read_as(role, cells_of(table, column))
        for role, table in tables.items()
        if (column := getattr(mapping, role)) and table is not None and column in table.columns
    }


def cells_of(table: TablePreview, column: str) -> list[str]:
    """One column of the first rows."""
    place = table.columns.index(column)
    return [row[place] for row in table.rows]
