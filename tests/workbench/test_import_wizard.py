"""The import wizard in a real window, over a real library: every step, wrong input of every kind, and leaving halfway."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.config import PreparationSettings
from engine.data.filters import Outcome
from engine.data.log import Log
from engine.errors import Stopped
from engine.home import Home
from engine.library import Library
from engine.settings import settings_of
from engine.store import Store
from workbench.background import finish_background
from workbench.context import Workbench
from workbench.pages.datasets import DatasetsPage
from workbench.pages.datasets.wizard import ImportDialog
from workbench.pages.datasets.wizard.recognised import recognised_words, suggested_name
from workbench.pages.datasets.wizard.result_panel import outcome_rows

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHOP, ML, BAKERY = FIXTURES / "shop", FIXTURES / "ml-100k", FIXTURES / "sequences"
LOG = "who,what,when,stars\n" + "".join(
    f"u{user},i{item},{86_400 * item},{item % 5 + 1}\n" for user in range(6) for item in range(6)
)


class CountingLibrary(Library):
    """Knows how often files were read."""

    reads = 0

    def read_files(self, *arguments: Any) -> Log:
        self.reads += 1
        return super().read_files(*arguments)


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench], home: Home, store: Store) -> Workbench:
    for row in store.datasets.list():
        store.datasets.delete(row.name)
    made = make_workbench()
    made.library = CountingLibrary(home, store)
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
    return shown(qtbot, ImportDialog(workbench.library))


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def shown(qtbot: Any, dialog: ImportDialog) -> ImportDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def look_at(qtbot: Any, dialog: ImportDialog, *paths: Path) -> None:
    dialog.set_paths(list(paths))
    qtbot.waitUntil(lambda: dialog._preview is not None, timeout=5000)


def map_log(dialog: ImportDialog, **roles: str) -> None:
    chosen = {"user": "who", "item": "what", "timestamp": "when", "rating": "stars"} | roles
    for role, column in chosen.items():
        dialog.view.columns.form.choices[role].setCurrentText(column)


def see_filters(qtbot: Any, dialog: ImportDialog) -> None:
    """Go to the last step, until it shows numbers."""
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    qtbot.waitUntil(lambda: bool(dialog.view.filters.result.rows), timeout=5000)


def fill(dialog: ImportDialog, **values: Any) -> None:
    for key, value in values.items():
        dialog.view.filters.form.fields[key].editor.set_value(value)


def kept(dialog: ImportDialog) -> tuple[int, int, int]:
    """Interactions, users and items in the last row of the table."""
    return dialog.view.filters.result.rows[-1][1:]


def heading(dialog: ImportDialog, column: int) -> str:
    return str(dialog.view.columns.preview.models["interactions"].headerData(column, Qt.Orientation.Horizontal))


def import_it(qtbot: Any, dialog: ImportDialog) -> None:
    with qtbot.waitSignal(dialog.imported, timeout=10_000):
        qtbot.mouseClick(dialog.view.import_button, Qt.MouseButton.LeftButton)


def drop_of(*urls: QUrl) -> QDropEvent:
    mime = QMimeData()
    mime.setUrls(list(urls))
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    drop.mime = mime  # the event does not hold it  # type: ignore[attr-defined]
    return drop


# Files and columns


def test_files_are_looked_at_and_imported(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    page.activate()
    qtbot.mouseClick(page.main_action, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    assert dialog.view.words.text() == "Choose the files to import."
    assert "MovieLens 100K" in dialog.view._drop._text.text()
    for each in (dialog.view.back_button, dialog.view.next_button, dialog.view.import_button):
        assert not each.isEnabled()
    look_at(qtbot, dialog, ML)
    assert dialog.view.format == "ml-100k"
    assert not dialog.view.columns.form.isVisible()
    assert "interactions from u.data, items from u.item. Not used: u.user." in dialog.view.recognised.text()
    first = (ML / "u.data").read_text().splitlines()[0].split("\t")
    model = dialog.view.columns.preview.models["interactions"]
    assert [model.index(0, column).data() for column in range(3)] == first[:3]
    dialog.view.name.setText("films")
    fill(dialog, k_core=2)
    import_it(qtbot, dialog)
    qtbot.waitUntil(lambda: page.detail.name.text() == "films", timeout=5000)
    row = workbench.store.datasets.get("films")
    assert row is not None
    assert row.preparation["k_core"] == 2


def test_sequence_lines_are_shown_as_they_stand_and_imported(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    look_at(qtbot, dialog, BAKERY)
    assert dialog.view.format == "sequences"
    models = dialog.view.columns.preview.models
    assert [models["interactions"].index(0, column).data() for column in (0, 1)] == [
        "guest01",
        "TE02 CK02 BR01 TE01 BR01 BN01",
    ]
    assert models["items"].index(0, 1).data() == "chocolate cake with cherries"
    fill(dialog, k_core=1)
    import_it(qtbot, dialog)
    row = workbench.store.datasets.get("sequences")
    assert row is not None
    assert (row.users, row.items, row.interactions) == (12, 8, 76)


def test_columns_are_guessed_and_can_be_mapped(qtbot: Any, dialog: ImportDialog, log_file: Path) -> None:
    look_at(qtbot, dialog, log_file)
    form = dialog.view.columns.form
    assert dialog.view.format == "csv"
    assert form.isVisible()
    form.choices["user"].setCurrentIndex(0)
    assert form.notes["user"].text() == "Choose the column that holds the user."
    assert dialog.view.words.text() == ""  # it is said once
    assert not dialog.view.import_button.isEnabled()
    dialog.view.steps.setCurrentWidget(dialog.view.text)
    assert dialog.view.words.text() == "Choose the column that holds the user."
    dialog.view.steps.setCurrentWidget(dialog.view.columns)
    map_log(dialog, item="who")
    assert "cannot both be “who”" in form.notes["item"].text()
    map_log(dialog)
    assert dialog.view.words.text() == ""
    assert dialog.view.import_button.isEnabled()
    assert [heading(dialog, place) for place in range(4)] == [
        "who  →  user",
        "what  →  item",
        "when  →  timestamp",
        "stars  →  rating",
    ]
    import_it(qtbot, dialog)


def test_the_first_rows_are_shown_as_they_will_be_read(qtbot: Any, dialog: ImportDialog, log_file: Path) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    notes = {role: note.text() for role, note in dialog.view.columns.form.notes.items() if note.isVisible()}
    assert notes == {
        "user": "Text, such as u0",
        "item": "Text, such as i0",
        "timestamp": "Unix time in seconds",
        "rating": "Numbers from 1 to 5",
    }
    model = dialog.view.columns.preview.models["interactions"]
    assert [model.index(1, column).data() for column in range(4)] == ["u0", "i1", "1970-01-02 00:00:00", "2"]


def test_a_column_that_cannot_be_what_it_is_chosen_for_is_refused_beside_it(
    qtbot: Any, dialog: ImportDialog, log_file: Path
) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog, timestamp="what")
    note = dialog.view.columns.form.notes["timestamp"]
    assert note.text() == "“i0” is not a time: a unix time or an ISO date."
    assert note.property("kind") == "error"
    assert not dialog.view.import_button.isEnabled()
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    result = dialog.view.filters.result
    assert "is not a time" in result.states.error._text.text()
    dialog.view.steps.setCurrentWidget(dialog.view.columns)
    map_log(dialog)
    see_filters(qtbot, dialog)
    assert kept(dialog)[0] == 36


def test_only_the_items_of_a_document_leave_a_choice(qtbot: Any, dialog: ImportDialog) -> None:
    look_at(qtbot, dialog, FIXTURES / "inter-json")
    choices = dialog.view.columns.form.choices
    assert not choices["item"].isVisible()
    before = dialog.mapping
    choices["title"].setCurrentIndex(0)
    assert dialog.mapping != before
    assert dialog.view.columns.form.problems == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["log.csv", "empty"]),
        ("user,item,timestamp\nu1,i1,10\n" + "u1,i2,11\n" * 60 + "u1,i2,soon\n", ["log.csv", "line 63", "“soon”"]),
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
    assert [word for word in words if word not in dialog.view.error.text()] == []
    assert dialog.isVisible()
    assert list(home.datasets.iterdir()) == []
    assert store.datasets.list() == []


def test_a_fault_far_down_is_told_where_the_numbers_would_be_and_can_be_tried_again(
    qtbot: Any, dialog: ImportDialog, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("user,item,timestamp\n" + "u1,i2,11\n" * 60 + "u1,i2,soon\n")
    look_at(qtbot, dialog, path)
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    states = dialog.view.filters.result.states
    qtbot.waitUntil(lambda: states.currentWidget() is states.error, timeout=5000)
    assert "line 62" in states.error._text.text()
    path.write_text("user,item,timestamp\n" + "".join(f"u{n},i{m},11\n" for n in range(5) for m in range(5)))
    qtbot.mouseClick(states.error.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: states.currentWidget() is states.content, timeout=5000)
    assert kept(dialog) == (25, 5, 5)


def test_the_rows_of_other_files_do_not_stay(qtbot: Any, dialog: ImportDialog, tmp_path: Path) -> None:
    look_at(qtbot, dialog, SHOP)
    see_filters(qtbot, dialog)
    empty = tmp_path / "empty.csv"
    empty.touch()
    dialog.set_paths([empty])
    assert dialog.work.log is None
    qtbot.waitUntil(dialog.view.error.isVisible, timeout=3000)
    assert not dialog.view.steps.isVisible()
    assert not dialog.view.recognised.isVisible()


# Dropping


def test_dropped_files_open_the_import_with_them(qtbot: Any, page: DatasetsPage) -> None:
    files = sorted(SHOP.iterdir())
    page.dropEvent(drop_of(*(QUrl.fromLocalFile(str(file)) for file in files)))
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog._preview is not None, timeout=5000)
    assert dialog.view.name.text() == "shop"
    assert dialog.view.recognised.text() == (
        "CSV, TSV or Parquet: interactions from interactions.csv, items from items.csv."
    )
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
    page.dropEvent(drop_of(*(QUrl.fromLocalFile(str(FIXTURES / name)) for name in names)))
    dialog = page.findChild(ImportDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog._preview is not None, timeout=5000)
    assert dialog.view.format == format
    dialog.view.name.setText("films")
    fill(dialog, k_core=1)
    import_it(qtbot, dialog)
    qtbot.waitUntil(lambda: page.detail_states.currentWidget() is page.detail, timeout=5000)
    row = workbench.store.datasets.get("films")
    assert row is not None
    assert (row.users, row.items) == (14, 10)
    assert row.statistics["items_with_text"] == 10


def test_a_folder_dropped_onto_the_dialog_is_recognised(qtbot: Any, dialog: ImportDialog) -> None:
    look_at(qtbot, dialog, SHOP)
    dialog.dropEvent(drop_of(QUrl.fromLocalFile(str(BAKERY))))
    qtbot.waitUntil(lambda: "Sequence lines" in dialog.view.recognised.text(), timeout=5000)
    assert "interactions from user_sequence.txt, items from item_text.txt" in dialog.view.recognised.text()


def test_what_is_no_file_is_not_taken(dialog: ImportDialog) -> None:
    drop = drop_of(QUrl("https://example.org/log.csv"))
    drop.ignore()
    dialog.dropEvent(drop)
    assert not drop.isAccepted()
    assert dialog.reason == "Choose the files to import."


def test_files_that_are_not_used_are_named(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", "log.csv", ".hidden"):
        (tmp_path / name).touch()
    preview = SimpleNamespace(interactions=SimpleNamespace(path=tmp_path / "log.csv"), items=None)
    assert recognised_words([tmp_path], "CSV", preview) == (  # type: ignore[arg-type]
        "CSV: interactions from log.csv. There is no file of items. Not used: a.txt, b.txt, c.txt and 1 more."
    )


def test_a_name_is_suggested_from_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "my shop!"
    folder.mkdir()
    assert suggested_name([]) == ""
    assert suggested_name([folder]) == "my shop"
    assert suggested_name([folder / "log.csv"]) == "log"
    assert suggested_name([folder / "log.csv.gz"]) == suggested_name([folder / "log.parquet"]) == "log"
    assert suggested_name([folder / "u.data"]) == "my shop"
    assert suggested_name([folder / "a.csv", folder / "b.csv"]) == "my shop"


def test_the_same_files_get_a_name_of_their_own_each_time(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    workbench.library.import_files("shop", [SHOP])
    look_at(qtbot, dialog, SHOP)
    assert dialog.view.name.text() == "shop-2"
    assert dialog.view.import_button.isEnabled()


# Text


def test_a_text_is_written_and_seen_on_the_first_items(qtbot: Any, dialog: ImportDialog, workbench: Workbench) -> None:
    look_at(qtbot, dialog, SHOP)
    dialog.view.steps.setCurrentWidget(dialog.view.text)
    step = dialog.view.text
    assert step.template.text() == "{title}. {categories}. {description}"
    assert not step.reset.isVisible()
    step.template.setFocus()
    step.template.selectAll()
    qtbot.keyClicks(step.template, "A {title} for {categories}")
    assert step.texts.index(0, 1).data() == "A Lamp for Home, Lighting"
    assert step.texts.index(0, 0).data() == "Lamp"
    assert step.coverage.text().endswith("items have a text.")
    assert step.reset.isVisible()
    fill(dialog, k_core=1)
    import_it(qtbot, dialog)
    assert workbench.library.load("shop").items.texts[1] == "A Lamp for Home, Lighting"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{title", "“{” at character 1 is never closed."),
        ("title}", "“}” at character 6 closes nothing."),
        ("{titel}", "There is no column “titel”. Did you mean “title”?"),
        ("{title.__class__}", "There is no column “title.__class__”."),
        ("nothing", "The text names no column."),
    ],
)
def test_a_wrong_text_is_refused_beside_it(qtbot: Any, dialog: ImportDialog, text: str, words: str) -> None:
    look_at(qtbot, dialog, SHOP)
    dialog.view.steps.setCurrentWidget(dialog.view.text)
    step = dialog.view.text
    step.template.setText(text)
    assert words in step.error.text()
    assert step.error.isVisible()
    assert not dialog.view.import_button.isEnabled()
    dialog.start()
    assert not dialog.is_importing
    qtbot.mouseClick(step.reset, Qt.MouseButton.LeftButton)
    assert not step.error.isVisible()
    assert dialog.view.import_button.isEnabled()


def test_columns_are_put_into_the_text_by_enter(qtbot: Any, dialog: ImportDialog) -> None:
    look_at(qtbot, dialog, SHOP)
    dialog.view.steps.setCurrentWidget(dialog.view.text)
    step = dialog.view.text
    step.template.clear()
    assert step.error.text() == ""
    assert dialog.mapping is not None
    assert dialog.mapping.text == ()
    for row in (1, 2):
        step.column_table.setFocus()
        step.column_table.selectRow(row)
        qtbot.keyClick(step.column_table, Qt.Key.Key_Return)
    assert step.template.text() == "{title}. {categories}"
    assert dialog.mapping.text == ("title", "categories")
    assert dialog.view.steps.currentWidget() is step


def test_formats_that_make_the_text_themselves_say_so(qtbot: Any, dialog: ImportDialog, log_file: Path) -> None:
    look_at(qtbot, dialog, ML)
    dialog.view.steps.setCurrentWidget(dialog.view.text)
    assert not dialog.view.text.template.isVisible()
    assert "MovieLens 100K says itself" in dialog.view.text._fixed._text.text()
    look_at(qtbot, dialog, log_file)
    assert dialog.view.text._fixed._title.text() == "There is no file of items"


# Filters


def test_what_is_counted_beforehand_is_what_is_imported_from_one_reading(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench, log_file: Path
) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    see_filters(qtbot, dialog)
    result = dialog.view.filters.result
    assert result.rows[0] == ("Read", 36, 6, 6)
    assert result.tiles["density"].value == "100.000 %"
    fill(dialog, k_core=1, least_rating=2, last_date="1970-01-05", max_users=4)
    qtbot.waitUntil(lambda: kept(dialog)[1] == 4, timeout=5000)
    assert result.rows == [
        ("Read", 36, 6, 6),
        ("Dates", -6, 0, -1),
        ("Rating", -6, 0, -1),
        ("Users not drawn", -8, -2, 0),
        ("Kept", 16, 4, 4),
    ]
    assert result.table.model().index(1, 1).data() == "−6"
    import_it(qtbot, dialog)
    row = workbench.store.datasets.get("log")
    assert row is not None
    assert (row.interactions, row.users, row.items) == (16, 4, 4)
    assert [step["interactions"] for step in row.report["steps"]] == [6, 6, 8]
    assert row.preparation["least_rating"] == 2
    assert row.preparation["last_date"] == "1970-01-05"
    assert workbench.library.reads == 1  # type: ignore[attr-defined]


def test_other_columns_are_read_again_and_back_loses_nothing(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench, log_file: Path
) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    see_filters(qtbot, dialog)
    fill(dialog, k_core=3, max_users=5)
    qtbot.mouseClick(dialog.view.back_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.view.back_button, Qt.MouseButton.LeftButton)
    assert dialog.view.steps.currentWidget() is dialog.view.columns
    assert dialog.mapping is not None
    assert (dialog.mapping.user, dialog.mapping.rating) == ("who", "stars")
    assert dialog.work.log is not None
    map_log(dialog, rating="None")
    assert dialog.work.log is None
    see_filters(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.work.log is not None, timeout=5000)
    assert workbench.library.reads == 2  # type: ignore[attr-defined]
    settings = dialog.view.filters.form.settings
    assert settings is not None
    assert (settings.k_core, settings.max_users) == (3, 5)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("k_core", 0, "from 1 to 1000"),
        ("k_core", "", "a whole number"),
        ("k_core", "2.5", "2.5 is not allowed"),
        ("item_k_core", "many", "“many” is not allowed"),
        ("max_users", -1, "-1 is not allowed"),
        ("sample_seed", "x", "“x” is not allowed"),
        ("least_rating", "good", "“good” is not allowed; it must be a number"),
        ("first_date", "2014", "a date such as 2024-05-31"),
        ("first_date", "2014-02-30", "“2014-02-30” is not allowed"),
        ("last_date", "31.12.2014", "a date such as 2024-05-31"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_beside_it(
    qtbot: Any, dialog: ImportDialog, log_file: Path, key: str, value: Any, words: str
) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    see_filters(qtbot, dialog)
    field = dialog.view.filters.form.fields[key]
    field.editor.set_value(value)
    assert words in field.error
    assert not dialog.view.import_button.isEnabled()
    assert dialog.view.words.text() == "A filter is not allowed as it stands."
    states = dialog.view.filters.result.states
    assert states.currentWidget() is states.empty
    dialog.start()
    assert not dialog.is_importing
    field.editor.set_value(field.info.default)
    assert field.error == ""
    qtbot.waitUntil(lambda: states.currentWidget() is states.content, timeout=3000)
    assert dialog.view.import_button.isEnabled()


def test_dates_that_cross_are_refused(qtbot: Any, dialog: ImportDialog, log_file: Path) -> None:
    look_at(qtbot, dialog, log_file)
    fill(dialog, first_date="1970-01-05", last_date="1970-01-02")
    assert "before the first day, 1970-01-05" in dialog.view.filters.form.fields["last_date"].error


def test_arrows_bring_a_number_into_an_empty_field_and_it_can_be_emptied_again(
    qtbot: Any, dialog: ImportDialog, log_file: Path
) -> None:
    look_at(qtbot, dialog, log_file)
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    for key, after in (("least_rating", 0.5), ("max_users", 2)):
        field = dialog.view.filters.form.fields[key]
        assert field.editor.value() is None
        qtbot.keyClick(field.editor.input, Qt.Key.Key_Up)
        assert field.editor.value() == after
        assert field.is_changed
        field.editor.input.clear()  # type: ignore[attr-defined]
        assert field.editor.value() is None
        assert not field.is_changed
    assert dialog.view.filters.form.settings == PreparationSettings()


def test_every_setting_has_a_field(dialog: ImportDialog) -> None:
    assert list(dialog.view.filters.form.fields) == [info.key for info in settings_of(PreparationSettings)]
    assert dialog.view.filters.form.settings == PreparationSettings()


def test_filters_that_the_data_cannot_answer_say_so(qtbot: Any, dialog: ImportDialog, workbench: Workbench) -> None:
    look_at(qtbot, dialog, BAKERY)
    fill(dialog, last_date="2014-01-01", duplicates="moment")
    see_filters_of_refused = dialog.view.filters.form.fields
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    qtbot.waitUntil(lambda: dialog.work.log is not None, timeout=5000)
    fields = see_filters_of_refused
    assert "no times, only an order" in fields["last_date"].error
    assert "no times" in fields["duplicates"].error
    assert fields["last_date"].editor.isEnabled()
    for key in ("first_date", "least_rating"):
        assert not fields[key].editor.isEnabled()
    assert "have no ratings" in fields["least_rating"]._help.text()
    assert not dialog.view.import_button.isEnabled()
    fill(dialog, last_date=None, duplicates="last")
    assert not fields["last_date"].editor.isEnabled()
    qtbot.waitUntil(lambda: bool(dialog.view.filters.result.rows), timeout=3000)
    assert workbench.store.datasets.list() == []


def test_a_filter_that_does_not_fit_stops_an_import_from_the_first_step(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    look_at(qtbot, dialog, BAKERY)
    fill(dialog, least_rating=3)
    dialog.start()
    qtbot.waitUntil(lambda: not dialog.is_importing, timeout=5000)
    assert "A filter does not fit these files" in dialog.view.error.text()
    assert dialog.view.steps.currentWidget() is dialog.view.filters
    assert workbench.store.datasets.list() == []


def test_what_is_known_of_the_data_stands_below_the_fields(qtbot: Any, dialog: ImportDialog, log_file: Path) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    see_filters(qtbot, dialog)
    fields = dialog.view.filters.form.fields
    assert "The first is of 1970-01-01." in fields["first_date"]._help.text()
    assert "The last is of 1970-01-06." in fields["last_date"]._help.text()
    assert "from 1 to 5." in fields["least_rating"]._help.text()


def test_filters_that_leave_nothing_keep_the_import_from_starting(
    qtbot: Any, dialog: ImportDialog, log_file: Path
) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    see_filters(qtbot, dialog)
    fill(dialog, k_core=7)
    result = dialog.view.filters.result
    qtbot.waitUntil(result.problem.isVisible, timeout=3000)
    assert "Lower it to 6 or less" in result.problem.text()
    assert dialog.view.words.text() == "The filters leave too little for a dataset."
    assert not dialog.view.import_button.isEnabled()
    fill(dialog, k_core=6)
    qtbot.waitUntil(result.problem.isHidden, timeout=3000)
    assert dialog.view.import_button.isEnabled()


def test_only_the_newest_settings_are_counted(
    qtbot: Any, dialog: ImportDialog, log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at(qtbot, dialog, log_file)
    map_log(dialog)
    see_filters(qtbot, dialog)
    counted: list[int] = []
    gate, stopped = threading.Event(), threading.Event()
    real = Outcome.of

    def slow(log: Log, settings: PreparationSettings, check: Callable[[], None]) -> Outcome:
        counted.append(settings.k_core)
        if settings.k_core == 2:
            gate.wait(5)
            try:
                check()
            except Stopped:
                stopped.set()
                raise
        return real(log, settings, check)

    monkeypatch.setattr(Outcome, "of", slow)
    for core in (9, 8, 2):  # typed quickly: only where it pauses is anything counted
        fill(dialog, k_core=core)
    qtbot.waitUntil(lambda: counted == [2], timeout=3000)
    assert dialog.view.filters.result.state.text() == "Counting…"
    fill(dialog, k_core=1, max_users=3)
    gate.set()
    qtbot.waitUntil(lambda: kept(dialog)[1] == 3, timeout=3000)
    assert stopped.wait(3)
    assert counted == [2, 1]
    assert dialog.view.filters.result.state.text() == ""


def test_a_second_core_is_called_so() -> None:
    outcome = Outcome.of(Log.of(_shop()), PreparationSettings(k_core=2, max_users=4))
    assert [row[0] for row in outcome_rows(outcome)] == ["Read", "k-core", "Users not drawn", "k-core again", "Kept"]


# Names, keyboard


def test_names_that_are_not_allowed_are_refused_beside_the_name(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    workbench.library.import_files("taken", [SHOP])
    look_at(qtbot, dialog, SHOP)
    dialog.view.name.setText("taken")
    assert "already a dataset “taken”" in dialog.view.name_error.text()
    assert dialog.view.name_error.isVisible()
    assert not dialog.view.import_button.isEnabled()
    dialog.view.name.setText("free")
    assert not dialog.view.name_error.isVisible()
    assert dialog.view.import_button.isEnabled()


def test_the_keyboard_alone_goes_from_the_files_to_the_dataset(
    qtbot: Any, dialog: ImportDialog, workbench: Workbench
) -> None:
    look_at(qtbot, dialog, SHOP)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=3000)

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focus = QApplication.focusWidget()
        QTest.keyClick(focus or dialog, key, modifier)

    def at(step: QWidget) -> None:
        qtbot.waitUntil(lambda: dialog.view.steps.currentWidget() is step, timeout=3000)

    assert dialog.view.name.hasFocus()
    qtbot.keyClicks(dialog.view.name, "-by-keys")
    press(Qt.Key.Key_Return)
    at(dialog.view.text)
    assert dialog.view.text.template.hasFocus()
    press(Qt.Key.Key_Return)
    at(dialog.view.filters)
    press(Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    at(dialog.view.text)
    press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    at(dialog.view.filters)
    press(Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    at(dialog.view.text)
    press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    at(dialog.view.filters)
    qtbot.waitUntil(lambda: bool(dialog.view.filters.result.rows), timeout=5000)
    core = dialog.view.filters.form.fields["k_core"].editor.input
    assert core.hasFocus()
    core.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(core, "1")
    with qtbot.waitSignal(dialog.imported, timeout=10_000) as signal:
        press(Qt.Key.Key_Return)
    assert signal.args == ["shop-by-keys"]
    row = workbench.store.datasets.get("shop-by-keys")
    assert row is not None
    assert row.preparation["k_core"] == 1


# Leaving halfway


class SlowLibrary:
    """A library that reads or keeps until the person cancels."""

    def __init__(self, *, slow_to: str) -> None:
        self.slow_to = slow_to
        self.stop: threading.Event | None = None

    def check_name(self, name: str) -> str:
        return name

    def read_files(
        self, paths: object, format: str, mapping: object, progress: Callable[[str, float], None], stop: threading.Event
    ) -> Any:
        if self.slow_to == "read":
            self._wait(progress, stop)
        return Log.of(_shop())

    def keep(
        self, name: str, log: Log, settings: object, progress: Callable[[str, float], None], stop: threading.Event
    ) -> SimpleNamespace:
        if self.slow_to == "keep":
            self._wait(progress, stop)
        return SimpleNamespace(name=name)

    def _wait(self, progress: Callable[[str, float], None], stop: threading.Event) -> None:
        self.stop = stop
        progress("Working", 0.3)
        if stop.wait(5):
            raise Stopped


def _shop() -> Any:
    from engine.data.formats import named

    return named("csv").read([SHOP], None)


@pytest.fixture(params=["read", "keep"])
def slow(qtbot: Any, request: pytest.FixtureRequest) -> Iterator[ImportDialog]:
    made = shown(qtbot, ImportDialog(SlowLibrary(slow_to=request.param)))  # type: ignore[arg-type]
    look_at(qtbot, made, SHOP)
    made.start()
    qtbot.waitUntil(lambda: made.view.words.text() == "Working…", timeout=3000)
    yield made
    made.work.stop()


def test_an_import_shows_progress_and_can_be_cancelled(qtbot: Any, slow: ImportDialog) -> None:
    assert slow.view.progress.value() == 300
    assert not slow.view.import_button.isEnabled()
    qtbot.mouseClick(slow.view.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not slow.is_importing, timeout=3000)
    assert slow.view.error.text() == "The import was cancelled. Nothing was kept."
    assert slow.isVisible()
    assert slow.view.import_button.isEnabled()
    assert not slow.view.progress.isVisible()


def test_closing_the_dialog_cancels_the_import_first(qtbot: Any, slow: ImportDialog) -> None:
    slow.close()
    assert slow.isVisible()
    qtbot.waitUntil(lambda: not slow.isVisible(), timeout=3000)
    assert not slow.is_importing


def test_files_dropped_during_an_import_are_not_taken(slow: ImportDialog) -> None:
    slow.dropEvent(drop_of(QUrl.fromLocalFile(str(ML))))
    assert slow.view.paths.text() == str(SHOP)


def test_closing_the_window_stops_an_import(qtbot: Any, page: DatasetsPage, workbench: Workbench) -> None:
    library = SlowLibrary(slow_to="read")
    workbench.library = library  # type: ignore[assignment]
    dialog = page.import_files([SHOP])
    qtbot.waitUntil(lambda: dialog._preview is not None, timeout=5000)
    dialog.start()
    qtbot.waitUntil(lambda: dialog.view.words.text() == "Working…", timeout=3000)
    page.close()
    assert library.stop is not None
    assert library.stop.is_set()
    assert finish_background(3)


@pytest.mark.parametrize("leave", ["escape", "other files"])
def test_reading_for_the_numbers_ends_when_nobody_wants_it(qtbot: Any, leave: str) -> None:
    library = SlowLibrary(slow_to="read")
    dialog = shown(qtbot, ImportDialog(library))  # type: ignore[arg-type]
    look_at(qtbot, dialog, SHOP)
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    qtbot.waitUntil(lambda: dialog.view.words.text() == "Working…", timeout=3000)
    assert dialog.view.progress.isVisible()
    if leave == "escape":
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
    else:
        look_at(qtbot, dialog, ML)
        assert not dialog.view.progress.isVisible()
    assert library.stop is not None
    assert library.stop.is_set()
    assert finish_background(3)


def test_an_import_joins_the_reading_that_goes_on(qtbot: Any) -> None:
    library = SlowLibrary(slow_to="read")
    dialog = shown(qtbot, ImportDialog(library))  # type: ignore[arg-type]
    look_at(qtbot, dialog, SHOP)
    dialog.view.steps.setCurrentWidget(dialog.view.filters)
    qtbot.waitUntil(lambda: library.stop is not None, timeout=3000)
    reading = library.stop
    dialog.start()
    assert dialog.is_importing
    assert library.stop is reading
    assert reading is not None
    assert not reading.is_set()
    dialog.cancel()
    qtbot.waitUntil(lambda: not dialog.is_importing, timeout=3000)
    assert "Nothing was kept." in dialog.view.error.text()


def test_cancelling_while_it_is_written_leaves_nothing(
    qtbot: Any, dialog: ImportDialog, home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = threading.Event()
    tell = Library.keep.__globals__["_Steps"].tell

    def wait_at_the_listing(steps: Any, words: str, done: float) -> None:
        if words == "Listing":  # the files are written, and not yet in the list
            writing.set()
            assert steps._stop.wait(5)
        tell(steps, words, done)

    monkeypatch.setattr("engine.library._Steps.tell", wait_at_the_listing)
    look_at(qtbot, dialog, SHOP)
    fill(dialog, k_core=1)
    dialog.start()
    qtbot.waitUntil(writing.is_set, timeout=5000)
    assert [folder.name for folder in home.datasets.iterdir()] == ["shop"]
    qtbot.mouseClick(dialog.view.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.is_importing, timeout=5000)
    assert list(home.datasets.iterdir()) == []
    assert store.datasets.list() == []
    assert dialog.view.error.text() == "The import was cancelled. Nothing was kept."
