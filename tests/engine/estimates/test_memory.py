"""What a step is said to keep, beside what autograd really keeps."""

import itertools
from datetime import UTC, datetime
from functools import cache, partial

import numpy as np
import pytest
import torch

from engine.data.batches import TrainingBatches
from engine.data.cloze import Cloze
from engine.data.dataset import Dataset
from engine.data.popularity import Popularity
from engine.data.sample import make_sample
from engine.data.split import LeaveOneOut
from engine.estimates.memory import NUMBER, training_bytes
from engine.estimates.parameters import count_parameters
from engine.models.build import Ingredients, build_model
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import override, parse
from engine.store import DatasetRow
from engine.training.objective import Question, make_objective

sample = cache(make_sample)


def row_of(dataset: Dataset) -> DatasetRow:
    sizes = (len(dataset.user_ids), len(dataset.items), len(dataset.sequences.items))
    return DatasetRow(1, "sample", True, "", "", *sizes, {}, {}, {}, datetime.now(UTC))


def kept_bytes(assignments: list[str], steps: int = 2) -> float:
    """The mean over some training steps of the bytes that are kept for the way back, weights not counted."""
    config = parse(override({}, assignments))
    dataset, random = sample(), np.random.default_rng(0)
    items, ids = len(dataset.items), config.semantic_ids
    training = LeaveOneOut(dataset.sequences).training
    counts = Popularity.of(training, items, 0.2).counts
    vectors = random.normal(size=(items, 384)).astype(np.float32)
    codes = random.integers(0, ids.codebook_size, (items, ids.depth))
    codebooks = random.normal(size=(ids.depth, ids.codebook_size, 32)).astype(np.float32)
    model = build_model(config, Ingredients(items, counts, codes, codebooks, vectors))
    cloze = None if model.mask_token is None else Cloze(config.model.mask_share, model.mask_token)
    objective = make_objective(config, training, counts, SemanticIds(codes, codebooks, 0.1), vectors)
    batches = TrainingBatches(training, config.data.max_length, config.training.batch_size, 0, cloze)
    own = {each.untyped_storage().data_ptr() for each in itertools.chain(model.parameters(), model.buffers())}
    found = []
    for batch in itertools.islice(batches.epoch(1), steps):
        held: dict[int, int] = {}  # storage -> bytes
        asked = Question(*map(torch.as_tensor, (batch.users, batch.inputs, batch.targets, batch.lengths)))
        with torch.autograd.graph.saved_tensors_hooks(partial(_note, held), lambda each: each):
            losses = objective(model, asked)
        found.append(sum(size for place, size in held.items() if place not in own))
        losses.total.backward()
    return float(np.mean(found))


def _note(held: dict[int, int], tensor: torch.Tensor) -> torch.Tensor:
    storage = tensor.untyped_storage()
    held[storage.data_ptr()] = storage.nbytes()
    return tensor


@pytest.mark.parametrize(
    "assignments",
    [
        *([f"model.kind={kind}"] for kind in ("h2rec", "hid", "sid", "hid_sid_concat", "llm_esr", "text")),
        *([f"model.backbone={backbone}"] for backbone in ("gru4rec", "bert4rec", "hstu")),
        ["model.kind=hid", "training.loss=cross_entropy"],
        ["model.kind=hid", "training.loss=gbce", "training.negatives=64"],
        ["semantic_ids.depth=8", "alignment.beta=0"],
        ["model.kind=hid", "model.dim=128", "model.blocks=4", "training.batch_size=64"],
    ],
    ids=" ".join,
)
def test_a_step_keeps_about_as_much_as_was_said(assignments: list[str]) -> None:
    config = parse(override({}, assignments))
    parameters = count_parameters(config, len(sample().items))
    said = training_bytes(config, row_of(sample()), parameters) - 5 * NUMBER * parameters.total
    assert said / 1.8 < kept_bytes(assignments) < 1.8 * said


def test_memory_grows_with_what_is_held() -> None:
    row = row_of(sample())

    def needed(*changes: str) -> int:
        settings = parse(override({}, changes))
        return training_bytes(settings, row, count_parameters(settings, row.items))

    weights = count_parameters(parse({}), row.items).total
    assert needed() > 5 * 4 * weights
    assert needed() - needed("training.averaging=0") == pytest.approx(4 * weights, abs=4)
    assert needed("training.batch_size=512") > needed()
    assert needed("training.loss=gbce", "training.negatives=64") > needed("training.loss=gbce")
    assert needed("semantic_ids.depth=8") > needed()
    assert needed("model.kind=popularity") == 0
