"""The level that tells apart the items whose other codes are all equal."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.semantic_ids.diagnostics import diagnose
from engine.semantic_ids.semantic_ids import SemanticIds


def ids_of(codes: list[list[int]], size: int = 4) -> SemanticIds:
    array = np.array(codes)
    return SemanticIds(array, np.zeros((array.shape[1], size, 2), np.float32), 0.25)


def test_by_hand() -> None:
    ids = ids_of([[1, 0], [2, 2], [1, 0], [1, 1], [1, 0]]).with_unique_level()
    assert ids.codes.tolist() == [[1, 0, 0], [2, 2, 0], [1, 0, 1], [1, 1, 0], [1, 0, 2]]
    assert (ids.depth, ids.codebook_size, ids.has_unique_level) == (2, 4, True)
    assert ids.codebooks.shape == (2, 4, 2)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_every_item_gets_a_tuple_of_its_own_and_keeps_its_codes(codes: list[tuple[int, int]]) -> None:
    ids = ids_of([list(each) for each in codes])
    unique = ids.with_unique_level()
    assert len(set(unique.tuple_numbers.tolist())) == len(codes)
    assert np.array_equal(unique.codes[:, :2], ids.codes)
    groups = [codes[: place + 1].count(each) - 1 for place, each in enumerate(codes)]
    assert unique.codes[:, 2].tolist() == groups
    assert np.array_equal(unique.with_unique_level().codes, unique.codes)


def test_it_survives_saving(tmp_path: Path) -> None:
    ids = ids_of([[0, 0], [0, 0]]).with_unique_level()
    ids.save(tmp_path / "ids.safetensors")
    assert SemanticIds.load(tmp_path / "ids.safetensors").has_unique_level


def test_collisions_are_reported_with_and_without_it() -> None:
    vectors = np.eye(5, dtype=np.float32)
    ids = ids_of([[1, 0], [2, 2], [1, 0], [1, 1], [1, 0]])
    plain, unique = diagnose(ids, vectors), diagnose(ids.with_unique_level(), vectors)
    assert (unique["collision_rate"], unique["largest_collision"], unique["unique_tuples"]) == (0, 1, 5)
    for name in ("collision_rate", "largest_collision", "unique_tuples"):
        assert unique[f"{name}_without_unique_level"] == plain[name]
    assert (plain["collision_rate"], plain["largest_collision"], plain["unique_tuples"]) == (0.6, 3, 3)
    for name in ("depth", "codebook_size", "utilisation", "perplexity", "neighbour_preservation"):
        assert unique[name] == plain[name]
