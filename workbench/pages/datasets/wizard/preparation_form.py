"""The preparation settings of an import, made from their model."""

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.config import PreparationSettings
from engine.settings import problems, settings_of
from workbench.theme import SPACE_1, SPACE_4
from workbench.widgets.editors import make_editor
from workbench.widgets.setting_field import SettingField

if TYPE_CHECKING:
    from engine.data.log import Log

COLUMNS = 2
NEEDS_TIMES = ("first_date", "last_date")
NEEDS_RATINGS = ("least_rating",)


class PreparationForm(QWidget):
    """A field per setting with its help; errors beside the field. `settings` is None while one is wrong.

    Once the interactions are known, fields that need what they lack say so.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings: PreparationSettings | None = PreparationSettings()
        self.fields: dict[str, SettingField] = {}
        self._log: Log | None = None
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE_4)
        layout.setVerticalSpacing(SPACE_1)
        for place, info in enumerate(settings_of(PreparationSettings)):
            field = SettingField(info, make_editor(info), f"import.{info.key}")
            field.editor.set_value(info.default)
            field.set_baseline(info.default, "default")
            field.changed.connect(self._check)
            self.fields[info.key] = field
            layout.addWidget(field, place // COLUMNS, place % COLUMNS, Qt.AlignmentFlag.AlignTop)
        for column in range(COLUMNS):
            layout.setColumnStretch(column, 1)
        layout.setRowStretch(layout.rowCount(), 1)

    def show_log(self, log: "Log | None") -> None:
        """What is known of the interactions now; None while nothing is."""
        self._log = log
        self._check()

    def _check(self) -> None:
        values: dict[str, Any] = {key: field.editor.value() for key, field in self.fields.items()}
        wrong: dict[str, str] = {}
        try:
            settings = PreparationSettings.model_validate(values)
        except ValidationError as error:
            self.settings = None
            wrong = dict(problems(error, PreparationSettings))
        else:
            wrong = self._refused(settings)
            self.settings = None if wrong else settings
        about = _about(self._log)
        for key, field in self.fields.items():
            words, there = about.get(key, ("", True))
            field.set_error(wrong.get(key, ""))
            field.set_help("" if wrong.get(key) else words)
            field.editor.setEnabled(there or values[key] is not None)  # what stands in it can be taken out again
        self.changed.emit()

    def _refused(self, settings: PreparationSettings) -> dict[str, str]:
        if self._log is None:
            return {}
        from engine.data.filters import refusals

        return refusals(self._log, settings)


def _about(log: "Log | None") -> dict[str, tuple[str, bool]]:
    """setting -> (what is known of it in these interactions, whether it can be used)."""
    if log is None:
        return {}
    found: dict[str, tuple[str, bool]] = {}
    days, ratings = log.days, log.rating_range
    if days is None:
        found |= dict.fromkeys(NEEDS_TIMES, ("These interactions have no times, only an order.", False))
    else:
        found["first_date"] = (f"Interactions before this day (UTC) are left out. The first is of {days[0]}.", True)
        found["last_date"] = (f"Interactions after this day (UTC) are left out. The last is of {days[1]}.", True)
    if ratings is None:
        found |= dict.fromkeys(NEEDS_RATINGS, ("These interactions have no ratings.", False))
    else:
        words = (
            f"Lower ones, and interactions without, are left out. Here they go from {ratings[0]:g} to {ratings[1]:g}."
        )
        found["least_rating"] = (words, True)
    return found
