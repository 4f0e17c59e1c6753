"""The birthday estimate against known answers and against throwing the dice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import SemanticIdSettings
from engine.estimates.collisions import expected_collision_rate, possible_ids


def test_the_number_of_ids_is_codes_to_the_power_of_levels() -> None:
    assert possible_ids(SemanticIdSettings(depth=4, codebook_size=256)) == 256**4
    assert possible_ids(SemanticIdSettings(depth=8, codebook_size=4096, unique_level=True)) == 4096**8


def test_known_answers() -> None:
    assert expected_collision_rate(2, 2) == pytest.approx(0.5)
    assert expected_collision_rate(1, 1) == 0
    assert expected_collision_rate(5, 1) == 1
    assert expected_collision_rate(3, 4) == pytest.approx(7 / 16)
    assert expected_collision_rate(12_101, 4096**8) == pytest.approx(12_100 / 4096**8)


def test_drawing_ids_by_chance_comes_to_the_same() -> None:
    random = np.random.default_rng(0)
    shares = []
    for _ in range(200):
        drawn = random.integers(0, 1000, 300)
        shares.append((np.bincount(drawn, minlength=1000)[drawn] > 1).mean())
    assert np.mean(shares) == pytest.approx(expected_collision_rate(300, 1000), abs=0.01)


@given(items=st.integers(0, 10**7), ids=st.integers(1, 2**96))
def test_it_is_a_share_that_falls_with_more_ids(items: int, ids: int) -> None:
    assert 0 <= expected_collision_rate(items, 2 * ids) <= expected_collision_rate(items, ids) <= 1
