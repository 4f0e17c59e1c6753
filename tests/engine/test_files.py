"""Tables that spreadsheets may open, and files that appear whole or not at all."""

import pytest

from engine.files import safe_cell, write_csv


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_be_a_formula_becomes_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-3.5", "+2", "-1,234", "-0.5 %", "-2.5e-07", "a=b", "", "–", -3.5, 7, None])
def test_numbers_and_other_texts_stay(value):
    assert safe_cell(value) == value


def test_a_table_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    file = tmp_path / "table.csv"
    write_csv(file, ["a"], [["=x"]])
    assert file.read_text(encoding="utf-8").splitlines() == ["a", "'=x"]

    def rows():
        yield ["1"]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_csv(file, ["a"], rows())
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
    assert "'=x" in file.read_text(encoding="utf-8")
