"""Every format imports its fixture; the datasets for development import whole and quickly; what is left out is told."""

import json
import os
import time
from pathlib import Path

import pytest

from engine.config import PreparationSettings
from engine.data.doctor import examine
from engine.data.formats import FORMATS, sniff
from engine.data.report import sentences
from engine.home import Home
from engine.library import Library
from engine.store import Store

REAL_DATA = Path(os.environ.get("H2REC_TEST_DATA", Path(__file__).resolve().parents[5] / "shared" / "data"))
MOST_SECONDS = 10.0
FOLDERS = {
    "ml-100k": "ml-100k",
    "ml-1m": "ml-1m",
    "ml-csv": "ml-latest",
    "recbole": "recbole",
    "inter-json": "inter-json",
    "amazon-2014": "amazon-2014",
    "amazon-2018": "amazon-2018",
    "amazon-2023": "amazon-2023",
    "yelp-open": "yelp-open",
    "jsonl": "jsonl",
    "pairs": "pairs",
    "sequences": "sequences",
    "csv": "shop",
}


@pytest.fixture
def library(home: Home):
    store = Store(home.database)
    yield Library(home, store)
    store.close()


def test_every_format_has_a_fixture():
    assert set(FOLDERS) == set(FORMATS)


@pytest.mark.parametrize("format", FOLDERS)
def test_a_folder_is_imported_in_its_format(library, fixtures, format):
    folder = fixtures / FOLDERS[format]
    assert sniff([folder]).name == format
    row = library.import_files("small", [folder], preparation=PreparationSettings(k_core=1))
    assert row.report["interactions_read"] == row.interactions > 0
    assert library.load("small").facts["format"] == format
    assert sentences(row.report)[0] == f"{row.interactions:,} interactions were read."
    for key, count in row.report.items():
        if isinstance(count, int) and count:
            assert sentences({key: count}), f"nobody is told of {key}"


@pytest.mark.parametrize("format", FOLDERS)
def test_a_format_that_is_chosen_by_hand_is_used(library, fixtures, format):
    row = library.import_files("small", [fixtures / FOLDERS[format]], format, preparation=PreparationSettings(k_core=1))
    assert row.interactions > 0


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "format", "users", "items", "interactions"),
    [
        ("ml-100k", "ml-100k", 943, 1682, 100_000),
        ("yelp", "csv", 30_431, 20_033, 316_354),
        ("beauty", "sequences", 22_363, 12_101, 198_502),
    ],
)
def test_real_datasets_import_whole_in_seconds(library, name, format, users, items, interactions):
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing; H2REC_TEST_DATA can name another folder")
    start = time.perf_counter()
    row = library.import_files(name, [folder], preparation=PreparationSettings(k_core=1))
    assert time.perf_counter() - start < MOST_SECONDS
    assert (row.users, row.items, row.interactions) == (users, items, interactions)
    assert library.load(name).facts["format"] == format


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("beauty", {"sorted_by_item_id": "warning", "unseen_targets": "note", "items_without_text": "note"}),
        ("yelp", {"repeated_targets": "warning", "shared_texts": "warning", "unseen_targets": "note"}),
    ],
)
def test_the_doctor_knows_the_real_datasets(library, name, expected):
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing; H2REC_TEST_DATA can name another folder")
    library.import_files(name, [folder])
    found = {finding.check: finding for finding in examine(library.load(name))}
    assert {check: finding.severity for check, finding in found.items()} == expected
    if name == "beauty":
        assert found["sorted_by_item_id"].figures["rising_sequences"] == pytest.approx(0.26, abs=0.005)
    else:
        assert found["repeated_targets"].figures["users"] == 2027


# What is left out or repaired


def lines(*objects):
    return "".join(json.dumps(each) + "\n" for each in objects)


def report(*paths):
    return sentences(sniff(list(paths)).read(list(paths), None).report)


def test_entries_of_items_that_nobody_had_are_told(write):
    plays = write("plays.jsonl", lines({"user": "u", "item": "a"}, {"user": "v", "item": "a"}))
    items = write("items.jsonl", lines(*({"item": name, "title": f"The {name}"} for name in "axxy")))
    told = "3 entries of the items file are about items that nobody had; they were left out."
    assert told in report(plays, items)


def test_items_without_title_are_told_by_name(write):
    plays = write("plays.csv", "user,item\nu,a\nu,b\n")
    items = write("items.csv", "item,title,categories\na,,Some words here\nb,A title,\n")
    assert report(plays, items) == ["1 item has no title; its id stands for it (a on line 2 of items.csv)."]


def test_interactions_without_rating_are_told(write):
    assert "2 interactions have no rating." in report(write("x.csv", "user,item,rating\nu,a,\nu,b,3\nv,a,\n"))


def test_users_without_items_are_told(write):
    found = report(write("a.inter.json", '{"u": [1, 2], "v": [], "w": []}'))
    assert "2 users without items were left out (v, w)." in found


def test_a_user_who_stands_in_a_document_twice_is_a_fault(write):
    from engine.errors import DataError

    with pytest.raises(DataError, match=r"a\.inter\.json: there are two entries for “u”\. Keep one of them\."):
        report(write("a.inter.json", '{"u": [1, 2], "v": [1], "u": [3]}'))
