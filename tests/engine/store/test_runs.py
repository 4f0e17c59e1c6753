"""Runs: making, listing, searching, sorting, changing, deleting, and finding dead ones."""

import subprocess
import sys
import time
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import pytest
from sqlalchemy import func, insert, select

from engine import __version__
from engine.config import AlignmentSettings, DataSettings, ExperimentConfig, ModelSettings, SemanticIdSettings
from engine.settings import parse
from engine.store import Store, StoreError
from engine.store.packing import pack
from engine.store.rows import LogLine, Point, RunRow
from engine.store.schema import CurvePartRecord, RunRecord


def config(name: str = "", dataset: str = "sample", kind: str = "h2rec", **others: object) -> ExperimentConfig:
    return parse({"name": name, "data": {"dataset": dataset}, "model": {"kind": kind}, **others})


def finish(store: Store, run: int, **changes: object) -> None:
    store.runs.record(run, changes={"status": "finished", **changes})


def test_a_new_run_is_running_and_knows_its_settings(store: Store) -> None:
    made = ExperimentConfig(
        seed=7,
        data=DataSettings(dataset="films"),
        semantic_ids=SemanticIdSettings(depth=3, codebook_size=32),
        alignment=AlignmentSettings(alpha=0.2, beta=0.3),
    )
    row = store.runs.get(store.runs.create(made, "abc"))
    assert (row.name, row.status, row.dataset, row.dataset_fingerprint) == ("H2Rec on films", "running", "films", "abc")
    assert (row.model, row.depth, row.codebook_size, row.alpha, row.beta, row.seed) == ("h2rec", 3, 32, 0.2, 0.3, 7)
    assert parse(row.config) == made
    assert (row.ndcg_overall, row.finished_at, row.seconds, row.error, row.notes) == (None, None, None, None, "")
    assert (row.test, row.stage_seconds, row.semantic_ids, row.artefacts) == ({}, {}, {}, {})
    assert abs((datetime.now(UTC) - row.created_at).total_seconds()) < 60


def test_versions_are_those_of_the_program_and_its_libraries(store: Store) -> None:
    from importlib.metadata import version

    versions = store.runs.get(store.runs.create(config(), "f")).versions
    assert versions["workbench"] == __version__
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {name: versions[name] for name in ("torch", "numpy", "sentence-transformers")} == {
        name: version(name) for name in ("torch", "numpy", "sentence-transformers")
    }


def test_settings_that_a_model_does_not_use_are_not_shown_as_if(store: Store) -> None:
    hid, sid = (store.runs.get(store.runs.create(config(kind=kind), "f")) for kind in ("hid", "sid"))
    assert (hid.depth, hid.codebook_size, hid.alpha, hid.beta) == (None, None, None, None)
    assert (sid.depth, sid.codebook_size, sid.alpha, sid.beta) == (4, 128, None, None)


def test_a_missing_run_is_an_error_that_names_those_there_are(store: Store) -> None:
    with pytest.raises(StoreError, match=r"no run 5\. There are none yet"):
        store.runs.get(5)
    for _ in range(3):
        store.runs.create(config(), "f")
    with pytest.raises(StoreError, match=r"no run 5\. There are: 1, 2, 3\."):
        store.runs.get(5)
    for _ in range(30):
        store.runs.create(config(), "f")
    with pytest.raises(StoreError, match=r"no run 99\. The latest are: 14, .*33\."):
        store.runs.record(99, changes={"name": "x"})


def test_runs_made_together_are_found_by_their_group(store: Store) -> None:
    full = store.runs.create(config(), "f", "Ablations of May", "full")
    alone = store.runs.create(config(), "f")
    no_gate = store.runs.create(config(), "f", "Ablations of May", "no gate")
    other = store.runs.create(config(), "f", "ablations", "full")
    assert [(each.id, each.label) for each in store.runs.in_group("Ablations of May")] == [
        (full, "full"),
        (no_gate, "no gate"),
    ]
    assert store.runs.in_group("May") == []
    assert store.runs.groups() == ["ablations", "Ablations of May"]
    assert (store.runs.get(alone).group, store.runs.get(alone).label) == (None, None)
    assert [each.id for each in store.runs.list("may")] == [no_gate, full]
    assert [each.id for each in store.runs.list("gate ablations")] == [no_gate]
    assert [each.id for each in store.runs.list(sort="group", descending=False)] == [no_gate, full, other, alone]


