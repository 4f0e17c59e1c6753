"""What the doctor finds, on the datasets page and beside a new experiment; and the help on where to get data."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QTabWidget, QTextBrowser

from engine.config import PreparationSettings
from engine.data.doctor import Finding
from engine.data.formats import FORMATS
from engine.home import Home
from engine.library import Library
from engine.store import Store
from workbench.context import Workbench
from workbench.pages.datasets import DatasetsPage
from workbench.pages.datasets.examination import Examination
from workbench.pages.help import HelpPage
from workbench.pages.help.page import HELP, topics
from workbench.pages.setup.dataset_notice import DatasetNotice

SERIOUS = Finding("order", "serious", "Sequences are sorted", "All of them are.", "Look for another copy.", {}, ("u1",))
WARNING = Finding("texts", "warning", "Texts are shared", "<b>Some</b> are.", "Add columns.")
NOTE = Finding("core", "note", "Not a 5-core", "3 users are below.", "Import again.")


class Doctored:
    """A library whose datasets have these findings; an error is raised. `held` makes it wait."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.asked: list[str] = []
        self.held = threading.Event()
        self.held.set()

    def examine(self, name: str) -> list[Finding]:
        self.asked.append(name)
        assert self.held.wait(10)
        if isinstance(self.found[name], Exception):
            raise self.found[name]
        return list(self.found[name])


@pytest.fixture
def tabs(qtbot: Any) -> QTabWidget:
    made = QTabWidget()
    made.addTab(QLabel("Items"), "Items")
    made.resize(800, 400)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def examination(qtbot: Any, tabs: QTabWidget) -> Examination:
    made = Examination()
    qtbot.addWidget(made.headline)
    made.stand_in(tabs)
    tabs.show()
    return made


def words(examination: Examination) -> str:
    return "\n".join(part.text() for part in examination.findChildren(QLabel) if part.isVisibleTo(examination))


def test_findings_are_shown_with_a_headline_that_leads_to_them(
    qtbot: Any, tabs: QTabWidget, examination: Examination
) -> None:
    examination.examine(Doctored({"shop": [SERIOUS, WARNING, NOTE]}), "shop")
    assert examination.state == "Examining…"
    qtbot.waitUntil(lambda: tabs.tabText(1) == "Examination (3)")
    told = words(examination)
    for expected in ("All of them are.", "For example: u1", "What to do: Look for another copy.", "<b>Some</b> are."):
        assert expected in told
    assert all(part.textFormat() == Qt.TextFormat.PlainText for part in examination.findChildren(QLabel) if part.text())
    assert examination.headline.link.text() == "Sequences are sorted, and 1 more"
    qtbot.mouseClick(examination.headline.link, Qt.MouseButton.LeftButton)
    assert tabs.currentWidget() is examination


def test_notes_alone_make_no_headline(qtbot: Any, tabs: QTabWidget, examination: Examination) -> None:
    examination.examine(Doctored({"shop": [NOTE]}), "shop")
    qtbot.waitUntil(lambda: tabs.tabText(1) == "Examination (1)")
    assert examination.headline.isHidden()


def test_a_sound_dataset_is_called_so(qtbot: Any, tabs: QTabWidget, examination: Examination) -> None:
    examination.examine(Doctored({"shop": []}), "shop")
    qtbot.waitUntil(lambda: examination.state == "Nothing was found that would mislead.")
    assert tabs.tabText(1) == "Examination"


def test_what_cannot_be_examined_is_said(qtbot: Any, examination: Examination) -> None:
    examination.examine(Doctored({"shop": OSError("The disk is gone.")}), "shop")
    qtbot.waitUntil(lambda: "The disk is gone." in examination.state)


def test_findings_of_another_dataset_never_stay(qtbot: Any, tabs: QTabWidget, examination: Examination) -> None:
    library = Doctored({"bad": [SERIOUS], "good": []})
    library.held.clear()
    examination.examine(library, "bad")
    examination.examine(library, "good")
    assert examination.findings == []
    library.held.set()
    qtbot.waitUntil(lambda: examination.state == "Nothing was found that would mislead.")
    assert tabs.tabText(1) == "Examination"
    assert examination.headline.isHidden()


