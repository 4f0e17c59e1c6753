"""Chips above the run table: each lets through the runs with some values of one column."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from superqt import QFlowLayout

from workbench.icons import icon
from workbench.models.run_columns import STATUS_WORDS, model_name
from workbench.pages.runs.table_view import CHIPS
from workbench.theme import SPACE_1, SPACE_2, Role
from workbench.widgets.numbers import count
from workbench.widgets.parts import button, set_kind

TITLES = {"status": "Status", "dataset": "Dataset", "model": "Model", "tag": "Tag"}
LONGEST = 24  # letters of chosen values on a chip
_WORDS: dict[str, Callable[[str], str]] = {"status": lambda value: STATUS_WORDS.get(value, value), "model": model_name}


class CheckMenu(QMenu):
    """A menu that stays open while its entries are ticked."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        ticks = event.type() == QEvent.Type.MouseButtonRelease or (is_key and event.key() == Qt.Key.Key_Space)  # type: ignore[attr-defined]
        action = self.activeAction()
        if ticks and action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
            return True
        return super().eventFilter(watched, event)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.installEventFilter(self)


class FilterChip(QPushButton):
    """`chosen(values)`: other values are let through; none of them means all."""

    chosen = Signal(tuple)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(TITLES[name], parent)
        self._name = name
        self._values: tuple[str, ...] = ()
        self._known: Callable[[], Mapping[str, int]] = dict
        self.setObjectName(f"runs.chip.{name}")
        self.setProperty("kind", "chip")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        menu = CheckMenu(self)
        menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.set_values(())

    def set_known(self, known: Callable[[], Mapping[str, int]]) -> None:
        """Where the values come from, with the number of runs that have each."""
        self._known = known

    @property
    def values(self) -> tuple[str, ...]:
        return self._values

    def set_values(self, values: Iterable[str]) -> None:
        """Show which values are let through."""
        self._values = tuple(values)
        words = ", ".join(self._word(value) for value in self._values)
        if len(words) > LONGEST:
            words = f"{len(self._values)} chosen" if len(self._values) > 1 else f"{words[:LONGEST]}…"
        title = TITLES[self._name]
        self.setText(f"{title}: {words}" if words else title)
        self.setAccessibleName(f"Filter by {title.lower()}{': ' + words if words else ''}")
        self.setIcon(icon("caret-down", Role.text_muted))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the caret stands behind the words
        set_kind(self, "true" if words else "false", "active")

    def _word(self, value: str) -> str:
        return _WORDS.get(self._name, str)(value)

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        known = self._known()
        gone = {value: 0 for value in self._values if value not in known}
        for value, runs in {**known, **gone}.items():
            action = menu.addAction(f"{self._word(value).replace('&', '&&')}   ({count(runs)})")
            action.setCheckable(True)
            action.setChecked(value in self._values)
            action.toggled.connect(lambda on, value=value: self._toggle(value, on))
        if menu.isEmpty():
            menu.addAction("No run has a tag yet" if self._name == "tag" else "There are no runs yet").setEnabled(False)

    def _toggle(self, value: str, on: bool) -> None:
        self.set_values([*self._values, value] if on else [each for each in self._values if each != value])
        self.chosen.emit(self._values)


class FilterChips(QWidget):
    """The chips, in as many rows as they need; `changed` carries name -> values of all of them."""

    changed = Signal(dict)

    def __init__(self, known: Callable[[], Mapping[str, Mapping[str, int]]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = {name: FilterChip(name) for name in CHIPS}
        self.clear = button("Clear filters", "runs.clearFilters", kind="link")
        self.row = QFlowLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setHorizontalSpacing(SPACE_2)
        self.row.setVerticalSpacing(SPACE_1)
        for name, chip in self.chips.items():
            chip.set_known(lambda name=name: known().get(name, {}))  # type: ignore[misc]
            chip.chosen.connect(lambda _values: self.changed.emit(self.values))
            self.row.addWidget(chip)
        self.row.addWidget(self.clear)

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        return {name: chip.values for name, chip in self.chips.items() if chip.values}

    def show_values(self, values: Mapping[str, tuple[str, ...]], *, can_clear: bool) -> None:
        for name, chip in self.chips.items():
            chip.set_values(values.get(name, ()))
        self.clear.setVisible(can_clear)
