"""How the first rows of a file are understood before it is read."""

import pytest

from engine.data.column_types import read_as


@pytest.mark.parametrize(
    ("role", "cells", "words", "shown"),
    [
        ("user", ["u1 ", "u2"], "text, such as u1", ["u1", "u2"]),
        ("item", ["196", "22"], "whole numbers, such as 196", ["196", "22"]),
        ("timestamp", ["881250949", "0"], "unix time in seconds", ["1997-12-04 15:55:49", "1970-01-01 00:00:00"]),
        ("timestamp", ["1588687728923"], "unix time in milliseconds", ["2020-05-05 14:08:48"]),
        ("timestamp", ["1588687728923000000"], "unix time in nanoseconds", ["2020-05-05 14:08:48"]),
        ("timestamp", ["2013-05-31 10:20"], "dates, such as 2013-05-31 10:20", ["2013-05-31 10:20"]),
        ("timestamp", ["20130531"], "dates, such as 20130531", ["20130531"]),
        ("rating", ["3", "", "4.50"], "numbers from 3 to 4.5", ["3", "", "4.5"]),
        ("position", ["3", "1"], "whole numbers from 1 to 3", ["3", "1"]),
        ("title", ["x" * 40], f"text, such as {'x' * 28}…", ["x" * 40]),
        ("timestamp", ["", ""], "", ["", ""]),
    ],
)
def test_known_columns(role, cells, words, shown):
    found = read_as(role, cells)
    assert (found.words, list(found.cells), found.problem) == (words, shown, "")


@pytest.mark.parametrize(
    ("role", "cells", "problem"),
    [
        ("timestamp", ["soon"], "“soon” is not a time: a unix time or an ISO date."),
        ("timestamp", ["881250949", "later"], "“later” is not a time: a unix time or an ISO date."),
        ("rating", ["3", "good"], "“good” is not a number."),
        ("position", ["1.5"], "“1.5” is not a whole number."),
    ],
)
def test_columns_that_cannot_be_read_so(role, cells, problem):
    assert read_as(role, cells).problem == problem
