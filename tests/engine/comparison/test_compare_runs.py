"""Runs compared user by user: what is paired, what is refused, and what the command says."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.artefacts import RANKS
from engine.cli import main
from engine.comparison import compare_runs
from engine.comparison.differences import differences
from engine.comparison.ranks import RankReader
from engine.config import EvaluationSettings, ModelSettings, TrainingSettings
from engine.errors import DataError, SettingsError
from engine.home import Home
from engine.store import RunDetails

USERS = 400
PLACES = np.random.default_rng(0).integers(1, 40, size=USERS).astype(float)
HEAD = np.arange(USERS) < 100
Add = Callable[..., RunDetails]


def test_a_run_is_no_different_from_itself(add: Add, home: Home) -> None:
    found = compare_runs([[add(PLACES)], [add(PLACES)]], home)
    assert [(each.protocol, each.slice) for each in found] == [
        (protocol, part) for protocol in ("full", "sampled") for part in ("overall", "head", "tail")
    ]
    for each in found:
        assert (each.difference, each.low, each.high, each.p, each.corrected_p) == (0, 0, 0, 1, 1)
        assert (each.probability, each.better, each.equal, each.worse) == (0.5, 0, 1, 0)
    assert [each.users for each in found[:3]] == [400, 100, 300]


def test_a_gain_in_the_tail_is_found_there_alone(add: Add, home: Home) -> None:
    better = np.where(HEAD, PLACES, np.maximum(1, PLACES - 5))
    found = compare_runs([[add(PLACES)], [add(better)]], home, "HR@10")
    overall, head, tail = found[:3]
    assert head.difference == 0
    assert tail.difference == pytest.approx(((better <= 10).mean() - (PLACES <= 10).mean()) * 4 / 3)
    assert tail.difference == pytest.approx(tail.mean - tail.reference_mean)
    assert tail.low > 0
    assert tail.corrected_p == pytest.approx(6 * tail.p)  # six comparisons, and it is among the smallest
    assert 0 < overall.difference < tail.difference
    assert tail.probability > 0.99
    assert tail.better == pytest.approx(((better <= 10) & (PLACES > 10)).sum() / 300)
    assert (tail.worse, head.equal) == (0, 1)


def test_seeds_are_averaged_for_each_user(add: Add, home: Home) -> None:
    one, other, third = (
        add(np.full(USERS, rank), full_with_history=1.0, seed=seed) for seed, rank in enumerate((1.0, np.inf, np.inf))
    )
    found = compare_runs([[third], [one, other]], home, "HR@10")
    assert found[0].runs == (one.id, other.id)
    assert found[0].mean == 0.5
    assert {each.protocol for each in found} == {"full", "full_with_history", "sampled"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "failed"}, r"Run 2 has not finished \(failed\)"),
        ({"fingerprint": "other"}, "different data"),
        ({"evaluation": EvaluationSettings(negatives=50)}, "evaluation.negatives is 50 in run 2 and 100 in run 1"),
        ({"evaluation": EvaluationSettings(negatives_seed=1)}, "evaluation.negatives_seed"),
        ({"evaluation": EvaluationSettings(remove_seen=False)}, "evaluation.remove_seen"),
        ({"target": "i2"}, "not asked the same"),
        ({"head": ~HEAD}, "different items head"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(
    add: Add, home: Home, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        compare_runs([[add(PLACES)], [add(PLACES, **changes)]], home)


def test_only_seeds_of_one_model_are_averaged(add: Add, home: Home) -> None:
    with pytest.raises(DataError, match=r"cannot be averaged: they differ in model\.kind"):
        compare_runs([[add(PLACES), add(PLACES, model=ModelSettings(kind="hid"), seed=3)]], home)


def test_a_setting_that_came_later_counts_with_its_default(add: Add, home: Home) -> None:
    run = add(PLACES)
    training = {name: value for name, value in run.config["training"].items() if name != "refit"}
    older = dataclasses.replace(add(PLACES, seed=3), config={**run.config, "training": training, "seed": 3})
    assert compare_runs([[run, older], [run]], home)
    refitted = add(PLACES, seed=4, training=TrainingSettings(refit=True))
    with pytest.raises(DataError, match=r"differ in training\.refit"):
        compare_runs([[older, refitted], [run]], home)


def test_ranks_that_are_gone_or_old_are_said(add: Add, home: Home) -> None:
    run, old = add(PLACES), add(PLACES)
    path = home.run_folder(old.id) / RANKS
    pd.read_parquet(path).drop(columns="head").to_parquet(path)
    with pytest.raises(DataError, match="have no head: they are of an earlier version"):
        compare_runs([[run], [old]], home)
    path.unlink()
    with pytest.raises(DataError, match="ranks of run 2 cannot be read"):
        compare_runs([[run], [old]], home)


def test_an_unknown_metric_is_refused(add: Add, home: Home) -> None:
    with pytest.raises(SettingsError, match="NDCG@11"):
        compare_runs([[add(PLACES)], [add(PLACES)]], home, "NDCG@11")


def test_the_command_prints_tables_or_json(add: Add, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    add(PLACES)
    add(np.maximum(1, PLACES - 9))
    assert main(["compare", "1", "2", "--metric", "MRR", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["metric"], answer["reference"], len(answer["differences"])) == ("MRR", [1], 6)
    first = answer["differences"][0]
    assert (first["runs"], first["protocol"], first["slice"], first["users"]) == ([2], "full", "overall", USERS)
    assert first["low"] < first["difference"] < first["high"]
    assert main(["compare", "1", "2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("NDCG@10 against run 1 · H2Rec on sample\n")
    assert "Full ranking, history left out" in out
    assert "Against 100 sampled items" in out
    assert "beats" in out
    assert "100.0%" in out
    assert sum("head" in line.split() for line in out.splitlines()) == 2
    assert "all 6 comparisons (Holm)" in out


def test_parts_other_than_head_and_tail(add: Add, home: Home) -> None:
    about = {"target_interactions": np.arange(USERS) // 4, "length": np.arange(USERS)}
    one, other = add(PLACES, **about), add(np.maximum(1, PLACES - 5), **about)
    reader = RankReader(home)
    found = differences([other], [one], reader, "HR@10", "full", "bands")
    assert [(each.slice, each.users) for each in found] == [
        ("band_0", 4), ("band_1-9", 36), ("band_10-29", 80), ("band_30-59", 120), ("band_60-99", 160)
    ]  # fmt: skip
    lengths = differences([other], [one], reader, "HR@10", "full", "lengths")
    assert [(each.slice, each.users) for each in lengths] == [("short", 200), ("long", 200)]
    assert differences([add(PLACES)], [add(PLACES)], reader, "HR@10", "full", "bands") == []
