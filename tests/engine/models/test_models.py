"""What every model must hold to: causality, padding without effect, halves that add up."""

import numpy as np
import pytest
import torch

from engine.config import ExperimentConfig
from engine.models.backbones import BACKBONES
from engine.models.build import Ingredients, build_model, reduced
from engine.models.embeddings import INITIAL_DEVIATION, SemanticEmbedding
from engine.models.h2rec import H2Rec
from engine.models.recommender import Recommender
from engine.settings import override, parse

ITEMS, LENGTH = 30, 7
KINDS = {
    "hid": ["model.kind=hid"],
    "sid": ["model.kind=sid"],
    "h2rec": [],
    "h2rec, two encoders": ["model.shared_encoder=false"],
}
VARIANTS = {
    **{
        f"{kind}, {backbone}": [*given, f"model.backbone={backbone}"]
        for kind, given in KINDS.items()
        for backbone in BACKBONES
    },
    "hid, hstu, two heads": ["model.kind=hid", "model.backbone=hstu", "model.heads=2"],
    "h2rec, no residual": ["model.cross_residual=false"],
    "h2rec, uniform gate": ["model.gate=uniform"],
    "h2rec, no cross-attention": ["model.sid_into_hid=false", "model.hid_into_sid=false"],
    "h2rec, concat": ["model.fusion=concat"],
    "h2rec, inner product": ["model.scoring=dot"],
    "hid from text": ["model.kind=hid_text"],
    "text": ["model.kind=text"],
    "sum": ["model.kind=hid_sid_sum"],
    "concat": ["model.kind=hid_sid_concat"],
    "llm-esr": ["model.kind=llm_esr"],
    "popularity": ["model.kind=popularity"],
}
CAUSAL = {name: given for name, given in VARIANTS.items() if "bert4rec" not in name}
LEARNED = {name: assignments for name, assignments in VARIANTS.items() if name != "popularity"}
SMALL = ["model.dim=16", "data.max_length=10", "semantic_ids.depth=3", "semantic_ids.codebook_size=4"]


def config_of(*assignments: str) -> ExperimentConfig:
    return parse(override({}, [*SMALL, *assignments]))


def model_of(*assignments: str, seed: int = 0) -> Recommender:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    return build_model(
        config_of(*assignments),
        Ingredients(
            items=ITEMS,
            counts=np.arange(ITEMS + 1),
            codes=random.integers(0, 4, size=(ITEMS, 3)),
            codebooks=random.normal(size=(3, 4, 8)).astype(np.float32),
            text_vectors=random.normal(size=(ITEMS, 20)).astype(np.float32),
        ),
    ).eval()


@pytest.mark.parametrize("assignments", CAUSAL.values(), ids=CAUSAL.keys())
def test_later_items_change_nothing_at_earlier_positions(assignments: list[str]) -> None:
    model = model_of(*assignments)
    items = torch.randint(1, ITEMS + 1, (4, LENGTH))
    before = model(items)
    for t in range(LENGTH - 1):
        changed = items.clone()
        changed[:, t + 1 :] = items[:, t + 1 :] % ITEMS + 1
        after = model(changed)
        torch.testing.assert_close(after.states[:, : t + 1], before.states[:, : t + 1], rtol=0, atol=1e-6)
        if before.gate is not None and after.gate is not None:
            torch.testing.assert_close(after.gate[:, : t + 1], before.gate[:, : t + 1], rtol=0, atol=1e-6)
        removed = model(items[:, : t + 1]).states
        torch.testing.assert_close(removed, before.states[:, : t + 1], rtol=0, atol=1e-5)


@pytest.mark.parametrize("assignments", LEARNED.values(), ids=LEARNED.keys())
def test_the_state_at_t_depends_on_item_t_and_on_those_before(assignments: list[str]) -> None:
    model = model_of(*assignments)
    items = torch.randint(1, ITEMS + 1, (1, LENGTH))
    for place in (1, 3):
        changed = items.clone()
        changed[0, place] = items[0, place] % ITEMS + 1
        assert (model(items).states[0, 3] - model(changed).states[0, 3]).abs().max() > 1e-5


@pytest.mark.parametrize("assignments", LEARNED.values(), ids=LEARNED.keys())
def test_a_score_is_the_sum_of_its_halves_and_a_cosine_never_exceeds_its_temperature(assignments: list[str]) -> None:
    model = model_of(*assignments)
    states = model(torch.randint(1, ITEMS + 1, (2, LENGTH))).states
    vectors = model.item_vectors()
    width = vectors.shape[1] // len(model.halves)
    parts = [states[..., at : at + width] @ vectors[:, at : at + width].T for at in range(0, vectors.shape[1], width)]
    torch.testing.assert_close(sum(parts), states @ vectors.T, rtol=0, atol=1e-4)
    if model.scoring.is_cosine:
        assert (states @ vectors.T).abs().max() <= 1 / model.scoring.temperature + 1e-4


