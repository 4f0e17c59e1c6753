"""The command line: what goes to standard output, what to standard error, and the exit codes.

Experiments are played by doubles here; `tests/end_to_end/test_command_line.py` runs real ones.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.cli.interruption import stop_on_signals
from engine.cli.output import Output
from engine.cli.reports import duration
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.errors import DataError, Stopped
from engine.events import (
    Event,
    Failed,
    Finished,
    Interrupted,
    Loss,
    Metrics,
    Note,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.home import Home
from engine.presets import OwnPresets
from engine.settings import parse
from engine.store import RunDetails, RunRecorder, Store, StoreError

ROOT = Path(__file__).parents[2]
SLICES = {
    "overall": {"HR@10": 0.5, "NDCG@10": 0.25},
    "head": {"HR@10": 0.625, "NDCG@10": 0.375},
    "tail": {"HR@10": 0.125, "NDCG@10": float("nan")},
}
SECONDS = {"data": 0.5, "text": 1.0, "semantic_ids": 2.0, "train": 3.0, "evaluate": 4.0}
STORY: list[Event] = [
    StageStarted(Stage.TRAIN, "Training"),
    Note("warning", "3 items have no text."),
    SemanticIdsReady({"collision_rate": 0.25}, reused=False),
    Loss(10, 1.0, {"total": 3.5, "recommendation": 3.0}),
    Metrics(1, "validation", "full", SLICES),
    StageFinished(Stage.TRAIN, 3.0),
]
FINISHED = Finished(1, 1, {"full": SLICES, "sampled": SLICES}, SECONDS, {"model": "model.safetensors"})


class FakeLibrary:
    """Knows the datasets of the store; imports by listing."""

    imported: tuple[Any, ...] = ()
    fault: BaseException | None = None

    def __init__(self, home: Home, store: Store) -> None:
        self._store = store

    def ensure_sample(self) -> None:
        add_dataset(self._store, "sample")

    def import_files(
        self, name: str, paths: Any, format: Any, mapping: Any, preparation: Any, progress: Any, stop: Any
    ) -> Any:
        type(self).imported = (name, paths, format, mapping, preparation)
        print("a library that talks")
        progress("Reading", 0.0)
        if self.fault:
            raise self.fault
        return add_dataset(self._store, name)

    def load(self, name: str) -> Any:
        row = self._store.datasets.get(name)
        assert row is not None
        return types.SimpleNamespace(name=name, facts={"fingerprint": row.fingerprint})


def add_dataset(store: Store, name: str, fingerprint: str = "abc") -> Any:
    return store.datasets.add(name, source="x", fingerprint=fingerprint, users=1234, items=4, interactions=12)


Play = Callable[[Callable[[Event], None], RunControl], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("H2REC_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(sys.modules, "engine.library", types.SimpleNamespace(Library=FakeLibrary, SAMPLE="sample"))  # type: ignore[arg-type]
    monkeypatch.setattr(FakeLibrary, "fault", None)
    return Home.locate()


@pytest.fixture
def play(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[Play], None]:
    """Let `engine.experiment.run_recorded` report what the test wants, through a real recorder."""

    def setup(story: Play) -> None:
        def run_recorded(
            run: int,
            config: ExperimentConfig,
            home: Home,
            store: Store,
            library: Any,
            listen: Any,
            control: RunControl,
        ) -> Event:
            recorder = RunRecorder(store, run)
            told: list[Event] = []

            def report(event: Event) -> None:
                recorder(event)
                listen(event)
                told.append(event)

            print("a library that talks")
            story(report, control)
            recorder.close()
            return told[-1]

        fake = types.SimpleNamespace(run_recorded=run_recorded)
        monkeypatch.setitem(sys.modules, "engine.experiment", fake)  # type: ignore[arg-type]

    return setup


def stops(control: RunControl, seconds: float = 5) -> bool:
    """Whether the run is asked to stop within that time."""
    ends = time.monotonic() + seconds
    while not control.is_stopping and time.monotonic() < ends:
        time.sleep(0.01)
    return control.is_stopping


def tell(*events: Event) -> Play:
    def story(report: Callable[[Event], None], control: RunControl) -> None:
        for event in events:
            report(event)

    return story


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


def finished_run(home: Home, **changes: Any) -> int:
    store = Store(home.database)
    add_dataset(store, "sample")
    run = store.runs.create(ExperimentConfig(), "abc")
    recorder = RunRecorder(store, run)
    for event in (*STORY, FINISHED):
        recorder(event)
    if changes:
        store.runs.record(run, changes=changes)
    store.close()
    return run


# --- run ---


def test_run_reports_every_event_and_last_the_result(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(tell(*STORY, FINISHED))
    assert main(["run", "--preset", "sample", "--set", "seed=3", "--json"]) == 0
    captured = capsys.readouterr()
    *events, result = lines(captured.out)
    assert [each["event"] for each in events] == [
        "stage_started",
        "note",
        "semantic_ids_ready",
        "loss",
        "metrics",
        "stage_finished",
        "finished",
    ]
    metrics = {**SLICES, "tail": {"HR@10": 0.125, "NDCG@10": None}}
    assert result == {
        "event": "result",
        "run": 1,
        "status": "finished",
        "model": "h2rec",
        "dataset": "sample",
        "seed": 3,
        "test": {"full": metrics, "sampled": metrics},
        "seconds": SECONDS,
    }
    assert "a library that talks" in captured.err


def test_run_speaks_to_a_person(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(tell(Loss(5, 0.5, {"total": 4.5}), *STORY, FINISHED))
    assert main(["run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Run 1 · H2Rec on sample\nTraining\n")
    assert "  epoch   1   loss   4.0000   NDCG@10  overall 0.2500  head 0.3750  tail –\n" in out
    assert "Note: 3 items have no text." in out
    assert "collision rate 0.25" in out
    assert "Full ranking, history left out" in out
    assert "Against 100 sampled items" in out
    assert out.rstrip().splitlines()[-1].startswith("Run 1 finished after ")
    assert "talks" not in out
    table = [line.split() for line in out.splitlines() if line.startswith(("overall", "head", "tail"))]
    assert table == [["overall", "0.5000", "0.2500"], ["head", "0.6250", "0.3750"], ["tail", "0.1250", "–"]] * 2


def test_a_failed_run_exits_1_with_what_is_known(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(tell(*STORY, Failed("The memory was not enough.", "details")))
    assert main(["run", "--json"]) == 1
    result = lines(capsys.readouterr().out)[-1]
    assert (result["event"], result["status"], result["error"]) == ("result", "failed", "The memory was not enough.")
    assert (result["seconds"], result["test"]) == ({"train": 3.0}, {})
    assert main(["run"]) == 1
    assert "The run failed: The memory was not enough." in capsys.readouterr().out


def test_a_run_that_failed_by_its_settings_exits_2(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(tell(*STORY, Failed("training.device: there is no GPU.", "details", wrong_settings=True)))
    assert main(["run", "--json"]) == 2
    assert lines(capsys.readouterr().out)[-1]["status"] == "failed"


def test_an_interrupted_run_exits_130(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def story(report: Callable[[Event], None], control: RunControl) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert stops(control)
        report(Interrupted(1, {"model": "model.safetensors"}))

    play(story)
    before = signal.getsignal(signal.SIGINT)
    assert main(["run", "--json"]) == 130
    assert lines(capsys.readouterr().out)[-1]["status"] == "interrupted"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_fault_of_the_database_while_running_is_a_failed_run(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def story(report: Callable[[Event], None], control: RunControl) -> None:
        raise StoreError("The disk is full.")

    play(story)
    assert main(["run", "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.err.endswith("The disk is full.\n")


# --- groups of runs ---


def test_ablations_and_seeds_run_as_one_group(play: Any, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    play(tell(*STORY, FINISHED))
    assert main(["run", "--ablations", "--seeds", "2", "--set", "seed=4", "--group", " study ", "--json"]) == 0
    told = lines(capsys.readouterr().out)
    started = [each for each in told if each["event"] == "run_started"]
    assert [(each["label"], each["seed"]) for each in started[:2]] == [("full", 4), ("no gate", 4)]
    assert started[8] == {"event": "run_started", "group": "study", "label": "full", "seed": 5, "place": 9, "of": 16}
    results = [each for each in told if each["event"] == "result"]
    assert [each["run"] for each in results] == list(range(1, 17))
    assert (results[1]["group"], results[1]["label"]) == ("study", "no gate")
    last = told[-1]
    assert (last["event"], last["group"], last["status"]) == ("group", "study", "finished")
    assert (last["planned"], last["skipped"], last["left"]) == (16, 0, 0)
    assert [each["label"] for each in last["summary"]][-1] == "SID only"
    assert last["summary"][0]["seeds"] == [4, 5]
    assert last["summary"][0]["metrics"]["full"]["overall"]["NDCG@10"] == {"mean": 0.25, "deviation": 0.0}
    store = Store(home.database)
    no_gate = store.runs.get(2)
    assert (no_gate.name, no_gate.config["model"]["gate"]) == ("no gate: H2Rec on sample", "uniform")
    store.close()


def test_a_grid_and_the_rivals_run_as_one_group(play: Any, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    play(tell(*STORY, FINISHED))
    grid = ["--grid", "alignment.alpha=0.1,1", "--grid", "semantic_ids.depth=2,3"]
    assert main(["run", *grid, "--baselines", "--group", "study", "--json"]) == 0
    told = lines(capsys.readouterr().out)
    started = [each["label"] for each in told if each["event"] == "run_started"]
    assert started[:4] == ["alpha=0.1, depth=2", "alpha=0.1, depth=3", "alpha=1, depth=2", "alpha=1, depth=3"]
    assert started[4:7] == ["Popularity", "HID, SASRec", "HID, GRU4Rec"]
    assert told[-1]["planned"] == len(started) == 18
    assert main(["run", *grid, "--baselines", "--group", "study", "--json"]) == 0
    assert lines(capsys.readouterr().out)[-1]["skipped"] == 18
    assert main(["run", *grid, "--group", "again"]) == 0
    assert "Group “again”: 4 runs, about " in capsys.readouterr().out


def test_an_interrupted_run_goes_on_under_its_number(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(lambda report, _: report(Interrupted(1, {})))
    assert main(["run"]) == 130
    assert "python -m engine resume 1" in capsys.readouterr().out
    play(lambda report, _: report(FINISHED))
    assert main(["resume", "1", "--json"]) == 0
    result = lines(capsys.readouterr().out)[-1]
    assert (result["run"], result["status"]) == (1, "finished")
    assert main(["resume", "1"]) == 2
    assert "has finished. It can be trained further" in capsys.readouterr().err
    assert main(["resume", "7"]) == 2
    assert "There is no run 7" in capsys.readouterr().err


def test_a_run_without_its_state_is_not_trained_further(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(lambda report, _: report(FINISHED))
    assert main(["run"]) == 0
    assert main(["train-further", "1", "--epochs", "5"]) == 2
    assert "the state of its training is missing" in capsys.readouterr().err
    assert main(["show", "2"]) == 2


def test_the_same_group_goes_on_with_what_is_not_finished(
    play: Any, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", "--seeds", "3,1,2", "--group", "study"]
    played = 0

    def stopped_in_the_second(report: Callable[[Event], None], control: RunControl) -> None:
        nonlocal played
        played += 1
        if played == 2:
            os.kill(os.getpid(), signal.SIGINT)
            assert stops(control)
            report(Interrupted(None, {}))
        else:
            report(FINISHED)

    play(stopped_in_the_second)
    assert main(command) == 130
    out = capsys.readouterr().out
    assert played == 2
    assert "2 runs of 3 left. The same command with --group “study” goes on." in out
    assert main([*command, "--json"]) == 0
    told = lines(capsys.readouterr().out)
    assert told[0] == {
        "event": "run_skipped", "run": 1, "group": "study", "label": "full", "seed": 3, "place": 1, "of": 3,
    }  # fmt: skip
    assert (told[-1]["status"], told[-1]["skipped"], told[-1]["left"]) == ("finished", 1, 0)
    assert [each["status"] for each in told[-1]["runs"]] == ["finished"] * 3  # the interrupted one went on
    assert main(command) == 0
    assert "Skipped full, seed 1 (2 of 3): run 2 finished with these settings." in capsys.readouterr().out
    assert main([*command, "--set", "training.epochs=7"]) == 0
    assert played == 7


def test_a_failed_run_of_a_group_does_not_keep_the_others_from_running(
    play: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ends: list[Event] = [FINISHED, Failed("No.", "", wrong_settings=True), FINISHED]
    play(lambda report, _control: report(ends.pop()))
    assert main(["run", "--seeds", "3", "--json"]) == 1
    last = lines(capsys.readouterr().out)[-1]
    assert [each["status"] for each in last["runs"]] == ["finished", "failed", "finished"]
    assert (last["status"], last["left"], last["summary"][0]["seeds"]) == ("failed", 1, [0, 2])
    assert last["group"].startswith("H2Rec on sample 2")


def test_a_group_is_shown(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["group", "study"]) == 2
    assert "There is no group “study”. There are none yet." in capsys.readouterr().err
    ndcgs = [0.25, 0.125]
    values = [{**SLICES, "overall": {"HR@10": 0.5, "NDCG@10": each}} for each in ndcgs]
    play(lambda report, _control: report(Finished(1, 1, {"full": values[-1], "sampled": values.pop()}, SECONDS, {})))
    assert main(["run", "--seeds", "2", "--group", "study"]) == 0
    capsys.readouterr()
    assert main(["group", "study"]) == 0
    out = capsys.readouterr().out
    (row,) = [line for line in out.split("Against")[0].splitlines() if line.startswith("full")]
    assert row.split("  ")[0] == "full"
    assert "0.1875 ± 0.0884" in row
    assert row.rstrip().endswith("0.1250 ± 0.0000")
    assert "Group “study”: 2 of 2 started runs finished." in out
    assert main(["group", "study", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["summary"][0]["metrics"]["sampled"]["overall"]["NDCG@10"]["mean"] == 0.1875
    assert main(["group", "other"]) == 2
    assert "The latest are: “study”." in capsys.readouterr().err
    assert main(["runs", "--search", "stud"]) == 0
    assert capsys.readouterr().out.count("study") == 2


@pytest.mark.parametrize("seeds", ["0", "x", "1.5", ",", "101", "-1,2", "1,x"])
def test_seeds_that_cannot_be_meant(seeds: str, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["run", f"--seeds={seeds}"])
    assert end.value.code == 2
    assert "it must be how many (1 to 100), or seeds separated by commas" in capsys.readouterr().err


def test_settings_come_from_a_file_and_from_overrides(
    play: Any, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(tell(FINISHED))
    path = tmp_path / "mine.toml"
    path.write_text("seed = 5\n[semantic_ids]\ndepth = 2\n", encoding="utf-8")
    assert main(["run", str(path), "--set", "semantic_ids.codebook_size=16", "--json"]) == 0
    store = Store(home.database)
    config = store.runs.get(1).config
    store.close()
    assert (config["seed"], config["semantic_ids"]["depth"], config["semantic_ids"]["codebook_size"]) == (5, 2, 16)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--set", "semantic_ids.depth=9"], ["semantic_ids.depth", "9", "from 1 to 8"]),
        (["run", "--set", "semantic_ids.dept=3"], ["semantic_ids.dept", "Did you mean semantic_ids.depth"]),
        (["run", "--set", "nonsense"], ["section.key=value"]),
        (["run", "--preset", "nonsense"], ["nonsense", "paper", "quick", "sample"]),
        (["run", "missing.toml"], ["missing.toml", "cannot be read"]),
        (["run", "--set", "data.dataset=nonsense"], ["nonsense", "There are: films, sample"]),
        (["run", "--preset", "beauty"], ["no dataset “beauty”", "python -m engine import beauty PATH", "IDGenRec"]),
        (["run", "--set", "data.dataset=yelp"], ["python -m engine import yelp PATH", "Yelp Open Dataset"]),
        (["run", "--ablations", "--set", "model.kind=hid"], ["model.kind", "“hid” has none"]),
        (["run", "--seeds", "3000000000,1"], ["seed", "3000000000", "from 0 to"]),
        (["run", "--grid", "semantic_ids.depth=2,12"], ["semantic_ids.depth", "12", "from 1 to 8"]),
        (["run", "--grid", "data.dataset=sample,nowhere"], ["There is no dataset “nowhere”"]),
        (["show", "9"], ["no run 9", "There are: 1"]),
        (["recommend", "9", "--user", "u1"], ["no run 9"]),
        (["recommend", "1", "--all"], ["--all and --out FILE go together"]),
        (["recommend", "1", "--user", "u1", "--out", "x.csv"], ["--all and --out FILE go together"]),
        (["delete", "1", "9"], ["no run 9"]),
        (["compare", "1"], ["at least one other"]),
        (["compare", "1", "1+9"], ["no run 9"]),
        (["compare", "1", "1"], ["ranks of run 1 cannot be read"]),
        (["import", "films", "x.csv", "--k-core", "0"], ["k_core", "0", "from 1 to 1000"]),
        (["import", "films", "x.csv", "--duplicates", "both"], ["duplicates", "both", "keep, drop"]),
        (["import", "films", "x.csv", "--first-date", "2014"], ["first_date", "2014", "a date such as 2024-05-31"]),
        (["import", "films", "x.csv", "--first-date", "2014-02-30"], ["first_date", "“2014-02-30”", "a date"]),
        (["import", "films", "x.csv", "--least-rating", "good"], ["least_rating", "“good”", "a number"]),
        (["import", "films", "x.csv", "--max-users", "0"], ["max_users", "0", "from 1 to"]),
        (
            ["import", "films", "x.csv", "--first-date", "2015-01-01", "--last-date", "2014-01-01"],
            ["last_date", "2014-01-01 is before the first day, 2015-01-01"],
        ),
        (["import", "films", "x.csv", "--column", "template=x"], ["--column template=x", "user, item"]),
        (["import", "films", "x.csv", "--column", "colour=red"], ["--column colour=red", "user, item"]),
        (["import", "films", "x.csv", "--column", "user"], ["ROLE=COLUMN"]),
    ],
)
def test_wrong_use_exits_2_and_says_what_is_wrong(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    finished_run(home)
    store = Store(home.database)
    add_dataset(store, "films")
    store.close()
    for json_or_not in ([], ["--json"]):
        assert main([*arguments, *json_or_not]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        assert [word for word in words if word not in captured.err] == []
    store = Store(home.database)
    assert store.runs.count() == 1
    store.close()


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["run", "a.toml", "--preset", "sample"], ["show", "three"], ["show"], ["recommend", "1"],
     ["recommend", "1", "--user", "u1", "--top", "0"], ["recommend", "1", "--user", "u1", "--all"]],
)  # fmt: skip
def test_unknown_words_exit_2_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m engine" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["import", "run", "runs", "datasets", "presets", "settings", "show", "compare", "group", "recommend", "delete"],
)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert f"Example:  python -m engine {command}" in capsys.readouterr().out


def test_an_unusable_home_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["runs", "--home", str(tmp_path / "file" / "home")]) == 2
    assert "home folder" in capsys.readouterr().err
    (tmp_path / "workbench.db").write_text("no database\n" * 100, encoding="utf-8")
    assert main(["runs", "--home", str(tmp_path)]) == 2
    assert "not a database" in capsys.readouterr().err


# --- import ---


def test_import_lists_the_dataset(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["import", "films", "a.csv", "b.csv", "--format", "csv", "--k-core", "3", "--order", "position"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out == "films: 1,234 users, 4 items, 12 interactions.\n"
    assert "Reading" in captured.err
    name, paths, format_name, mapping, preparation = FakeLibrary.imported
    assert (name, paths, format_name, mapping) == ("films", [Path("a.csv"), Path("b.csv")], "csv", None)
    assert (preparation.k_core, preparation.duplicates, preparation.order) == (3, "keep", "position")
    assert main([*arguments, "--json"]) == 0
    assert lines(capsys.readouterr().out)[0]["users"] == 1234


def test_named_columns_complete_the_guess(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("who,item_id,timestamp\nann,1,5\nbob,2,6\n", encoding="utf-8")
    assert main(["import", "films", str(path), "--column", "user=who", "--column", "text=a", "--column", "text=b"]) == 0
    mapping = FakeLibrary.imported[3]
    assert (mapping.user, mapping.item, mapping.timestamp, mapping.text) == ("who", "item_id", "timestamp", ("a", "b"))


SHOP = Path(__file__).parents[1] / "fixtures" / "shop"


def test_a_template_says_what_the_texts_are_made_of(home: Home) -> None:
    assert main(["import", "shop", str(SHOP), "--text", "{title} ({categories})"]) == 0
    mapping = FakeLibrary.imported[3]
    assert (mapping.text, mapping.template) == (("title", "categories"), "{title} ({categories})")
    assert (mapping.user, mapping.item_id) == ("user_id", "item_id")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([str(SHOP), "--text", "{titel}"], ["--text", "no column “titel”", "“title”?"]),
        ([str(SHOP), "--text", "{title"], ["--text", "character 1", "never closed"]),
        ([str(SHOP), "--text", "{title.__class__}"], ["--text", "no column “title.__class__”"]),
        ([str(SHOP), "--text", "{title}", "--column", "text=title"], ["--text", "--column text=", "leave one out"]),
        ([str(SHOP / "interactions.csv"), "--text", "{title}"], ["--text", "no file of items"]),
        ([str(SHOP.parent / "ml-100k"), "--text", "{title}"], ["--text", "MovieLens 100K has fixed columns"]),
    ],
)
def test_a_template_that_cannot_be_is_refused(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    assert main(["import", "shop", *arguments]) == 2
    error = capsys.readouterr().err
    assert [word for word in words if word not in error] == []


@pytest.mark.parametrize(("fault", "code"), [(DataError("x.csv, line 3: bad"), 2), (Stopped(), 130)])
def test_an_import_that_ends_early(
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: BaseException,
    code: int,
) -> None:
    monkeypatch.setattr(FakeLibrary, "fault", fault)
    assert main(["import", "films", "x.csv"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(fault) in captured.err


# --- looking back ---


def test_runs_and_datasets_are_listed(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert main(["datasets"]) == 0
    assert capsys.readouterr().out.count("python -m engine") == 2
    run = finished_run(home)
    assert main(["runs", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["status"], row["ndcg_overall"], row["ndcg_tail"]) == (run, "finished", 0.25, None)
    assert main(["datasets", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["name"] == "sample"
    assert main(["runs"]) == 0
    header, line = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["run", "name", "status"]
    assert "H2Rec on sample  finished  h2rec  sample" in line
    assert main(["datasets"]) == 0
    assert "1,234" in capsys.readouterr().out
    assert main(["runs", "--search", "nothing like it", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_show_tells_everything_about_a_run(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    run = finished_run(home, notes="remember this")
    assert main(["show", str(run), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["test"]["full"]["head"]["HR@10"] == 0.625
    assert shown["folder"] == str(home.run_folder(run))
    assert shown["config"]["alignment"]["alpha"] == 1.0
    assert shown["created_at"].endswith("+00:00")
    assert main(["show", str(run)]) == 0
    out = capsys.readouterr().out
    for words in ("Run 1 · H2Rec on sample", "remember this", "0.6250", "train 3.0", "all default", "torch"):
        assert words in out


def test_show_tells_every_protocol_apart_and_what_the_lists_are_like(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    part = {"users": 1234, "HR@10": 0.5}
    lists = {"users": 1234, "coverage@10": 0.75, "gini@10": 0.5, "novelty@10": 9.25, "tail_share@10": 0.125}
    test = {
        "sampled": {"overall": part}, "full": {"overall": part, "band_1-9": part},
        "full_with_history": {"overall": part}, "lists": {"overall": lists},
    }  # fmt: skip
    assert main(["show", str(finished_run(home, test=test))]) == 0
    out = capsys.readouterr().out
    titles = ("Full ranking, history left out\n", "Full ranking, history ranked too\n", "Against 100 sampled items\n")
    assert [out.count(title) for title in titles] == [1, 1, 1]
    assert [line.split() for line in out.splitlines() if line.startswith("band")] == [
        ["band", "1-9", "1,234", "0.5000"]
    ]
    assert "Top-10 lists: coverage 0.7500, Gini 0.5000, novelty 9.25 bits, share of tail items 0.1250\n" in out


def test_show_names_settings_that_are_not_the_default(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    config = ExperimentConfig(seed=9).model_dump(mode="json")
    config["model"]["of_a_later_version"] = 1
    run = finished_run(home, config=config)
    assert main(["show", str(run)]) == 0
    assert "Settings: seed = 9, model.of_a_later_version = 1\n" in capsys.readouterr().out


def test_recommend_shows_the_list_with_both_halves(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = pytest.importorskip("engine.inspection.cards")
    items = [cards.ItemCard(i, f"i{i}", f"Title {i}", "", None, i == 1, 3) for i in (1, 2, 3)]
    view = cards.UserView(
        "u1",
        [items[2]],
        items[1],
        float("inf"),
        900,
        [
            cards.Recommendation(1, items[0], 2.5, 1.0, 1.5, None, False),
            cards.Recommendation(2, items[1], 1.25, None, 1.25, None, True),
        ],
    )
    asked: list[Any] = []

    class FakeInspector:
        @classmethod
        def of_run(cls, run: RunDetails, home: Home, library: Any) -> "FakeInspector":
            asked.extend([run.id, home])
            return cls()

        def recommend(self, user: str, k: int) -> Any:
            asked.extend([user, k])
            return view

    monkeypatch.setitem(sys.modules, "engine.inspection", types.SimpleNamespace(RunInspector=FakeInspector))  # type: ignore[arg-type]
    run = finished_run(home)
    assert main(["recommend", str(run), "--user", "u1", "--top", "2", "--json"]) == 0
    assert asked == [run, home, "u1", 2]
    answer = json.loads(capsys.readouterr().out)
    assert (answer["run"], answer["user_id"], answer["held_out_rank"]) == (run, "u1", None)
    assert [each["item"]["id"] for each in answer["recommendations"]] == ["i1", "i2"]
    assert main(["recommend", str(run), "--user", "u1"]) == 0
    out = capsys.readouterr().out
    assert "Held out: Title 2 (not ranked, it is in the history of 900)" in out
    rows = [line.split() for line in out.splitlines()[-2:]]
    assert rows == [
        ["1", "Title", "1", "head", "2.5000", "1.0000", "1.5000"],
        ["2", "Title", "2", "tail", "1.2500", "–", "1.2500", "held", "out"],
    ]


def test_recommend_refuses_a_dataset_that_has_changed_since(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    run = finished_run(home)
    store = Store(home.database)
    add_dataset(store, "sample", "another fingerprint")
    store.close()
    assert main(["recommend", str(run), "--user", "u1"]) == 2
    assert "imported again" in capsys.readouterr().err


def test_delete_takes_the_files_along(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    keep, gone = finished_run(home), finished_run(home)
    for run in (keep, gone):
        home.run_folder(run).mkdir()
        (home.run_folder(run) / "result.json").touch()
    assert main(["delete", str(gone), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": [gone]}
    assert home.run_folder(keep).exists()
    assert not home.run_folder(gone).exists()
    assert main(["show", str(gone)]) == 2


def test_a_preset_of_ones_own_is_listed_and_run(play: Any, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    OwnPresets(home).save("My study", parse({"seed": 5}))
    assert main(["presets", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[-1]["name"] == "my-study"
    play(tell(*STORY, FINISHED))
    assert main(["run", "--preset", "my-study", "--json"]) == 0
    assert lines(capsys.readouterr().out)[-1]["seed"] == 5
    assert main(["run", "--preset", "other"]) == 2
    assert "There is no preset “other”. There are: beauty, my-study, paper" in capsys.readouterr().err


def test_a_settings_file_is_told_off_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[semantic_ids]\ndepth = 12\n")
    assert main(["run", str(path)]) == 2
    assert "mine.toml, line 2: semantic_ids.depth: 12 is not allowed" in capsys.readouterr().err


def test_presets_and_settings_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets", "--json"]) == 0
    assert {"sample", "quick", "paper"} <= {each["name"] for each in json.loads(capsys.readouterr().out)}
    assert main(["settings", "--json"]) == 0
    listed = {each["setting"]: each for each in json.loads(capsys.readouterr().out)}
    assert listed["semantic_ids.depth"]["allowed"] == "a whole number from 1 to 8"
    assert main(["settings"]) == 0
    assert "semantic_ids.depth = 4 (a whole number from 1 to 8)" in capsys.readouterr().out


# --- manners ---


def test_a_second_interruption_ends_at_once() -> None:
    control = RunControl()
    with stop_on_signals(control.stop):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)  # at the same moment: one request, sent twice
        assert control.is_stopping
        threading.Event().wait(0.6)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_a_forced_end_exits_130_and_the_run_is_not_running_for_ever(
    play: Any, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    def story(report: Callable[[Event], None], control: RunControl) -> None:
        raise KeyboardInterrupt

    play(story)
    assert main(["run"]) == 130
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])[0]["status"] == "interrupted"


def test_a_reader_that_goes_away_is_no_fault(home: Home) -> None:
    for _ in range(3):
        finished_run(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "settings"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    assert errors == b""


def test_a_run_whose_reader_goes_away_stops(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w", encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)

    def story(report: Callable[[Event], None], control: RunControl) -> None:
        report(STORY[0])
        assert not control.is_stopping
        os.close(reading)
        report(STORY[1])
        assert control.is_stopping
        report(Interrupted(None, {}))

    play(story)
    assert main(["run", "--json"]) == 130
    stream.close()


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "–"), (0.4, "0 s"), (59.7, "1 min 00 s"), (185, "3 min 05 s"), (3840, "1 h 04 min")]
)
def test_durations_are_words(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_a_search_without_matches_says_so(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    finished_run(home)
    assert main(["runs", "--search", "nonsense"]) == 0
    assert capsys.readouterr().out == "No run holds all the words of “nonsense”.\n"


@pytest.mark.parametrize("number", ["9" * 30, "x", "-1", "1.0"])
def test_a_run_number_that_cannot_be_one(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["show", number])
    assert end.value.code == 2
    assert "whole number" in capsys.readouterr().err or number.startswith("-")


def test_long_cells_and_line_breaks_do_not_break_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    Output(sys.stdout, is_json=False).table(["name", "n"], [["a\nb " + "x" * 500, "1"]])
    head, row = capsys.readouterr().out.splitlines()
    assert row.startswith("a b xxx")
    assert len(head) == len(row) < 70
