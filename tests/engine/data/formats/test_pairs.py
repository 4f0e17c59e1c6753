"""Lines of user and item."""

import gzip

import pytest

from engine.data.formats import sniff
from engine.data.formats.pairs import Pairs
from engine.errors import DataError


def read(path):
    return sniff([path]).read([path], None)


def test_every_line_is_an_interaction_in_order(fixtures):
    path = fixtures / "pairs" / "Soap.txt"
    raw = read(path)
    assert raw.format == "pairs"
    told = [line.split() for line in path.read_text().splitlines()]
    assert raw.interactions[["user", "item"]].to_numpy().tolist() == told
    assert raw.interactions["position"].tolist() == list(range(len(told)))


def test_gzip_blank_lines_and_tabs_are_taken(write):
    path = write("pairs.txt.gz", gzip.compress("\ufeff1 5\n\n2\t6\n1 7\r\n".encode()))
    assert read(path).interactions[["user", "item"]].to_numpy().tolist() == [["1", "5"], ["2", "6"], ["1", "7"]]


def test_a_line_of_three_words_is_named(write):
    path = write("pairs.txt", "1 2\n3 4\n5 6\n")
    chosen = sniff([path])
    path.write_text("1 2\n3 4\n5 6 7\n")
    with pytest.raises(DataError, match="line 3: “5 6 7” is not a user and an item"):
        chosen.read([path], None)


@pytest.mark.parametrize("content", ["user item\n1 2\n3 4\n", "1,2\n3,4\n5,6\n", "a b c\nd e f\ng h i\n", "1 2\n3 4\n"])
def test_tables_sentences_and_two_lines_are_not_taken_for_pairs(write, content):
    assert not Pairs().recognises([write("some.txt", content)])