def test_list_gives_the_newest_first_in_pages(store: Store) -> None:
    runs = [store.runs.create(config(str(i)), "f") for i in range(5)]
    assert [each.id for each in store.runs.list()] == runs[::-1]
    assert [each.id for each in store.runs.list(offset=1, limit=2)] == [runs[3], runs[2]]
    assert store.runs.count() == 5
    assert type(store.runs.list()[0]) is RunRow


@pytest.mark.parametrize("sort", [field.name for field in fields(RunRow)])
@pytest.mark.parametrize("descending", [True, False])
def test_every_column_sorts_with_missing_values_last(store: Store, sort: str, descending: bool) -> None:
    for i, kind in enumerate(("hid", "sid", "h2rec", "h2rec")):
        run = store.runs.create(config(f"{'cBad'[i]}", kind=kind, dataset=f"d{3 - i}", seed=i), "f")
        if i % 2:
            finish(store, run, ndcg_overall=0.1 * i, hr_tail=0.3 - 0.1 * i, best_epoch=i, seconds=9.0 - i)
    rows = store.runs.list(sort=sort, descending=descending)
    values = [getattr(each, sort) for each in rows]
    known = [each.lower() if isinstance(each, str) else each for each in values if each is not None]
    assert known == sorted(known, reverse=descending)
    assert values[len(known) :] == [None] * (len(values) - len(known))
    assert len(rows) == 4


def test_sorting_by_something_else_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"“config; DROP TABLE runs”.*created_at"):
        store.runs.list(sort="config; DROP TABLE runs")


def test_search_looks_into_name_dataset_model_status_and_notes(store: Store) -> None:
    one = store.runs.create(config("Große Probe", dataset="films"), "f")
    two = store.runs.create(config("100% sure_thing", dataset="books", kind="hid"), "f")
    store.runs.record(one, changes={"notes": "the best, so far"})
    finish(store, two)

    def found(search: str) -> list[int]:
        rows = store.runs.list(search)
        assert store.runs.count(search) == len(rows)
        return sorted(each.id for each in rows)

    assert found("") == found("   ") == [one, two]
    assert found("FILMS") == found("große") == found("GROSSE") == found("best far") == found("running") == [one]
    assert found("hid") == found("finished books") == [two]
    assert found("films books") == found("nothing") == []
    assert found("100%") == found("sure_") == found("%") == found("_") == [two]
    assert found("\\") == found("'") == found("' OR 1=1 --") == []


def test_curves_come_in_order_and_a_point_replaces_the_one_before(store: Store) -> None:
    run, other = (store.runs.create(config(), "f") for _ in range(2))
    store.runs.record(run, [Point("loss/total", 20, 2.0, 0.5), Point("loss/total", 10, 1.0, 0.7)])
    store.runs.record(run, [Point("loss/total", 20, 2.0, 0.4), Point("gate/1", 1, 1, float("nan"))])
    store.runs.record(other, [Point("loss/total", 1, 0.1, float("inf"))])
    curves = store.runs.curves(run)
    assert list(curves) == ["gate/1", "loss/total"]
    total = curves["loss/total"]
    assert (total.series, total.steps.tolist(), total.epochs.tolist(), total.values.tolist()) == (
        "loss/total", [10, 20], [1.0, 2.0], [0.7, 0.4],
    )  # fmt: skip
    assert curves["gate/1"].values[0] != curves["gate/1"].values[0]
    assert store.runs.curves(other)["loss/total"].values.tolist() == [float("inf")]


def test_the_curves_of_a_run_that_has_ended_lie_in_one_piece_each(store: Store) -> None:
    def pieces() -> int:
        with store._database.reading() as session:
            return session.scalar(select(func.count()).select_from(CurvePartRecord)) or 0

    run, other = (store.runs.create(config(), "f") for _ in range(2))
    for step in (2, 1, 3, 2):
        for each in (run, other):
            store.runs.record(
                each, [Point(f"loss/{part}", step, step / 2, step / 10) for part in ("total", "alignment")]
            )
    before = store.runs.curves(run)
    assert pieces() == 16
    finish(store, run)
    assert pieces() == 10
    after = store.runs.curves(run)
    assert list(after) == ["loss/alignment", "loss/total"]
    for name, curve in after.items():
        assert curve.steps.tolist() == before[name].steps.tolist() == [1, 2, 3]
        assert curve.values.tolist() == before[name].values.tolist() == [0.1, 0.2, 0.3]


