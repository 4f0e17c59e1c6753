"""Why a list is as it is: parts of scores, other histories, neighbours, and how lists differ."""

import csv
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.errors import DataError, SettingsError, Stopped
from engine.inspection import Outcomes, export_recommendations, gone, moves

Make = Callable[..., Any]
KINDS = ["h2rec", "hid", "sid", "hid_text", "text", "hid_sid_sum", "hid_sid_concat", "llm_esr", "popularity"]
WITH_LEVELS = ["h2rec", "sid", "hid_sid_sum", "hid_sid_concat"]


def check_parts(inspector: Any, user: str, history: list[int] | None = None) -> None:
    """Every part is there, all add up, and the sum is what the model itself says."""
    view = inspector.recommend(user, 12, history)
    model, items = inspector._model, history or inspector.history(user)
    sequence = torch.tensor([items[-inspector.config.data.max_length :]])
    with torch.inference_mode():
        state = model.last_states(sequence, torch.tensor([sequence.shape[1]]))[0]
        scores = model.item_vectors() @ state
    for place in view.recommendations:
        assert place.score == pytest.approx(float(scores[place.item.index]), abs=1e-5)
        halves = [value for value in (place.hid, place.sid, place.text) if value is not None]
        assert len(halves) == len(inspector.halves)
        if halves:
            assert sum(halves) == pytest.approx(place.score, abs=1e-5)
        assert (place.levels is None) == ("sid" not in inspector.halves)
        if place.levels is not None:
            assert sum(place.levels) == pytest.approx(place.sid, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scoring", ["dot", "cosine"])
def test_parts_add_up_to_the_models_score(make_inspector: Make, kind: str, scoring: str) -> None:
    check_parts(make_inspector(f"model.kind={kind}", f"model.scoring={scoring}"), "u3")


@pytest.mark.parametrize(("kind", "fusion"), list(itertools.product(WITH_LEVELS, ["mean", "sum", "concat"])))
def test_levels_add_up_however_they_are_fused(make_inspector: Make, kind: str, fusion: str) -> None:
    for more in ("semantic_ids.unique_level=false", "semantic_ids.unique_level=true"):
        inspector = make_inspector(f"model.kind={kind}", f"model.fusion={fusion}", more, "model.scoring=cosine")
        check_parts(inspector, "u4", [5, 6, 7])
        levels = inspector.recommend("u4", 3).recommendations[0].levels
        assert len(levels) == 3 + inspector.has_unique_level


@pytest.mark.parametrize("backbone", ["gru4rec", "bert4rec", "hstu"])
def test_parts_add_up_with_every_backbone(make_inspector: Make, backbone: str) -> None:
    check_parts(make_inspector(f"model.backbone={backbone}"), "u5")


def test_a_level_is_what_its_code_vector_adds(make_inspector: Make) -> None:
    """Known answer: without a level's code vectors its part is zero, and the others stay."""
    inspector = make_inspector("model.kind=hid_sid_sum")
    before = inspector.recommend("u1", 40).recommendations
    semantics = inspector._model.semantics
    state, _ = inspector._read(np.array(inspector.history("u1"), dtype=np.int32))
    from engine.inspection.contributions import contributions

    rows = semantics.codes[1:-1, 1].unique()
    with torch.no_grad():
        semantics.table.weight[rows] = 0.0
    items = torch.tensor([each.item.index for each in before])
    after = contributions(inspector._model, state, items).levels
    assert after is not None
    expected = np.array([each.levels for each in before])
    expected[:, 1] = 0.0
    np.testing.assert_allclose(after, expected, atol=1e-6)


def test_an_unchanged_history_gives_the_stored_list(make_inspector: Make) -> None:
    inspector = make_inspector()
    for user in ("u1", "u2", "u9"):
        assert inspector.recommend(user, 20, inspector.history(user)) == inspector.recommend(user, 20)


def test_another_history_gives_another_list(make_inspector: Make) -> None:
    inspector = make_inspector()
    own = inspector.history("u1")
    without = inspector.recommend("u1", 40, own[:-1])
    assert own[-1] in [each.item.index for each in without.recommendations]
    assert [card.index for card in without.history] == own[:-1]
    turned = inspector.recommend("u1", 10, [*own[:-2], own[-1], own[-2]])
    assert turned.recommendations[0].score != inspector.recommend("u1", 10).recommendations[0].score
    with pytest.raises(DataError, match="one item at least"):
        inspector.recommend("u1", 10, [])


def test_the_own_history_has_its_times(make_inspector: Make) -> None:
    inspector = make_inspector()
    times = np.arange(60 * 9) * 86_400
    inspector.dataset = replace(inspector.dataset, timestamps=times)
    assert inspector.recommend("u2", 5).times == tuple(times[18:26])
    assert inspector.recommend("u2", 5, inspector.history("u2")[1:]).times is None


def test_the_gates_weights_stand_at_their_places(make_inspector: Make) -> None:
    inspector = make_inspector()
    view = inspector.recommend("u1")
    assert view.gate is not None
    assert len(view.gate) == len(view.history) == 8
    assert view.gate[:2] == (None, None)  # older than the six that the model sees
    for weights in view.gate[2:]:
        assert sum(weights) == pytest.approx(1, abs=1e-6)
    items = torch.tensor([inspector.history("u1")[-6:]])
    assert view.gate[-1] == pytest.approx(inspector._model(items).gate[0, -1].tolist())
    assert make_inspector("model.kind=hid").recommend("u1").gate is None


@pytest.mark.parametrize(
    ("kind", "kinds"),
    [
        ("h2rec", ["hid", "sid", "both", "together"]),
        ("hid", ["hid", "together"]),
        ("sid", ["sid", "together"]),
        ("text", ["both", "text", "together"]),
        ("llm_esr", ["hid", "both", "text", "together"]),
        ("popularity", ["together"]),
    ],
)
def test_neighbours_are_told_by_what_the_model_has(make_inspector: Make, kind: str, kinds: list[str]) -> None:
    inspector = make_inspector(f"model.kind={kind}")
    assert inspector.kinds_of_nearness == kinds
    for by in kinds:
        near = inspector.nearest(4, by, 6)
        assert len(near) == 6
        assert 4 not in {each.item.index for each in near}


def test_text_neighbours_come_from_the_vectors_that_are_given(make_inspector: Make) -> None:
    inspector = make_inspector()
    vectors = np.eye(40, dtype=np.float32)
    vectors[9] = vectors[3]
    inspector.use_text(vectors)
    nearest = inspector.nearest(4, "text", 1)[0]
    assert (nearest.item.index, nearest.similarity) == (10, pytest.approx(1.0))


def test_co_occurrence_counts_training_interactions_only(make_inspector: Make) -> None:
    inspector = make_inspector()
    sequences = [inspector.dataset.sequences[row][:-2].tolist() for row in range(60)]
    near = inspector.nearest(7, "together", 40)
    found = {each.item.index: each.together for each in near}
    for item in range(1, 41):
        users = sum(7 in sequence and item in sequence for sequence in sequences)
        assert found.get(item, 0) == (users if item != 7 else 0)
    assert [each.together for each in near] == sorted(found.values(), reverse=True)


def test_neighbours_tell_what_they_have_in_common(make_inspector: Make) -> None:
    inspector = make_inspector()
    own = inspector.item(3).semantic_id
    for each in inspector.nearest(3, "sid", 39):
        codes = each.item.semantic_id
        assert codes[: each.shared_levels] == own[: each.shared_levels]
        assert codes[: each.shared_levels + 1] != own[: each.shared_levels + 1] or each.shared_levels == len(own)
        assert each.words == ()  # “red”, “blue”, “thing” and “wood” are in too many texts to tell anything
    inspector.dataset.items.texts[[3, 12]] = "a walnut shelf"
    shared = next(each for each in make_fresh(inspector).nearest(3, "sid", 39) if each.item.index == 12)
    assert set(shared.words) == {"walnut", "shelf"}


def make_fresh(inspector: Any) -> Any:
    """The same inspector, with nothing remembered."""
    return type(inspector)(inspector.dataset, inspector.config, inspector._model, inspector._ids, inspector._popularity)


def test_the_path_counts_who_shares_it(make_inspector: Make) -> None:
    inspector = make_inspector()
    codes = [inspector.item(index).semantic_id for index in range(1, 41)]
    path = inspector.path(5)
    assert tuple(step.code for step in path) == codes[4]
    for step in path:
        sharing = [index for index, other in enumerate(codes, 1) if other[: step.level] == codes[4][: step.level]]
        assert step.sharing == len(sharing)
        assert {card.index for card in step.examples} <= set(sharing) - {5}
        counts = [card.popularity for card in step.examples]
        assert counts == sorted(counts, reverse=True)
    assert make_inspector("model.kind=hid").path(5) == []


def test_a_card_knows_its_band(make_inspector: Make) -> None:
    inspector = make_inspector()
    for index in range(1, 41):
        card = inspector.item(index)
        assert card.band == ("band_1-9" if 1 <= card.popularity <= 9 else "band_10-29" if card.popularity else "band_0")


def test_search_puts_the_exact_id_first_and_wants_every_word(make_inspector: Make) -> None:
    inspector = make_inspector()
    assert inspector.search_items("i3")[0].id == "i3"
    assert {card.title for card in inspector.search_items("3 red")} == {
        title for title in inspector.dataset.items.titles if title.startswith("Red") and "3" in title
    } | {title for title, identifier in zip(inspector.dataset.items.titles, inspector.dataset.items.ids, strict=True)
         if title.startswith("Red") and "3" in identifier}  # fmt: skip


def test_moves_tell_new_up_down_and_gone() -> None:
    assert moves([1, 2, 3, 4], [3, 1, 9, 4]) == [2, -1, None, 0]
    assert gone([1, 2, 3, 4], [3, 1, 9, 4]) == [2]
    assert moves([], [1]) == [None]


def no_tick(_done: int, _total: int) -> None:
    return None


@pytest.mark.parametrize("settings", [[], ["evaluation.remove_seen=false"], ["model.backbone=bert4rec"]])
def test_the_lists_of_all_are_those_of_each(
    make_inspector: Make, settings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.inspection.everyone.MOST_USERS", 17)
    inspector = make_inspector(*settings)
    ticks: list[tuple[int, int]] = []
    lists = list(inspector.lists_of_all(7, lambda done, total: ticks.append((done, total))))
    assert [len(each.users) for each in lists] == [17, 17, 17, 9]
    assert ticks == [(0, 60), (17, 60), (34, 60), (51, 60), (60, 60)]
    for each in lists:
        for user, items, scores in zip(each.users, each.items, each.scores, strict=True):
            view = inspector.recommend(f"u{user}", 7)
            assert items.tolist() == [place.item.index for place in view.recommendations]
            # In single precision, where a block of users is not computed in quite the same order as one user is.
            assert scores.tolist() == pytest.approx([place.score for place in view.recommendations], abs=1e-4)
    recipients = inspector.recipients(3, lists)
    expected = {f"u{user}" for each in lists for user, items in zip(each.users, each.items, strict=True) if 3 in items}
    assert {each.user for each in recipients} == expected
    assert [each.rank for each in recipients] == sorted(each.rank for each in recipients)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_export_holds_every_place_of_every_list(make_inspector: Make, tmp_path: Path, suffix: str) -> None:
    inspector = make_inspector()
    inspector.dataset.items.titles[1] = "=1+2"
    path = tmp_path / f"lists{suffix}"
    assert export_recommendations(inspector, path, 5, no_tick) == 60
    table = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
    assert list(table.columns) == ["user", "rank", "item", "title", "score"]
    assert len(table) == 60 * 5
    mine = table[table["user"] == "u7"]
    view = inspector.recommend("u7", 5)
    assert mine["rank"].tolist() == [1, 2, 3, 4, 5]
    assert mine["item"].tolist() == [place.item.id for place in view.recommendations]
    assert mine["score"].tolist() == pytest.approx([place.score for place in view.recommendations], rel=1e-5, abs=1e-5)
    titles = set(table.loc[table["item"] == "i0", "title"])
    assert titles == ({"'=1+2"} if suffix == ".csv" else {"=1+2"})


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_stopped_export_leaves_nothing(make_inspector: Make, tmp_path: Path, suffix: str) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        export_recommendations(make_inspector(), tmp_path / f"lists{suffix}", 5, stop)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused(make_inspector: Make, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"“lists.xlsx” ends in neither .csv nor .parquet"):
        export_recommendations(make_inspector(), tmp_path / "lists.xlsx", 5, no_tick)


def test_an_export_of_few_items_has_no_empty_places(make_inspector: Make, tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    export_recommendations(make_inspector(items=10), path, 50, no_tick)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["item"] for row in rows)
    assert len(rows) == 60 * (10 - 8)


def ranks(folder: Path, **columns: list[Any]) -> Path:
    folder.mkdir()
    pd.DataFrame({"user": ["a", "b", "c"], "target": ["i1", "i1", "i2"], **columns}).to_parquet(
        folder / "ranks.parquet"
    )
    return folder


def test_outcomes_stand_beside_those_of_another_run(tmp_path: Path) -> None:
    mine = ranks(tmp_path / "1", full=[30.0, 2.0, 1.0], full_with_history=[31.0, 3.0, 1.0])
    other = ranks(tmp_path / "2", full=[11.0, 12.0, 5.0], full_without_history=[10.0, np.inf, 5.0])
    outcomes = Outcomes.of_run(mine, removes_seen=True)
    assert [(each.user, each.rank, each.before) for each in outcomes.of_item("i1")] == [("b", 2, None), ("a", 30, None)]
    both = outcomes.beside(Outcomes.of_run(other, removes_seen=True)).of_item("i1")
    assert [(each.user, each.rank, each.before) for each in both] == [("b", 2, np.inf), ("a", 30, 10)]
    assert Outcomes.of_run(mine, removes_seen=False).of_item("i2")[0].rank == 1
    with pytest.raises(DataError, match=r"cannot be read from .*ranks\.parquet"):
        Outcomes.of_run(tmp_path / "3", removes_seen=True)
    pd.DataFrame({"user": ["a"], "target": ["i9"], "full": [1.0]}).to_parquet(other / "ranks.parquet")
    with pytest.raises(DataError, match="tested on different users"):
        outcomes.beside(Outcomes.of_run(other, removes_seen=True))
