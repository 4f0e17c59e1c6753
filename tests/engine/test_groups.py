"""Ablations, the plan of a group, and what its runs amount to."""

import dataclasses
from datetime import datetime
from typing import Any

import pytest

from engine.ablations import ABLATIONS
from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.grid import axis
from engine.groups import PlannedRun, Spread, default_name, finished_before, plan, replicates, summarise
from engine.home import Home
from engine.settings import override, parse, settings_key
from engine.store import RunDetails, Store

LABELS = ["full", "no gate", "no HID into SID", "no SID into HID", "no L_align", "no L_gran", "HID only", "SID only"]


def config(*changes: str) -> ExperimentConfig:
    return parse(override({}, changes))


def test_every_ablation_takes_away_what_it_says_and_nothing_else() -> None:
    base = config("name=mine", "training.epochs=7")
    variants = {each.label: each.config for each in plan(base, ablations=True)}
    assert list(variants) == LABELS
    assert variants["full"] == base
    assert variants["no gate"].model.gate == "uniform"
    assert not variants["no HID into SID"].model.hid_into_sid
    assert not variants["no SID into HID"].model.sid_into_hid
    assert variants["no L_align"].alignment.alpha == 0
    assert variants["no L_gran"].alignment.beta == 0
    assert variants["HID only"].model.kind == "hid"
    assert variants["SID only"].model.kind == "sid"
    plain = base.model_dump()
    for ablation in ABLATIONS[1:]:
        (key, _), section = ablation.overrides[0].split("="), ablation.overrides[0].split(".")[0]
        values = variants[ablation.label].model_dump()
        values[section][key.split(".")[1]] = plain[section][key.split(".")[1]]
        assert values == {**plain, "name": f"{ablation.label}: mine"}


def test_what_is_left_out_anyway_is_no_ablation() -> None:
    assert [each.label for each in plan(config("alignment.alpha=0", "model.gate=uniform"), ablations=True)] == [
        label for label in LABELS if label not in ("no gate", "no L_align")
    ]


def test_only_h2rec_has_parts_to_take_away() -> None:
    with pytest.raises(SettingsError, match=r"model\.kind: .*“hid” has none"):
        plan(config("model.kind=hid"), ablations=True)


def test_the_plan_goes_seed_by_seed() -> None:
    base = config("seed=5")
    assert plan(base) == [PlannedRun("full", base)]
    assert [(each.label, each.config.seed) for each in plan(base, [2, 0, 2])] == [("full", 2), ("full", 0)]
    both = plan(base, [0, 1], ablations=True)
    assert [(each.label, each.config.seed) for each in both] == [(label, seed) for seed in (0, 1) for label in LABELS]
    assert len({each.config.model_dump_json() for each in both}) == 16
    with pytest.raises(SettingsError, match="seed: -1 is not allowed"):
        plan(base, [-1])


def test_a_group_is_named_after_the_experiment_and_the_moment() -> None:
    assert default_name(config(), datetime(2026, 5, 4, 13, 2, 9)) == "H2Rec on sample 2026-05-04 13:02:09"


def test_only_a_finished_run_with_identical_settings_and_data_spares_another(home: Home) -> None:
    (planned,) = plan(config("seed=1"))

    def made(status: str = "finished", label: str = "full", fingerprint: str = "f", *changes: str) -> RunDetails:
        number = store.runs.create(config("seed=1", *changes), fingerprint, "g", label)
        store.runs.record(number, changes={"status": status})
        return store.runs.get(number)

    store = Store(home.database)
    others = [made("failed"), made("interrupted"), made("running"), made(label="no gate"), made(fingerprint="g")]
    others.append(made("finished", "full", "f", "training.epochs=7"))
    assert finished_before(planned, "f", others) is None
    same = made()
    assert finished_before(planned, "f", [*others, same]) == same
    # A setting that is newer than the run had its default then.
    older = dataclasses.replace(same, config={name: value for name, value in same.config.items() if name != "text"})
    assert finished_before(planned, "f", [older]) == older
    assert finished_before(planned, "f", [dataclasses.replace(same, config={"unknown": 1})]) is None
    store.close()


