"""Many runs at once from the form: several values, wrong ones, rivals, and a grid to its end."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.events import Listener
from engine.settings import settings_of
from engine.store import RunRecorder, Store
from workbench.context import Workbench
from workbench.pages.setup import SetupPage
from workbench.run_thread import Outcome

MakeWorkbench = Callable[..., Workbench]
SEVERAL = [info.key for info in settings_of(ExperimentConfig) if info.key not in ("name", "seed")]


@pytest.fixture
def open_page(qtbot: QtBot, make_workbench: MakeWorkbench) -> Callable[..., SetupPage]:
    def opened(script: Any = None) -> SetupPage:
        page = SetupPage(make_workbench(script))
        qtbot.addWidget(page)
        page.resize(1096, 760)
        page.show()
        page.activate()
        with qtbot.waitActive(page):
            page.activateWindow()
        return page

    return opened


@pytest.fixture
def recorded(store: Store, scripts: SimpleNamespace) -> Callable[..., Outcome]:
    """A run that is played from a script, and written down as a real one is."""

    def runner(run: int, config: ExperimentConfig, listen: Listener, control: RunControl) -> Outcome:
        recorder = RunRecorder(store, run)
        end: Outcome = scripts.finished()
        for event in [*scripts.scripted(), end]:
            recorder(event)
            listen(event)
        return end

    return runner


def line(page: SetupPage, key: str) -> QLineEdit:
    found = page.findChild(QLineEdit, f"setup.{key}.values")
    assert found is not None
    return found


def text(page: SetupPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None
    return found.text()


def start(page: SetupPage) -> QPushButton:
    found = page.findChild(QPushButton, "setup.start")
    assert found is not None
    return found


def test_by_keyboard_alone_a_setting_gets_several_values(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    page.form.fields["alignment.alpha"].editor.input.setFocus()
    assert "L = L_rec + α · L_align" in page.help.text()
    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.form.fields["alignment.alpha"].has_several, timeout=2000)
    values = line(page, "alignment.alpha")
    assert QApplication.focusWidget() is values
    assert values.text() == "1, "
    qtbot.keyClicks(values, "0.1")
    assert start(page).text() == "Start 2 runs"
    assert text(page, "setup.group.words") == "2 runs one after another, as a group: alpha=1; alpha=0.1."
    qtbot.keyClick(values, Qt.Key.Key_Tab)
    close = QApplication.focusWidget()
    assert isinstance(close, QToolButton)
    assert close.accessibleName() == "α code-guided alignment: back to one value"
    qtbot.keyClick(close, Qt.Key.Key_Space)
    assert start(page).text() == "Start"
    assert QApplication.focusWidget() is page.form.fields["alignment.alpha"].editor.input
    assert page.form.config == ExperimentConfig.model_validate(page.form.values())


def test_wrong_values_are_shown_beside_every_kind_of_field(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    for name in SEVERAL:
        field = page.form.fields[name]
        if field.isHidden() or not field.isEnabled():
            continue
        page.form.ask_for_several(name)
        assert field.error == "", name
        values = line(page, name)
        if field.info.type is str and not field.info.choices:
            values.setText(" , ")
            assert "Needs at least one value" in field.error
        else:
            values.setText(f"{values.text()}, nonsense, -7")
            assert "“nonsense” is not allowed; it must be" in field.error.replace("“-7” is not allowed", ""), name
            assert values.property("invalid") == "true"
        assert page.form.config is None
        assert not start(page).isEnabled()
        field.ask_for_one()
        assert field.error == "", name
        assert page.form.config is not None


def test_wrong_values_keep_it_from_being_started_and_lead_to_them(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    page.form.ask_for_several("semantic_ids.depth")
    line(page, "semantic_ids.depth").setText("2, x, 9")
    error = text(page, "setup.semantic_ids.depth.error")
    assert error == (
        "“x” is not allowed; it must be a whole number from 1 to 8. "
        "9 is not allowed; it must be a whole number from 1 to 8."
    )
    reason = page.findChild(QPushButton, "setup.reason")
    assert reason is not None
    assert reason.text() == "1 setting is not right yet"
    page.form.fields["seed"].editor.input.setFocus()
    reason.click()
    assert QApplication.focusWidget() is line(page, "semantic_ids.depth")


def test_values_that_do_not_go_together_are_told(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    page.form.ask_for_several("model.heads")
    line(page, "model.heads").setText("1, 3")
    assert "model.heads: 3 does not divide the width 64" in text(page, "setup.group.words")
    reason = page.findChild(QPushButton, "setup.reason")
    assert reason is not None
    assert reason.text() == "The runs are not right yet"
    assert not start(page).isEnabled()


def test_a_grid_of_four_runs_goes_to_its_end(qtbot: QtBot, open_page: Any, recorded: Callable[..., Outcome]) -> None:
    page = open_page(recorded)
    page.form.ask_for_several("alignment.alpha")
    line(page, "alignment.alpha").setText("0.1, 1")
    page.form.ask_for_several("semantic_ids.depth")
    line(page, "semantic_ids.depth").setText("2, 3")
    assert start(page).text() == "Start 4 runs"
    workbench = page._workbench
    page.press_main_action()
    runs = workbench.store.runs
    qtbot.waitUntil(lambda: len([run for run in runs.list() if run.status == "finished"]) == 4, timeout=10_000)
    qtbot.waitUntil(lambda: not workbench.controller.is_running, timeout=5000)
    made = sorted(runs.list(), key=lambda run: run.id)
    assert [run.label for run in made] == [
        "depth=2, alpha=0.1", "depth=2, alpha=1", "depth=3, alpha=0.1", "depth=3, alpha=1",
    ]  # fmt: skip
    assert len({run.group for run in made}) == 1
    assert [(run.alpha, run.depth) for run in made] == [(0.1, 2), (1.0, 2), (0.1, 3), (1.0, 3)]


def test_the_rivals_are_run_beside_it(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    page.group.baselines.setChecked(True)
    assert start(page).text() == "Start 12 runs"
    assert "Popularity; HID, SASRec; HID, GRU4Rec" in text(page, "setup.group.words")


def test_another_preset_ends_several_values(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    page.form.ask_for_several("model.dim")
    page.presets.use("quick")
    assert page.form.axes() == []
    assert not page.form.fields["model.dim"].has_several


def test_the_run_itself_has_no_several_names_or_seeds(qtbot: QtBot, open_page: Any) -> None:
    page = open_page()
    several = page.findChild(QPushButton, "setup.help.several")
    assert several is not None
    page.form.fields["seed"].editor.input.setFocus()
    assert not several.isVisible()
    page.form.fields["model.dim"].editor.input.setFocus()
    assert several.isVisible()


def test_the_expected_time_is_told_where_past_runs_tell_it(
    qtbot: QtBot, open_page: Any, recorded: Callable[..., Outcome]
) -> None:
    page = open_page(recorded)
    assert text(page, "setup.expected") == ""
    assert "Time: no past run to go by yet" in page.summary.text()
    page.press_main_action()
    qtbot.waitUntil(lambda: not page._workbench.controller.is_running, timeout=10_000)
    page.activate()
    qtbot.waitUntil(lambda: text(page, "setup.expected") != "", timeout=5000)
    assert text(page, "setup.expected") == "About 1 min"
    assert "About 12 s per epoch; About 1 min in all, if it stops after 4 epochs" in page.summary.text()
    assert "By 1 past run of this model on these data" in page.summary.text()
    page.group.seeds.set_value(5)
    assert text(page, "setup.expected") == "About 5 min"
    page.form.fields["model.kind"].editor.set_value("popularity")
    assert text(page, "setup.expected") == ""
