"""Colours that can be read, in light and dark, and a theme that follows the system."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QApplication

from workbench.icons import app_icon, icon
from workbench.palette import DARK, LIGHT, SERIES, TEXT_ON, Role, contrast
from workbench.stylesheet import stylesheet
from workbench.theme import ICONS, ThemeSetting, font, tabular, theme

PALETTES = {"light": LIGHT, "dark": DARK}


def test_contrast_of_known_pairs() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", PALETTES)
def test_every_role_has_a_colour(name: str) -> None:
    assert set(PALETTES[name]) == set(Role)


@pytest.mark.parametrize("name", PALETTES)
def test_text_can_be_read_on_its_backgrounds(name: str) -> None:
    colours = PALETTES[name]
    weak = {
        (text, ground): round(contrast(colours[text], colours[ground]), 2)
        for text, grounds in TEXT_ON.items()
        for ground in grounds
        if contrast(colours[text], colours[ground]) < 4.5
    }
    assert not weak


@pytest.mark.parametrize("name", PALETTES)
def test_lines_stand_out_from_the_surface(name: str) -> None:
    colours = PALETTES[name]
    weak = [role for role in SERIES if contrast(colours[role], colours[Role.surface]) < 3]
    assert not weak


@pytest.mark.parametrize("dark", [False, True])
def test_stylesheet_names_only_colours_and_icons_that_exist(dark: bool) -> None:
    sheet = stylesheet(DARK if dark else LIGHT, ICONS.as_posix(), dark=dark)
    assert "$" not in sheet
    images = {part.split('"')[0] for part in sheet.split('url("')[1:]}
    assert images
    assert all((ICONS / image.rpartition("/")[2]).is_file() for image in images)


def test_system_scheme_is_followed_until_the_person_chooses(qapp: QApplication) -> None:
    changes: list[bool] = []

    def note() -> None:
        changes.append(theme().is_dark())

    theme().changed.connect(note)
    hints = qapp.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme().is_dark()
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK[Role.window]
    assert DARK[Role.window] in qapp.styleSheet()
    theme().use("light")
    assert not theme().is_dark()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme().is_dark()
    theme().use("system")
    assert theme().is_dark()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not theme().is_dark()
    theme().changed.disconnect(note)
    assert changes == [True, False, True, False]


def test_the_same_icon_is_drawn_in_the_colours_of_the_theme(qapp: QApplication) -> None:
    play = icon("play", Role.accent)
    assert _strongest(play) == LIGHT[Role.accent]
    theme().use("dark")
    assert _strongest(play) == DARK[Role.accent]


def test_own_icon_is_there(qapp: QApplication) -> None:
    assert not app_icon().pixmap(QSize(64, 64)).isNull()


def test_tabular_figures_are_all_of_one_width(qapp: QApplication) -> None:
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(tabular())
    assert len({round(metrics.horizontalAdvance(str(digit)), 2) for digit in range(10)}) == 1
    assert font(18).pixelSize() == 18


def _strongest(drawn: QIcon) -> str:
    image = drawn.pixmap(QSize(48, 48)).toImage()
    counts: dict[str, int] = {}
    for x in range(image.width()):
        for y in range(image.height()):
            colour = image.pixelColor(x, y)
            if colour.alpha() == 255:
                counts[colour.name()] = counts.get(colour.name(), 0) + 1
    return max(counts, key=lambda name: counts[name])


@pytest.mark.parametrize("setting", ["light", "dark"])
def test_links_can_be_read(qapp: QApplication, setting: ThemeSetting) -> None:
    theme().use(setting)
    palette = qapp.palette()
    for ground in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
        for link in (QPalette.ColorRole.Link, QPalette.ColorRole.LinkVisited):
            assert contrast(palette.color(link).name(), palette.color(ground).name()) >= 4.5
