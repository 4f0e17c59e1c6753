"""The front door: the order of events, what is left behind, how it ends."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.data.batches import TrainingBatches
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.data.split import LeaveOneOut
from engine.evaluation.protocols import Ranker
from engine.events import (
    Event,
    Failed,
    Finished,
    Interrupted,
    Loss,
    Metrics,
    Note,
    Progress,
    SemanticIdsReady,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.experiment import run_experiment
from engine.home import Home
from engine.models.build import Ingredients, build_model
from engine.settings import override, parse, read_toml
from engine.training import loop
from engine.training.checkpoint import load_weights

ITEMS, USERS = 30, 40
SMALL = [
    "model.dim=8", "model.cross_heads=2", "semantic_ids.depth=2", "semantic_ids.codebook_size=4", "data.max_length=6",
    "semantic_ids.steps=3", "semantic_ids.latent_dim=4", "training.epochs=3", "evaluation.negatives=10",
]  # fmt: skip


def dataset(length: int = 8) -> Dataset:
    random = np.random.default_rng(0)
    rows = np.stack([random.permutation(ITEMS)[:length] + 1 for _ in range(USERS)])
    ids, texts = [""] + [f"i{item}" for item in range(ITEMS)], ["", ""] + ["a thing"] * (ITEMS - 1)
    return Dataset(
        name="things",
        user_ids=np.array([f"u{user}" for user in range(USERS)], dtype=object),
        sequences=Sequences(np.arange(0, USERS * length + 1, length), rows.ravel().astype(np.int32)),
        items=Catalogue(*(np.array(values, dtype=object) for values in (ids, texts, texts))),
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    values = np.random.default_rng(1).normal(size=(ITEMS, 6))
    pd.DataFrame({"id": [f"i{item}" for item in range(ITEMS)], "v": values.tolist()}).to_parquet(tmp_path / "v.parquet")
    return Home.locate(tmp_path / "home")


def config_of(home: Home, *assignments: str) -> ExperimentConfig:
    vectors = ["text.encoder=vectors", f"text.source={home.root.parent / 'v.parquet'}"]
    return parse(override({}, [*SMALL, *vectors, *assignments]))


def run(home: Home, *assignments: str, folder: str = "1", data: Dataset | None = None) -> list[Event]:
    events: list[Event] = []
    control = RunControl()
    run_experiment(config_of(home, *assignments), data or dataset(), home, home.runs / folder, events.append, control)
    return events


def end(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1]


def test_stages_come_in_order_and_the_end_comes_last_and_once(home: Home) -> None:
    events = run(home, "training.refit=true")
    assert [event.stage for event in events if isinstance(event, StageStarted)] == list(Stage)
    assert [event.stage for event in events if isinstance(event, StageFinished)] == list(Stage)
    assert sum(isinstance(event, Finished | Failed | Interrupted) for event in events) == 1
    assert set(end(events).seconds) == {str(stage) for stage in Stage}


def test_a_model_without_semantic_ids_skips_their_stages(home: Home) -> None:
    events = run(home, "model.kind=hid")
    started = [event.stage for event in events if isinstance(event, StageStarted)]
    assert started == [Stage.DATA, Stage.TRAIN, Stage.EVALUATE]


def test_a_refit_learns_everything_but_the_test_items_for_the_best_number_of_epochs(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[Sequences] = []

    def remember(sequences: Sequences, *rest: Any) -> TrainingBatches:
        learned.append(sequences)
        return TrainingBatches(sequences, *rest)

    monkeypatch.setattr("engine.experiment.TrainingBatches", remember)
    data = dataset()
    settings = ["model.kind=hid", "training.epochs=5", "training.patience=2", "training.learning_rate=0.05"]
    events = run(home, *settings, "training.refit=true", data=data)
    usual, refit = learned
    assert [list(refit[row]) for row in range(USERS)] == [list(data.sequences[row][:-1]) for row in range(USERS)]
    assert [list(usual[row]) for row in range(USERS)] == [list(data.sequences[row][:-2]) for row in range(USERS)]
    losses = [event for event in events if isinstance(event, Loss) and "refit" in event.parts]
    assert losses[-1].epoch == end(events).best_epoch < end(events).epochs
    without = run(home, *settings, folder="2", data=data)
    assert end(without).best_epoch == end(events).best_epoch
    assert end(without).test["full"] != end(events).test["full"]


def test_the_checkpoint_of_a_refit_is_the_model_that_was_tested(home: Home) -> None:
    data = dataset()
    test = end(run(home, "model.kind=hid", "training.refit=true", data=data)).test
    config = config_of(home, "model.kind=hid")
    model = build_model(config, Ingredients(ITEMS, np.ones(ITEMS + 1, dtype=np.int64)))
    load_weights(model, home.runs / "1" / "model.safetensors")
    model.eval()
    split = LeaveOneOut(data.sequences)
    ranks = Ranker(model, 6, 512, torch.device("cpu")).full(split.targets("test"), True, lambda *_: None)
    assert float(np.mean(ranks <= 10)) == pytest.approx(test["full"]["overall"]["HR@10"])


def test_a_stop_in_the_refit_keeps_the_best_checkpoint(home: Home) -> None:
    events: list[Event] = []
    control = RunControl()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, StageStarted) and event.stage is Stage.REFIT:
            control.stop()

    config = config_of(home, "model.kind=hid", "training.refit=true")
    run_experiment(config, dataset(), home, home.runs / "1", listen, control)
    last = events[-1]
    assert isinstance(last, Interrupted)
    assert last.best_epoch is not None
    assert (home.runs / "1" / last.artefacts["model"]).is_file()


def test_a_training_that_is_ended_early_is_tested_by_its_best_checkpoint(home: Home) -> None:
    events: list[Event] = []
    control = RunControl()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, Metrics) and event.split == "validation" and event.epoch == 2:
            control.end_training()

    config = config_of(home, "model.kind=hid", "training.refit=true", "training.epochs=50", "training.patience=50")
    run_experiment(config, dataset(), home, home.runs / "1", listen, control)
    last = end(events)
    assert last.epochs == 2
    assert last.best_epoch in (1, 2)
    assert last.test["full"]["overall"]["users"] > 0
    assert last.seconds["refit"] == 0  # which would be another model than the one that was asked for


@pytest.mark.parametrize("kind", ["hid", "h2rec", "llm_esr"])
def test_half_precision_learns_about_the_same(home: Home, kind: str) -> None:
    def total(precision: str) -> float:
        events = run(home, f"model.kind={kind}", f"training.precision={precision}", "model.dropout=0", folder=precision)
        end(events)
        return [event.parts["total"] for event in events if isinstance(event, Loss)][-1]

    exact, mixed = total("float32"), total("bfloat16")
    assert mixed != exact
    assert mixed == pytest.approx(exact, rel=0.01)


def test_validation_every_epoch_and_both_protocols_in_the_end(home: Home) -> None:
    events = run(home)
    validation = [event for event in events if isinstance(event, Metrics) and event.split == "validation"]
    assert [event.epoch for event in validation] == [1, 2, 3]
    test = end(events).test
    assert set(test) == {"sampled", "full", "full_with_history", "lists"}
    lists = test.pop("lists")["overall"]
    assert set(lists) == {"users", "coverage@10", "gini@10", "novelty@10", "tail_share@10"}
    assert 10 / ITEMS <= lists["coverage@10"] <= 1
    for slices in test.values():
        assert {"overall", "head", "tail", "short"} <= set(slices)
        assert all({"users", "HR@10", "NDCG@10", "MRR@10", "MRR"} <= set(values) for values in slices.values())
        assert slices["overall"]["users"] == USERS == slices["head"]["users"] + slices["tail"]["users"]
        assert sum(values["users"] for part, values in slices.items() if part.startswith("band_")) == USERS
    assert any("Short users have at most 6 training" in event.text for event in events if isinstance(event, Note))


def test_the_setting_decides_which_full_ranking_comes_first(home: Home) -> None:
    left_out = end(run(home, "model.kind=popularity")).test
    kept = end(run(home, "model.kind=popularity", "evaluation.remove_seen=false", folder="2")).test
    assert kept["full"] == left_out["full_with_history"]
    assert kept["full_without_history"] == left_out["full"]
    assert kept["full"] != left_out["full"]
    assert kept["lists"] != left_out["lists"]


def test_a_count_may_draw_the_line_between_head_and_tail(home: Home) -> None:
    rule = ("model.kind=popularity", "data.head_rule=count")
    users = end(run(home, *rule, "data.head_count=9")).test["full"]["head"]["users"]
    ranks = pd.read_parquet(home.runs / "1" / "ranks.parquet")
    assert users == (ranks["target_interactions"] >= 9).sum() == ranks["head"].sum()
    (last,) = run(home, *rule, "data.head_count=5000", folder="2")[-1:]
    assert isinstance(last, Failed)
    assert last.wrong_settings
    assert "data.head_count: no item has 5,000" in last.message


def test_artefacts_tell_how_the_run_came_about(home: Home) -> None:
    finished = end(run(home))
    folder = home.runs / "1"
    assert set(finished.artefacts) == {"model", "semantic_ids", "config", "result", "ranks"}
    assert parse(read_toml(folder / "config.toml")) == config_of(home)
    assert json.loads((folder / "result.json").read_text())["test"] == finished.test
    ranks = pd.read_parquet(folder / "ranks.parquet")
    assert len(ranks) == USERS
    assert list(ranks) == [
        "user", "target", "target_interactions", "head", "length", "sampled", "full", "full_with_history"
    ]  # fmt: skip
    assert (ranks["full"] <= 10).mean() == pytest.approx(finished.test["full"]["overall"]["HR@10"])


@pytest.mark.parametrize("kind", ["h2rec", "hid", "sid"])
def test_the_same_seed_gives_the_same_test_metrics(home: Home, kind: str) -> None:
    settings = (f"model.kind={kind}", "training.loss=bce")
    first, second = (end(run(home, *settings, folder=folder)).test for folder in "12")
    assert first == second
    assert end(run(home, *settings, "seed=5", folder="3")).test != first


def test_semantic_ids_are_reused_by_equal_settings_only(home: Home) -> None:
    def reused(*assignments: str) -> bool:
        (event,) = (each for each in run(home, *assignments) if isinstance(each, SemanticIdsReady))
        return event.reused

    assert not reused()
    assert reused("seed=7", "model.kind=sid")
    assert not reused("semantic_ids.codebook_size=3")
    assert not reused("semantic_ids.seed=1")
    assert reused("semantic_ids.unique_level=true")
    assert not reused("semantic_ids.quantiser=pq")
    assert reused("semantic_ids.quantiser=pq", "semantic_ids.steps=4")
    assert not reused("semantic_ids.steps=4")


@pytest.mark.parametrize("quantiser", ["rq-vae", "rq-kmeans", "pq", "opq"])
def test_an_experiment_runs_with_every_quantiser_and_a_unique_level(home: Home, quantiser: str) -> None:
    events = run(home, f"semantic_ids.quantiser={quantiser}", "semantic_ids.unique_level=true", "training.epochs=1")
    end(events)
    (ready,) = (event for event in events if isinstance(event, SemanticIdsReady))
    assert ready.report["largest_collision"] == 1 <= ready.report["largest_collision_without_unique_level"]


def test_settings_that_do_not_fit_the_vectors_are_the_persons_to_mend(home: Home) -> None:
    failed = run(home, "semantic_ids.quantiser=pq", "semantic_ids.depth=8")[-1]
    assert isinstance(failed, Failed)
    assert failed.wrong_settings
    assert "semantic_ids.depth" in failed.message


def test_popularity_is_ranked_without_training(home: Home) -> None:
    events = run(home, "model.kind=popularity")
    assert end(events).epochs == 0
    assert not any(isinstance(event, Metrics) and event.split == "validation" for event in events)


def test_items_without_text_are_mentioned(home: Home) -> None:
    assert any(isinstance(event, Note) and "1 of 30 items have no text" in event.text for event in run(home))


@pytest.mark.parametrize("stage", [Stage.TEXT, Stage.SEMANTIC_IDS, Stage.TRAIN, Stage.EVALUATE])
def test_a_stop_in_any_stage_ends_as_interrupted(home: Home, stage: Stage) -> None:
    events: list[Event] = []
    control = RunControl()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, StageStarted) and event.stage is stage:
            control.stop()

    run_experiment(config_of(home), dataset(), home, home.runs / "1", listen, control)
    assert isinstance(events[-1], Interrupted)
    assert not any(isinstance(event, StageFinished) and event.stage is stage for event in events)


def test_a_stop_in_training_keeps_the_best_checkpoint(home: Home) -> None:
    events: list[Event] = []
    control = RunControl()

    def listen(event: Event) -> None:
        events.append(event)
        if isinstance(event, Metrics) and event.epoch == 2:
            control.stop()

    run_experiment(config_of(home), dataset(), home, home.runs / "1", listen, control)
    (last,) = (event for event in events if isinstance(event, Interrupted))
    assert last.best_epoch in (1, 2)
    assert (home.runs / "1" / last.artefacts["model"]).is_file()
    assert "result" not in last.artefacts


def test_a_fault_ends_the_run_with_words_and_details(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (last,) = run(home, "evaluation.negatives=500")[-1:]
    assert isinstance(last, Failed)
    assert "evaluation.negatives" in last.message
    assert last.wrong_settings

    def broken(*args: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(loop.Training, "run", broken)
    (last,) = run(home)[-1:]
    assert isinstance(last, Failed)
    assert "unexpectedly" in last.message
    assert "Traceback" in last.details
    assert not last.wrong_settings


@pytest.mark.parametrize("fault", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 99 bytes")])
def test_too_little_memory_ends_the_run_with_advice(
    home: Home, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def full(*args: object) -> None:
        raise fault

    monkeypatch.setattr(loop.Training, "run", full)
    (last,) = run(home)[-1:]
    assert isinstance(last, Failed)
    assert "not enough memory" in last.message


def test_a_folder_that_cannot_be_written_is_named(home: Home) -> None:
    (home.runs / "blocked").write_text("a file where the run's folder should be")
    (last,) = run(home, folder="blocked")[-1:]
    assert isinstance(last, Failed)
    assert "blocked cannot be read or written" in last.message


def test_a_dataset_without_testable_users_is_refused(home: Home) -> None:
    (last,) = run(home, data=dataset(length=2))[-1:]
    assert isinstance(last, Failed)
    assert "three interactions" in last.message


def test_progress_never_runs_backwards_within_a_stage(home: Home) -> None:
    for stage in (Stage.SEMANTIC_IDS, Stage.TRAIN):
        done = [event.done for event in run(home) if isinstance(event, Progress) and event.stage is stage]
        assert done == sorted(done)
