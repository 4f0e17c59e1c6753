"""The loop: what is learned, kept, repeated and stopped; and that no target ever reaches it."""

import math
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.config import ExperimentConfig, TrainingSettings
from engine.control import RunControl
from engine.data.batches import TrainingBatches, equal_cuts
from engine.data.cloze import Cloze
from engine.data.dataset import Sequences
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut
from engine.errors import DataError, SettingsError, Stopped, WorkbenchError
from engine.events import (
    Event,
    GateWeights,
    Loss,
    Metrics,
    Note,
    Paused,
    Resumed,
    SavePoint,
    SliceMetrics,
    TrainingFigures,
)  # fmt: skip
from engine.models.backbones import BACKBONES
from engine.models.build import Ingredients, build_model
from engine.models.h2rec import H2Rec
from engine.models.recommender import Recommender
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import override, parse
from engine.training.checkpoint import load_weights, save_weights
from engine.training.devices import choose_device
from engine.training.loop import Training
from engine.training.objective import Question, code_guided_alignment, make_objective
from engine.training.optimiser import weights_and_tables

ITEMS, MARKER = 12, 12
SMALL = [
    "model.dim=16", "model.dropout=0", "data.max_length=8", "semantic_ids.depth=2", "semantic_ids.codebook_size=4",
    "training.batch_size=8", "training.learning_rate=0.01", "training.epochs=4", "training.patience=2",
]  # fmt: skip
CAUSAL = [name for name, encoder in BACKBONES.items() if encoder.causal]
GUESSING = ["model.backbone=bert4rec", "training.learning_rate=0.003", "training.patience=99"]


def cycles(users: int = 24, held_out: tuple[int, int] | None = None) -> Sequences:
    """Users who walk in a circle over items 1..11; the last item of everybody is the marker, 12.

    `held_out` gives everybody these two validation and test items in place of the circle's next and the marker.
    """
    rows = [[(user + step) % (ITEMS - 1) + 1 for step in range(6)] + [MARKER] for user in range(users)]
    if held_out is not None:
        rows = [[*row[:-2], *held_out] for row in rows]
    return Sequences(np.arange(0, 7 * users + 1, 7), np.array(rows, dtype=np.int32).ravel())