def test_a_million_points_are_read_quickly(store: Store) -> None:
    run, steps = store.runs.create(config(), "f"), np.arange(1_000_000)
    with store._database.writing() as session:
        session.execute(
            insert(CurvePartRecord).values(
                run_id=run, series="loss/total", points=pack(steps, steps / 1000, 1 / (1 + steps))
            )
        )
    start = time.process_time()
    total = store.runs.curves(run)["loss/total"]
    assert time.process_time() - start < 0.3
    assert (len(total.steps), total.steps[-1], total.epochs[-1], total.values[3]) == (1_000_000, 999_999, 999.999, 0.25)


def test_deleting_takes_points_and_log_with_it_and_never_reuses_a_number(store: Store) -> None:
    runs = [store.runs.create(config(), "f") for _ in range(3)]
    line = LogLine(datetime.now(UTC), "info", "hello")
    for run in runs:
        store.runs.record(run, [Point("loss/total", 1, 0.1, 1.0)], [line], {"status": "finished"})
    store.runs.delete(runs[1:])
    assert [each.id for each in store.runs.list()] == runs[:1]
    assert store.runs.curves(runs[1]) == {}
    assert store.runs.log(runs[2]) == []
    assert store.runs.log(runs[0]) == [line]
    assert store.runs.create(config(), "f") == runs[2] + 1


def test_a_run_that_still_runs_is_not_deleted(store: Store) -> None:
    done, running = (store.runs.create(config(), "f") for _ in range(2))
    finish(store, done)
    with pytest.raises(StoreError, match=f"Run {running} is still running"):
        store.runs.delete([done, running])
    assert store.runs.count() == 2


def test_a_run_whose_process_has_died_becomes_interrupted(store: Store, tmp_path: Path) -> None:
    code = """
import pathlib, sys, time
from engine.config import ExperimentConfig
from engine.store import Store
store = Store(pathlib.Path(sys.argv[1]))
print(store.runs.create(ExperimentConfig(), "f"), flush=True)
time.sleep(60)
"""
    mine = store.runs.create(config(), "f")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "workbench.db")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as child:
        assert child.stdout is not None
        run = int(child.stdout.readline())
        assert store.runs.mark_dead() == 0
        assert store.runs.get(run).status == "running"
        child.kill()
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        # Killed but not yet waited for, as a window sees a run that it started itself.
        assert store.runs.mark_dead() == 1
    assert store.runs.get(run).status == "interrupted"
    assert store.runs.get(run).error is not None
    assert store.runs.get(mine).status == "running"
    assert store.runs.mark_dead() == 0
    store.runs.delete([run])


def test_a_process_id_in_use_again_does_not_keep_a_run_alive(store: Store) -> None:
    run = store.runs.create(config(), "f")
    store.runs.record(run, changes={"process_started": psutil.Process().create_time() - 1000})
    assert store.runs.mark_dead() == 1
    assert store.runs.get(run).status == "interrupted"


def test_a_thousand_runs_are_listed_quickly(store: Store) -> None:
    store.runs.create(config(), "f")
    with store._database.writing() as session:
        row = dict(session.execute(select(RunRecord.__table__)).mappings().one())
        row.pop("id")
        session.execute(insert(RunRecord), [{**row, "name": f"run {i}"} for i in range(999)])
    start = time.perf_counter()
    assert len(store.runs.list("h2rec sample run", sort="ndcg_overall", limit=2000)) == 1000
    assert time.perf_counter() - start < 0.2


def test_unused_model_settings_keep_their_default() -> None:
    assert config(kind="sid").model == ModelSettings(kind="sid")


def test_the_latest_finished_runs_are_given_oldest_first(store: Store) -> None:
    made = [store.runs.create(config(), "f") for _ in range(5)]
    for run in made[:4]:
        finish(store, run)
    assert [run.id for run in store.runs.finished(3)] == made[1:4]
    assert store.runs.finished(3)[0].config == config().model_dump(mode="json")
