"""Presets of the person, settings from past runs, and files: taken over, kept, never lost silently."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QFileDialog, QInputDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from engine.config import AlignmentSettings, DataSettings, ExperimentConfig
from engine.presets import OwnPresets
from engine.settings import preset
from engine.settings_file import read_experiment
from workbench.context import Workbench
from workbench.pages.setup import SetupPage, preset_bar

MINE = ExperimentConfig(seed=7, data=DataSettings(dataset="ml-100k"), alignment=AlignmentSettings(alpha=0.3))


@pytest.fixture
def page(qtbot: QtBot, make_workbench: Callable[..., Workbench]) -> SetupPage:
    made = SetupPage(make_workbench())
    qtbot.addWidget(made)
    made.resize(1096, 760)
    made.show()
    made.activate()
    return made


@pytest.fixture
def type_name(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the person types where a name is asked for; None for Cancel."""

    def types(name: str | None) -> None:
        monkeypatch.setattr(QInputDialog, "getText", lambda *args, **kwargs: (name or "", name is not None))

    return types


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[str]]:
    """What the person answers to questions; gives the questions."""

    def answers(yes: bool) -> list[str]:
        asked: list[str] = []
        monkeypatch.setattr(preset_bar, "ask", lambda _parent, question, *_: asked.append(question) or yes)
        return asked

    return answers


def titles(page: SetupPage) -> list[str]:
    combo = page.findChild(QComboBox, "setup.preset")
    assert combo is not None
    return [combo.itemText(row) for row in range(combo.count()) if combo.itemText(row)]


def chosen(page: SetupPage) -> str:
    combo = page.findChild(QComboBox, "setup.preset")
    assert combo is not None
    return combo.currentText()


def menu(page: SetupPage) -> dict[str, QAction]:
    page.presets.menu.aboutToShow.emit()
    return {action.text().replace("&", ""): action for action in page.presets.menu.actions() if action.text()}


def boxes(page: SetupPage) -> list[QMessageBox]:
    return [box for box in page.findChildren(QMessageBox, "errorBox") if box.isVisible()]


def told(page: SetupPage) -> str:
    (box,) = boxes(page)
    words = box.informativeText()
    box.close()
    return words


def test_settings_are_kept_as_a_preset_and_found_again(page: SetupPage, type_name: Any, answer: Any) -> None:
    page.presets.use_other(MINE, "other", "")
    type_name("Mine")
    menu(page)["Save as preset…"].trigger()
    assert chosen(page) == "Mine"
    page.presets.use("sample")
    assert page.form.config == preset("sample").config
    page.presets.use("mine")
    assert page.form.config == MINE
    assert page.form.changed_settings() == []
    page.form.fields["seed"].editor.set_value(8)
    asked = answer(False)
    menu(page)["Save as preset…"].trigger()
    assert asked == ["Replace the preset “Mine”?"]
    assert OwnPresets(page._workbench.home).read().presets[0].config.seed == 7
    answer(True)
    menu(page)["Save as preset…"].trigger()
    assert OwnPresets(page._workbench.home).read().presets[0].config.seed == 8
    assert page.form.changed_settings() == []


def test_a_name_that_cannot_be_one_is_told(page: SetupPage, type_name: Any) -> None:
    type_name("First experiment")
    page.presets.save()
    assert told(page) == "There is already a preset “First experiment”. Choose another name."
    type_name(None)
    page.presets.save()
    assert boxes(page) == []
    assert OwnPresets(page._workbench.home).read().presets == []


def test_a_preset_is_renamed_and_deleted(page: SetupPage, type_name: Any, answer: Any) -> None:
    built_in = titles(page)
    actions = menu(page)
    assert not actions["Rename preset…"].isEnabled()
    assert not actions["Delete preset…"].isEnabled()
    page.presets.use_other(MINE, "other", "")
    type_name("One")
    page.presets.save()
    type_name("Two")
    menu(page)["Rename preset…"].trigger()
    assert chosen(page) == "Two"
    asked = answer(False)
    page.presets.delete()
    assert asked == ["Delete the preset “Two”?"]
    assert "Two" in titles(page)
    answer(True)
    menu(page)["Delete preset…"].trigger()
    assert [title for title in titles(page) if title not in built_in] == ["Two (deleted)"]
    assert page.form.config == MINE


def test_while_a_setting_is_wrong_nothing_is_kept(page: SetupPage) -> None:
    page.form.fields["seed"].editor.set_value("x")
    actions = menu(page)
    assert not actions["Save as preset…"].isEnabled()
    assert not actions["Export TOML…"].isEnabled()
    assert actions["Import TOML…"].isEnabled()


def test_a_file_goes_out_as_the_command_line_takes_it_and_comes_in_again(
    page: SetupPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    page.presets.use_other(MINE, "other", "")
    path = tmp_path / "mine.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "mine"), ""))
    page.presets.export_file()
    assert read_experiment(path) == MINE
    page.form.fields["seed"].editor.set_value(9)
    asked = answer(False)
    page.presets.export_file()
    assert asked == ["Replace mine.toml?"]
    assert read_experiment(path).seed == 7
    page.presets.use("sample")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    menu(page)["Import TOML…"].trigger()
    assert page.form.config == MINE
    assert chosen(page) == "mine.toml"


def test_a_file_with_faults_changes_nothing_and_its_lines_are_told(
    page: SetupPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = page.form.config
    path = tmp_path / "bad.toml"
    path.write_text("seed = 1\n[semantic_ids]\ndepth = 12\ndept = 3\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    page.presets.import_file()
    assert told(page).splitlines() == [
        "bad.toml, line 3: semantic_ids.depth: 12 is not allowed; it must be a whole number from 1 to 8.",
        "bad.toml, line 4: semantic_ids.dept: There is no such setting. Did you mean semantic_ids.depth?",
    ]
    path.write_text("seed = [")
    page.presets.import_file()
    assert "is not valid TOML" in told(page)
    assert page.form.config == before


def test_a_past_run_is_a_start(page: SetupPage) -> None:
    assert not menu(page)["Start from a past run"].isEnabled()
    run = page._workbench.store.runs.create(MINE, "m")
    (action,) = [each for each in menu(page)["Start from a past run"].menu().actions() if each.text()]  # type: ignore[union-attr]
    assert action.text() == f"{run}: H2Rec on ml-100k (ml-100k)"
    action.trigger()
    assert page.form.config == MINE
    assert chosen(page) == f"Run {run}"


def test_a_damaged_preset_keeps_none_away_and_is_told(page: SetupPage) -> None:
    folder = page._workbench.home.presets
    folder.mkdir()
    (folder / "bad.toml").write_text("seed = [")
    OwnPresets(page._workbench.home).save("Good", MINE)
    page.activate()
    assert "Good" in titles(page)
    menu(page)["Presets that cannot be used…"].trigger()
    assert "The preset bad.toml cannot be used." in told(page)


def test_changes_of_an_imported_start_are_undone(page: SetupPage) -> None:
    page.presets.use_other(MINE, "mine.toml", "")
    page.form.fields["seed"].editor.set_value(9)
    changes = page.findChild(QLabel, "setup.changes")
    assert changes is not None
    assert changes.text() == "1 setting changed"
    page.presets.use(":other")
    assert page.form.config == MINE
