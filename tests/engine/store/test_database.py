"""Opening, migrating, refusing and closing the database file."""

import json
import logging
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from engine.config import ExperimentConfig
from engine.settings import flat, parse
from engine.store import Listing, Store, StoreError
from engine.store.database import MIGRATIONS, Database
from engine.store.schema import HEAD, Base


def test_migrations_give_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    Store(tmp_path / "workbench.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'workbench.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def first_schema(path: Path) -> None:
    """A database as the first version of the workbench left it: one finished run with two curves and a log line."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO runs (name, status, dataset, dataset_fingerprint, model, seed, ndcg_overall, created_at, "
                "process, process_started, notes, config, test, stage_seconds, semantic_ids, versions, artefacts) "
                "VALUES ('old', 'finished', 'films', 'f', 'hid', 3, 0.25, '2025-12-10 08:00:00', 1, 1.0, 'mine', "
                """'{"seed": 3}', '{}', '{}', '{}', '{}', '{}')"""
            )
        )
        points = "(1, 'loss/total', 10, 1.0, 2.5), (1, 'loss/total', 5, 0.5, NULL), (1, 'gate/1', 1, 1.0, 0.3)"
        connection.execute(text(f"INSERT INTO points VALUES {points}"))
        connection.execute(text("INSERT INTO log_lines VALUES (1, 1, '2025-12-10 08:00:01', 'info', 'hello')"))
    engine.dispose()


def test_a_run_keeps_the_settings_it_was_made_with_when_there_are_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    first_schema(path)
    config = {"model": {"kind": "hid"}, "training": {"loss": "bce"}, "semantic_ids": {"epochs": 100, "depth": 3}}
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET config = ?", [json.dumps(config)])
    connection.close()
    opened = Store(path)
    settings: ExperimentConfig = parse(opened.runs.get(1).config)
    opened.close()
    assert (settings.model.scoring, settings.training.averaging, settings.training.loss) == ("dot", 0.0, "bce")
    assert settings.semantic_ids.depth == 3


def test_a_database_of_the_first_schema_keeps_its_runs(tmp_path: Path) -> None:
    first_schema(tmp_path / "workbench.db")
    opened = Store(tmp_path / "workbench.db")
    run = opened.runs.get(1)
    assert (run.name, run.seed, run.ndcg_overall, run.notes, run.config) == ("old", 3, 0.25, "mine", {"seed": 3})
    assert (run.group, run.label) == (None, None)
    loss = opened.runs.curves(1)["loss/total"]
    assert (loss.steps.tolist(), loss.epochs.tolist()) == ([5, 10], [0.5, 1.0])
    assert np.array_equal(loss.values, [np.nan, 2.5], equal_nan=True)
    assert opened.runs.curves(1)["gate/1"].values.tolist() == [0.3]
    assert [line.text for line in opened.runs.log(1)] == ["hello"]
    assert opened.runs.list("old")[0].id == 1
    new = opened.runs.create(ExperimentConfig(), "f", "a group", "full")
    assert new == 2
    assert [each.id for each in opened.runs.in_group("a group")] == [new]
    opened.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'workbench.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_datasets_without_notes_get_room_for_them(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    first_schema(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0004")
        connection.execute(
            text(
                "INSERT INTO datasets (name, synthetic, source, fingerprint, users, items, interactions, statistics, "
                "preparation, report, created_at) VALUES ('films', 0, 'u.data', 'f', 9, 8, 7, '{}', "
                """'{"k_core": 5}', '{}', '2025-12-10 08:00:00')"""
            )
        )
    engine.dispose()
    opened = Store(path)
    (row,) = opened.datasets.list()
    assert (row.name, row.fingerprint, row.preparation, row.notes) == ("films", "f", {"k_core": 5}, "")
    assert opened.datasets.runs_using("films") == [1]
    assert opened.runs.curves(1)["gate/1"].values.tolist() == [0.3]
    opened.datasets.set_notes("films", "mine")
    assert opened.datasets.list() == [replace(row, notes="mine")]
    opened.close()


def test_runs_of_before_the_table_are_listed_with_all_that_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    first_schema(path)
    settings: ExperimentConfig = parse({"seed": 4, "semantic_ids": {"quantiser": "opq"}, "model": {"kind": "sid"}})
    test = {
        protocol: {"tail": {"NDCG@5": value, "NDCG@10": 0.5, "MRR": 0.1, "users": 7}}
        for protocol, value in (("full", 0.1), ("sampled", 0.4), ("full_with_history", 0.9))
    }
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, "0006")
        connection.execute(
            text("UPDATE runs SET config = :config, test = :test, model = 'sid', depth = 4, best_epoch = 2"),
            {"config": json.dumps(settings.model_dump(mode="json")), "test": json.dumps(test)},
        )
        for points in (
            [(1, 1, 0.2), (2, 2, 0.3)],
            [(3, 3, 0.25), (2, 2, 0.35)],
        ):  # a point at the same place counts anew
            packed = np.array(points, "<f8").tobytes()
            part = {"run_id": 1, "series": "validation/full/tail/NDCG@5", "points": packed}
            connection.execute(
                text("INSERT INTO curve_parts (run_id, series, points) VALUES (:run_id, :series, :points)"), part
            )
    engine.dispose()
    opened = Store(path)
    other = opened.runs.create(settings.model_copy(update={"seed": 5, "name": "other"}), "f")
    ((new, old),) = [entry[::-1] for entry in opened.table.entries(Listing(k=5, folded=True))]
    assert (new.run.id, old.run.id) == (other, 1)
    assert (old.run.backbone, old.run.quantiser, old.run.tags) == ("sasrec", "opq", [])
    assert old.metrics == {"ndcg_tail": 0.1, "best_ndcg_tail": 0.35, "last_ndcg_tail": 0.25}
    ((sampled, _),) = opened.table.entries(Listing(protocol="sampled", k=5, folded=True))
    assert sampled.metrics["ndcg_tail"] == 0.4
    opened.close()


def test_the_defaults_are_those_that_stored_settings_keys_were_made_with() -> None:
    """A new default means other keys for the same settings: then a migration has to make all keys anew, and
    `defaults.json` has to follow. A setting that is new changes no key."""
    stored = json.loads((Path(__file__).parents[2] / "fixtures" / "defaults.json").read_text(encoding="utf-8"))
    now = flat(ExperimentConfig().model_dump(mode="json"))
    assert {name: now.get(name) for name in stored} == stored


def test_a_database_in_which_an_older_program_computes_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    first_schema(path)
    identity = (psutil.Process().pid, psutil.Process().create_time())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET status = 'running', process = ?, process_started = ?", identity)
    with pytest.raises(StoreError, match="still computes run 1"):
        Store(path)
    assert connection.execute("SELECT count(*) FROM points").fetchone() == (3,)
    with connection:
        connection.execute("UPDATE runs SET process_started = 1.0")
    connection.close()
    opened = Store(path)
    assert opened.runs.mark_dead() == 1
    opened.close()


@pytest.mark.parametrize("folder", ["with space", "Übung 漢字", "100%_sure", "a:b,c"])
def test_any_path_will_do(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "workbench.db"
    path.parent.mkdir()
    for _ in range(2):
        opened = Store(path)
        opened.runs.create(ExperimentConfig(), "f")
        opened.close()
    assert path.is_file()


def test_migrations_are_found_where_the_package_lies(tmp_path: Path) -> None:
    """The package itself may be installed below a folder with spaces and non-Latin letters."""
    import shutil

    import engine

    package = tmp_path / "my prögrams 100%" / "engine"
    shutil.copytree(Path(engine.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    code = "import pathlib; from engine.store import Store; Store(pathlib.Path('new.db')).close()"
    subprocess.run([sys.executable, "-c", code], cwd=package.parent, check=True, timeout=60)
    assert (package.parent / "new.db").stat().st_size > 0


def test_pragmas_are_set_on_every_connection(tmp_path: Path) -> None:
    database = Database(tmp_path / "workbench.db")
    with database.reading() as one, database.reading() as two:
        for session in (one, two):
            values = [
                session.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
            ]
            assert values == ["wal", 5000, 1, 1]
    database.close()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer version.*9999.*--home"):
        Store(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["workbench.db"]


@pytest.mark.parametrize("content", [b"name,value\n" * 100, b"SQLite format 3\x00" + b"\x7f" * 4096])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "workbench.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"workbench\.db"):
        Store(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        Store(path)
    assert path.read_bytes() == before


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        Store(tmp_path / "nowhere" / "workbench.db")


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    path.touch()
    opened = Store(path)
    assert opened.runs.count() == 0
    opened.close()


def test_opening_again_is_quick_and_needs_no_alembic(tmp_path: Path) -> None:
    Store(tmp_path / "workbench.db").close()
    code = """
