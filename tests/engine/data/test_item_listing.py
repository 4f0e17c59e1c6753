"""Items are found by every word, sorted by what they are, and exported as they are listed."""

import csv

import numpy as np
import pytest

from engine.data.dataset import Catalogue
from engine.data.item_listing import ItemListing


def listing(ids, titles, texts, counts) -> ItemListing:
    columns = (np.array(["", *column], dtype=object) for column in (ids, titles, texts))
    return ItemListing.of(Catalogue(*columns), np.array(counts))


@pytest.fixture
def items() -> ItemListing:
    return listing(
        ["10", "9", "2", "1"], ["Zebra", "apple pie", "Äpfel", "Apple tart"], ["", "red", "=1+1", "B"], [5, 900, 5, 7]
    )


@pytest.mark.parametrize(
    ("by", "descending", "places"),
    [
        ("title", False, [1, 3, 0, 2]),
        ("title", True, [2, 0, 3, 1]),
        ("id", False, [3, 2, 1, 0]),
        ("popularity", True, [1, 3, 0, 2]),
        ("text", False, [0, 2, 3, 1]),
    ],
)
def test_items_are_sorted_by_every_column(items, by, descending, places):
    assert items.find("", by, descending).tolist() == places


@pytest.mark.parametrize(
    ("search", "places"),
    [("apple", [1, 3]), ("PIE app", [1]), ("äpf", [2]), ("  1 ", [3, 0]), ("apple zebra", []), ("red", [])],
)
def test_items_are_found_by_title_and_id(items, search, places):
    assert items.find(search, "popularity", True).tolist() == places


def test_ranks_are_those_of_the_head(items):
    assert items.ranks.tolist() == [2, 0, 3, 1]


def test_ids_that_are_not_all_numbers_are_sorted_as_texts():
    items = listing(["b10", "B9", "a"], ["", "", ""], ["", "", ""], [1, 1, 1])
    assert items.ids[items.find("", "id", False)].tolist() == ["a", "b10", "B9"]


def test_what_is_listed_is_exported_and_no_formula_gets_through(items, tmp_path):
    items.export(tmp_path / "items.csv", items.find("ä", "id", False), head_items=1)
    items.export(tmp_path / "all.csv", items.find("", "popularity", True), head_items=1)
    with (tmp_path / "items.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "title", "training_interactions", "slice", "text"],
            ["2", "Äpfel", "5", "tail", "'=1+1"],
        ]
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        assert [row[3] for row in csv.reader(file)] == ["slice", "head", "tail", "tail", "tail"]
