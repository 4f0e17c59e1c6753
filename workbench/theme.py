"""The look of the application: spacing, type, colours by role, one palette and one stylesheet made from them."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from workbench.palette import DARK, LEVELS, LIGHT, RUNS, Role, around
from workbench.stylesheet import stylesheet

__all__ = [
    "BODY",
    "CAPTION",
    "HEADING",
    "ICONS",
    "LEVELS",
    "RADIUS",
    "RUNS",
    "SPACE_1",
    "SPACE_2",
    "SPACE_3",
    "SPACE_4",
    "SPACE_5",
    "TITLE",
    "Role",
    "Theme",
    "ThemeSetting",
    "font",
    "tabular",
    "theme",
]  # fmt: skip

SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_5 = 4, 8, 12, 16, 24
RADIUS = 6
CAPTION, BODY, HEADING, TITLE = 11, 13, 14, 18  # font sizes in device-independent pixels

ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"

ThemeSetting = Literal["system", "light", "dark"]

_PALETTE_ROLES = {
    QPalette.ColorRole.Window: Role.window,
    QPalette.ColorRole.WindowText: Role.text,
    QPalette.ColorRole.Base: Role.surface,
    QPalette.ColorRole.AlternateBase: Role.surface_raised,
    QPalette.ColorRole.Text: Role.text,
    QPalette.ColorRole.PlaceholderText: Role.text_muted,
    QPalette.ColorRole.Button: Role.surface,
    QPalette.ColorRole.ButtonText: Role.text,
    QPalette.ColorRole.BrightText: Role.bad,
    QPalette.ColorRole.Highlight: Role.selection,
    QPalette.ColorRole.HighlightedText: Role.text,
    QPalette.ColorRole.ToolTipBase: Role.surface_raised,
    QPalette.ColorRole.ToolTipText: Role.text,
    QPalette.ColorRole.Link: Role.accent,
    QPalette.ColorRole.LinkVisited: Role.accent,
    QPalette.ColorRole.Accent: Role.accent,
    QPalette.ColorRole.Light: Role.surface,
    QPalette.ColorRole.Midlight: Role.surface_raised,
    QPalette.ColorRole.Mid: Role.border,
    QPalette.ColorRole.Dark: Role.control_border,
    QPalette.ColorRole.Shadow: Role.border,
}


class Theme(QObject):
    """Light or dark, as the system says or as the person chose; `changed` when colours became others."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._setting: ThemeSetting = "system"
        self._system_is_dark = False
        self._app: QApplication | None = None

    @property
    def setting(self) -> ThemeSetting:
        return self._setting

    def is_dark(self) -> bool:
        return self._setting == "dark" or (self._setting == "system" and self._system_is_dark)

    def color(self, role: Role) -> QColor:
        """The colour of a role as it is now; ask again after `changed`."""
        return QColor((DARK if self.is_dark() else LIGHT)[role])

    def hue(self, turn: float) -> QColor:
        """A colour of the circle, for what is too many to be told apart by colour; ask again after `changed`."""
        return QColor(around(turn, dark=self.is_dark()))

    def apply(self, app: QApplication) -> None:
        """Give the application its style, font, palette and stylesheet, and follow the system from now on."""
        if self._app is not app:
            self._app = app
            app.setStyle("Fusion")
            app.setFont(font())
            app.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, False)
            hints = app.styleHints()
            self._system_is_dark = hints.colorScheme() == Qt.ColorScheme.Dark
            hints.colorSchemeChanged.connect(self._follow_system)
        self._paint()

    def use(self, setting: ThemeSetting) -> None:
        """Choose light, dark, or whatever the system says."""
        if setting == self._setting:
            return
        was_dark = self.is_dark()
        self._setting = setting
        if self.is_dark() != was_dark:
            self._paint()

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        was_dark = self.is_dark()
        self._system_is_dark = scheme == Qt.ColorScheme.Dark
        if self.is_dark() != was_dark:
            self._paint()

    def _paint(self) -> None:
        if self._app is None:
            return
        palette = QPalette()
        for place, role in _PALETTE_ROLES.items():
            palette.setColor(place, self.color(role))
        for place in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, place, self.color(Role.text_disabled))
        self._app.setPalette(palette)
        colours = DARK if self.is_dark() else LIGHT
        self._app.setStyleSheet(stylesheet(colours, ICONS.as_posix(), dark=self.is_dark()))
        self.changed.emit()


_theme: Theme | None = None


def theme() -> Theme:
    """The application's one theme."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def font(pixels: int = BODY, *, bold: bool = False) -> QFont:
    """The system's font in one of the sizes of the scale."""
    made = QFont(QGuiApplication.font())
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def fixed(pixels: int = BODY) -> QFont:
    """The system's font for texts whose columns stand below each other."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(pixels)
    return made


def tabular(pixels: int = BODY, *, bold: bool = False) -> QFont:
    """The same font with figures of one width, for numbers that stand in columns."""
    made = font(pixels, bold=bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
