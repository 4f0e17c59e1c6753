"""Setting up an experiment: presets, what will happen, and Start that says why it cannot."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QMessageBox, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from engine.config import (
    AlignmentSettings,
    DataSettings,
    ExperimentConfig,
    ModelSettings,
    SemanticIdSettings,
    TrainingSettings,
)
from engine.settings import preset
from engine.store import DatasetRow
from workbench.context import Workbench
from workbench.pages.setup import SetupPage
from workbench.pages.setup.knowledge import Known
from workbench.pages.setup.outline import outline

MakeWorkbench = Callable[..., Workbench]


def open_page(qtbot: QtBot, workbench: Workbench) -> SetupPage:
    page = SetupPage(workbench)
    qtbot.addWidget(page)
    page.resize(1096, 760)
    page.show()
    page.activate()
    return page


def button(page: SetupPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def reason(page: SetupPage) -> str:
    found = button(page, "setup.reason")
    return found.text() if found.isVisible() else ""


def test_the_first_experiment_can_be_started_as_it_is(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    page = open_page(qtbot, workbench)
    start = button(page, "setup.start")
    assert start.isEnabled()
    assert reason(page) == ""
    with qtbot.waitSignal(page.open_page) as asked:
        start.click()
    assert asked.args == ["monitor", workbench.controller.run]
    assert workbench.controller.config == preset("sample").config
    assert (start.text(), reason(page)) == ("Add to queue", "")
    start.click()
    assert reason(page) == "1 in the queue"
    page.group.seeds.set_value(3)
    assert start.text() == "Add 3 runs to queue"
    start.click()
    assert [(row.place, row.of) for row in workbench.controller.queue.rows()] == [(1, 1), (1, 3), (2, 3), (3, 3)]
    with qtbot.waitSignal(page.open_page) as asked:
        button(page, "setup.reason").click()
    assert asked.args == ["monitor", workbench.controller.run]
    workbench.controller.stop_all()
    qtbot.waitUntil(lambda: start.text() == "Start 3 runs", timeout=5000)


def test_nothing_is_cut_off_in_a_small_window_with_every_setting_shown(
    qtbot: QtBot, make_workbench: MakeWorkbench
) -> None:
    page = open_page(qtbot, make_workbench())
    for each in page.findChildren(QAbstractButton):
        if each.text().startswith("Advanced settings"):
            each.click()
    areas = [area for area in page.findChildren(QScrollArea) if area.isVisible()]
    assert len(areas) == 3
    qtbot.wait(300)  # the layout follows the clicks
    for area in areas:
        assert area.widget().width() <= area.viewport().width()


def test_a_wrong_setting_disables_start_and_says_so(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    page.form.fields["semantic_ids.depth"].editor.set_value(0)
    assert not button(page, "setup.start").isEnabled()
    assert reason(page) == "1 setting is not right yet"
    page.form.fields["training.epochs"].editor.set_value("many")
    assert reason(page) == "2 settings are not right yet"
    depth, epochs = (page.form.fields[key].editor for key in ("semantic_ids.depth", "training.epochs"))
    page.press_main_action()
    assert page.focusWidget() is depth.input
    assert not depth.input.visibleRegion().isEmpty()
    depth.set_value(3)
    button(page, "setup.reason").click()
    assert page.focusWidget() is epochs.input
    assert not epochs.input.visibleRegion().isEmpty()


def test_a_dataset_that_is_not_there_disables_start(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    page.open_with(ExperimentConfig(data=DataSettings(dataset="gone")))
    assert not button(page, "setup.start").isEnabled()
    assert reason(page) == "The dataset is not there yet"
    assert "There is no dataset “gone”" in page.summary.text()


def test_presets_keep_the_dataset_but_the_sample_preset_brings_its_own(
    qtbot: QtBot, make_workbench: MakeWorkbench
) -> None:
    page = open_page(qtbot, make_workbench())
    combo = page.findChild(QComboBox, "setup.preset")
    assert combo is not None
    page.form.fields["data.dataset"].editor.set_value("ml-100k")
    combo.setCurrentIndex(combo.findData("paper"))
    combo.activated.emit(combo.currentIndex())
    assert page.form.config is not None
    assert page.form.config.data.dataset == "ml-100k"
    assert page.form.config.training == preset("paper").config.training
    assert page.form.changed_settings() == []
    combo.setCurrentIndex(combo.findData("sample"))
    combo.activated.emit(combo.currentIndex())
    assert page.form.config == preset("sample").config


def test_changes_are_counted_and_undone(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    changes = page.findChild(QLabel, "setup.changes")
    assert changes is not None
    assert not changes.isVisible()
    page.form.fields["seed"].editor.set_value(5)
    assert changes.text() == "1 setting changed"
    button(page, "setup.reset").click()
    assert not changes.isVisible()
    assert page.form.config == preset("sample").config


def test_settings_of_a_past_run_are_taken_over(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    past = ExperimentConfig(seed=3, data=DataSettings(dataset="ml-100k"), alignment=AlignmentSettings(alpha=0.7))
    page.open_with(past)
    assert page.form.config == past
    assert page.form.changed_settings() == []
    page.form.fields["seed"].editor.set_value(4)
    button(page, "setup.reset").click()
    assert page.form.config == past


def test_seeds_and_ablations_start_as_one_group(
    qtbot: QtBot, make_workbench: MakeWorkbench, scripts: SimpleNamespace
) -> None:
    workbench = make_workbench(scripts.Script([], scripts.finished(), waits=True))
    page = open_page(qtbot, workbench)
    start = button(page, "setup.start")
    words = page.findChild(QLabel, "setup.group.words")
    assert words is not None
    page.group.seeds.set_value(3)
    assert start.text() == "Start 3 runs"
    page.group.ablations.setChecked(True)
    assert start.text() == "Start 24 runs"
    assert words.text().startswith("24 runs one after another, as a group: full; no gate; ")
    assert words.text().endswith("SID only, each with 3 seeds.")
    with qtbot.waitSignal(page.open_page) as asked:
        start.click()
    controller = workbench.controller
    assert asked.args == ["monitor", controller.run]
    assert (controller.place, controller.waiting) == ((1, 24), 23)
    (made,) = workbench.store.runs.list()
    assert made.label == "full"
    assert made.group is not None
    assert made.group.startswith("H2Rec on sample 2")


def test_the_number_of_runs_follows_the_model_and_must_be_right(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    page = open_page(qtbot, make_workbench())
    page.group.ablations.setChecked(True)
    assert button(page, "setup.start").text() == "Start 8 runs"
    page.form.fields["model.kind"].editor.set_value("hid")
    assert button(page, "setup.start").text() == "Start"
    assert not page.group.ablations.isEnabled()
    page.group.seeds.set_value("many")
    assert reason(page) == "The number of seeds is not right yet"
    assert not button(page, "setup.start").isEnabled()
    button(page, "setup.reason").click()
    assert page.focusWidget() is page.group.seeds
    page.group.seeds.set_value(1)
    assert button(page, "setup.start").isEnabled()


def test_a_preset_for_a_dataset_that_is_not_there_says_where_it_comes_from(
    qtbot: QtBot, make_workbench: MakeWorkbench
) -> None:
    workbench = make_workbench()
    page = open_page(qtbot, workbench)
    combo = page.findChild(QComboBox, "setup.preset")
    assert combo is not None
    combo.setCurrentIndex(combo.findData("beauty"))
    combo.activated.emit(combo.currentIndex())
    assert page.form.config == preset("beauty").config
    assert reason(page) == "The dataset is not there yet"
    assert "IDGenRec" in page.summary.text()
    assert "There is no dataset “beauty” yet. Import it first" in page.summary.text()
    workbench.store.datasets.add("beauty", source="x", fingerprint="x", users=3, items=4, interactions=9)
    page.activate()
    assert reason(page) == ""
    combo.setCurrentIndex(combo.findData("quick"))
    combo.activated.emit(combo.currentIndex())
    assert page.form.config is not None
    assert page.form.config.data.dataset == "beauty"


def test_a_start_that_fails_is_told(
    qtbot: QtBot, make_workbench: MakeWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbench = make_workbench()
    page = open_page(qtbot, workbench)
    workbench.store.datasets.delete("sample")
    button(page, "setup.start").click()
    box = page.findChild(QMessageBox, "errorBox")
    assert box is not None
    assert "no dataset “sample”" in box.informativeText()
    box.close()


def test_new_datasets_appear_when_the_page_comes_into_view(qtbot: QtBot, make_workbench: MakeWorkbench) -> None:
    workbench = make_workbench()
    page = open_page(qtbot, workbench)
    workbench.store.datasets.add("shop", source="csv", fingerprint="x", users=3, items=4, interactions=9)
    page.activate()
    combo = page.findChild(QComboBox, "setup.data.dataset")
    assert combo is not None
    assert [combo.itemData(row) for row in range(combo.count())] == ["ml-100k", "sample", "shop"]
    assert combo.currentData() == "sample"


def _words(config: ExperimentConfig, dataset: DatasetRow | None) -> str:
    known = Known({config.data.dataset: dataset} if dataset else {})
    return "\n".join(f"{step.title}: {'; '.join(step.lines)} {step.tone}" for step in outline(config, known))


def test_outline_tells_what_will_happen(make_workbench: MakeWorkbench) -> None:
    dataset = make_workbench().store.datasets.get("sample")
    config = ExperimentConfig(semantic_ids=SemanticIdSettings(depth=3, codebook_size=32))
    words = _words(config, dataset)
    assert "1,200 users, 800 items, 15,342 interactions" in words
    assert "Head: the 160 most popular items; tail: the other 640" in words
    assert "32,768 possible IDs for 800 items" in words
    assert "warning" not in words
    assert "Alignment weights α 1, β 0.1" in words
    assert "Full ranking, history left out" in words


def test_outline_warns_when_items_must_share_ids(make_workbench: MakeWorkbench) -> None:
    dataset = make_workbench().store.datasets.get("sample")
    words = _words(ExperimentConfig(semantic_ids=SemanticIdSettings(depth=1, codebook_size=32)), dataset)
    assert "32 possible IDs for 800 items: items must share IDs warning" in words


def test_outline_does_not_warn_when_a_unique_level_tells_items_apart(make_workbench: MakeWorkbench) -> None:
    dataset = make_workbench().store.datasets.get("sample")
    ids = SemanticIdSettings(quantiser="opq", depth=1, codebook_size=32, unique_level=True)
    words = _words(ExperimentConfig(semantic_ids=ids), dataset)
    assert "Optimised PQ (OPQ), 1 × 32 codes, and a unique level" in words
    assert "warning" not in words


def test_outline_leaves_out_what_a_model_does_not_use() -> None:
    titles = {
        kind: [step.title for step in outline(ExperimentConfig(model=ModelSettings(kind=kind)), Known())]
        for kind in ("hid", "sid", "popularity")
    }
    assert titles == {
        "hid": ["Data", "Model", "Training", "Final test"],
        "sid": ["Data", "Item texts", "Semantic IDs", "Model", "Training", "Final test"],
        "popularity": ["Data", "Model", "Final test"],
    }


def test_outline_tells_of_a_refit() -> None:
    refit = ExperimentConfig(training=TrainingSettings(refit=True))
    assert "Then once more, with the validation items" in _words(refit, None)
    assert "validation items" not in _words(ExperimentConfig(), None)
