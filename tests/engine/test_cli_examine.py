"""python -m engine examine, over a real library."""

import json

import pytest

from engine.cli import main
from engine.home import Home


def test_examine_tells_findings_in_words_and_as_json(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examine", "sample"]) == 0
    assert capsys.readouterr().out == "sample: nothing was found that would mislead.\n"
    folder = home.root / "files"
    folder.mkdir()
    rows = "".join(f"u{user} {' '.join(f'i{item}' for item in range(user % 3, 9))}\n" for user in range(20))
    (folder / "user_sequence.txt").write_text(rows)
    assert main(["import", "shop", str(folder), "--k-core", "1"]) == 0
    capsys.readouterr()
    assert main(["examine", "shop"]) == 0
    told = capsys.readouterr().out
    assert "Serious: Sequences are sorted by item id, not by time\n" in told
    assert "    For example: u0; u1; u2; u3; u4\n" in told
    assert main(["examine", "shop", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["dataset"] == "shop"
    first = found["findings"][0]
    assert (first["check"], first["severity"]) == ("sorted_by_item_id", "serious")
    assert first["figures"]["rising_steps"] == 1
    assert main(["examine", "nothing"]) == 2
    assert "There is no dataset “nothing”." in capsys.readouterr().err
