"""The commands on datasets, over a real library."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.config import ExperimentConfig
from engine.home import Home
from engine.library import Library
from engine.store import Store

SHOP = Path(__file__).resolve().parents[1] / "fixtures" / "shop"


@pytest.fixture
def runs(home: Home) -> list[int]:
    """A library with one dataset and two finished runs on it; gives their numbers."""
    store = Store(home.database)
    row = Library(home, store).import_files("shop", [SHOP])
    config = ExperimentConfig.model_validate({"data": {"dataset": "shop"}})
    made = [store.runs.create(config, row.fingerprint) for _ in range(2)]
    for run in made:
        store.runs.record(run, changes={"status": "finished"})
        home.run_folder(run).mkdir()
    store.close()
    return made


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_dataset_is_shown(runs: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "show", "shop", "--head-share", "0.5"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "data.head_share = 0.5",
        "interactions were read",
        "Prepared: k-core 5",
        f"Used by: runs {runs[0]}, ",
    ):
        assert words in shown
    told = answer(capsys, "datasets", "show", "shop")
    assert told["head"]["share"] == 0.2
    assert told["texts"]["items"] == told["items"]
    assert told["runs"] == runs


def test_a_dataset_is_renamed_with_its_runs(runs: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "rename", "shop", "store"]) == 0
    assert capsys.readouterr().out == f"“shop” is called “store” now. Runs {runs[0]}, {runs[1]} follow it.\n"
    assert answer(capsys, "datasets", "show", "store")["runs"] == runs
    assert main(["datasets", "rename", "store", "a/b"]) == 2
    assert "cannot be the name" in capsys.readouterr().err


def test_notes_are_written_shown_and_taken_away(runs: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "notes", "shop"]) == 0
    assert capsys.readouterr().out == "No notes on “shop”.\n"
    assert main(["datasets", "notes", "shop", "in order\nof time"]) == 0
    capsys.readouterr()
    assert answer(capsys, "datasets", "notes", "shop") == {"dataset": "shop", "notes": "in order\nof time"}
    assert main(["datasets", "notes", "shop", ""]) == 0
    assert "are gone" in capsys.readouterr().out
    assert answer(capsys, "datasets")[0]["notes"] == ""


def test_a_dataset_is_deleted_alone_or_with_its_runs(
    runs: list[int], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["datasets", "delete", "shop"]) == 2
    assert f"runs {runs[0]}, {runs[1]} use it" in capsys.readouterr().err
    assert answer(capsys, "datasets", "delete", "shop", "--with-runs") == {"deleted": "shop", "runs": runs}
    assert answer(capsys, "runs") == []
    assert answer(capsys, "datasets") == []
    assert list(home.runs.iterdir()) == []


def test_versions_of_a_source_are_told_apart(runs: list[int], home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "small", str(SHOP), "--k-core", "2"]) == 0
    capsys.readouterr()
    assert main(["datasets"]) == 0
    _header, shop, small = capsys.readouterr().out.splitlines()
    assert shop.endswith("k-core 5")
    assert small.endswith("k-core 2")


@pytest.mark.parametrize("action", [["show"], ["rename"], ["notes"], ["delete"]])
def test_an_unknown_dataset_is_answered_with_those_there_are(
    runs: list[int], action: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["datasets", *action, "songs", *(["x"] if action == ["rename"] else [])]) == 2
    assert "There are: sample, shop" in capsys.readouterr().err


def test_options_before_the_action_count_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "--home", str(tmp_path / "elsewhere"), "--json", "notes", "songs"]) == 2
    assert (tmp_path / "elsewhere" / "workbench.db").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "shop", "--head-share", "2"], "it must be a number from 0.01 to 0.99"),
        (["notes", "shop", "caf\udce9"], "not text"),
        (["copy", "shop"], "invalid choice"),
    ],
)
def test_wrong_use_says_what_is_wrong(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["datasets", *arguments])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err