def test_settings_that_play_no_part_do_not_tell_runs_apart(home: Home) -> None:
    store = Store(home.database)
    run = store.runs.get(details(store, "full", 0, 0.5, "semantic_ids.quantiser=pq", "semantic_ids.latent_dim=32"))
    store.close()
    (planned,) = plan(config("semantic_ids.quantiser=pq", "semantic_ids.latent_dim=48"))
    assert finished_before(planned, run.dataset_fingerprint, [run]) == run
    (planned,) = plan(config("semantic_ids.quantiser=rq-vae", "semantic_ids.latent_dim=32"))
    assert finished_before(planned, run.dataset_fingerprint, [run]) is None


def details(store: Store, label: str, seed: int, ndcg: float | None, *changes: str, status: str = "finished") -> int:
    number = store.runs.create(config(f"seed={seed}", *changes), "f", "g", label)
    test: dict[str, Any] = {
        "full": {"overall": {"NDCG@10": ndcg, "HR@10": 0.5}, "tail": {"NDCG@10": float("nan"), "HR@10": 0.25}},
        "sampled": {"overall": {"NDCG@10": 0.75, "HR@10": 1.0}},
    }
    store.runs.record(number, changes={"status": status, "test": test})
    return number


def test_the_summary_gives_mean_and_deviation_over_seeds(home: Home) -> None:
    store = Store(home.database)
    second, first = details(store, "full", 2, 0.25), details(store, "full", 1, 0.125)
    details(store, "full", 3, 0.9, status="interrupted")
    alone = details(store, "no gate", 1, 0.5, "model.gate=uniform", "name=no gate: mine")
    full, no_gate = summarise(store.runs.in_group("g"))
    assert (full.label, full.seeds, full.runs) == ("full", (1, 2), (first, second))
    assert full.metrics["full"]["overall"]["NDCG@10"] == Spread(0.1875, pytest.approx(0.0883883476))
    assert full.metrics["full"]["overall"]["HR@10"] == Spread(0.5, 0.0)
    assert full.metrics["full"]["tail"] == {"HR@10": Spread(0.25, 0.0)}
    assert full.metrics["sampled"] == {"overall": {"NDCG@10": Spread(0.75, 0.0), "HR@10": Spread(1.0, 0.0)}}
    assert (no_gate.label, no_gate.runs) == ("no gate", (alone,))
    assert no_gate.metrics["full"]["overall"]["NDCG@10"] == Spread(0.5, None)
    store.close()


def test_the_summary_never_mixes_settings_and_counts_a_seed_once(home: Home) -> None:
    store = Store(home.database)
    details(store, "full", 1, 0.1)
    longer = details(store, "full", 1, 0.5, "training.epochs=7")
    again = details(store, "full", 1, 0.2)
    first, other = summarise(store.runs.in_group("g"))
    assert (first.runs, first.metrics["full"]["overall"]["NDCG@10"].mean) == ((again,), 0.2)
    assert other.runs == (longer,)
    assert summarise([]) == []
    older = dataclasses.replace(store.runs.get(again), config=config().model_dump(mode="json", exclude={"training"}))
    assert [line.runs for line in summarise([older, store.runs.get(again)])] == [(again,)]
    store.close()


# --- several values, and rivals ---


def labels(*changes: str, **asked: Any) -> list[str]:
    return [each.label for each in plan(config(*changes), **asked)]


def test_a_grid_runs_every_combination_and_its_labels_say_what_differs() -> None:
    axes = [axis("alignment.alpha=0.1, 1"), axis("semantic_ids.depth=2,3"), axis("training.batch_size=64")]
    planned = plan(config("name=mine"), axes=axes)
    assert [each.label for each in planned] == [
        f"alpha={alpha}, depth={depth}, training.batch_size=64" for alpha in ("0.1", "1") for depth in (2, 3)
    ]
    assert [(each.config.alignment.alpha, each.config.semantic_ids.depth) for each in planned] == [
        (0.1, 2), (0.1, 3), (1.0, 2), (1.0, 3),
    ]  # fmt: skip
    assert planned[0].config.name == "alpha=0.1, depth=2, training.batch_size=64: mine"


def test_a_value_that_plays_no_part_in_a_variant_does_not_multiply_it() -> None:
    axes = [axis("alignment.alpha=0.1,1")]
    assert labels(axes=axes, ablations=True) == [
        "alpha=0.1", "alpha=1",
        *(f"{part}, alpha={value}" for part in LABELS[1:4] for value in (0.1, 1)),
        "no L_align",
        "no L_gran, alpha=0.1", "no L_gran, alpha=1",
        "HID only", "SID only",
    ]  # fmt: skip


