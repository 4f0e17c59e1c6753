"""The main job in the real window with the real engine: import, set up, start, watch, find again, look inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from engine.store import Store
from workbench.models.recommendations import TITLE
from workbench.models.run_columns import COLUMNS
from workbench.pages.datasets import DatasetsPage
from workbench.pages.datasets.wizard import ImportDialog
from workbench.pages.inspector import InspectorPage
from workbench.pages.monitor import MonitorPage
from workbench.pages.runs import RunsPage
from workbench.pages.setup import SetupPage

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Person

FIXTURE = Path(__file__).parents[1] / "fixtures" / "ml-100k"
SECONDS = 1000  # milliseconds
QUICK = {
    "model.dim": 16,
    "model.cross_heads": 2,
    "semantic_ids.steps": 10,
    "alignment.alpha": 0.2,
    "alignment.beta": 0.3,
}


def import_files(person: Person, source: Path, name: str) -> None:
    person.press(Qt.Key.Key_O)
    page = person.page(DatasetsPage)
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    dialog.set_paths([source])
    person.qtbot.waitUntil(lambda: dialog._preview is not None, timeout=20 * SECONDS)
    assert dialog.view.format == "ml-100k"
    dialog.view.name.setText(name)
    with person.qtbot.waitSignal(dialog.imported, timeout=60 * SECONDS):
        person.click("import.start")
    person.qtbot.waitUntil(
        lambda: page.detail_states.currentWidget() is page.detail and page.detail.name.text() == name,
        timeout=20 * SECONDS,
    )


def set_up(person: Person, settings: dict[str, object]) -> None:
    person.press(Qt.Key.Key_N)
    page = person.page(SetupPage)
    for key, value in settings.items():
        page.form.fields[key].editor.set_value(value)
    assert page.form.errors == {}


def run_to_the_end(person: Person, seconds: int) -> tuple[int, int]:
    """Start and wait; gives the run and how many points its tail curve had when the first of them came into view."""
    controller = person.window.workbench.controller
    with person.qtbot.waitSignal(controller.run_ended, timeout=seconds * SECONDS) as ended:
        person.click("setup.start")
        monitor = person.page(MonitorPage)
        seen = monitor.view.charts.ndcg
        person.qtbot.waitUntil(lambda: len(seen.points("tail")[0]) > 0, timeout=seconds * SECONDS)
        first_look = len(seen.points("tail")[0])
    run, status, message = ended.args
    assert status == "finished", message
    return int(run), first_look


def check_curves(person: Person, run: int, epochs: int) -> None:
    """Curves on the monitor are those of the database, which another connection can read."""
    store = Store(person.window.workbench.home.database)
    curves = store.runs.curves(run)
    store.close()
    charts = person.page(MonitorPage).view.charts
    for part in ("overall", "head", "tail"):
        for chart, metric in ((charts.ndcg, "NDCG@10"), (charts.hr, "HR@10")):
            kept = curves[f"validation/full/{part}/{metric}"]
            assert kept.epochs.tolist() == list(range(1, epochs + 1))
            assert chart.points(part) == (kept.epochs.tolist(), pytest.approx(kept.values.tolist()))
            assert all(0 <= value <= 1 for value in kept.values)
    assert len(curves["loss/total"].values) >= epochs
    for part in ("recommendation", "alignment", "granularity"):
        assert len(curves[f"loss/{part}"].values) == len(curves["loss/total"].values)
    levels = [curves[name].values[-1] for name in sorted(curves) if name.startswith("gate/")]
    assert sum(levels) == pytest.approx(1, abs=1e-3)


def check_history(person: Person, run: int, dataset: str) -> None:
    person.window.show_page("runs", run)
    page = person.page(RunsPage)
    person.qtbot.waitUntil(lambda: page.detail_states.currentWidget() is page.detail, timeout=10 * SECONDS)
    model = page.list.model
    row = model.row_of(run)
    cells = {column.field: model.index(row, place).data() for place, column in enumerate(COLUMNS)}
    assert cells["status"] == "Finished"
    assert cells["dataset"] == dataset
    assert cells["model"] == "H2Rec"
    assert cells["ndcg_overall"].endswith(" %")
    person.qtbot.waitUntil(lambda: len(page.detail.charts.ndcg.points("tail")[0]) > 0, timeout=10 * SECONDS)
    assert page.detail.test.metrics.rowCount() > 0


def check_inspector(person: Person) -> InspectorPage:
    """From the run's detail pane to recommendations with titles."""
    person.click("runs.inspect")
    page = person.page(InspectorPage)
    person.qtbot.waitUntil(
        lambda: page.user.model.rowCount() == 10 and page.item.title.text() != "", timeout=60 * SECONDS
    )
    known = set(page._session._inspector.dataset.items.titles[1:])
    for row in range(10):
        recommendation = page.user.model.recommendation(row)
        assert recommendation.rank == row + 1
        assert recommendation.item.title in known
        assert recommendation.hid + recommendation.sid == pytest.approx(recommendation.score, abs=1e-4)
        assert page.user.model.index(row, TITLE).data() == recommendation.item.title
    assert page.user.history.list.model.rowCount() > 0
    assert "rank " in page.user.landing.text() or "not ranked" in page.user.landing.text()
    assert len(page.item.codes.codes) > 0
    assert page.item.neighbours.columns["hid"].model.rowCount() > 0
    return page


def test_from_files_to_recommendations(person: Person) -> None:
    import_files(person, FIXTURE, "films")
    epochs = 3
    set_up(
        person,
        QUICK
        | {
            "data.dataset": "films", "semantic_ids.depth": 3, "semantic_ids.codebook_size": 8,
            "training.epochs": epochs, "evaluation.negatives": 10,
        },
    )  # fmt: skip
    run, _ = run_to_the_end(person, seconds=120)
    check_curves(person, run, epochs)
    check_history(person, run, "films")
    page = check_inspector(person)
    assert len(page.item.codes.codes) == 3

    # The way back: the run's settings in a new experiment.
    person.window.show_page("runs", run)
    runs = person.page(RunsPage)
    person.qtbot.waitUntil(lambda: runs.detail_states.currentWidget() is runs.detail, timeout=10 * SECONDS)
    person.click("runs.copy")
    setup = person.page(SetupPage)
    assert setup.form.config is not None
    assert setup.form.config.semantic_ids.depth == 3
    assert setup.form.config.alignment.beta == 0.3


@pytest.mark.real_data
def test_movielens_100k(person: Person, real_data: Path) -> None:
    import_files(person, real_data, "ml-100k")
    epochs = 3
    set_up(person, QUICK | {"data.dataset": "ml-100k", "semantic_ids.depth": 3, "semantic_ids.codebook_size": 32,
                            "training.epochs": epochs})  # fmt: skip
    run, first_look = run_to_the_end(person, seconds=180)
    assert first_look < epochs, "the curves came only when the run had ended"
    check_curves(person, run, epochs)
    check_history(person, run, "ml-100k")
    page = check_inspector(person)
    assert any("(19" in page.user.model.recommendation(row).item.title for row in range(10))
