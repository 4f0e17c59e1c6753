"""One setting in a form: label, editor or several values, help, what is wrong, whether it differs from the preset."""

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.grid import Axis
from engine.settings import SettingInfo
from workbench.icons import icon
from workbench.theme import SPACE_1, SPACE_2, Role
from workbench.widgets.editors import Editor, SwitchEditor
from workbench.widgets.parts import label
from workbench.widgets.several_values import SeveralValues


class SettingField(QWidget):
    """Emits `changed` when the value became another, allowed or not."""

    changed = Signal()
    _has_baseline = False

    def __init__(self, info: SettingInfo, editor: Editor, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the input."""
        super().__init__(parent)
        self.info, self.editor = info, editor
        self._name = name
        self._baseline: Any = None
        self._wrong = ""
        self._several: SeveralValues | None = None
        editor.input.setObjectName(name)
        editor.input.setAccessibleName(f"{info.title}, {info.unit}" if info.unit else info.title)
        editor.input.setAccessibleDescription(info.help)
        editor.input.setToolTip(info.help)
        editor.changed.connect(self._on_changed)

        self._reset = QToolButton()
        self._reset.setIcon(icon("arrow-counter-clockwise", Role.accent))
        self._reset.setIconSize(QSize(13, 13))
        self._reset.setObjectName(f"{name}.reset")
        self._reset.clicked.connect(self._go_back)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self._reset.hide()
        self._help = label(info.help, "caption", wrap=True)
        self._error = label("", "error", wrap=True)
        self._error.setObjectName(f"{name}.error")
        self._error.hide()

        top = QHBoxLayout()
        top.setSpacing(SPACE_1)
        if isinstance(editor, SwitchEditor):
            top.addWidget(editor)
        else:
            title = label(info.title, "label")
            title.setBuddy(editor.input)
            title.setToolTip(info.help)
            top.addWidget(title)
        top.addWidget(self._reset)
        top.addStretch()
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_1)
        layout.addLayout(top)
        if not isinstance(editor, SwitchEditor):
            if editor.wide:
                layout.addWidget(editor)
            else:
                top.addWidget(editor, 0, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self._error)
        layout.addWidget(self._help)
        layout.addSpacing(SPACE_2)

    def tab_chain(self) -> list[QWidget]:
        """What takes the keyboard, in reading order."""
        several = [self._several.input, self._several.close_button] if self._several is not None else []
        return [self._reset, *self.editor.tab_chain(), *several]

    @property
    def input(self) -> QWidget:
        """What takes the cursor."""
        return self.editor.input if self._several is None else self._several.input

    @property
    def has_several(self) -> bool:
        """Whether several values are asked for."""
        return self._several is not None

    def axis(self) -> Axis | None:
        """The several values, or None. Raises SettingsError while one of them is wrong."""
        return None if self._several is None else Axis(self.info.key, self._several.values())

    def several_error(self) -> str:
        """What is wrong with the several values, "" for nothing."""
        return "" if self._several is None else self._several.error()

    def ask_for_several(self) -> None:
        """Put a line for several values in the editor's place, and the cursor into it."""
        if self._several is None:
            self._several = several = SeveralValues(self.info, self._name)
            several.begin_with(self.editor.value())
            several.changed.connect(self.changed)
            several.closed.connect(lambda: self.ask_for_one(keep_cursor=True))
            # The line stands below the title, where the editors of long values do.
            self._layout.insertWidget(1, several)
            several.show()  # a layout shows what is new in it only later, and the cursor shall go there now
            QWidget.setTabOrder(self.editor.tab_chain()[-1], several.input)
            QWidget.setTabOrder(several.input, several.close_button)
            self._show_editor(False)
            self.changed.emit()
        self._several.input.setFocus(Qt.FocusReason.OtherFocusReason)
        self._several.input.end(False)

    def ask_for_one(self, keep_cursor: bool = False) -> None:
        """Bring the editor back with the value that it had."""
        if self._several is None:
            return
        several, self._several = self._several, None
        self._show_editor(True)
        if keep_cursor:
            self.editor.input.setFocus(Qt.FocusReason.OtherFocusReason)
        self._layout.removeWidget(several)
        several.hide()
        several.deleteLater()
        self.changed.emit()

    def _show_editor(self, shown: bool) -> None:
        if isinstance(self.editor, SwitchEditor):
            self.editor.setEnabled(shown)  # it carries the title
        else:
            self.editor.setVisible(shown)

    @property
    def error(self) -> str:
        return self._wrong

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the preset's."""
        return self._has_baseline and self.editor.value() != self._baseline

    def set_baseline(self, value: Any, preset: str) -> None:
        """The preset's value, to compare with and to go back to."""
        self._baseline, self._has_baseline = value, True
        back = f"Back to {in_words(self.info, value)}, as in “{preset}”"
        self._reset.setToolTip(back)
        self._reset.setAccessibleName(f"{self.info.title}: {back}")
        self._mark()

    def set_error(self, text: str) -> None:
        """What is wrong with the value, "" for nothing."""
        self._wrong = text[:1].upper() + text[1:]
        self._error.setText(self._wrong)
        self._error.setVisible(bool(text))
        self.editor.set_invalid(bool(text))
        if self._several is not None:
            self._several.set_invalid(bool(text))

    def set_help(self, text: str) -> None:
        """Other words below the field; "" brings the setting's own back."""
        self._help.setText(text or self.info.help)

    def _on_changed(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        self._reset.setVisible(self.is_changed)

    def _go_back(self) -> None:
        self.editor.set_value(self._baseline)
        self.editor.input.setFocus(Qt.FocusReason.OtherFocusReason)


def in_words(info: SettingInfo, value: Any) -> str:
    """A value of a setting as a person says it, with its unit."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None or value == "":
        return info.nothing or "nothing"
    text = info.labels.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))
    return f"{text} {info.unit}".strip()