def semantic_ids() -> SemanticIds:
    codes = np.array([[item % 4, item // 4] for item in range(ITEMS)])
    return SemanticIds(codes, np.random.default_rng(0).normal(size=(2, 4, 16)).astype(np.float32), 0.5)


class Setup:
    """A training on the circles, with scripted validation values where a test needs them."""

    def __init__(
        self,
        folder: Path,
        *assignments: str,
        validation: list[float] | None = None,
        sequences: Sequences | None = None,
    ) -> None:
        self.config: ExperimentConfig = parse(override({}, [*SMALL, *assignments]))
        self.events: list[Event] = []
        self.control = RunControl()
        self.checkpoint = folder / "model.safetensors"
        split = LeaveOneOut(sequences or cycles())
        ids = semantic_ids()
        counts = Popularity.of(split.training, ITEMS, 0.2).counts
        torch.manual_seed(self.config.seed)
        texts = np.random.default_rng(1).normal(size=(ITEMS, 20)).astype(np.float32)
        self.model: Recommender = build_model(self.config, Ingredients(ITEMS, counts, ids.codes, ids.codebooks, texts))
        mask = self.model.mask_token
        cloze = None if mask is None else Cloze(self.config.model.mask_share, mask)
        self.batches = TrainingBatches(split.training, 8, self.config.training.batch_size, self.config.seed, cloze)
        script = iter(validation or [0.1 * epoch for epoch in range(1, 100)])

        def validate() -> SliceMetrics:
            return {"overall": {"NDCG@10": next(script)}}

        self.training = Training(
            self.model, make_objective(self.config, split.training, counts, ids, texts), self.batches, validate,
            self.config.training, self.checkpoint, folder / "state.safetensors", self.listen, self.control,
        )  # fmt: skip

    def listen(self, event: Event) -> None:
        self.events.append(event)

    def losses(self) -> list[Loss]:
        return [event for event in self.events if isinstance(event, Loss)]


KINDS = ["hid", "sid", "hid_text", "text", "hid_sid_sum", "hid_sid_concat", "llm_esr", "h2rec"]


@pytest.mark.parametrize(
    ("kind", "loss"),
    [(kind, "sampled_softmax") for kind in KINDS]
    + [(kind, loss) for kind in ("hid", "h2rec") for loss in ("cross_entropy", "bce", "gbce")],
)
def test_the_loss_falls(tmp_path: Path, kind: str, loss: str) -> None:
    setup = Setup(tmp_path, f"model.kind={kind}", f"training.loss={loss}", "training.epochs=15", "training.patience=99")
    setup.training.run()
    losses = [event.parts["recommendation"] for event in setup.losses()]
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("sid", "text")])
def test_a_large_table_learns_by_the_rows_of_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("engine.models.embeddings.ROW_BY_ROW_FROM", 1)
    setup = Setup(tmp_path, f"model.kind={kind}", "training.epochs=15", "training.patience=99")
    _, tables = weights_and_tables(setup.model)
    sparse: list[bool] = []
    for table in tables:
        table.register_post_accumulate_grad_hook(
            lambda each: sparse.append(each.grad is not None and each.grad.is_sparse)
        )
    setup.training.run()
    assert sparse
    assert all(sparse)
    assert all(event.values["gradient_norm"] > 0 for event in setup.events if isinstance(event, TrainingFigures))
    losses = [event.parts["recommendation"] for event in setup.losses()]
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize("backbone", CAUSAL)
@pytest.mark.parametrize("kind", ["hid", "h2rec"])
def test_the_circle_is_learned(tmp_path: Path, kind: str, backbone: str) -> None:
    epochs = 300 if backbone == "bert4rec" else 40  # it is asked for few items of each sequence
    validation = [0.001 * epoch for epoch in range(1, epochs + 1)]
    setup = Setup(
        tmp_path, f"model.kind={kind}", f"model.backbone={backbone}", f"training.epochs={epochs}", validation=validation
    )
    setup.training.run()
    setup.model.eval()
    states = setup.model.last_states(torch.tensor([[1, 2, 3, 4]]), torch.tensor([4]))
    scores = (states @ setup.model.item_vectors().T)[0]
    assert scores[1:].argmax().item() + 1 == 5


def test_parts_add_up_to_the_total_with_their_weights(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "alignment.alpha=0.3", "alignment.beta=0.7")
    setup.training.run()
    for event in setup.losses():
        parts = event.parts
        expected = parts["recommendation"] + 0.3 * parts["alignment"] + 0.7 * parts["granularity"]
        assert parts["total"] == pytest.approx(expected, rel=1e-5)


def test_a_weight_of_zero_switches_a_loss_off(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "alignment.alpha=0", "alignment.beta=0")
    setup.training.run()
    assert set(setup.losses()[0].parts) == {"total", "recommendation"}


def test_the_gate_is_reported_each_epoch_and_adds_up(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.training.run()
    gates = [event for event in setup.events if isinstance(event, GateWeights)]
    assert [gate.epoch for gate in gates] == [1, 2, 3, 4]
    assert all(math.isclose(sum(gate.weights), 1, abs_tol=1e-5) and len(gate.weights) == 2 for gate in gates)


def test_early_stopping_keeps_the_best_epoch(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "training.epochs=50", validation=[0.1, 0.3, 0.2, 0.3, 0.9])
    saved: list[int] = []
    original = setup.listen

    def listen(event: Event) -> None:
        original(event)
        if isinstance(event, Metrics):
            saved.append(setup.checkpoint.stat().st_mtime_ns if setup.checkpoint.exists() else 0)

    setup.training._listen = listen
    setup.training.run()
    assert setup.training.best_epoch == 2
    assert setup.training.epochs == 4  # two epochs without a better value: equal is not better


def test_the_checkpoint_holds_the_weights_of_the_best_epoch(tmp_path: Path) -> None:
    best = Setup(tmp_path / "a", "training.epochs=2", validation=[0.1, 0.2])
    best.training.run()
    longer = Setup(tmp_path / "b", "training.epochs=4", validation=[0.1, 0.2, 0.1, 0.1])
    longer.training.run()
    for setup in (best, longer):
        load_weights(setup.model, setup.checkpoint)
    for one, other in zip(best.model.parameters(), longer.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_is_validated_and_kept_is_the_average_and_training_goes_on_from_the_weights(tmp_path: Path) -> None:
    plain, averaged = (Setup(tmp_path / name, f"training.averaging={name}") for name in ("0", "0.9"))
    for setup in (plain, averaged):
        torch.manual_seed(7)
        setup.training.run()
    for one, other in zip(plain.model.parameters(), averaged.model.parameters(), strict=True):
        assert torch.equal(one, other)
    load_weights(averaged.model, averaged.checkpoint)
    assert any(
        not torch.equal(*pair) for pair in zip(plain.model.parameters(), averaged.model.parameters(), strict=True)
    )


def test_the_same_seed_repeats_the_numbers_and_another_does_not(tmp_path: Path) -> None:
    def losses(seed: int) -> list[float]:
        setup = Setup(tmp_path, f"seed={seed}", "model.dropout=0.3", "training.loss=bce")
        setup.training.run()
        return [event.parts["total"] for event in setup.losses()]

    assert losses(1) == losses(1) != losses(2)


def test_a_stop_answers_within_one_batch(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    seen = 0
    step = setup.training._learn

    def counted(batch: object) -> object:
        nonlocal seen
        seen += 1
        if seen == 4:
            setup.control.stop()
        return step(batch)  # type: ignore[arg-type]

    setup.training._learn = counted  # type: ignore[method-assign, assignment]
    with pytest.raises(Stopped):
        setup.training.run()
    assert seen == 4
    assert setup.training.best_epoch == 1
    assert setup.checkpoint.exists()


def weights(setup: Setup) -> dict[str, torch.Tensor]:
    return {name: weight.clone() for name, weight in setup.model.state_dict().items()}


def test_a_pause_changes_nothing_but_the_time(tmp_path: Path) -> None:
    straight = Setup(tmp_path, "model.dropout=0.3")
    straight.training.run()
    paused = Setup(tmp_path, "model.dropout=0.3")

    def listen(event: Event) -> None:
        paused.listen(event)
        if isinstance(event, Loss) and event.step == 4:
            paused.control.pause()
            threading.Timer(0.2, paused.control.resume).start()

    paused.training._listen = listen
    paused.training.run()
    (resumed,) = (event for event in paused.events if isinstance(event, Resumed))
    assert 0.15 < resumed.seconds < 5
    assert paused.control.paused_seconds == resumed.seconds
    assert [event.parts for event in paused.losses()] == [event.parts for event in straight.losses()]
    for one, other in zip(weights(straight).values(), weights(paused).values(), strict=True):
        assert torch.equal(one, other)
    seconds = [event.values["seconds"] for event in paused.events if isinstance(event, TrainingFigures)]
    assert np.diff(seconds).max() < resumed.seconds


def test_a_paused_training_can_be_stopped(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.control.pause()
    threading.Timer(0.1, setup.control.stop).start()
    with pytest.raises(Stopped):
        setup.training.run()
    assert [type(event) for event in setup.events] == [Paused, Resumed, SavePoint]


def test_a_training_that_is_ended_early_keeps_the_best_checkpoint(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "training.patience=99", validation=[0.1, 0.3, 0.2, 0.4])

    def listen(event: Event) -> None:
        setup.listen(event)
        if isinstance(event, Loss) and event.epoch > 3.4:
            setup.control.end_training()

    setup.training._listen = listen
    setup.training.run()
    assert (setup.training.best_epoch, setup.training.epochs) == (2, 3)
    assert setup.losses()[-1].epoch < 4
    assert any(isinstance(event, Note) and "ended early, in epoch 4" in event.text for event in setup.events)


def test_a_training_that_is_ended_in_its_first_epoch_validates_what_it_has(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    setup.control.pause()
    setup.control.end_training()  # which ends the pause, too
    setup.training.run()
    assert (setup.training.best_epoch, setup.training.epochs) == (1, 1)
    assert setup.checkpoint.exists()


def test_the_figures_of_a_training_are_told_with_its_losses(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "training.epochs=2")
    norms: list[float] = []
    step = setup.training._optimiser.step

    def measured() -> None:
        gradients = [each.grad.flatten() for each in setup.model.parameters() if each.grad is not None]
        norms.append(float(torch.cat(gradients).norm()))
        step()

    setup.training._optimiser.step = measured  # type: ignore[method-assign]
    setup.training.run()
    figures = [event for event in setup.events if isinstance(event, TrainingFigures)]
    assert [(each.step, each.epoch) for each in figures] == [(each.step, each.epoch) for each in setup.losses()]
    assert [each.values["gradient_norm"] for each in figures] == pytest.approx(norms)
    assert {each.values["learning_rate"] for each in figures} == {0.01}
    assert all(each.values["positions_per_second"] > 0 for each in figures)
    assert all(each.values["memory"] > 1e6 for each in figures)
    assert np.all(np.diff([each.values["seconds"] for each in figures]) > 0)


def test_a_loss_that_is_not_a_number_ends_the_training_with_words(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "training.learning_rate=1")
    with torch.no_grad():
        next(iter(setup.model.parameters())).fill_(math.nan)
    with pytest.raises(WorkbenchError, match="no longer a finite number"):
        setup.training.run()


def test_no_held_out_item_is_in_batches_popularity_or_cooccurrence() -> None:
    split = LeaveOneOut(cycles())
    batches = TrainingBatches(split.training, 8, 5, seed=0)
    fed = {int(item) for batch in batches.epoch(1) for array in (batch.inputs, batch.targets) for item in array.ravel()}
    assert MARKER not in fed
    assert Popularity.of(split.training, ITEMS, 0.2).counts[MARKER] == 0
    alignment = code_guided_alignment(parse({}).alignment, semantic_ids(), split.training)
    others = [
        item for item in range(1, ITEMS) if semantic_ids().tuple_numbers[item - 1] != semantic_ids().tuple_numbers[-1]
    ]
    assert not alignment.positives(np.array([*others, MARKER]))[-1, :-1].any()


@pytest.mark.parametrize("kind", KINDS)
def test_other_validation_and_test_items_train_the_very_same_model(tmp_path: Path, kind: str) -> None:
    weights = []
    for held_out in ((MARKER, MARKER), (3, 7)):
        setup = Setup(tmp_path, f"model.kind={kind}", "training.epochs=2", sequences=cycles(held_out=held_out))
        setup.training.run()
        weights.append(setup.model.state_dict())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row_by_row_from", [1, 50_000])
def test_every_weight_is_there_before_the_first_step_and_the_optimiser_has_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, row_by_row_from: int
) -> None:
    monkeypatch.setattr("engine.models.embeddings.ROW_BY_ROW_FROM", row_by_row_from)
    setup = Setup(tmp_path, f"model.kind={kind}", "training.epochs=1")
    before = {name: id(weight) for name, weight in setup.model.named_parameters()}
    setup.training.run()
    assert {name: id(weight) for name, weight in setup.model.named_parameters()} == before
    groups = [group for part in setup.training._optimiser._parts for group in part.param_groups]
    held = [id(weight) for group in groups for weight in group["params"]]
    assert sorted(held) == sorted(before.values())


def test_an_item_that_is_asked_for_several_times_is_aligned_once(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "alignment.beta=0")
    objective, model = setup.training._objective, setup.model.eval()

    def alignment(targets: list[list[int]]) -> torch.Tensor:
        asked = torch.tensor(targets)
        question = Question(torch.arange(2), torch.ones_like(asked), asked, torch.full((2,), asked.shape[1]))
        return objective(model, question).parts["alignment"]

    torch.testing.assert_close(alignment([[3, 5], [5, 3]]), alignment([[3], [5]]))


def test_the_views_of_the_granularity_loss_tell_users_apart_however_much_padding_there_is(tmp_path: Path) -> None:
    model = Setup(tmp_path).model.eval()
    assert isinstance(model, H2Rec)
    items, lengths = torch.tensor([[1, 2, 0, 0, 0, 0], [8, 5, 0, 0, 0, 0]]), torch.tensor([2, 2])
    masked = torch.tensor([[True, False], [True, False]])

    def views(items: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        gate = model(items).gate
        assert gate is not None
        return model.granularity_views(items, lengths, gate, masked)

    for padded, bare in zip(views(items), views(items[:, :2]), strict=True):
        torch.testing.assert_close(padded, bare, rtol=0, atol=1e-5)
        assert (padded[0] - padded[1]).abs().max() > 1e-3


def test_the_shared_prefix_widens_the_positives() -> None:
    split = LeaveOneOut(cycles())
    settings = parse(override({}, ["alignment.shared_prefix=1", "alignment.cooccurrence_window=0"])).alignment
    positives = code_guided_alignment(settings, semantic_ids(), split.training).positives(np.array([1, 2, 5]))
    assert positives.tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]  # items 1 and 5 begin with code 0


def test_batches_cover_every_sequence_once_in_a_new_order_each_epoch() -> None:
    lengths = np.random.default_rng(0).integers(1, 12, size=57)
    items = np.arange(1, lengths.sum() + 1, dtype=np.int32)
    sequences = Sequences(np.concatenate([[0], np.cumsum(lengths)]), items)
    batches = TrainingBatches(sequences, max_length=5, batch_size=8, seed=3)

    def last_targets(epoch: int) -> list[int]:
        return [
            int(row[length - 1])
            for batch in batches.epoch(epoch)
            for row, length in zip(batch.targets, batch.lengths, strict=True)
        ]

    expected = {int(sequences[row][-1]) for row in range(57) if lengths[row] >= 2}
    first, second = last_targets(1), last_targets(2)
    assert len(first) == len(expected)
    assert set(first) == set(second) == expected
    assert first != second
    assert first == last_targets(1)
    assert len(list(batches.epoch(1))) == len(batches)


def test_every_step_asks_for_about_as_many_positions_whatever_the_lengths() -> None:
    lengths = np.random.default_rng(0).geometric(0.15, size=4000) + 1  # many short ones, few long ones
    sequences = Sequences(np.concatenate([[0], np.cumsum(lengths)]), np.ones(lengths.sum(), dtype=np.int32))
    batches = list(TrainingBatches(sequences, max_length=40, batch_size=64, seed=0).epoch(1))
    positions = np.array([(batch.targets > 0).sum() for batch in batches])
    assert np.abs(positions / positions.mean() - 1).max() < 0.15
    users = np.array([len(batch.users) for batch in batches])
    assert users.mean() == pytest.approx(64, rel=0.02)
    assert [batch.share for batch in batches] == pytest.approx(users / users.mean())
    padding = 1 - positions.sum() / sum(batch.targets.size for batch in batches)
    assert padding < 0.1


@given(st.lists(st.integers(1, 200), min_size=1, max_size=60), st.data())
def test_cuts_leave_no_part_empty_and_none_much_larger_than_its_share(sizes: list[int], data: st.DataObject) -> None:
    parts = data.draw(st.integers(1, len(sizes)))
    pieces = np.split(np.array(sizes), equal_cuts(np.array(sizes), parts))
    assert len(pieces) == parts
    assert [size for piece in pieces for size in piece] == sizes
    assert all(len(piece) for piece in pieces)
    assert all(len(piece) == 1 or piece.sum() <= sum(sizes) / parts + 2 * max(sizes) for piece in pieces)


def test_a_long_sequence_keeps_its_latest_items_shifted_by_one() -> None:
    sequences = Sequences(np.array([0, 6]), np.array([1, 2, 3, 4, 5, 6], dtype=np.int32))
    (batch,) = TrainingBatches(sequences, max_length=3, batch_size=4, seed=0).epoch(1)
    assert batch.inputs.tolist() == [[3, 4, 5]]
    assert batch.targets.tolist() == [[4, 5, 6]]


def test_beyond_their_lengths_batches_hold_nothing_not_even_the_last_target() -> None:
    sequences = Sequences(np.array([0, 5, 8]), np.array([1, 2, 3, 4, 5, 6, 7, 8], dtype=np.int32))
    (batch,) = TrainingBatches(sequences, max_length=9, batch_size=4, seed=0).epoch(1)
    by_user = dict(
        zip(batch.users.tolist(), zip(batch.inputs.tolist(), batch.targets.tolist(), strict=True), strict=True)
    )
    assert by_user == {0: ([1, 2, 3, 4], [2, 3, 4, 5]), 1: ([6, 7, 0, 0], [7, 8, 0, 0])}


def test_weights_of_another_model_or_a_damaged_file_are_refused(tmp_path: Path) -> None:
    setup = Setup(tmp_path)
    save_weights(setup.model, setup.checkpoint)
    other = Setup(tmp_path / "other", "model.dim=8")
    with pytest.raises(DataError, match="of another model"):
        load_weights(other.model, setup.checkpoint)
    setup.checkpoint.write_bytes(setup.checkpoint.read_bytes()[:-100])
    with pytest.raises(DataError, match="damaged"):
        load_weights(setup.model, setup.checkpoint)


@pytest.mark.parametrize("kind", ["hid", "h2rec"])
def test_masked_items_of_the_circle_are_guessed(tmp_path: Path, kind: str) -> None:
    setup = Setup(tmp_path, f"model.kind={kind}", *GUESSING, "training.epochs=90")
    setup.training.run()
    model = setup.model.eval()
    walks = torch.tensor([[(start + step) % (ITEMS - 1) + 1 for step in range(5)] for start in range(ITEMS - 1)])
    for place in range(5):
        asked = walks.clone()
        asked[:, place] = ITEMS + 1
        scores = model(asked).states[:, place] @ model.item_vectors()[1:].T
        assert (scores.argmax(dim=1) + 1 == walks[:, place]).float().mean() > 0.7
    scores = model.last_states(walks[:, :4], torch.full((ITEMS - 1,), 4)) @ model.item_vectors()[1:].T
    assert (scores.argmax(dim=1) + 1 == walks[:, 4]).float().mean() > 0.9


def test_the_loss_of_guessing_against_one_negative_falls(tmp_path: Path) -> None:
    setup = Setup(tmp_path, *GUESSING, "training.loss=bce", "training.epochs=40")
    setup.training.run()
    losses = [event.parts["recommendation"] for event in setup.losses()]
    assert np.mean(losses[-9:]) < 0.8 * np.mean(losses[:9])


def test_the_gate_is_read_at_all_items_and_not_only_where_something_is_masked(tmp_path: Path) -> None:
    setup = Setup(tmp_path, "model.backbone=bert4rec")
    inputs, targets = torch.tensor([[1, 13, 3, 4], [5, 13, 0, 0]]), torch.tensor([[0, 2, 0, 0], [0, 6, 0, 0]])
    question = Question(torch.tensor([0, 1]), inputs, targets, torch.tensor([4, 2]))
    losses = setup.training._objective(setup.model, question)
    assert losses.gate is not None
    assert losses.gate.shape == (6, 2)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_checkpoint_brings_back_the_same_model(tmp_path: Path, backbone: str) -> None:
    saved = Setup(tmp_path, f"model.backbone={backbone}", "training.epochs=1", "training.averaging=0")
    saved.training.run()
    loaded = Setup(tmp_path, f"model.backbone={backbone}", "seed=1")
    load_weights(loaded.model, saved.checkpoint)
    items, lengths = torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([3, 2])
    states = [setup.model.eval().last_states(items, lengths) for setup in (saved, loaded)]
    assert torch.equal(*states)


def test_a_missing_gpu_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device(TrainingSettings(device="auto")).type == "cpu"
    with pytest.raises(SettingsError, match=r"training\.device.*no usable GPU"):
        choose_device(TrainingSettings(device="cuda"))
