"""A semantic ID as a path: each code with how many items share everything up to it, and which."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from workbench.theme import SPACE_2
from workbench.widgets import numbers
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import button, clear, label
from workbench.widgets.plain import plain_tooltip

if TYPE_CHECKING:
    from engine.inspection import PathStep

NOBODY = "No other item has these codes"


class CodeSteps(QWidget):
    """`chosen(index)`: one of the items that share a step."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: Sequence[PathStep] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_2)

    @property
    def codes(self) -> tuple[int, ...]:
        return tuple(step.code for step in self.steps)

    def show_path(self, steps: "Sequence[PathStep]", has_unique_level: bool) -> None:
        """`has_unique_level`: the last step only tells apart items that have all other codes in common."""
        self.steps = steps
        clear(self._row)
        for step in steps:
            if step.level > 1:
                self._row.addWidget(label("›", "muted"))
            is_unique = has_unique_level and step.level == len(steps)
            self._row.addWidget(self._widget(step, "Unique level" if is_unique else f"Level {step.level}"), 1)

    def _widget(self, step: "PathStep", level: str) -> QWidget:
        made = QWidget()
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        others = step.sharing - 1
        shared = "unique" if not others else f"{numbers.count(step.sharing)} items"
        code = button(str(step.code), f"inspector.code{step.level}")
        code.setAccessibleName(f"{level}, code {step.code}, {shared}")
        code.setToolTip("Items that share all codes up to this one" if others else NOBODY)
        code.clicked.connect(lambda: self._offer(step, code))
        examples = ElidedLabel(", ".join(card.title for card in step.examples[:3]))
        examples.setProperty("kind", "caption")
        examples.setToolTip(plain_tooltip("\n".join(card.title for card in step.examples)))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(f"{shared}  ·  {level.lower()}"))
        words.addWidget(examples)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(code)
        row.addLayout(words, 1)
        examples.setHidden(not step.examples)  # only now: a widget without a parent would open as a window
        return made

    def _offer(self, step: "PathStep", code: QWidget) -> None:
        menu = QMenu(self)
        menu.setObjectName("inspector.sharing")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for card in step.examples:
            # An ampersand would underline the letter after it.
            action = menu.addAction(card.title.replace("&", "&&"))
            action.triggered.connect(partial(self.chosen.emit, card.index))
        if not step.examples:
            menu.addAction(NOBODY).setEnabled(False)
        more = step.sharing - 1 - len(step.examples)
        if more > 0:
            menu.addAction(f"and {numbers.count(more)} more").setEnabled(False)
        menu.popup(code.mapToGlobal(code.rect().bottomLeft()))
