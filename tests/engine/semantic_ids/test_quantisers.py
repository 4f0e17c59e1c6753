"""What every quantiser must do, and what each does on vectors whose codes are obvious."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import SemanticIdSettings
from engine.errors import SettingsError, Stopped
from engine.semantic_ids.kmeans import kmeans
from engine.semantic_ids.opq import balanced_axes
from engine.semantic_ids.pq import parts
from engine.semantic_ids.quantisers import QUANTISERS
from engine.semantic_ids.residual import nearest_codes
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.variance import standardised, unexplained

ALL = sorted(QUANTISERS)
LINEAR = ["opq", "pq", "rq-kmeans"]  # their codebooks live in the space of the vectors
SMALL = SemanticIdSettings(
    depth=2, codebook_size=4, latent_dim=8, hidden_dim=16, steps=40, batch_size=16, learning_rate=0.01
)


def nothing(done: int, total: int) -> None: ...


def fit(name: str, vectors: FloatArray, **changed: object) -> SemanticIds:
    return QUANTISERS[name](SMALL.model_copy(update=changed)).fit(vectors, nothing)


def random_vectors(rows: int = 60, width: int = 10) -> FloatArray:
    random = np.random.default_rng(0)
    return (random.normal(size=(rows, width)) @ random.normal(size=(width, width))).astype(np.float32)


def reconstructed(ids: SemanticIds) -> FloatArray:
    """The sum over the levels of the chosen codebook vectors."""
    return ids.codebooks[np.arange(ids.depth), ids.codes].sum(axis=1)


def test_the_settings_offer_every_quantiser() -> None:
    assert set(SemanticIdSettings.model_json_schema()["properties"]["quantiser"]["enum"]) == set(QUANTISERS)


@pytest.mark.parametrize("name", ALL)
def test_shapes_and_ranges(name: str) -> None:
    ids = fit(name, random_vectors(), depth=3, codebook_size=5)
    assert ids.codes.shape == (60, 3)
    assert ids.codes.min() >= 0
    assert ids.codes.max() < 5
    assert ids.codebooks.shape[:2] == (3, 5)
    assert (ids.codes.dtype, ids.codebooks.dtype) == (np.int64, np.float32)
    assert 0 < ids.reconstruction_error < 1


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("update", ["gradient", "ema"])
def test_the_same_seed_gives_the_same_codes_whatever_the_global_generator(name: str, update: str) -> None:
    torch.manual_seed(1)
    first = fit(name, random_vectors(), codebook_update=update)
    torch.manual_seed(2)
    second = fit(name, random_vectors(), codebook_update=update)
    other = fit(name, random_vectors(), codebook_update=update, seed=1)
    assert np.array_equal(first.codes, second.codes)
    assert np.array_equal(first.codebooks, second.codebooks)
    assert not np.array_equal(first.codebooks, other.codebooks)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("update", ["gradient", "ema"])
def test_fewer_items_than_codes(name: str, update: str) -> None:
    ids = fit(name, random_vectors(rows=6), codebook_size=64, codebook_update=update, steps=400)
    assert np.isfinite(ids.codebooks).all()
    assert len(set(ids.tuple_numbers.tolist())) == 6
    assert ids.reconstruction_error < 0.05


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("rows", [1, 2, 50])
def test_identical_vectors_get_one_semantic_id(name: str, rows: int) -> None:
    ids = fit(name, np.ones((rows, 10), np.float32), depth=8)
    assert np.isfinite(ids.codebooks).all()
    assert len(set(ids.tuple_numbers.tolist())) == 1


@pytest.mark.parametrize("name", ALL)
def test_equal_texts_among_others_share_their_semantic_id(name: str) -> None:
    ids = fit(name, np.concatenate([random_vectors(), random_vectors()]))
    assert np.array_equal(ids.codes[:60], ids.codes[60:])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("stop_at", [0, 1])
def test_fitting_stops_when_asked(name: str, stop_at: int) -> None:
    def progress(done: int, total: int) -> None:
        assert done <= total
        if done >= stop_at:
            raise Stopped

    with pytest.raises(Stopped):
        QUANTISERS[name](SMALL).fit(random_vectors(), progress)


@pytest.mark.parametrize("name", ALL)
def test_progress_grows_to_its_total(name: str) -> None:
    seen: list[tuple[int, int]] = []
    QUANTISERS[name](SMALL).fit(random_vectors(), lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert len({total for _, total in seen}) == 1


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize(("width", "depth"), [(10, 1), (10, 2), (10, 3), (10, 8), (8, 8)])
def test_the_chosen_codebook_vectors_add_up_to_the_reconstruction(name: str, width: int, depth: int) -> None:
    vectors = random_vectors(width=width)
    ids = fit(name, vectors, depth=depth)
    wanted = standardised(torch.from_numpy(vectors))
    assert unexplained(wanted, torch.from_numpy(reconstructed(ids))) == pytest.approx(ids.reconstruction_error)
    assert ids.reconstruction_error < 1


@pytest.mark.parametrize("name", LINEAR)
def test_as_many_codes_as_items_lose_nothing(name: str) -> None:
    vectors = random_vectors(rows=20)
    ids = fit(name, vectors, codebook_size=20)
    assert np.allclose(reconstructed(ids), standardised(torch.from_numpy(vectors)).numpy(), atol=1e-5)


@pytest.mark.parametrize("name", LINEAR)
def test_more_codes_reconstruct_better(name: str) -> None:
    errors = [fit(name, random_vectors(rows=200), codebook_size=size).reconstruction_error for size in (2, 8, 32)]
    assert errors == sorted(errors, reverse=True)


def test_residual_kmeans_by_hand() -> None:
    # Two far groups, each of two: the first code names the group, the second the side within it.
    vectors = np.array([[0.0], [1.0], [10.0], [11.0]], np.float32)
    codes = fit("rq-kmeans", vectors, codebook_size=2).codes
    assert codes[0, 0] == codes[1, 0] != codes[2, 0] == codes[3, 0]
    assert codes[0, 1] == codes[2, 1] != codes[1, 1] == codes[3, 1]


def test_pq_by_hand() -> None:
    # Level 1 sees the first two dimensions, level 2 the last two, and each has two values.
    left, right = [[0.0, 0.0], [4.0, 6.0]], [[1.0, 0.0], [3.0, 9.0]]
    vectors = np.array([a + b for a in left for b in right], np.float32)
    ids = fit("pq", vectors, codebook_size=2)
    codes = ids.codes
    assert codes[0, 0] == codes[1, 0] != codes[2, 0] == codes[3, 0]
    assert codes[0, 1] == codes[2, 1] != codes[1, 1] == codes[3, 1]
    assert np.abs(ids.codebooks[0, :, 2:]).max() == np.abs(ids.codebooks[1, :, :2]).max() == 0
    assert ids.reconstruction_error == pytest.approx(0, abs=1e-6)


def test_pq_codes_are_the_nearest_in_every_part() -> None:
    vectors = random_vectors()
    ids = fit("pq", vectors, depth=3)
    scaled, codebooks = standardised(torch.from_numpy(vectors)), torch.from_numpy(ids.codebooks)
    for level, part in enumerate(parts(10, 3)):
        assert np.array_equal(nearest_codes(scaled[:, part], codebooks[level, :, part]).numpy(), ids.codes[:, level])


def test_opq_finds_the_rotation_that_pq_misses() -> None:
    # Two independent coins in directions that both of PQ's parts see half of: after a turn, one bit each tells all.
    random = np.random.default_rng(0)
    coins = random.choice([-1.0, 1.0], size=(200, 2))
    directions = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]])
    vectors = (coins @ directions + 0.01 * random.normal(size=(200, 4))).astype(np.float32)
    pq, opq = (fit(name, vectors, codebook_size=2) for name in ("pq", "opq"))
    assert opq.reconstruction_error < 0.01
    assert pq.reconstruction_error > 0.3
    assert len(set(opq.tuple_numbers.tolist())) == 4


@pytest.mark.parametrize("name", ["pq", "opq"])
def test_more_levels_than_dimensions_are_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"semantic_ids\.depth: 8 levels .* vectors have 6"):
        fit(name, random_vectors(width=6), depth=8)


@settings(deadline=None)
@given(width=st.integers(1, 40), levels=st.integers(1, 8))
def test_parts_cover_every_dimension_once(width: int, levels: int) -> None:
    if levels > width:
        return
    runs = [list(range(width))[part] for part in parts(width, levels)]
    assert [dimension for run in runs for dimension in run] == list(range(width))
    assert max(map(len, runs)) - min(map(len, runs)) <= 1


def test_axes_are_dealt_out_evenly() -> None:
    vectors = torch.randn(500, 6, generator=torch.Generator().manual_seed(0)) * torch.tensor([32.0, 16, 8, 4, 2, 1])
    rotation = balanced_axes(vectors, 2)
    assert torch.allclose(rotation.T @ rotation, torch.eye(6), atol=1e-5)
    variances = (vectors @ rotation).var(dim=0).log()
    assert abs(variances[:3].sum() - variances[3:].sum()) < 1.5  # apart by one step of the spectrum at most


@settings(deadline=None, max_examples=25)
@given(rows=st.integers(1, 30), size=st.integers(2, 12), kinds=st.integers(1, 30), seed=st.integers(0, 5))
def test_kmeans_centres_are_finite_and_cover_few_distinct_vectors(rows: int, size: int, kinds: int, seed: int) -> None:
    vectors = torch.randn(kinds, 3, generator=torch.Generator().manual_seed(seed))[torch.arange(rows) % kinds]
    centres = kmeans(vectors, size, seed, lambda: None)
    assert centres.shape == (size, 3)
    assert torch.isfinite(centres).all()
    if min(rows, kinds) <= size:
        assert torch.equal(centres[nearest_codes(vectors, centres)], vectors)


def test_kmeans_leaves_no_centre_without_vectors() -> None:
    vectors = torch.randn(300, 4, generator=torch.Generator().manual_seed(0))
    centres = kmeans(vectors, 40, 0, lambda: None)
    assert len(torch.unique(nearest_codes(vectors, centres))) == 40


def test_revival_leaves_no_code_of_the_rq_vae_without_items() -> None:
    ids = fit("rq-vae", random_vectors(rows=400), codebook_size=16, steps=300)
    assert all(len(np.unique(level)) == 16 for level in ids.codes.T)
