"""The datasets page and its import dialog in a real window, over a real library."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from engine.errors import Stopped
from engine.home import Home
from engine.library import Library
from engine.store import Store
from workbench.background import finish_background
from workbench.context import Workbench
from workbench.models.roles import DataRole
from workbench.pages.datasets import DatasetsPage
from workbench.pages.datasets import page as page_module
from workbench.pages.datasets.import_dialog import ImportDialog, suggested_name
from workbench.pages.datasets.report import report_lines

SHOP = Path(__file__).parents[1] / "fixtures" / "shop"
ML = Path(__file__).parents[1] / "fixtures" / "ml-100k"
BAKERY = Path(__file__).parents[1] / "fixtures" / "sequences"


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench], home: Home, store: Store) -> Workbench:
    for row in store.datasets.list():
        store.datasets.delete(row.name)
    made = make_workbench()
    made.library = Library(home, store)
    return made


@pytest.fixture
def page(qtbot: Any, workbench: Workbench) -> DatasetsPage:
    made = DatasetsPage(workbench)
    qtbot.addWidget(made)
    made.resize(1100, 740)
    made.show()
    return made


@pytest.fixture
def dialog(qtbot: Any, workbench: Workbench) -> ImportDialog:
    made = ImportDialog(workbench.library)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(qtbot: Any, page: DatasetsPage, name: str) -> None:
    qtbot.waitUntil(
        lambda: page.detail_states.currentWidget() is page.detail and page.detail.name.text() == name, timeout=5000
    )


def previewed(qtbot: Any, dialog: ImportDialog) -> None:
    qtbot.waitUntil(lambda: dialog._preview is not None, timeout=5000)


def names(page: DatasetsPage) -> list[str]:
    return [page.model.index(row, 0).data() for row in range(page.model.rowCount())]


# The page


def test_a_dataset_shows_its_numbers_charts_items_and_report(
    qtbot: Any, page: DatasetsPage, workbench: Workbench
) -> None:
    row = workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    assert names(page) == ["shop"]
    tiles = {name: tile.value for name, tile in page.detail.tiles.items()}
    assert tiles["users"] == f"{row.users:,}"
    assert tiles["items"] == f"{row.items:,}"
    assert tiles["interactions"] == f"{row.interactions:,}"
    assert tiles["period"] != "–"
    assert not page.detail.badge.isVisible()
    assert page.detail.items.model.rowCount() == row.items
    assert page.detail.overview.popularity.legend.text().startswith("Head: ")
    assert len(page.detail.overview.popularity.plot.listDataItems()) == 2
    report = page.detail.report.text()
    assert "interactions were read" in report
    assert row.fingerprint in report
    assert "k-core" in report
    assert page.detail.overview.popularity.words_at(0.0).startswith("rank 1, head: ")
    assert page.detail.overview.lengths.words_at(-1.0) == ""


def test_items_are_searched_on_the_page(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    items = page.detail.items.model
    title = items.index(3, 0).data()
    page.find_in_page()
    assert page.detail.items.search.hasFocus()
    qtbot.keyClicks(page.detail.items.search, title)
    qtbot.waitUntil(lambda: items.rowCount() < items.total, timeout=2000)
    assert title in {items.index(row, 0).data() for row in range(items.rowCount())}
    assert " of " in page.detail.items.found.text()


def test_the_sample_is_labelled_synthetic_and_stays(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.ensure_sample()
    page.activate()
    shown(qtbot, page, "sample")
    assert page.detail.badge.isVisible()
    assert page.detail.badge.text == "synthetic"
    assert not page.detail.delete.isEnabled()
    assert page.model.index(0, 0).data(DataRole.row).synthetic


def test_an_experiment_starts_from_the_dataset(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.detail.experiment, Qt.MouseButton.LeftButton)
    assert asked.args[0] == "setup"
    assert asked.args[1].data.dataset == "shop"


def test_a_deleted_dataset_is_gone_with_its_files(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        page_module.dialogs, "ask", lambda _parent, question, words, _yes: asked.append(question + words) or True
    )
    workbench.library.import_files("shop", [SHOP])
    page.activate()
    shown(qtbot, page, "shop")
    qtbot.mouseClick(page.detail.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.states.currentWidget() is page.states.empty, timeout=3000)
    assert "“shop”" in asked[0]
    assert "interactions" in asked[0]
    assert "cannot be undone" in asked[0]
    assert not (home.datasets / "shop").exists()


def test_a_damaged_dataset_says_so(qtbot: Any, page: DatasetsPage, workbench: Workbench, home: Home) -> None:
    workbench.library.import_files("shop", [SHOP])
    (home.datasets / "shop" / "items.npy").unlink()
    page.activate()
    qtbot.waitUntil(lambda: page.detail_states.currentWidget() is page.detail_states.error, timeout=3000)
    assert "damaged" in page.detail_states.error._text.text()


def test_dropped_files_open_the_import_with_them(qtbot: Any, page: DatasetsPage) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(SHOP))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.dropEvent(drop)
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    previewed(qtbot, dialog)
    assert dialog.view.name.text() == "shop"
    dialog.reject()


@pytest.mark.parametrize(
    ("names", "format"),
    [
        (["ml-1m"], "ml-1m"),
        (["ml-1m/ratings.dat", "ml-1m/movies.dat"], "ml-1m"),
        (["ml-latest"], "ml-csv"),
        (["ml-latest/links.csv", "ml-latest/movies.csv", "ml-latest/ratings.csv", "ml-latest/tags.csv"], "ml-csv"),
        (["recbole"], "recbole"),
        (["recbole/films.inter", "recbole/films.item", "recbole/films.user"], "recbole"),
    ],
)
def test_a_dropped_release_is_recognised_and_imported(
    qtbot: Any, page: DatasetsPage, workbench: Workbench, names: list[str], format: str
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(SHOP.parent / name)) for name in names])
    page.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    previewed(qtbot, dialog)
    assert dialog.view.format == format
    dialog.view.name.setText("films")
    with qtbot.waitSignal(dialog.imported, timeout=5000):
        qtbot.mouseClick(dialog.view.import_button, Qt.MouseButton.LeftButton)
    row = workbench.store.datasets.get("films")
    assert row is not None
    assert (row.users, row.items) == (14, 10)
    assert row.statistics["items_with_text"] == 10


# The import


def test_files_are_looked_at_and_imported(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    page.activate()
    qtbot.mouseClick(page.main_action, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    assert dialog.view.words.text() == "Choose the files to import."
    assert not dialog.view.import_button.isEnabled()
    dialog.set_paths([ML])
    previewed(qtbot, dialog)
    assert dialog.view.format == "ml-100k"
    assert not dialog.view.mapping.isVisible()
    first = (ML / "u.data").read_text().splitlines()[0].split("\t")
    model = dialog.view.preview.models["interactions"]
    assert [model.index(0, column).data() for column in range(4)] == first
    dialog.view.name.setText("films")
    dialog.view.preparation.fields["k_core"].editor.set_value(2)
    assert dialog.view.import_button.isEnabled()
    with qtbot.waitSignal(dialog.imported, timeout=10000):
        qtbot.mouseClick(dialog.view.import_button, Qt.MouseButton.LeftButton)
    shown(qtbot, page, "films")
    row = workbench.store.datasets.get("films")
    assert row is not None
    assert row.preparation["k_core"] == 2


def test_sequence_lines_are_shown_as_they_stand_and_imported(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    dialog.set_paths([BAKERY])
    previewed(qtbot, dialog)
    assert dialog.view.format == "sequences"
    assert not dialog.view.mapping.isVisible()
    model = dialog.view.preview.models["interactions"]
    assert [model.index(0, column).data() for column in (0, 1)] == ["guest01", "TE02 CK02 BR01 TE01 BR01 BN01"]
    assert dialog.view.preview.models["items"].index(0, 1).data() == "chocolate cake with cherries"
    dialog.view.preparation.fields["k_core"].editor.set_value(1)
    with qtbot.waitSignal(dialog.imported, timeout=10000):
        dialog.start()
    row = workbench.store.datasets.get("sequences")
    assert row is not None
    assert (row.users, row.items, row.interactions) == (12, 8, 76)


def test_columns_are_guessed_and_can_be_mapped(qtbot: Any, dialog: ImportDialog, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "who,what,when,stars\n"
        + "".join(f"u{user},i{item},{1000 + item},3\n" for user in range(6) for item in range(6))
    )
    dialog.set_paths([tmp_path / "log.csv"])
    previewed(qtbot, dialog)
    mapping = dialog.view.mapping
    assert dialog.view.format == "csv"
    assert mapping.isVisible()
    mapping.choices["user"].setCurrentIndex(0)
    assert dialog.view.words.text() == "Choose the column that holds the user."
    assert not dialog.view.import_button.isEnabled()
    for role, column in (("user", "who"), ("item", "who")):
        mapping.choices[role].setCurrentText(column)
    assert "cannot both be “who”" in dialog.view.words.text()
    mapping.choices["item"].setCurrentText("what")
    mapping.choices["timestamp"].setCurrentText("when")
    assert dialog.view.words.text() == ""
    assert dialog.view.import_button.isEnabled()
    model = dialog.view.preview.models["interactions"]
    headings = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(4)]
    assert headings[:3] == ["who  →  user", "what  →  item", "when  →  timestamp"]
    with qtbot.waitSignal(dialog.imported, timeout=10000):
        dialog.start()


def test_texts_are_shown_as_they_will_be_encoded(qtbot: Any, dialog: ImportDialog) -> None:
    dialog.set_paths([SHOP])
    previewed(qtbot, dialog)
    texts = dialog.view.preview.models["texts"]
    before = texts.index(0, 1).data()
    boxes = dialog.view.mapping.texts
    assert [box for box in boxes if box.isChecked()]
    for box in boxes:
        box.setChecked(box.text() == "title")
    assert texts.index(0, 1).data() == texts.index(0, 0).data() != before
    assert dialog.view.mapping.mapping is not None
    assert dialog.view.mapping.mapping.text == ("title",)


def test_settings_and_names_that_are_not_allowed_are_refused(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    workbench.library.import_files("taken", [SHOP])
    dialog.set_paths([SHOP])
    previewed(qtbot, dialog)
    dialog.view.name.setText("taken")
    assert "already a dataset “taken”" in dialog.view.words.text()
    dialog.view.name.setText("free")
    assert dialog.view.import_button.isEnabled()
    dialog.view.preparation.fields["k_core"].editor.set_value(0)
    assert not dialog.view.import_button.isEnabled()
    assert "from 1 to 1000" in dialog.view.preparation.fields["k_core"].error
    dialog.start()
    assert not dialog.is_importing


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["log.csv", "empty"]),
        ("user,item,timestamp\nu1,i1,10\nu1,i2,soon\n", ["log.csv", "line 3", "“timestamp”", "soon"]),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_imported(
    qtbot: Any, dialog: ImportDialog, tmp_path: Path, home: Home, store: Store, content: str, words: list[str]
) -> None:
    (tmp_path / "log.csv").write_text(content)
    dialog.set_paths([tmp_path / "log.csv"])
    qtbot.waitUntil(lambda: dialog._preview is not None or dialog.view.error.isVisible(), timeout=5000)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.view.error.isVisible() and not dialog.is_importing, timeout=5000)
    for word in words:
        assert word in dialog.view.error.text()
    assert dialog.isVisible()
    assert list(home.datasets.iterdir()) == []
    assert store.datasets.list() == []


class SlowLibrary:
    """A library whose import waits for the person to cancel it."""

    def check_name(self, name: str) -> str:
        return name

    def import_files(
        self, name: str, paths: object, format: str, mapping: object, preparation: object,
        progress: Callable[[str, float], None], stop: threading.Event,
    ) -> SimpleNamespace:  # fmt: skip
        progress("Reading", 0.3)
        if stop.wait(5):
            raise Stopped
        return SimpleNamespace(name=name)


@pytest.fixture
def slow(qtbot: Any) -> ImportDialog:
    made = ImportDialog(SlowLibrary())  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    made.set_paths([SHOP])
    previewed(qtbot, made)
    made.start()
    qtbot.waitUntil(lambda: made.view.words.text() == "Reading…", timeout=3000)
    return made


def test_an_import_shows_progress_and_can_be_cancelled(qtbot: Any, slow: ImportDialog) -> None:
    assert slow.view.progress.value() == 300
    assert not slow.view.import_button.isEnabled()
    qtbot.mouseClick(slow.view.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not slow.is_importing, timeout=3000)
    assert slow.view.error.text() == "The import was cancelled. Nothing was kept."
    assert slow.isVisible()
    assert slow.view.import_button.isEnabled()


def test_closing_the_dialog_cancels_the_import_first(qtbot: Any, slow: ImportDialog) -> None:
    slow.close()
    assert slow.isVisible()
    qtbot.waitUntil(lambda: not slow.isVisible(), timeout=3000)
    assert not slow.is_importing


def test_a_name_is_suggested_from_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "my shop!"
    folder.mkdir()
    assert suggested_name([folder]) == "my shop"
    assert suggested_name([folder / "log.csv"]) == "log"
    assert suggested_name([folder / "log.csv.gz"]) == suggested_name([folder / "log.parquet"]) == "log"
    assert suggested_name([folder / "u.data"]) == "my shop"
    assert suggested_name([folder / "a.csv", folder / "b.csv"]) == "my shop"


def test_a_report_without_repairs_says_so(workbench: Workbench) -> None:
    row = workbench.store.datasets.add("x", source="<b>", fingerprint="f", users=1, items=1, interactions=1)
    lines = report_lines(row)
    assert "Nothing was dropped or repaired." in lines
    assert "Source: &lt;b&gt;" in lines


def test_closing_the_window_stops_an_import(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    workbench.library = SlowLibrary()  # type: ignore[assignment]
    dialog = page.import_files([SHOP])
    previewed(qtbot, dialog)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.view.words.text() == "Reading…", timeout=3000)
    stop = dialog._stop
    page.close()
    assert stop.is_set()
    assert finish_background(3)


def test_the_rows_of_other_files_do_not_stay(qtbot: Any, dialog: ImportDialog, tmp_path: Path) -> None:
    dialog.set_paths([SHOP])
    previewed(qtbot, dialog)
    assert dialog.view.preview.isVisible()
    empty = tmp_path / "empty.csv"
    empty.touch()
    dialog.set_paths([empty])
    qtbot.waitUntil(dialog.view.error.isVisible, timeout=3000)
    assert not dialog.view.preview.isVisible()
    assert not dialog.view.mapping.isVisible()
