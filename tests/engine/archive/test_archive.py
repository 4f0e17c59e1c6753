"""A run comes through an archive whole; anything else is refused with words and leaves nothing behind."""

import io
import json
import pickle
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from engine.archive import ArchiveError, export_archive, import_archive
from engine.archive.contents import LARGEST, MANIFEST
from engine.artefacts import CONFIG, MODEL, RANKS, RESULT
from engine.cli import main
from engine.config import DataSettings, ExperimentConfig
from engine.errors import DataError, Stopped
from engine.files import sha256_of_file
from engine.home import Home
from engine.inspection import RunInspector
from engine.library import Library
from engine.settings import to_toml
from engine.store import Store
from engine.store.rows import LogLine, Point

TEST = {"full": {part: {"users": 10, "NDCG@10": 0.25, "HR@10": 0.5} for part in ("overall", "head", "tail")}}
Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    made = Store(home.database)
    yield made
    made.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Store, Home]]:
    """Another machine, where two runs are known already."""
    home = Home.locate(tmp_path / "elsewhere")
    made = Store(home.database)
    for name in ("one", "two"):
        run = made.runs.create(ExperimentConfig(name=name), "x")
        made.runs.record(run, changes={"status": "finished"})
    yield made, home
    made.close()


@pytest.fixture
def run(home: Home, store: Store) -> int:
    """A finished run on “films” with all that a run can have."""
    config = ExperimentConfig(name="mine", seed=7, data=DataSettings(dataset="films"))
    store.datasets.add("films", source="/secret/place", fingerprint="f" * 64, users=3, items=4, interactions=9)
    made = store.runs.create(config, "f" * 64, group="study", label="H2Rec")
    points = [Point("loss/total", step, step / 2, value) for step, value in ((1, 3.5), (2, float("nan")), (3, 2.0))]
    lines = [LogLine(datetime.now(UTC), "warning", "Two items <b>have</b> no text.")]
    changes = {
        "status": "finished", "best_epoch": 2, "epochs": 3, "seconds": 12.5, "test": TEST, "notes": "=good", "ndcg_overall": 0.25,
        "semantic_ids": {"items": 4, "utilisation": [1.0, 0.5], "reused": True}, "stage_seconds": {"train": 9.0},
        "finished_at": datetime.now(UTC),
    }  # fmt: skip
    store.runs.record(made, points, lines, changes)
    folder = home.run_folder(made)
    folder.mkdir(parents=True)
    (folder / CONFIG).write_text(to_toml(config), encoding="utf-8")
    (folder / RESULT).write_text(json.dumps({"test": TEST}), encoding="utf-8")
    (folder / "strange.py").write_text("print('never part of an archive')", encoding="utf-8")
    save_file({"weight": np.ones((3, 2), dtype=np.float32)}, folder / MODEL)
    pd.DataFrame({"user": ["u"], "full": [1.0]}).to_parquet(folder / RANKS)
    return made


@pytest.fixture
def archive(run: int, home: Home, store: Store, tmp_path: Path) -> Path:
    path = tmp_path / "run.zip"
    export_archive(store, home, run, path)
    return path


