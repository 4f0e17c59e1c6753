import os
import shutil
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import ExperimentConfig, PreparationSettings
from engine.data.dataset import Dataset
from engine.data.formats import parquet
from engine.errors import DataError, Stopped
from engine.home import Home
from engine.library import Library
from engine.store import Store, StoreError

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FILMS = [FIXTURES / "ml-100k"]


@pytest.fixture
def home(tmp_path):
    return Home.locate(tmp_path / "home")


@pytest.fixture
def store(home):
    opened = Store(home.database)
    yield opened
    opened.close()


@pytest.fixture
def library(home, store):
    return Library(home, store)


def left_behind(home: Home, store: Store) -> list[str]:
    return [path.name for path in home.datasets.iterdir()] + [row.name for row in store.datasets.list()]


def test_an_import_is_listed_and_can_be_loaded(library, home, store):
    told = []
    row = library.import_files(" My films ", FILMS, progress=lambda words, done: told.append((words, done)))
    assert row == store.datasets.get("My films")
    assert (row.users, row.items, row.interactions, row.synthetic) == (60, 40, 654, False)
    assert row.statistics["items_with_text"] == 40
    assert row.preparation == PreparationSettings().model_dump()
    assert row.report["interactions_read"] == 654
    assert str(FILMS[0] / "u.data") in row.source
    dataset = library.load("My films")
    assert (dataset.name, dataset.facts["fingerprint"]) == ("My films", row.fingerprint)
    assert len(dataset.sequences.items) == 654
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert told[-1][1] == 1.0
    assert left_behind(home, store) == ["My films", "My films"]


