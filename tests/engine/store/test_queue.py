"""The queue: planned runs keep their order, survive the program, and leave it when they are started."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from engine.config import ExperimentConfig
from engine.settings import parse
from engine.store import Planned, Store, StoreError
from engine.store.database import MIGRATIONS


def planned(*names: str) -> list[Planned]:
    return [Planned(ExperimentConfig(name=name)) for name in names]


def names(store: Store) -> list[str]:
    return [each.name for each in store.queue.list()]


def test_the_queue_keeps_its_order_and_its_settings(store: Store, tmp_path: Path) -> None:
    store.queue.add([Planned(parse({"name": "one", "seed": 7}), "study", "full", 2, 5)])
    store.queue.add(planned("two", "three"))
    store.queue.add(planned("zero"), first=True)
    other = Store(tmp_path / "workbench.db")  # what another start of the program finds
    assert names(other) == ["zero", "one", "two", "three"]
    one = other.queue.list()[1]
    assert (one.group, one.label, one.place, one.of, one.held, one.error) == ("study", "full", 2, 5, False, None)
    assert parse(one.config, ExperimentConfig).seed == 7
    other.close()


def test_moving_keeps_all_runs_and_the_order_of_those_that_move(store: Store) -> None:
    @settings(max_examples=30)
    @given(st.sets(st.integers(0, 5)), st.one_of(st.none(), st.integers(0, 5)))
    def check(chosen: set[int], before: int | None) -> None:
        store.queue.remove([each.id for each in store.queue.list()])
        ids = store.queue.add(planned(*"abcdef"))
        store.queue.move([ids[each] for each in chosen], None if before is None else ids[before])
        moved = [each.id for each in store.queue.list()]
        assert sorted(moved) == ids
        assert [each for each in moved if ids.index(each) in chosen] == [ids[each] for each in sorted(chosen)]
        assert [each for each in moved if ids.index(each) not in chosen] == [
            each for each in ids if ids.index(each) not in chosen
        ]
        if chosen and before is not None and before not in chosen:
            assert moved[moved.index(ids[before]) - 1] == ids[max(chosen)]

    check()


def test_held_runs_are_passed_over(store: Store) -> None:
    ids = store.queue.add(planned("one", "two", "three"))
    store.queue.hold(ids[:2], True)
    following = store.queue.next()
    assert following is not None
    assert following.name == "three"
    assert store.queue.waiting() == 1
    store.queue.hold(ids, True, "There is no dataset.")
    assert store.queue.next() is None
    assert {each.error for each in store.queue.list()} == {"There is no dataset."}
    store.queue.hold(ids, False)
    assert {each.error for each in store.queue.list()} == {None}
    store.queue.remove(ids[:2])
    assert names(store) == ["three"]


def test_a_started_run_leaves_the_queue_once(store: Store) -> None:
    (waiting,) = store.queue.add(planned("one"))
    run = store.runs.create(ExperimentConfig(name="one"), "f", queued=waiting)
    assert names(store) == []
    assert store.runs.get(run).name == "one"
    with pytest.raises(StoreError, match="no longer in the queue"):
        store.runs.create(ExperimentConfig(name="one"), "f", queued=waiting)
    assert store.runs.count() == 1


def test_two_windows_start_every_run_once(store: Store, tmp_path: Path) -> None:
    ids = store.queue.add(planned(*map(str, range(20))))
    refused: list[int] = []

    def start(runs: Sequence[int]) -> None:
        other = Store(tmp_path / "workbench.db")
        for each in runs:
            try:
                other.runs.create(ExperimentConfig(), "f", queued=each)
            except StoreError:
                refused.append(each)
        other.close()

    threads = [threading.Thread(target=start, args=(ids,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == ids
    assert (store.runs.count(), names(store)) == (20, [])


def test_a_database_of_the_schema_before_the_queue_keeps_its_runs_and_notes(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{tmp_path / 'workbench.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO runs (name, status, dataset, dataset_fingerprint, model, seed, created_at, process, "
                "process_started, notes, config, test, stage_seconds, semantic_ids, versions, artefacts) VALUES "
                "('old', 'finished', 'films', 'f', 'hid', 3, '2025-12-10 08:00:00', 1, 1.0, 'mine', "
                """'{"seed": 3}', '{}', '{}', '{}', '{}', '{}')"""
            )
        )
    engine.dispose()
    opened = Store(tmp_path / "workbench.db")
    run = opened.runs.get(1)
    assert (run.name, run.notes, run.progress) == ("old", "mine", None)
    opened.runs.annotate(1, "mine, and a second line")
    assert opened.runs.list("second")[0].id == 1
    opened.queue.add(planned("new"))
    assert names(opened) == ["new"]
    opened.close()