@pytest.mark.parametrize("assignments", LEARNED.values(), ids=LEARNED.keys())
def test_vectors_of_some_items_are_rows_of_those_of_all(assignments: list[str]) -> None:
    model, some = model_of(*assignments), torch.tensor([7, 1, 7, 30])
    torch.testing.assert_close(model.item_vectors(some), model.item_vectors()[some])


@pytest.mark.parametrize("assignments", LEARNED.values(), ids=LEARNED.keys())
def test_gradients_reach_every_weight_and_nothing_frozen(assignments: list[str]) -> None:
    model = model_of(*assignments).train()
    frozen = {name: buffer.clone() for name, buffer in model.named_buffers()}
    states = model(torch.randint(1, ITEMS + 1, (4, LENGTH))).states
    (states @ model.item_vectors().T).logsumexp(-1).sum().backward()
    idle = {name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()}
    # The masks belong to the granularity loss, and so does the gate where no level looks into the hash branch.
    only_granularity = ("level_masks", "gate") if "model.sid_into_hid=false" in assignments else ("level_masks",)
    assert not {name for name in idle if not name.startswith(only_granularity)}
    assert all(torch.equal(frozen[name], buffer) and not buffer.requires_grad for name, buffer in model.named_buffers())


def test_the_text_of_the_adapter_stays_as_it_was() -> None:
    model = model_of("model.kind=text")
    assert not any("vectors" in name for name, _ in model.named_parameters())


def test_a_uniform_gate_gives_every_level_the_same() -> None:
    gate = model_of("model.gate=uniform")(torch.randint(1, ITEMS + 1, (2, LENGTH))).gate
    torch.testing.assert_close(gate, torch.full((2, LENGTH, 3), 1 / 3))


def test_each_cross_attention_that_is_left_out_leaves_its_branch_alone() -> None:
    """Without semantic IDs in the hash branch, its half of the state depends on the items' hash vectors alone."""
    model = model_of("model.sid_into_hid=false", "model.scoring=dot", "model.shared_encoder=false")
    assert isinstance(model, H2Rec)
    items = torch.randint(1, ITEMS + 1, (2, LENGTH))
    before = model(items).states
    with torch.no_grad():
        model.semantics.table.weight[1:] += torch.randn_like(model.semantics.table.weight[1:])
    after = model(items).states
    assert torch.equal(before[..., :16], after[..., :16])
    assert not torch.allclose(before[..., 16:], after[..., 16:])
    model = model_of("model.hid_into_sid=false", "model.scoring=dot", "model.shared_encoder=false")
    assert isinstance(model, H2Rec)
    before = model(items).states
    with torch.no_grad():
        model.hashes.table.weight[1:-1] += torch.randn_like(model.hashes.table.weight[1:-1])
    after = model(items).states
    assert torch.equal(before[..., 16:], after[..., 16:])
    assert not torch.allclose(before[..., :16], after[..., :16])


@pytest.mark.parametrize(("fusion", "expected"), [("mean", [2.0, 3.0]), ("sum", [4.0, 6.0])])
def test_levels_are_fused_as_the_setting_says(fusion: str, expected: list[float]) -> None:
    semantics = SemanticEmbedding(torch.tensor([[0, 1]]), 2, 2, fusion=fusion)  # type: ignore[arg-type]
    with torch.no_grad():
        semantics.table.weight[1:5] = torch.tensor([[1.0, 2.0], [9.0, 9.0], [9.0, 9.0], [3.0, 4.0]])
    assert semantics(torch.tensor([1])).tolist() == [expected]


def test_fusing_side_by_side_keeps_the_levels_apart() -> None:
    codes = torch.tensor([[0, 1], [1, 0]])
    semantics = SemanticEmbedding(codes, 2, 4, fusion="concat")
    with torch.no_grad():
        semantics.table.weight[3:5] = semantics.table.weight[1:3]  # both levels have the same two vectors
    one, other = semantics(torch.tensor([1, 2]))
    assert not torch.allclose(one, other, atol=1e-4)  # a mean could not tell them apart