def rewritten(archive: Path, change: Change, *, honest: bool = True) -> Path:
    """The archive with other contents; the manifest goes with them if `honest`."""
    import hashlib

    with zipfile.ZipFile(archive) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    change(contents)
    if honest and MANIFEST in contents:
        manifest = json.loads(contents[MANIFEST])
        manifest["files"] = [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
            if name != MANIFEST
        ]
        contents[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(archive, "w") as new:
        for name, content in contents.items():
            new.writestr(name, content)
    return archive


def nothing_came(store: Store, home: Home) -> bool:
    return store.runs.count() == 2 and list(home.runs.iterdir()) == []


def test_a_run_comes_through_whole_under_a_new_number(
    run: int, archive: Path, home: Home, store: Store, elsewhere: tuple[Store, Home]
) -> None:
    there, its_home = elsewhere
    imported = import_archive(there, its_home, archive)
    assert imported.run == 3
    assert imported.origin.startswith("run.zip: run 1, exported ")
    before, after = store.runs.get(run), there.runs.get(3)
    same = ("name", "status", "dataset", "dataset_fingerprint", "model", "seed", "best_epoch", "epochs", "seconds", "notes", "group",
            "label", "created_at", "finished_at", "config", "test", "semantic_ids", "stage_seconds")  # fmt: skip
    assert {name: getattr(after, name) for name in same} == {name: getattr(before, name) for name in same}
    assert (after.ndcg_overall, after.hr_tail) == (0.25, 0.5)
    assert after.versions == {**before.versions, "origin": imported.origin}
    assert after.artefacts.keys() == {"config", "model", "ranks", "result"}
    curves, others = store.runs.curves(run), there.runs.curves(3)
    assert np.array_equal(curves["loss/total"].values, others["loss/total"].values, equal_nan=True)
    assert there.runs.log(3) == store.runs.log(run)
    ours, theirs = home.run_folder(run), its_home.run_folder(3)
    assert {each.name for each in theirs.iterdir()} == {CONFIG, RESULT, MODEL, RANKS}
    assert all(sha256_of_file(ours / each.name) == sha256_of_file(each) for each in theirs.iterdir())
    assert b"/secret/place" not in archive.read_bytes()


def test_without_its_data_the_results_are_there_and_the_inspector_says_what_is_missing(
    archive: Path, elsewhere: tuple[Store, Home]
) -> None:
    there, its_home = elsewhere
    imported = import_archive(there, its_home, archive)
    assert "“films” (fingerprint ffffffff) is missing: it is not here" in imported.missing
    with pytest.raises(DataError, match="There is no dataset “films”"):
        RunInspector.of_run(there.runs.get(imported.run), its_home, Library(its_home, there))


def test_the_same_data_are_found_under_another_name(archive: Path, elsewhere: tuple[Store, Home]) -> None:
    there, its_home = elsewhere
    there.datasets.add("cinema", source="", fingerprint="f" * 64, users=3, items=4, interactions=9)
    there.datasets.add("films", source="", fingerprint="e" * 64, users=3, items=4, interactions=9)
    imported = import_archive(there, its_home, archive)
    row = there.runs.get(imported.run)
    assert (imported.missing, row.dataset, row.config["data"]["dataset"]) == ("", "cinema", "cinema")


def test_an_import_can_be_imported_again(archive: Path, elsewhere: tuple[Store, Home], tmp_path: Path) -> None:
    there, its_home = elsewhere
    export_archive(there, its_home, import_archive(there, its_home, archive).run, tmp_path / "again.zip")
    again = import_archive(there, its_home, tmp_path / "again.zip")
    assert there.runs.get(again.run).versions["origin"].startswith("again.zip: run 3, exported ")
    assert "(run.zip: run 1, exported" in there.runs.get(again.run).versions["origin"]


def test_a_run_that_goes_is_not_exported(store: Store, home: Home, tmp_path: Path) -> None:
    going = store.runs.create(ExperimentConfig(), "f")
    with pytest.raises(ArchiveError, match="still running"):
        export_archive(store, home, going, tmp_path / "going.zip")
    assert not (tmp_path / "going.zip").exists()


def put(name: str, content: bytes) -> Change:
    return lambda contents: contents.__setitem__(name, content)


def edit(name: str, **values: Any) -> Change:
    def change(contents: dict[str, bytes]) -> None:
        contents[name] = json.dumps({**json.loads(contents[name]), **values}).encode()

    return change


class _Touches:
    """What a pickle would do if anybody read it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("/tmp/a-pickle-was-read"),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("../evil", b""), "“../evil” leads out of it"),
        (put("/etc/evil", b""), "leads out of it"),
        (put("files/../../evil", b""), "leads out of it"),
        (put("files\\model.safetensors", b""), "leads out of it"),
        (put("files/model.pt", b""), "“files/model.pt” is no part of an exported run"),
        (put("files/model.safetensors", pickle.dumps(_Touches())), "model.safetensors is damaged, or no safetensors"),
        (put("files/ranks.parquet", pickle.dumps(_Touches())), "ranks.parquet is damaged, or no parquet"),
        (put("files/config.toml", b"a = "), "config.toml is damaged, or no toml"),
        (put("files/result.json", b"{" * 5000), "result.json is damaged, or no json"),
        (put("run.json", b"[]"), "run.json is not what it should be"),
        (put("run.json", b"[" * 100_000), "run.json is not what it should be"),
        (edit("run.json", status="running"), "run.json is not what it should be (status: "),
        (edit("run.json", config={"model": {"kind": "__import__('os')"}}), "does not understand its settings"),
        (
            edit("run.json", test={"full": {"overall": {"HR@10": "high"}}}),
            "run.json is not what it should be (test.full",
        ),
        (edit("run.json", more=1), "run.json is not what it should be (more: "),
        (edit("manifest.json", version=2), "made by a newer version of the workbench"),
        (edit("manifest.json", format="other"), "manifest.json is not what it should be (format"),
        (put("curves.json", b'{"a": {"steps": [1], "epochs": [], "values": [1.0]}}'), "parts of different lengths"),
        (lambda contents: contents.pop("log.json"), "it has no log.json"),
        (lambda contents: contents.pop("manifest.json"), "it has no manifest.json"),
    ],
)
def test_a_forged_archive_is_refused_with_words(
    archive: Path, elsewhere: tuple[Store, Home], change: Change, words: str
) -> None:
    there, its_home = elsewhere
    with pytest.raises(ArchiveError) as refused:
        import_archive(there, its_home, rewritten(archive, change))
    assert words in str(refused.value)
    assert "run.zip cannot be imported" in str(refused.value)
    assert nothing_came(there, its_home)
    assert not Path("/tmp/a-pickle-was-read").exists()


def test_contents_that_the_manifest_does_not_name_are_refused(archive: Path, elsewhere: tuple[Store, Home]) -> None:
    there, its_home = elsewhere
    swapped = rewritten(archive, put("log.json", b"[ ]"), honest=False)  # other bytes, another size
    with pytest.raises(ArchiveError, match=r"log\.json has another size|checksum"):
        import_archive(there, its_home, swapped)

    def flip(contents: dict[str, bytes]) -> None:
        contents["files/result.json"] = contents["files/result.json"].replace(b"0.25", b"0.99")

    with pytest.raises(ArchiveError):
        import_archive(there, its_home, rewritten(swapped, flip, honest=False))
    assert nothing_came(there, its_home)


def entries(archive: Path, *extra: tuple[zipfile.ZipInfo, bytes]) -> None:
    with zipfile.ZipFile(archive, "a") as opened:
        for info, content in extra:
            opened.writestr(info, content)


def test_links_duplicates_and_bombs_are_refused(
    run: int, home: Home, store: Store, elsewhere: tuple[Store, Home], tmp_path: Path
) -> None:
    there, its_home = elsewhere
    link = zipfile.ZipInfo("files/semantic_ids.safetensors")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    bomb = zipfile.ZipInfo("files/semantic_ids.safetensors")
    bomb.compress_type = zipfile.ZIP_DEFLATED
    cases = [
        ((link, b"/etc/passwd"), "is no plain file but a link"),
        ((zipfile.ZipInfo("log.json"), b"[]"), "holds “log.json” twice"),
        ((bomb, bytes(2_000_000)), "does not name exactly the files"),
    ]
    for (info, content), words in cases:
        path = tmp_path / "run.zip"
        export_archive(store, home, run, path)
        with pytest.warns(UserWarning, match="Duplicate name") if info.filename == "log.json" else nullcontext():
            entries(path, (info, content))
        with pytest.raises(ArchiveError, match=words):
            import_archive(there, its_home, path)
    assert nothing_came(there, its_home)


def test_what_unpacks_to_more_than_it_says_is_refused(archive: Path, elsewhere: tuple[Store, Home]) -> None:
    there, its_home = elsewhere
    with zipfile.ZipFile(archive) as opened:
        size = opened.getinfo("log.json").file_size
    content = archive.read_bytes()
    place = content.rindex(b"log.json") - 46  # its line in the directory
    forged = bytearray(content)
    forged[place + 24 : place + 28] = (LARGEST["log.json"] + 1).to_bytes(4, "little")
    archive.write_bytes(forged)
    with pytest.raises(ArchiveError, match="more than a run can have"):
        import_archive(there, its_home, archive)
    forged[place + 24 : place + 28] = (size - 1).to_bytes(4, "little")
    archive.write_bytes(forged)
    with pytest.raises(ArchiveError):
        import_archive(there, its_home, archive)
    assert nothing_came(there, its_home)


def test_a_directory_of_any_size_is_not_even_read(archive: Path, elsewhere: tuple[Store, Home]) -> None:
    there, its_home = elsewhere
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for number in range(200):
            opened.writestr(f"{number}", b"")
    archive.write_bytes(stream.getvalue())
    with pytest.raises(ArchiveError, match="more files than an exported run has"):
        import_archive(there, its_home, archive)
    for content in (b"", b"PK", b"not a zip" * 100):
        archive.write_bytes(content)
        with pytest.raises(ArchiveError, match="it is not a zip archive"):
            import_archive(there, its_home, archive)
    with pytest.raises(ArchiveError, match="cannot be read"):
        import_archive(there, its_home, archive.with_name("nowhere.zip"))


def test_stopping_or_a_folder_in_the_way_leaves_nothing(archive: Path, elsewhere: tuple[Store, Home]) -> None:
    there, its_home = elsewhere

    def stop(_done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        import_archive(there, its_home, archive, stop)
    assert nothing_came(there, its_home)
    its_home.run_folder(3).mkdir()
    with pytest.raises(ArchiveError, match="is in the way"):
        import_archive(there, its_home, archive)
    assert there.runs.count() == 2
    its_home.run_folder(3).rmdir()
    assert import_archive(there, its_home, archive).run == 3


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutation_of_an_archive_does_harm(
    archive: Path, elsewhere: tuple[Store, Home], tmp_path: Path, data: st.DataObject
) -> None:
    """Bytes are changed, cut out or doubled: the run is taken over with all of its parts, or refused with words."""
    there, its_home = elsewhere
    content = bytearray(archive.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(1, 40))
        match data.draw(st.sampled_from(["flip", "cut", "double"])):
            case "flip":
                content[place] ^= data.draw(st.integers(1, 255))
            case "cut":
                del content[place : place + length]
            case "double":
                content[place:place] = content[place : place + length]
    mutated = tmp_path / "mutated.zip"
    mutated.write_bytes(content)
    before = there.runs.count()
    try:
        taken = import_archive(there, its_home, mutated)
    except ArchiveError:
        assert there.runs.count() == before
    else:
        assert there.runs.get(taken.run).test == TEST
    assert not [each for each in its_home.runs.iterdir() if each.name.startswith(".")]


def test_the_commands_carry_a_run(run: int, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, other = tmp_path / "carried.zip", tmp_path / "other"
    assert main(["export-run", str(run), str(file), "--home", str(home.root)]) == 0
    assert main(["import-run", str(file), "--home", str(other), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["run"], "is missing" in answer["missing"]) == (1, True)
    assert main(["import-run", str(tmp_path), "--home", str(other)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    table = tmp_path / "table.md"
    assert main(["export-runs", "1", "--out", str(table), "--home", str(other)]) == 0
    assert "| H2Rec |     1 |        0.5000 |" in table.read_text(encoding="utf-8")
    assert main(["export-runs", "--home", str(other)]) == 2
