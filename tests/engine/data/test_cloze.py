"""Masking: what is asked for is hidden, what is not stays, and it repeats with the seed."""

import numpy as np
import pytest

from engine.data.batches import Batch, TrainingBatches
from engine.data.cloze import Cloze
from engine.data.dataset import IntArray, Sequences

MASK = 99


def masked(share: float, lengths: IntArray, seed: int = 0) -> tuple[IntArray, IntArray, IntArray]:
    places = np.arange(lengths.max())
    items = np.where(places < lengths[:, None], 1 + places, 0)
    return items, *Cloze(share, MASK)(items, lengths, np.random.default_rng(seed))


@pytest.mark.parametrize("share", [0.01, 0.2, 0.9])
def test_targets_are_the_masked_items_and_nothing_else(share: float) -> None:
    lengths = np.random.default_rng(1).integers(2, 13, size=300)
    items, inputs, targets = masked(share, lengths)
    hidden = inputs == MASK
    assert np.array_equal(hidden, targets > 0)
    assert np.array_equal(np.where(hidden, targets, inputs), items)
    assert not hidden[items == 0].any()
    assert (hidden.sum(axis=1) >= 1).all()
    assert (hidden.sum(axis=1) < lengths).all()


def test_the_share_is_kept_and_every_place_has_its_turn() -> None:
    _, inputs, _ = masked(0.3, np.full(5000, 10))
    hidden = inputs == MASK
    counts = hidden.sum(axis=1)
    assert set(counts) == {1, 3}
    shares = hidden[counts == 3].mean(axis=0)
    assert shares == pytest.approx(np.full(10, 0.3), abs=0.03)


def test_some_sequences_lack_their_last_item_alone() -> None:
    lengths = np.random.default_rng(1).integers(8, 13, size=5000)
    _, inputs, _ = masked(0.3, lengths)
    hidden = inputs == MASK
    alone = hidden.sum(axis=1) == 1
    assert alone.mean() == pytest.approx(0.1, abs=0.02)
    assert (np.argmax(hidden[alone], axis=1) == lengths[alone] - 1).all()


def batches(epoch: int) -> list[Batch]:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 9, size=40)
    sequences = Sequences(np.concatenate([[0], np.cumsum(lengths)]), np.arange(1, lengths.sum() + 1, dtype=np.int32))
    return list(TrainingBatches(sequences, 5, 8, seed=3, cloze=Cloze(0.4, 999)).epoch(epoch))


def test_the_same_epoch_masks_the_same_items_and_the_next_one_others() -> None:
    def targets(epoch: int) -> set[int]:
        return {int(item) for batch in batches(epoch) for item in batch.targets.ravel()}

    assert targets(1) == targets(1) != targets(2)


def test_a_long_sequence_keeps_its_latest_items_and_one_more_to_guess() -> None:
    sequences = Sequences(np.array([0, 7]), np.array([1, 2, 3, 4, 5, 6, 7], dtype=np.int32))
    (batch,) = TrainingBatches(sequences, max_length=3, batch_size=4, seed=0, cloze=Cloze(0.3, MASK)).epoch(1)
    assert np.where(batch.targets > 0, batch.targets, batch.inputs).tolist() == [[4, 5, 6, 7]]
    assert batch.lengths.tolist() == [4]
