"""The inspector tells the same as the model and the evaluation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.artefacts import RANKS
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.errors import DataError
from engine.events import Event, Failed
from engine.experiment import run_experiment, run_recorded
from engine.home import Home
from engine.inspection import RunInspector
from engine.library import Library
from engine.models.backbones import BACKBONES
from engine.settings import override, parse
from engine.store import Store

ITEMS, USERS, LENGTH = 40, 60, 9
SMALL = [
    "model.dim=8", "model.cross_heads=2", "semantic_ids.depth=2", "semantic_ids.codebook_size=4", "data.max_length=6",
    "semantic_ids.steps=3", "semantic_ids.latent_dim=4", "training.epochs=2", "evaluation.negatives=10",
]  # fmt: skip


def dataset() -> Dataset:
    random = np.random.default_rng(0)
    rows = np.stack([random.permutation(ITEMS)[:LENGTH] + 1 for _ in range(USERS)])
    rows[0, -1] = rows[0, 0]  # this user's target is already in the history
    names = [""] + [f"{'red' if item % 2 else 'blue'} thing {item}" for item in range(ITEMS)]
    ids = [""] + [f"i{item}" for item in range(ITEMS)]
    return Dataset(
        name="things",
        user_ids=np.array([f"u{user}" for user in range(USERS)], dtype=object),
        sequences=Sequences(np.arange(0, USERS * LENGTH + 1, LENGTH), rows.ravel().astype(np.int32)),
        items=Catalogue(*(np.array(values, dtype=object) for values in (ids, names, names))),
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("home")
    values = np.random.default_rng(1).normal(size=(ITEMS, 6))
    pd.DataFrame({"id": [f"i{item}" for item in range(ITEMS)], "v": values.tolist()}).to_parquet(root / "v.parquet")
    return Home.locate(root)


def config_of(home: Home, *assignments: str) -> ExperimentConfig:
    vectors = [f"text.source={home.root / 'v.parquet'}", "text.encoder=vectors"]
    return parse(override({}, [*SMALL, *vectors, *assignments]))


def finished(home: Home, *assignments: str) -> tuple[Path, RunInspector]:
    config = config_of(home, *assignments)
    folder = home.runs / str(abs(hash(assignments)))
    events: list[Event] = []
    run_experiment(config, dataset(), home, folder, events.append, RunControl())
    assert not isinstance(events[-1], Failed), events[-1]
    return folder, RunInspector.open(folder, dataset(), config)


@pytest.fixture(scope="module")
def h2rec(home: Home) -> tuple[Path, RunInspector]:
    return finished(home)


def test_contributions_add_up_to_the_score(h2rec: tuple[Path, RunInspector]) -> None:
    for place in h2rec[1].recommend("u3", 20).recommendations:
        assert place.hid is not None
        assert place.sid is not None
        assert place.hid + place.sid == pytest.approx(place.score, abs=1e-5)


def test_the_held_out_item_lands_where_the_final_test_put_it(h2rec: tuple[Path, RunInspector]) -> None:
    folder, inspector = h2rec
    ranks = pd.read_parquet(folder / RANKS).set_index("user")["full"]
    for user in (f"u{number}" for number in range(USERS)):
        view = inspector.recommend(user, 40)
        assert view.held_out_rank == pytest.approx(ranks[user])
        listed = [place.rank for place in view.recommendations if place.is_held_out]
        assert listed == ([] if np.isinf(ranks[user]) else [int(ranks[user])])
    assert np.isinf(ranks["u0"])


def test_the_list_is_sorted_and_leaves_the_history_out(h2rec: tuple[Path, RunInspector]) -> None:
    view = h2rec[1].recommend("u5", 100)
    scores = [place.score for place in view.recommendations]
    assert scores == sorted(scores, reverse=True)
    assert [place.rank for place in view.recommendations] == list(range(1, view.candidates + 1))
    history = {card.index for card in view.history}
    assert len(view.history) == LENGTH - 1
    assert not history & {place.item.index for place in view.recommendations}
    assert view.candidates == ITEMS - len(history)


def test_with_the_history_kept_everything_is_ranked(home: Home) -> None:
    _, inspector = finished(home, "evaluation.remove_seen=false")
    view = inspector.recommend("u0", 100)
    assert view.candidates == ITEMS
    assert view.held_out_rank is not None
    assert np.isfinite(view.held_out_rank)


def test_cards_tell_codes_popularity_and_head(h2rec: tuple[Path, RunInspector]) -> None:
    inspector = h2rec[1]
    cards = [inspector.item(index) for index in range(1, ITEMS + 1)]
    assert sum(card.is_head for card in cards) == round(0.2 * ITEMS)
    assert min(card.popularity for card in cards if card.is_head) >= max(
        card.popularity for card in cards if not card.is_head
    )
    assert sum(card.popularity for card in cards) == USERS * (LENGTH - 2)
    assert all(card.semantic_id is not None and len(card.semantic_id) == 2 for card in cards)


def test_search_finds_titles_and_identifiers(h2rec: tuple[Path, RunInspector]) -> None:
    inspector = h2rec[1]
    red = inspector.search_items("RED", limit=100)
    assert {card.title.split()[0] for card in red} == {"red"}
    assert len(red) == ITEMS // 2
    counts = [card.popularity for card in red]
    assert counts == sorted(counts, reverse=True)
    assert inspector.search_items("i39")[0].id == "i39"
    assert inspector.search_items("nothing like it") == []
    assert inspector.search_users("u1")[0] == "u1"
    assert set(inspector.search_users("u1", 100)) == {"u1", *(f"u1{digit}" for digit in range(10))}


def test_nearest_items_are_sorted_and_exclude_the_item(h2rec: tuple[Path, RunInspector]) -> None:
    for by in ("hid", "sid"):
        near = h2rec[1].nearest(4, by, 6)  # type: ignore[arg-type]
        similarities = [each.similarity for each in near]
        assert similarities == sorted(similarities, reverse=True)
        assert len(near) == 6
        assert 4 not in {each.item.index for each in near}


def test_items_with_equal_codes_are_nearest_by_sid(h2rec: tuple[Path, RunInspector]) -> None:
    inspector = h2rec[1]
    twins = {card.index for card in inspector.path(1)[-1].examples}
    near = inspector.nearest(1, "sid", len(twins))
    assert {each.item.index for each in near} == twins
    assert all(each.shared_levels == 2 for each in near)


@pytest.mark.parametrize(("kind", "half"), [("hid", "sid"), ("sid", "hid"), ("popularity", "hid")])
def test_a_model_without_a_half_says_so(home: Home, kind: str, half: str) -> None:
    _, inspector = finished(home, f"model.kind={kind}")
    assert inspector.halves == (() if kind == "popularity" else (kind,))
    with pytest.raises(DataError, match=half.upper()):
        inspector.nearest(1, half)  # type: ignore[arg-type]
    view = inspector.recommend("u1", 5)
    assert getattr(view.recommendations[0], half) is None
    if kind != "sid":
        assert inspector.path(1) == []


def test_an_unknown_user_is_named(h2rec: tuple[Path, RunInspector]) -> None:
    with pytest.raises(DataError, match=r"“nobody” in “things”.*60 users, among them u0"):
        h2rec[1].recommend("nobody")


def test_a_run_on_another_version_of_its_dataset_is_refused(home: Home) -> None:
    store = Store(home.database)
    library = Library(home, store)
    library.ensure_sample()
    config = parse(override({}, ["model.kind=popularity"]))
    sample = store.datasets.get("sample")
    assert sample is not None
    for fingerprint in (sample.fingerprint, "another"):
        run = store.runs.create(config, fingerprint)
        run_recorded(run, config, home, store, library, lambda event: None, RunControl())
        details = store.runs.get(run)
        if fingerprint == sample.fingerprint:
            assert RunInspector.of_run(details, home, library).recommend("customer-0001", 5).recommendations
        else:
            with pytest.raises(DataError, match=f"“sample” was imported again.*since run {run}"):
                RunInspector.of_run(details, home, library)
    store.close()


def test_files_that_are_missing_or_of_another_dataset_are_refused(home: Home, h2rec: tuple[Path, RunInspector]) -> None:
    with pytest.raises(DataError, match="missing"):
        RunInspector.open(home.runs / "nowhere", dataset(), config_of(home))
    whole = dataset()
    smaller = Catalogue(whole.items.ids[:-1], whole.items.titles[:-1], whole.items.texts[:-1])
    with pytest.raises(DataError, match="another version of “things”"):
        RunInspector.open(h2rec[0], Dataset("things", whole.user_ids, whole.sequences, smaller), config_of(home))


@pytest.mark.parametrize("backbone", [name for name in BACKBONES if name != "sasrec"])
def test_every_backbone_recommends_as_the_final_test_ranked(home: Home, backbone: str) -> None:
    folder, inspector = finished(home, f"model.backbone={backbone}")
    ranks = pd.read_parquet(folder / RANKS).set_index("user")["full"]
    for user in ("u1", "u2"):
        view = inspector.recommend(user)
        assert view.held_out_rank == pytest.approx(ranks[user])
        assert all(1 <= place.item.index <= ITEMS for place in view.recommendations)
