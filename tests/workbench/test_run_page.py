"""One run on its own page: its tabs, its size, and what can be done with it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QProgressDialog

from engine.archive import export_archive
from engine.artefacts import CONFIG, SEMANTIC_IDS
from engine.config import AlignmentSettings, DataSettings, ExperimentConfig, ModelSettings
from engine.home import Home
from engine.settings import presets, to_toml
from engine.store import Store
from engine.store.rows import LogLine, Point
from workbench.context import Workbench
from workbench.pages.runs import RunsPage
from workbench.pages.runs import errands as errands_module
from workbench.preferences import Preferences

LINES = (("info", "Training on cuda:0, CPU threads: 3."), ("warning", "Low disk."), ("error", "Disk full."))


@pytest.fixture
def add(store: Store, home: Home) -> Callable[..., int]:
    """Adds a finished run with curves of two levels, a log and its settings as a file."""

    def add(name: str = "mine", **settings: Any) -> int:
        config = ExperimentConfig(name=name, **settings)
        run = store.runs.create(config, "s")
        points = [Point(f"gate/{level}", epoch, float(epoch), level / epoch) for level in (1, 2) for epoch in (1, 2, 3)]
        lines = [LogLine(datetime.now(UTC), level, text) for level, text in LINES]  # type: ignore[arg-type]
        store.runs.record(
            run, points, lines, {"status": "finished", "best_epoch": 2, "epochs": 3, "test": {"full": {}}}
        )
        folder = home.run_folder(run)
        folder.mkdir(parents=True)
        (folder / CONFIG).write_text(to_toml(config), encoding="utf-8")
        return run

    return add


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench]) -> Workbench:
    return make_workbench()


@pytest.fixture
def open_page(qtbot: Any, workbench: Workbench) -> Callable[[int], RunsPage]:
    def make(run: int) -> RunsPage:
        page = RunsPage(workbench)
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        page.activate()
        page.open_with(run)
        shown(qtbot, page, run)
        return page

    return make


def shown(qtbot: Any, page: RunsPage, run: int) -> None:
    def is_shown() -> bool:
        contents = page.detail.contents
        return page.detail_states.currentWidget() is page.detail and contents is not None and contents.run.id == run

    qtbot.waitUntil(is_shown, timeout=5000)


def cells(model: Any, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_a_run_takes_the_whole_page_and_gives_it_back(qtbot: Any, add: Callable[..., int], open_page: Any) -> None:
    page = open_page(add())
    half = page.detail.height()
    qtbot.mouseClick(page.detail.header.large, Qt.MouseButton.LeftButton)
    assert not page.list.isVisible()
    qtbot.waitUntil(lambda: page.detail.height() > half + 150, timeout=2000)
    page.escape()
    assert page.list.isVisible()
    page.detail.header.large.setChecked(True)
    page.find_in_page()
    assert page.list.isVisible()
    page.detail.header.large.setChecked(True)
    page.list.table.clearSelection()  # nothing is left to show large
    assert page.list.isVisible()


def test_semantic_ids_lead_to_their_codes_where_these_are_kept(
    qtbot: Any, add: Callable[..., int], open_page: Any, home: Home
) -> None:
    run = add()
    assert not open_page(run).detail.semantic_ids.open.isEnabled()
    (home.run_folder(run) / SEMANTIC_IDS).touch()
    page = open_page(run)
    with qtbot.waitSignal(page.open_page) as asked:
        page.detail.semantic_ids.open.click()
    assert asked.args == ["semantic_ids", run]


def test_the_tab_is_remembered(add: Callable[..., int], open_page: Any) -> None:
    run = add()
    tabs = open_page(run).detail.tabs
    assert [tabs.tabText(place) for place in range(tabs.count())] == [
        "Overview", "Curves", "Settings", "Gate weights", "Semantic IDs", "Log", "Environment", "Files",
    ]  # fmt: skip
    assert tabs.currentIndex() == 0
    tabs.setCurrentIndex(5)
    assert open_page(run).detail.tabs.currentIndex() == 5


def test_settings_are_searched_and_compared_with_a_preset(qtbot: Any, add: Callable[..., int], open_page: Any) -> None:
    preset = presets()[1]
    settings = preset.config.model_copy(update={"alignment": AlignmentSettings(alpha=0.77)})
    names = ("data", "semantic_ids", "model", "alignment", "training", "text", "evaluation")
    run = add(preset.config.name, **{name: getattr(settings, name) for name in names})
    tab = open_page(run).detail.settings_tab
    qtbot.waitUntil(lambda: tab.against.count() > len(presets()) - 1, timeout=5000)
    tab.against.setCurrentIndex(tab.against.findText(preset.title))
    tab.only_different.setChecked(True)
    assert "0.77" in cells(tab.model, 2)
    assert tab.model.headerData(3, Qt.Orientation.Horizontal) == preset.title
    assert tab.only_different.text().endswith(f"that differ from “{preset.title}”")
    tab.only_different.setChecked(False)
    tab.search.setText("ALPHA align")
    assert "0.77" in cells(tab.model, 2)
    assert 0 < tab.model.rowCount() < 8


def test_the_log_is_filtered_by_level_and_words(add: Callable[..., int], open_page: Any) -> None:
    tab = open_page(add()).detail.log
    assert tab.shown.text() == "3 lines"
    tab.level.setCurrentIndex(1)
    assert "Training on" not in tab.view.toPlainText()
    assert "Disk full." in tab.view.toPlainText()
    tab.search.setText("LOW")
    assert "Disk full." not in tab.view.toPlainText()
    assert tab.shown.text() == "1 of 3 lines"


def test_environment_files_and_gate_are_those_of_the_run(add: Callable[..., int], open_page: Any, home: Home) -> None:
    run = add(model=ModelSettings(kind="h2rec"))
    detail = open_page(run).detail
    facts = dict(zip(cells(detail.environment.model, 1), cells(detail.environment.model, 2), strict=True))
    assert (facts["Device"], facts["CPU threads"], facts["Fingerprint"]) == ("cuda:0", "3", "s")
    assert {"Workbench", "Python", "torch", "System", "Processor", "Memory", "Started"} <= facts.keys()
    assert cells(detail.files.model, 0) == [CONFIG]
    assert str(home.run_folder(run)) in detail.files.where.text()
    assert detail.gate.at.text() == "At the best epoch, 2"
    assert [(bar.name, bar.value, bar.share) for bar in detail.gate.bars.bars] == [
        ("Level 1", "0.500", 0.5), ("Level 2", "1.000", 1.0),
    ]  # fmt: skip
    assert detail.gate.chart.points("2") == ([1.0, 2.0, 3.0], pytest.approx([2.0, 1.0, 2 / 3]))


def test_what_a_run_does_not_have_is_said(store: Store, open_page: Any) -> None:
    run = store.runs.create(ExperimentConfig(model=ModelSettings(kind="popularity")), "s")
    store.runs.record(run, changes={"status": "interrupted"})
    detail = open_page(run).detail
    assert detail.gate.nothing.isVisibleTo(detail.gate)
    assert "Only H2Rec" in detail.gate.nothing._text.text()
    assert not detail.header.open_folder.isEnabled()
    assert detail.log.shown.text() == "0 lines"
    assert not detail.missing.isVisible()


def test_a_run_whose_data_are_not_here_says_so(store: Store, add: Callable[..., int], open_page: Any) -> None:
    gone = add("gone", data=DataSettings(dataset="lost"))
    assert "“lost” is not here" in open_page(gone).detail.missing.text()
    other = store.runs.create(ExperimentConfig(), "another")
    store.runs.record(other, changes={"status": "finished"})
    assert "has another content here" in open_page(other).detail.missing.text()


def test_run_again_queues_the_same_settings(
    qtbot: Any, add: Callable[..., int], open_page: Any, workbench: Workbench, store: Store
) -> None:
    run = add(seed=5)
    page = open_page(run)
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.detail.header.again, Qt.MouseButton.LeftButton)
    assert asked.args == ["monitor", None]
    qtbot.waitUntil(lambda: workbench.controller.outcome is not None, timeout=5000)
    assert workbench.controller.run != run
    assert store.runs.get(workbench.controller.run or 0).config == store.runs.get(run).config


def test_run_again_without_the_data_says_what_to_do(qtbot: Any, add: Callable[..., int], open_page: Any) -> None:
    page = open_page(add(data=DataSettings(dataset="lost")))
    qtbot.mouseClick(page.detail.header.again, Qt.MouseButton.LeftButton)
    box = page.findChild(QMessageBox, "errorBox")
    assert box is not None
    assert "Import it" in box.informativeText()
    box.close()


def test_the_folder_is_opened(add: Callable[..., int], open_page: Any, home: Home, monkeypatch: Any) -> None:
    opened: list[str] = []
    monkeypatch.setattr(errands_module.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    run = add()
    open_page(run).detail.header.open_folder.trigger()
    assert opened == [str(home.run_folder(run))]


def test_a_run_goes_out_and_comes_back_under_a_new_number(
    qtbot: Any, add: Callable[..., int], open_page: Any, store: Store, tmp_path: Path, monkeypatch: Any
) -> None:
    run, file = add(), tmp_path / "taken along"
    page = open_page(run)
    monkeypatch.setattr(errands_module.QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    page.detail.header.export.trigger()
    qtbot.waitUntil(page.detail.notice.isVisible, timeout=5000)
    written = file.with_suffix(".zip")
    assert page.detail.notice.text().startswith(f"Run {run} was written to {written} (")
    monkeypatch.setattr(errands_module.QFileDialog, "getOpenFileName", lambda *_: (str(written), ""))
    page.errands.ask_and_import()
    shown(qtbot, page, run + 1)
    assert page.detail.notice.text().startswith(f"Imported from taken along.zip: run {run}, exported ")
    assert cells(page.detail.environment.model, 1)[0] == "Imported from"
    page.list.choose(run)
    shown(qtbot, page, run)
    assert not page.detail.notice.isVisible()


def test_a_refused_archive_and_a_stopped_one_leave_nothing(
    qtbot: Any, add: Callable[..., int], open_page: Any, store: Store, home: Home, tmp_path: Path
) -> None:
    run = add()
    page = open_page(run)
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"no zip")
    page.errands.archives.take_over(bad)
    qtbot.waitUntil(lambda: page.findChild(QMessageBox, "errorBox") is not None, timeout=5000)
    box = page.findChild(QMessageBox, "errorBox")
    assert "bad.zip cannot be imported: it is not a zip archive" in box.informativeText()
    box.close()
    good = tmp_path / "good.zip"
    export_archive(store, home, run, good)
    page.errands.archives.take_over(good)
    assert page.findChild(QProgressDialog, "runs.archiveProgress") is not None
    page.errands.archives.stop()
    qtbot.waitUntil(lambda: not page.errands.archives.is_working, timeout=5000)
    assert store.runs.count() in (1, 2)  # stopped in time or just too late, but never half
    assert len(list(home.runs.iterdir())) == store.runs.count()


def test_tags_in_a_name_are_shown_as_they_are(
    add: Callable[..., int], open_page: Any, preferences: Preferences
) -> None:
    page = open_page(add("<b>bold</b>"))
    assert page.detail.name.text().endswith("<b>bold</b>")
    assert page.detail.name.textFormat() == Qt.TextFormat.PlainText