import pathlib, sys, time
from engine.store import Store
start = time.perf_counter()
store = Store(pathlib.Path("workbench.db"))
seconds = time.perf_counter() - start
store.close()
assert "alembic" not in sys.modules
print(seconds)
"""
    environment = {"PYTHONPATH": str(MIGRATIONS.parents[2]), "PATH": ""}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert float(result.stdout) < 0.15


def test_migrating_leaves_logging_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    mine = logging.getLogger("engine.of.mine")
    before = (root.level, [*root.handlers], mine.disabled)
    Store(tmp_path / "workbench.db").close()
    assert (root.level, [*root.handlers], mine.disabled) == before


def test_several_processes_may_make_the_same_database(tmp_path: Path) -> None:
    code = """
import pathlib
from engine.config import ExperimentConfig
from engine.settings import parse
from engine.store import Store
store = Store(pathlib.Path("workbench.db"))
store.runs.create(ExperimentConfig(), "f")
store.close()
"""
    environment = {"PYTHONPATH": str(MIGRATIONS.parents[2]), "PATH": ""}
    processes = [
        subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    opened = Store(tmp_path / "workbench.db")
    assert opened.runs.count() == 4
    opened.close()


def test_closing_leaves_no_handle_no_thread_and_no_side_files(tmp_path: Path) -> None:
    threads = threading.active_count()
    opened = Store(tmp_path / "workbench.db")
    opened.runs.create(ExperimentConfig(), "f")
    opened.close()
    assert threading.active_count() == threads
    assert not [each for each in psutil.Process().open_files() if each.path.startswith(str(tmp_path))]
    assert [each.name for each in tmp_path.iterdir()] == ["workbench.db"]
    with pytest.raises(StoreError, match="closed"):
        opened.runs.count()


def test_a_writer_and_readers_work_at_the_same_time(store: Store) -> None:
    """What the window does while a run is written: nobody waits for long, nobody sees half of a batch."""
    from engine.store.rows import Point

    run = store.runs.create(ExperimentConfig(), "f")
    faults: list[Exception] = []
    waits: list[float] = []
    done = threading.Event()

    def write() -> None:
        try:
            for batch in range(100):
                points = [Point(f"loss/{part}", batch * 10 + i, batch, 1.0) for part in "ab" for i in range(10)]
                store.runs.record(run, points)
        except Exception as error:
            faults.append(error)
        finally:
            done.set()

    def read() -> None:
        try:
            while not done.is_set():
                start = time.perf_counter()
                curves = store.runs.curves(run)
                waits.append(time.perf_counter() - start)
                assert {len(curve.steps) % 10 for curve in curves.values()} <= {0}
                assert len({len(curve.steps) for curve in curves.values()}) <= 1
                store.runs.list()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=each) for each in (write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert faults == []
    assert len(store.runs.curves(run)["loss/a"].steps) == 1000
    assert max(waits) < 1.0


def test_a_failed_write_is_undone_as_a_whole(store: Store) -> None:
    from engine.store.rows import LogLine, Point

    run = store.runs.create(ExperimentConfig(), "f")
    bad = LogLine(at=None, level="info", text="no time")  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="NOT NULL"):
        store.runs.record(run, [Point("loss/total", 1, 0.1, 1.0)], [bad])
    assert store.runs.curves(run) == {}


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "workbench.db"
    Store(path).close()
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(StoreError, match=r"it is damaged\. Move it away"):
        Store(path)