@pytest.mark.parametrize("assignments", VARIANTS.values(), ids=VARIANTS.keys())
def test_padding_never_changes_a_result(assignments: list[str]) -> None:
    model = model_of(*assignments)
    items = torch.randint(1, ITEMS + 1, (3, 4))
    lengths = torch.tensor([4, 2, 1])
    items[torch.arange(4) >= lengths[:, None]] = 0
    longer = torch.nn.functional.pad(items, (0, 5))
    together, padded = model.last_states(items, lengths), model.last_states(longer, lengths)
    torch.testing.assert_close(together, padded, rtol=0, atol=1e-5)
    for row, length in enumerate(lengths.tolist()):
        alone = model.last_states(items[row : row + 1, :length], lengths[row : row + 1])
        torch.testing.assert_close(alone[0], together[row], rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_of_bert4rec_sees_both_sides_but_no_padding(kind: str) -> None:
    model = model_of(*KINDS[kind], "model.backbone=bert4rec")
    items = torch.randint(1, ITEMS + 1, (1, LENGTH))
    before = model(items).states[0, 3]
    for place in range(LENGTH):
        changed = items.clone()
        changed[0, place] = items[0, place] % ITEMS + 1
        assert (before - model(changed).states[0, 3]).abs().max() > 1e-4
    padded = torch.nn.functional.pad(items, (0, 3))
    torch.testing.assert_close(model(padded).states[0, 3], before, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_bert4rec_answers_at_a_mask_put_after_the_history(kind: str) -> None:
    model = model_of(*KINDS[kind], "model.backbone=bert4rec")
    mask = ITEMS + 1
    items, lengths = torch.tensor([[3, 5, 7, 9], [2, 4, 0, 0]]), torch.tensor([4, 2])
    states = model(torch.tensor([[3, 5, 7, 9, mask], [2, 4, mask, 0, 0]])).states
    torch.testing.assert_close(model.last_states(items, lengths), torch.stack([states[0, 4], states[1, 2]]))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_history_of_the_greatest_length_can_be_read(backbone: str) -> None:
    model = model_of(f"model.backbone={backbone}")
    assert model.last_states(torch.ones(2, 10, dtype=torch.long), torch.tensor([10, 10])).isfinite().all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_token_is_no_item_and_is_learned(kind: str) -> None:
    model = model_of(*KINDS[kind], "model.backbone=bert4rec")
    assert model.mask_token == len(model.item_vectors()) == ITEMS + 1
    before = model.item_vectors().detach().clone()
    state = model(torch.tensor([[model.mask_token]])).states
    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    (state * torch.randn_like(state)).sum().backward()
    optimiser.step()
    torch.testing.assert_close(model.item_vectors(), before)
    after = model(torch.tensor([[model.mask_token]])).states
    assert (after - state).abs().max() > 1e-4


def test_a_unique_level_starts_at_zero_and_may_have_more_codes_than_the_others() -> None:
    codes = torch.tensor([[0, 1, 0], [0, 1, 1], [0, 1, 2], [1, 0, 0]])
    start = torch.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    embedding = SemanticEmbedding(codes, 2, 2, start)
    assert embedding.levels == 3
    vectors = embedding.by_level(torch.tensor([1, 2, 3, 4]))
    scaled = INITIAL_DEVIATION * start / start.std()
    torch.testing.assert_close(vectors[:, 0], scaled[0, [0, 0, 0, 1]])
    torch.testing.assert_close(vectors[:, 1], scaled[1, [1, 1, 1, 0]])
    assert vectors[:, 2].abs().max() == 0
    rows = embedding.codes[1:-1]
    assert len({*rows[:, 2].tolist()} | {*rows[:, 0].tolist()} | {*rows[:, 1].tolist()}) == 3 + 2 + 2
    assert int(rows.max()) < len(embedding.table.weight)


def test_codebooks_that_are_all_alike_start_as_noise() -> None:
    embedding = SemanticEmbedding(torch.tensor([[0], [1]]), 2, 4, torch.zeros(1, 2, 4))
    vectors = embedding(torch.tensor([1, 2]))
    assert torch.isfinite(vectors).all()
    assert vectors.std() > 0


def test_every_model_runs_with_a_unique_level() -> None:
    codes = np.zeros((ITEMS, 4), dtype=np.int64)
    codes[:, 3] = np.arange(ITEMS)
    ingredients = Ingredients(ITEMS, np.arange(ITEMS + 1), codes, np.ones((3, 4, 8), np.float32))
    for kind in ("h2rec", "sid", "hid_sid_sum", "hid_sid_concat"):
        model = build_model(config_of(f"model.kind={kind}"), ingredients)
        encoded = model(torch.randint(1, ITEMS + 1, (2, 5)))
        assert torch.isfinite(encoded.states).all()
        if encoded.gate is not None:
            assert encoded.gate.shape == (2, 5, 4)


def test_the_padding_item_is_never_trained() -> None:
    model = model_of()
    assert isinstance(model, H2Rec)
    items = torch.tensor([[1, 2, 0]])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.1)
    (model(items).states.sum() + model.item_vectors()[1:].sum()).backward()
    optimiser.step()
    assert model.item_vectors()[0].abs().max() == 0


@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_parameter_of_h2rec_is_reached_by_its_loss(backbone: str) -> None:
    model = model_of("model.shared_encoder=false", f"model.backbone={backbone}")
    assert isinstance(model, H2Rec)
    items, lengths = torch.randint(1, ITEMS + 1, (4, 5)), torch.full((4,), 5)
    if model.mask_token is not None:
        items[:, 2] = model.mask_token
    encoded = model(items)
    assert encoded.gate is not None
    masked = torch.tensor([[True, False, False]]).repeat(4, 1)
    views = model.granularity_views(items, lengths, encoded.gate, masked)
    ((encoded.states @ model.item_vectors().T).logsumexp(-1).sum() + (views[0] * views[1]).sum()).backward()
    idle = [name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert idle == []


def test_gate_weights_add_up_and_begin_coarse_to_fine() -> None:
    gate = model_of()(torch.randint(1, ITEMS + 1, (8, 5))).gate
    assert gate is not None
    torch.testing.assert_close(gate.sum(-1), torch.ones(8, 5))
    mean = gate.mean(dim=(0, 1))
    assert mean[0] > mean[1] > mean[2]


def test_without_residual_an_item_keeps_no_vector_of_its_own_in_the_hash_branch() -> None:
    # With one item in sight, attention returns that item's value: only the residual carries H itself.
    with_residual, without = model_of(), model_of("model.cross_residual=false")
    items = torch.tensor([[5]])
    assert not torch.allclose(with_residual(items).states, without(items).states)


def test_masking_levels_moves_the_masked_view_only() -> None:
    model = model_of()
    assert isinstance(model, H2Rec)
    items, lengths = torch.randint(1, ITEMS + 1, (2, 5)), torch.tensor([5, 5])
    gate = model(items).gate
    assert gate is not None
    nothing = model.granularity_views(items, lengths, gate, torch.zeros(2, 3, dtype=torch.bool))
    torch.testing.assert_close(nothing[0], nothing[1])
    masked, full = model.granularity_views(items, lengths, gate, torch.tensor([[True, False, False], [False] * 3]))
    torch.testing.assert_close(full, nothing[1])
    assert not torch.allclose(masked[0], full[0], atol=1e-4)
    torch.testing.assert_close(masked[1], full[1])


def test_items_with_equal_codes_score_the_same_in_the_sid_model_and_apart_in_h2rec() -> None:
    codes = np.array([[0, 0, 0], [0, 0, 0], [1, 2, 3]])
    vectors = {}
    for kind in ("sid", "h2rec"):
        torch.manual_seed(0)
        given = Ingredients(3, np.arange(4), codes)
        vectors[kind] = build_model(config_of(f"model.kind={kind}"), given).item_vectors()
    assert torch.equal(vectors["sid"][1], vectors["sid"][2])
    assert not torch.equal(vectors["h2rec"][1], vectors["h2rec"][2])


def test_warm_start_keeps_the_order_of_text_similarities() -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(3, 20)) * 5
    text = (centres[np.arange(ITEMS) % 3] + random.normal(size=(ITEMS, 20))).astype(np.float32)
    torch.manual_seed(0)
    model = build_model(config_of(), Ingredients(ITEMS, np.arange(ITEMS + 1), np.zeros((ITEMS, 3), int), None, text))
    assert isinstance(model, H2Rec)
    vectors = torch.nn.functional.normalize(model.hashes.table.weight[1:-1], dim=1)
    similarity = vectors @ vectors.T
    same = torch.tensor(np.arange(ITEMS)[:, None] % 3 == np.arange(ITEMS) % 3)
    assert similarity[same].min() > similarity[~same].max()
    assert model.hashes.table.weight[1:-1].std().item() == pytest.approx(0.02, rel=0.05)


def test_reduction_fills_up_where_there_are_too_few_components() -> None:
    result = reduced(np.eye(3, 5, dtype=np.float32), 8)
    assert result.shape == (3, 8)
    assert result[:, 3:].abs().max() < 1e-6
    distances = torch.cdist(result, result)
    torch.testing.assert_close(distances[0, 1], torch.tensor(2**0.5))


def test_hash_ids_start_at_random_where_all_texts_are_alike() -> None:
    text, codes = np.ones((ITEMS, 20), dtype=np.float32), np.zeros((ITEMS, 3), dtype=np.int64)
    torch.manual_seed(0)
    model = build_model(config_of(), Ingredients(ITEMS, np.arange(ITEMS + 1), codes, None, text))
    assert isinstance(model, H2Rec)
    vectors = model.hashes.table.weight[1:-1]
    assert vectors.std().item() == pytest.approx(0.02, rel=0.2)
    assert torch.cdist(vectors, vectors).fill_diagonal_(1).min() > 0.01