def test_the_fingerprint_tells_files_and_settings_apart_but_not_names(library, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in ("u.data", "u.item"):
        (copy / file).write_bytes((FILMS[0] / file).read_bytes())
    first = library.import_files("one", FILMS)
    assert library.import_files("two", [copy]).fingerprint == first.fingerprint
    assert (
        library.import_files("three", FILMS, preparation=PreparationSettings(k_core=4)).fingerprint != first.fingerprint
    )
    with (copy / "u.data").open("a") as file:
        file.write("1\t1\t3\t880000000\n")
    assert library.import_files("four", [copy]).fingerprint != first.fingerprint


def test_what_is_read_once_can_be_kept_in_several_ways(library):
    log = library.read_files(FILMS)
    good = [line for line in (FILMS[0] / "u.data").read_text().splitlines() if int(line.split("\t")[2]) >= 4]
    rated = library.keep("rated", log, PreparationSettings(k_core=1, least_rating=4))
    whole = library.keep("whole", log, PreparationSettings(k_core=1))
    assert (rated.interactions, whole.interactions) == (len(good), 654)
    assert rated.report["steps"] == [
        {
            "filter": "rating",
            "interactions": 654 - len(good),
            "users": whole.users - rated.users,
            "items": whole.items - rated.items,
        }
    ]
    assert library.import_files("again", FILMS, preparation=PreparationSettings(k_core=1)).fingerprint == (
        whole.fingerprint
    )


@pytest.mark.parametrize("folder", ["amazon-2014", "amazon-2018", "amazon-2023", "yelp-open"])
def test_ratings_of_json_files_filter(library, folder):
    def stars(least: float | None) -> int:
        settings = PreparationSettings(k_core=1, least_rating=least)
        return library.import_files(f"{folder} {least}", [FIXTURES / folder], preparation=settings).interactions

    assert 0 < stars(2) < stars(None)


def test_a_format_can_be_named(library):
    assert library.import_files("shop", [FIXTURES / "shop"], format="csv").users == 12
    with pytest.raises(DataError, match=r"There is no format “excel”\. There are: ml-100k, .*sequences, csv"):
        library.import_files("other", [FIXTURES / "shop"], format="excel")


@pytest.mark.parametrize(
    "name", ["", "  ", "a/b", "..", ".hidden", "a\\b", "dot.", "new\nline", "x" * 61, "sample", "Sample", "a:b"]
)
def test_names_that_cannot_be_are_refused(library, home, store, name):
    with pytest.raises(DataError, match="name"):
        library.import_files(name, FILMS)
    assert left_behind(home, store) == []


@pytest.mark.parametrize("name", ["ml-100k", "Größe 2.0_b", "x" * 60])
def test_names_that_can_be(library, name):
    assert library.import_files(name, FILMS).name == name
    assert library.load(name).name == name


def test_a_name_is_given_once_whatever_its_case(library):
    library.import_files("films", FILMS)
    with pytest.raises(DataError, match="already a dataset “Films”"):
        library.import_files("Films", FILMS)


def test_a_file_with_a_fault_leaves_nothing(library, home, store, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("user,item,timestamp\nu,i,5\nu,j,soon\n")
    with pytest.raises(DataError, match=r"bad\.csv, line 3, column “timestamp”"):
        library.import_files("bad", [path])
    path.write_text("user,item\na,x\nb,x\n")
    with pytest.raises(DataError, match="no user has 3 interactions"):
        library.import_files("bad", [path])
    assert left_behind(home, store) == []


@pytest.mark.parametrize("after", range(5))
def test_a_stop_at_any_step_leaves_nothing(library, home, store, after):
    stop, steps = threading.Event(), []

    def progress(words, done):
        if words not in steps:
            steps.append(words)
        if len(steps) > after:
            stop.set()

    if after == 4:  # the last step lists the dataset: a stop that comes during it comes too late
        library.import_files("films", FILMS, progress=progress, stop=stop)
        assert left_behind(home, store) == ["films", "films"]
        return
    with pytest.raises(Stopped):
        library.import_files("films", FILMS, progress=progress, stop=stop)
    assert left_behind(home, store) == []
    assert len(steps) == after + 1


@pytest.mark.parametrize("name", ["big.csv", "big.parquet"])
def test_a_stop_in_the_middle_of_reading_leaves_nothing(library, home, store, tmp_path, monkeypatch, name):
    monkeypatch.setattr("engine.library.SECONDS_BETWEEN_REPORTS", 0)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 1000)
    path, stop, told = tmp_path / name, threading.Event(), []
    frame = pd.DataFrame({"user": range(600_000), "item": 1})
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_csv(path, index=False)

    def progress(words, done):
        told.append(done)
        if done > 0.1:
            stop.set()

    with pytest.raises(Stopped):
        library.import_files("big", [path], progress=progress, stop=stop)
    assert 0.1 < told[-1] < 0.6
    assert left_behind(home, store) == []


def test_a_full_disk_leaves_nothing_and_says_so(library, home, store, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(DataError, match=r"cannot be written to .*films \(No space left on device\)"):
        library.import_files("films", FILMS)
    assert left_behind(home, store) == []


def test_a_failing_list_leaves_no_files(library, home, store, monkeypatch):
    def locked(*_args, **_kwargs):
        raise RuntimeError("locked")

    monkeypatch.setattr(store.datasets, "add", locked)
    with pytest.raises(RuntimeError, match="locked"):
        library.import_files("films", FILMS)
    assert left_behind(home, store) == []


def test_an_unknown_dataset_is_answered_with_those_there_are(library):
    with pytest.raises(DataError, match=r"There is no dataset “films”\. There are none"):
        library.load("films")
    library.import_files("shop", [FIXTURES / "shop"])
    with pytest.raises(DataError, match=r"There is no dataset “films”\. There are: shop"):
        library.load("films")


def test_deleting_removes_files_and_row(library, home, store):
    library.import_files("films", FILMS)
    library.delete("films")
    assert left_behind(home, store) == []
    with pytest.raises(DataError, match="There is no dataset “films”"):
        library.delete("films")


def test_a_dataset_with_runs_stays(library, home, store):
    row = library.import_files("films", FILMS)
    config = ExperimentConfig.model_validate({"data": {"dataset": "films"}})
    run = store.runs.create(config, row.fingerprint)
    with pytest.raises(DataError, match=f"“films” cannot be deleted: run {run} uses it"):
        library.delete("films")
    assert left_behind(home, store) == ["films", "films"]
    assert library.load("films").name == "films"


def run_on(store: Store, name: str, status: str = "finished") -> int:
    config = ExperimentConfig.model_validate({"data": {"dataset": name}})
    run = store.runs.create(config, "f")
    store.runs.record(run, changes={"status": status})
    return run


def test_a_dataset_goes_with_the_runs_that_were_agreed_on(library, home, store):
    library.import_files("films", FILMS)
    runs, other = [run_on(store, "films"), run_on(store, "films", "failed")], run_on(store, "sample")
    for run in (*runs, other):
        home.run_folder(run).mkdir()
    with pytest.raises(DataError, match=f"run {runs[1]} uses it"):
        library.delete("films", with_runs=runs[:1])
    assert store.runs.count() == 3
    library.delete("films", with_runs=runs)
    assert left_behind(home, store) == []
    assert [run.id for run in store.runs.list()] == [other]
    assert [path.name for path in home.runs.iterdir()] == [str(other)]


def test_a_dataset_stays_with_all_its_runs_while_one_goes(library, home, store):
    library.import_files("films", FILMS)
    runs = [run_on(store, "films"), run_on(store, "films", "running")]
    for run in runs:
        home.run_folder(run).mkdir()
    with pytest.raises(StoreError, match=f"Run {runs[1]} is still running"):
        library.delete("films", with_runs=runs)
    assert left_behind(home, store) == ["films", "films"]
    assert store.datasets.runs_using("films") == runs
    assert len(list(home.runs.iterdir())) == 2


def test_a_renamed_dataset_is_loaded_under_its_new_name(library, home, store):
    row = library.import_files("films", FILMS)
    store.datasets.set_notes("films", "mine")
    run = run_on(store, "films")
    assert library.rename("films", " Movies ") == "Movies"
    dataset = library.load("Movies")
    assert (dataset.name, dataset.facts["fingerprint"]) == ("Movies", row.fingerprint)
    assert left_behind(home, store) == ["Movies", "Movies"]
    assert (store.datasets.get("Movies").notes, store.datasets.get("Movies").id) == ("mine", row.id)
    assert store.runs.get(run).config["data"]["dataset"] == "Movies"
    assert library.rename("Movies", "movies") == "movies"
    assert library.rename("movies", "movies") == "movies"
    assert library.load("movies").name == "movies"
    library.import_files("films", FILMS)
    assert sorted(left_behind(home, store)) == ["films", "films", "movies", "movies"]


@pytest.mark.parametrize("name", ["", "a/b", "sample", "Shop", ".x"])
def test_names_that_cannot_be_leave_a_dataset_as_it_was(library, home, store, name):
    library.import_files("films", FILMS)
    library.import_files("shop", [FIXTURES / "shop"])
    with pytest.raises(DataError, match=r"name|already a dataset"):
        library.rename("films", name)
    assert sorted(left_behind(home, store)) == ["films", "films", "shop", "shop"]


def test_a_rename_that_fails_leaves_name_and_files(library, home, store, monkeypatch):
    library.import_files("films", FILMS)
    run = run_on(store, "films", "running")
    with pytest.raises(StoreError, match=f"while run {run} goes"):
        library.rename("films", "movies")
    assert left_behind(home, store) == ["films", "films"]
    assert library.load("films").name == "films"
    store.runs.record(run, changes={"status": "finished"})
    (home.datasets / "movies").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be moved to .*movies"):
        library.rename("films", "movies")
    assert library.load("films").name == "films"
    with pytest.raises(DataError, match="There is no dataset “songs”"):
        library.rename("songs", "x")
    with pytest.raises(DataError, match="comes with the workbench"):
        library.rename("sample", "x")


def test_the_sample_is_made_once_and_again_when_its_files_are_gone(library, home, store, build_sample):
    library.ensure_sample()
    library.ensure_sample()
    assert build_sample == ["made"]
    row = store.datasets.get("sample")
    assert (row.synthetic, row.source) == (True, "made up")
    assert library.load("sample").name == "sample"
    (home.datasets / "sample" / "facts.json").unlink()
    for file in (home.datasets / "sample").iterdir():
        file.unlink()
    (home.datasets / "sample").rmdir()
    library.ensure_sample()
    assert build_sample == ["made", "made"]
    assert library.load("sample").name == "sample"
    with pytest.raises(DataError, match="comes with the workbench"):
        library.delete("sample")


@pytest.fixture
def build_sample(library, monkeypatch):
    """A quick stand-in for the generator; gives the list of its calls."""
    from engine.data import sample

    made = []
    small = library.import_files("stand-in", FILMS)
    dataset = library.load(small.name)
    library.delete(small.name)

    def make_sample(seed: int = 0) -> Dataset:
        made.append("made")
        facts = {**dataset.facts, "source": "made up", "synthetic": True}
        return Dataset("sample", dataset.user_ids, dataset.sequences, dataset.items, dataset.timestamps, facts)

    monkeypatch.setattr(sample, "make_sample", make_sample)
    return made


def test_the_library_and_the_formats_wake_no_heavy_library():
    heavy = "pandas", "pyarrow", "torch", "scipy", "sklearn"
    program = (
        f"import sys, engine.library, engine.data.formats; print([name for name in {heavy} if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    shown = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["फिल्में", "e\u0301tude", "電影 1"])
def test_names_in_every_script(library, name):
    row = library.import_files(name, FILMS)
    assert row.name == unicodedata.normalize("NFC", name)
    with pytest.raises(DataError, match="already a dataset"):
        library.check_name(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize("name", ["a\u202eb", "a\nb", "a\0b", "a/b", "a\\b", "🙂", "a\udce9"])
def test_names_that_could_mislead_are_refused(library, name):
    with pytest.raises(DataError, match="cannot be the name"):
        library.check_name(name)


def test_a_path_that_is_no_text_is_listed_with_a_replacement(library, tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    shutil.copytree(FILMS[0], folder)
    assert "caf\N{REPLACEMENT CHARACTER}" in library.import_files("films", [folder]).source


def test_a_damaged_dataset_can_be_imported_again_under_its_name(library, home):
    row = library.import_files("films", FILMS)
    with pytest.raises(DataError, match="already a dataset"):
        library.import_files("films", FILMS)
    (home.datasets / "films" / "items.npy").write_bytes(b"")
    with pytest.raises(DataError, match="Import it again"):
        library.load("films")
    assert library.import_files("films", FILMS).fingerprint == row.fingerprint
    assert len(library.load("films").sequences.items) == row.interactions


def test_a_damaged_sample_is_made_again(library, home):
    library.ensure_sample()
    fingerprint = library.load("sample").facts["fingerprint"]
    (home.datasets / "sample" / "facts.json").unlink()
    assert library.load("sample").facts["fingerprint"] == fingerprint
