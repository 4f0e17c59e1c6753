"""The form of an experiment, made from the settings themselves: a new setting appears here by itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.applicability import hidden, set_aside
from engine.config import ExperimentConfig
from engine.grid import Axis
from engine.settings import SettingInfo, problems, sections_of, settings_of, value_at
from workbench.theme import SPACE_4
from workbench.widgets.editors import ChoiceEditor, Editor, PathEditor, SliderEditor, TextEditor, make_editor
from workbench.widgets.parts import order_tabs
from workbench.widgets.section_card import SectionCard
from workbench.widgets.setting_field import SettingField

TWO_COLUMNS_FROM = 700  # pixels; more than two columns need at least, or they could never become one
_RUN = ""  # the section of the settings that belong to none
# Data and semantic IDs, the first things to decide, begin the columns; the columns are about equally long.
_COLUMNS = (("data", "semantic_ids", "text", "training"), ("model", "alignment", "evaluation", _RUN))
_EDITORS: dict[str, Callable[[SettingInfo], Editor]] = {
    "data.dataset": lambda _: ChoiceEditor([]),
    "text.source": PathEditor,
    "alignment.alpha": SliderEditor,
    "alignment.beta": SliderEditor,
}
_SOURCES = {"folder": "folder", "vectors": "Vectors (*.npy *.parquet)"}


class ConfigForm(QWidget):
    """Every setting of an experiment. While something is wrong `config` is None and `errors` says what."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the prefix of the inputs' object names: "setup" gives "setup.semantic_ids.depth"."""
        super().__init__(parent)
        self.config: ExperimentConfig | None = None
        self.errors: dict[str, str] = {}
        self.fields: dict[str, SettingField] = {}
        self.sections: dict[str, SectionCard] = {}
        self._quiet = False
        for info in settings_of(ExperimentConfig):
            editor = _EDITORS.get(info.key, make_editor)(info)
            field = SettingField(info, editor, f"{name}.{info.key}")
            field.changed.connect(self._check)
            self.fields[info.key] = field
        for section, title in [*sections_of(ExperimentConfig), (_RUN, "Run")]:
            own = [field for field in self.fields.values() if _section(field.info) == section]
            self.sections[section] = SectionCard(title, own, f"{name}.{section or 'run'}")

        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._columns = [QVBoxLayout(), QVBoxLayout()]
        for column in self._columns:
            column.setSpacing(SPACE_4)
            row.addLayout(column, 1)
        self._shown_columns = 0
        self._lay_out(2)
        order_tabs(self.tab_chain())
        self.set_config(ExperimentConfig())

    def tab_chain(self) -> list[QWidget]:
        """Everything that takes the keyboard, through the cards as they stand, column by column."""
        return [widget for section in self._in_order() for widget in self.sections[section].tab_chain()]

    def set_choices(self, key: str, choices: Sequence[tuple[str, str]]) -> None:
        """(value, label) of what a setting may be, where only the outside knows."""
        editor = self.fields[key].editor
        assert isinstance(editor, ChoiceEditor)
        editor.set_choices(choices)
        self._check()

    def set_placeholder(self, key: str, text: str) -> None:
        """What an empty text setting comes to."""
        editor = self.fields[key].editor
        assert isinstance(editor, TextEditor)
        editor.set_placeholder(text)

    def axes(self) -> list[Axis]:
        """The settings that have several values. Raises SettingsError while one of these is wrong."""
        return [axis for field in self.fields.values() if (axis := field.axis()) is not None]

    def ask_for_several(self, key: str) -> None:
        """Let a setting have several values, and put the cursor there."""
        field = self.fields[key]
        if field.isEnabled():
            self.reveal(field)
            field.ask_for_several()

    def reveal(self, field: SettingField) -> None:
        """Unfold the advanced settings where the field is one of them."""
        if field.info.advanced:
            self.sections[_section(field.info)].unfold()

    def field_around(self, widget: QWidget | None) -> SettingField | None:
        """The field that a widget is part of."""
        if widget is None or not self.isAncestorOf(widget):
            return None
        return next((field for field in self.fields.values() if field.isAncestorOf(widget)), None)

    def set_config(self, config: ExperimentConfig) -> None:
        """Show these settings, each with one value."""
        self._quiet = True
        for field in self.fields.values():
            field.ask_for_one()
            field.editor.set_value(value_at(config, field.info.path))
        self._quiet = False
        self._check()

    def set_baseline(self, config: ExperimentConfig, title: str) -> None:
        """The settings that changes are marked against."""
        for field in self.fields.values():
            field.set_baseline(value_at(config, field.info.path), title)
        for section in self.sections.values():
            section.update_marks()

    def changed_settings(self) -> list[str]:
        """Titles of the settings that differ from the baseline."""
        return [field.info.title for field in self.fields.values() if field.is_changed]

    def values(self) -> dict[str, Any]:
        """The nested values as they stand in the editors."""
        nested: dict[str, Any] = {}
        for field in self.fields.values():
            *sections, name = field.info.path
            target = nested
            for section in sections:
                target = target.setdefault(section, {})
            target[name] = field.editor.value()
        if "text.source" in hidden(nested):
            nested["text"]["source"] = ""
        return nested

    def show_first_error(self) -> SettingField | None:
        """Bring the cursor to the first wrong setting and return its field."""
        for field in self.fields.values():
            if field.error:
                field.input.setFocus()
                return field
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(2 if self.width() >= TWO_COLUMNS_FROM else 1)

    def _lay_out(self, columns: int) -> None:
        if columns == self._shown_columns:
            return
        self._shown_columns = columns
        for column in self._columns:
            for card in self.sections.values():
                # Not takeAt: an old item that lives on keeps the new one from noticing that the card has grown.
                column.removeWidget(card)
            while column.count():
                column.takeAt(0)
        first = len(_COLUMNS[0])
        for number, section in enumerate(self._in_order()):
            self._columns[min(int(number >= first), columns - 1)].addWidget(self.sections[section])
        for column in self._columns[:columns]:
            column.addStretch(1)
        self._row.setStretch(1, columns - 1)
        self._row.setSpacing(SPACE_4 if columns == 2 else 0)

    def _in_order(self) -> list[str]:
        """The sections as they stand, column by column."""
        placed = [section for column in _COLUMNS for section in column]
        return [*placed, *(section for section in self.sections if section not in placed)]

    def _check(self) -> None:
        if self._quiet:
            return
        values = self.values()
        found: dict[str, str] = {}
        try:
            self.config = ExperimentConfig.model_validate(values)
        except ValidationError as error:
            self.config = None
            for key, words in problems(error, ExperimentConfig):
                found.setdefault(key, words)
        for key, field in self.fields.items():
            if words := field.several_error():
                self.config = None
                found[key] = words
        self.errors = found
        for key, field in self.fields.items():
            field.set_error(found.get(key, ""))
        self._apply(values)
        for section in self.sections.values():
            section.update_marks()
        self.changed.emit()

    def _apply(self, values: Mapping[str, Any]) -> None:
        reasons, gone = set_aside(values), hidden(values)
        for section, card in self.sections.items():
            card.set_aside(reasons.get(section, ""))
        for key, field in self.fields.items():
            field.setEnabled(key not in reasons)
            field.setVisible(key not in gone)
        source = self.fields["text.source"].editor
        assert isinstance(source, PathEditor)
        source.look_for(_SOURCES.get(values["text"]["encoder"], ""))


def _section(info: SettingInfo) -> str:
    return info.path[0] if len(info.path) > 1 else _RUN