def test_the_rivals_stand_beside_the_model_and_none_runs_twice() -> None:
    rivals = [
        "Popularity", "HID, SASRec", "HID, GRU4Rec", "HID, BERT4Rec", "HID, HSTU", "SID", "HID + SID sum",
        "HID + SID concat", "HID from text", "Text adapter", "LLM-ESR",
    ]  # fmt: skip
    assert labels(baselines=True) == ["full", *rivals]
    both = labels(baselines=True, ablations=True)
    assert both == [*LABELS, *(rival for rival in rivals if rival not in ("HID, SASRec", "SID"))]
    wide = plan(config(), baselines=True, axes=[axis("model.dim=32,64"), axis("alignment.alpha=0.1,1")])
    assert [each.label for each in wide if each.label.startswith(("SID", "Popularity"))] == [
        "Popularity", "SID, dim=32", "SID, dim=64",
    ]  # fmt: skip
    (adapter,) = [each.config for each in plan(config("name=mine"), baselines=True) if each.label == "Text adapter"]
    assert (adapter.title, adapter.model.kind) == ("Text adapter on sample", "text")


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("alignment.alpha", "not of the form"),
        ("alignment.alfa=1", r"alignment\.alfa: There is no such setting. Did you mean alignment\.alpha"),
        ("alignment.alpha=", r"alignment\.alpha: needs at least one value"),
        (
            "semantic_ids.depth=2,x,9",
            r"“x” is not allowed.*\n.*9 is not allowed; it must be a whole number from 1 to 8",
        ),
        ("model.kind=h2rec,best", "“best” is not allowed; it must be one of h2rec"),
        ("model.shared_encoder=true,perhaps", "“perhaps” is not allowed; it must be true or false"),
        ("seed=1,2", "seed: cannot take several values; seeds are asked for on their own"),
    ],
)
def test_wrong_values_of_a_grid_are_named_one_by_one(assignment: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        axis(assignment)


def test_combinations_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"model\.heads: 3 does not divide the width 64"):
        plan(config(), axes=[axis("model.heads=1,3")])
    assert len(plan(config("model.dim=48"), axes=[axis("model.heads=1,3")])) == 2
    with pytest.raises(SettingsError, match="given twice"):
        plan(config(), axes=[axis("model.dim=32"), axis("model.dim=64")])
    many = ",".join(map(str, range(1, 21)))
    with pytest.raises(SettingsError, match="400 combinations"):
        plan(config(), axes=[axis(f"training.epochs={many}"), axis(f"training.patience={many}")])


def test_there_are_only_so_many_runs_at_once() -> None:
    axes = [axis(f"training.epochs={','.join(map(str, range(1, 101)))}")]
    assert len(plan(config(), range(20), axes=axes)) == 2000
    with pytest.raises(SettingsError, match="2,100 runs; 2,000 are allowed"):
        plan(config(), range(21), axes=axes)


def test_values_are_read_as_their_setting_has_them() -> None:
    assert axis("semantic_ids.depth=3, 2,3").values == (3, 2)
    assert axis("model.shared_encoder=true,false").values == (True, False)
    assert axis("data.dataset=10, films").values == ("10", "films")
    assert axis("training.learning_rate=1e-3").values == (0.001,)


def test_replicates_differ_in_name_and_seed_only(home: Home) -> None:
    store = Store(home.database)
    configs = config("seed=1"), config("seed=2", "name=again"), config("seed=1", "alignment.alpha=0.3")
    runs = [store.runs.get(store.runs.create(each, "data")) for each in configs]
    other_data = dataclasses.replace(runs[0], dataset_fingerprint="other")
    store.close()
    assert replicates([*runs, other_data]) == [[runs[0], runs[1]], [runs[2]], [other_data]]


def test_a_setting_that_came_later_changes_no_key() -> None:
    whole = config("alignment.alpha=0.3").model_dump(mode="json")
    earlier = whole | {"alignment": {"alpha": 0.3}}
    assert settings_key(earlier) == settings_key(whole)
    assert settings_key(whole | {"bygone": 1}) != settings_key(whole)  # refused today, still told apart
