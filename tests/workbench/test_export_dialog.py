"""The dialog that writes results down: what it offers, shows, copies and saves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from engine.artefacts import RANKS
from engine.config import ExperimentConfig, ModelSettings
from engine.exports import FORMATS
from engine.home import Home
from engine.store import Store
from workbench.context import Workbench
from workbench.pages.runs import RunsPage
from workbench.pages.runs.export_dialog import ExportDialog


@pytest.fixture
def runs(store: Store, home: Home) -> list[int]:
    """HID and H2Rec on one dataset, the second far better; a third that was interrupted."""
    made = []
    for name, kind, value in (("HID", "hid", 0.1), ("H2Rec", "h2rec", 0.2), ("cut", "sid", 0)):
        run = store.runs.create(ExperimentConfig(name=name, model=ModelSettings(kind=kind)), "s")  # type: ignore[arg-type]
        parts = {
            part: {"users": 9, "HR@5": value, "HR@10": value, "NDCG@10": value} for part in ("overall", "head", "tail")
        }
        test = {"full": parts, "sampled": parts} if value else {}
        store.runs.record(run, changes={"status": "finished" if value else "interrupted", "test": test})
        home.run_folder(run).mkdir(parents=True)
        ranks = np.where(np.arange(200) < 1000 * value, 1.0, 50.0)
        table = {"user": [f"u{user:03}" for user in range(200)], "target": "i", "head": np.arange(200) % 2 == 0}
        pd.DataFrame({**table, "full": ranks, "sampled": ranks}).to_parquet(home.run_folder(run) / RANKS)
        made.append(run)
    return made


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench]) -> Workbench:
    return make_workbench()


Open = Callable[..., ExportDialog]


@pytest.fixture
def open_dialog(qtbot: Any, workbench: Workbench, runs: list[int]) -> Open:
    def make(selected: list[int]) -> ExportDialog:
        dialog = ExportDialog(workbench, selected, lambda: runs)
        qtbot.addWidget(dialog)
        dialog.show()
        ready(qtbot, dialog)
        return dialog

    return make


def ready(qtbot: Any, dialog: ExportDialog) -> None:
    qtbot.waitUntil(dialog.copy.isEnabled, timeout=10_000)


def choose_format(qtbot: Any, dialog: ExportDialog, name: str) -> None:
    dialog.options.format.setCurrentIndex(dialog.options.format.findData(name))
    if dialog.format.name != name or not dialog.copy.isEnabled():
        ready(qtbot, dialog)


def test_the_selected_runs_or_all_are_previewed_with_marks(qtbot: Any, open_dialog: Open, runs: list[int]) -> None:
    dialog = open_dialog(runs[:2])
    text = dialog.preview.toPlainText()
    assert "**0.2000**‡" in text
    assert "cut" not in text
    dialog.options.all_found.setChecked(True)
    assert not dialog.copy.isEnabled()  # what is shown is no longer what was asked for
    ready(qtbot, dialog)
    assert "Run 3 (interrupted) has no test results." in dialog.words.text()
    assert dialog.words.text().startswith("2 rows with results.")


def test_metrics_protocols_and_rows_follow_the_options(qtbot: Any, open_dialog: Open, runs: list[int]) -> None:
    dialog = open_dialog(runs[:2])
    options = dialog.options
    options.kinds["NDCG"].setChecked(False)
    options.cutoffs["5"].setChecked(True)
    options.protocols["sampled"].setChecked(True)
    options.marks.setChecked(False)
    options.pivot.setChecked(True)
    ready(qtbot, dialog)
    text = dialog.preview.toPlainText()
    assert "## HR@5: Full ranking, history left out" in text
    assert "## HR@10: Against 100 sampled items" in text
    assert "NDCG" not in text
    assert "‡" not in text
    options.marks.setChecked(True)
    ready(qtbot, dialog)
    assert [options.against.itemText(place) for place in range(options.against.count())] == [
        "The first row", "HID, sample (run 1)", "H2Rec, sample (run 2)",
    ]  # fmt: skip
    options.against.setCurrentIndex(2)
    ready(qtbot, dialog)
    assert "against H2Rec (run 2)" in dialog.preview.toPlainText()
    assert options.against.currentData() == 2


def test_nothing_to_show_is_said(qtbot: Any, open_dialog: Open, runs: list[int]) -> None:
    dialog = open_dialog(runs)
    dialog.options.kinds["HR"].setChecked(False)
    dialog.options.kinds["NDCG"].setChecked(False)
    qtbot.waitUntil(lambda: "at least one metric" in dialog.words.text(), timeout=3000)
    assert not dialog.save.isEnabled()
    dialog.options.kinds["MRR"].setChecked(True)
    ready(qtbot, dialog)


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_is_copied_and_saved_whole(
    qtbot: Any, open_dialog: Open, runs: list[int], tmp_path: Path, name: str
) -> None:
    dialog = open_dialog(runs[:2])
    if dialog.format.name != name:
        choose_format(qtbot, dialog, name)
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    file = tmp_path / f"results{FORMATS[name].suffix}"
    dialog.save_to(file)
    qtbot.waitUntil(lambda: dialog.words.text() == f"Written to {file}.", timeout=5000)
    with file.open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    assert text == dialog._written.text  # type: ignore[union-attr]
    assert "H2Rec" in text
    assert QGuiApplication.clipboard().text().splitlines() == text.splitlines()


def test_the_choice_is_remembered(qtbot: Any, open_dialog: Open, runs: list[int], workbench: Workbench) -> None:
    dialog = open_dialog(runs)
    dialog.options.pivot.setChecked(True)
    choose_format(qtbot, dialog, "json")
    dialog.reject()
    again = open_dialog(runs)
    assert (again.format.name, again.options.pivot.isChecked()) == ("json", True)
    json.loads(again._written.text)  # type: ignore[union-attr]
    workbench.preferences.remember("runs/export", "no json")
    assert open_dialog(runs).format.name == "markdown"


def test_closing_the_page_while_users_are_compared_leaves_nothing_behind(
    qtbot: Any, workbench: Workbench, runs: list[int], find_leftovers: Callable[[], list[str]], caplog: Any
) -> None:
    page = RunsPage(workbench)
    qtbot.addWidget(page)
    page.show()
    page.activate()
    page.errands.export_results(runs, lambda: runs)
    dialog = page.findChild(ExportDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(dialog.preview.toPlainText()), timeout=5000)
    page.close()
    assert find_leftovers() == []
    assert page.findChild(ExportDialog) is None
    assert not caplog.records  # a comparison that was given up is no failure


def test_the_menu_of_the_table_opens_it(qtbot: Any, workbench: Workbench, runs: list[int]) -> None:
    page = RunsPage(workbench)
    qtbot.addWidget(page)
    page.show()
    page.activate()
    titles = {action.text(): action for action in page.list.bar.export_button.menu().actions()}
    assert list(titles) == ["Results as table or report…", "This table as CSV…", "", "Import run…"]
    page.list.table.selectAll()
    titles["Results as table or report…"].trigger()
    dialog = page.findChild(ExportDialog)
    assert dialog is not None
    assert dialog.options.only_selected.text() == "The 3 selected"
    ready(qtbot, dialog)
    dialog.reject()