@pytest.fixture
def workbench(make_workbench: Callable[..., Workbench], home: Home, store: Store) -> Workbench:
    for row in store.datasets.list():
        store.datasets.delete(row.name)
    made = make_workbench()
    made.library = Library(home, store)
    return made


def test_the_page_examines_the_chosen_dataset(qtbot: Any, workbench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "user_sequence.txt"
    draw = np.random.default_rng(0)
    lines = [f"u{user} {' '.join(map(str, np.sort(draw.permutation(40)[:8])))}" for user in range(60)]
    path.write_text("\n".join(lines))
    workbench.library.import_files("sorted", [path], preparation=PreparationSettings(k_core=1))
    page = DatasetsPage(workbench)
    qtbot.addWidget(page)
    page.show()
    page.activate()
    examination = page.detail.examination
    qtbot.waitUntil(lambda: bool(examination.findings), timeout=5000)
    assert examination.findings[0].check == "sorted_by_item_id"
    assert examination.headline.link.text().startswith("Sequences are sorted by item id, not by time")


# A new experiment


def test_a_new_experiment_warns_of_its_dataset_once_it_is_known(qtbot: Any, store: Store) -> None:
    row = store.datasets.list()[0]
    library = Doctored({row.name: [WARNING, NOTE]})
    notice = DatasetNotice(library)
    qtbot.addWidget(notice)
    notice.show_dataset(row)
    qtbot.waitUntil(lambda: not notice.isHidden())
    assert notice.link.text() == f"{row.name}: Texts are shared"
    notice.show_dataset(None)
    assert notice.isHidden()
    notice.show_dataset(row)
    assert not notice.isHidden()
    assert library.asked == [row.name]


def test_notes_and_faults_do_not_disturb_a_new_experiment(qtbot: Any, store: Store) -> None:
    row = store.datasets.list()[0]
    for found in ([NOTE], OSError("gone")):
        library = Doctored({row.name: found})
        notice = DatasetNotice(library)
        qtbot.addWidget(notice)
        notice.show_dataset(row)
        qtbot.waitUntil(lambda library=library: bool(library.asked))
        qtbot.wait(20)
        assert notice.isHidden()


# Where to get data


def test_the_help_tells_where_every_format_is_to_be_had() -> None:
    text = (HELP / "datasets.md").read_text(encoding="utf-8")
    for format in FORMATS.values():
        assert format.title in text, format.title


def test_the_empty_page_and_the_import_lead_to_the_help(qtbot: Any, workbench: Workbench) -> None:
    page = DatasetsPage(workbench)
    qtbot.addWidget(page)
    page.show()
    page.activate()
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(page.findChild(QPushButton, "datasets.help"), Qt.MouseButton.LeftButton)
    assert asked.args == ["help", "datasets"]
    dialog = page.import_files()
    with qtbot.waitSignal(page.open_page) as asked:
        qtbot.mouseClick(dialog.findChild(QPushButton, "import.help"), Qt.MouseButton.LeftButton)
    assert asked.args == ["help", "datasets"]
    assert not dialog.isVisible()


def test_the_help_opens_at_a_topic(qtbot: Any, workbench: Workbench) -> None:
    help = HelpPage(workbench)
    qtbot.addWidget(help)
    help.open_with("datasets")
    assert help.findChild(QListWidget, "help.topics").currentItem().text() == "Where to get data"
    assert "RecBole" in help.findChild(QTextBrowser, "help.text").toPlainText()


def test_the_tour_is_the_second_topic_and_has_all_its_pictures() -> None:
    tour = topics()[1].file
    assert tour.stem == "tour"
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", tour.read_text(encoding="utf-8"))
    assert pictures
    assert [picture for picture in pictures if not (HELP / picture).is_file()] == []
