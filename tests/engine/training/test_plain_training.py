"""The engine's training beside a deliberately plain one, written from the method's formulas: padding to the full length
and explicit masks, loops over heads, levels and items, dense matrices, sorting. Both must compute the same numbers."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.config import AlignmentSettings, ExperimentConfig
from engine.data.batches import TrainingBatches
from engine.data.dataset import Sequences
from engine.data.negatives import sampled_negatives
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut, Targets
from engine.evaluation.metrics import slice_metrics
from engine.evaluation.protocols import Ranker
from engine.evaluation.slices import main_slices
from engine.models.build import Ingredients, build_model
from engine.models.recommender import Recommender
from engine.objectives import softmax
from engine.objectives.sampling import SoftmaxSample, unseen_items
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import override, parse
from engine.training.objective import Objective, Question, code_guided_alignment
from engine.training.optimiser import Optimiser

USERS, ITEMS, LENGTH, LEVELS, CODES, EPOCHS = 60, 50, 8, 4, 3, 3
SETTINGS = [
    "model.dim=16", "model.heads=2", "model.dropout=0", f"data.max_length={LENGTH}", f"semantic_ids.depth={LEVELS}",
    f"semantic_ids.codebook_size={CODES}", "alignment.alpha=0.7", "alignment.beta=0.3", "alignment.temperature=0.4",
    "training.softmax_sample=30", "training.negatives=3", "training.batch_size=8", "training.learning_rate=0.01",
]  # fmt: skip
TOLERANCE = 1e-6  # relative; the engine keeps co-occurrence weights and log-Q in single precision, the rest is double


# The data, the same for both


def ragged_sequences() -> Sequences:
    """Walks of 1 to 14 items with a few popular items, items that come again, and neighbours that often meet."""
    random = np.random.default_rng(0)
    lengths = random.integers(1, 15, size=USERS)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    items = 1 + (ITEMS * random.random(offsets[-1]) ** 2).astype(np.int32)
    again = random.random(len(items) - 1) < 0.3
    items[1:][again] = items[:-1][again] % ITEMS + 1
    return Sequences(offsets, items)


def semantic_ids() -> SemanticIds:
    """Codes of which every fifth item shares all with the item before."""
    random = np.random.default_rng(1)
    codes = random.integers(0, CODES, size=(ITEMS, LEVELS))
    codes[4::5] = codes[3::5]
    return SemanticIds(codes, random.normal(size=(LEVELS, CODES, 16)).astype(np.float32), 0.5)


SEQUENCES, IDS = ragged_sequences(), semantic_ids()
SPLIT = LeaveOneOut(SEQUENCES)
TRAINING = SPLIT.training
LEARNED = int((TRAINING.lengths >= 2).sum())
MEAN_USERS = LEARNED / math.ceil(LEARNED / 8)  # in a batch
POPULARITY = Popularity.of(TRAINING, ITEMS, 0.2)
NEGATIVES = sampled_negatives(SEQUENCES, SPLIT.asked, ITEMS, 25, seed=0)


# The plain method


class PlainModel:
    """HID or SID alone: one vector per item, SASRec over it, and the product of state and vector as the score.

    `weights` are copies of those of the engine's model, by the same names.
    """

    def __init__(self, model: Recommender, config: ExperimentConfig) -> None:
        self.weights = {name: weight.detach().clone().requires_grad_() for name, weight in model.named_parameters()}
        self.config = config

    def states(self, items: Tensor) -> Tensor:
        """(batch, LENGTH, width) of `items` (batch, LENGTH)."""
        return self.encode(self.inputs(self.vectors()[items]), seen_by(items), "encoder")

    def vectors(self) -> Tensor:
        """(items + 1, width), the padding item's first."""
        if self.config.model.kind == "hid":
            return self.weights["embedding.table.weight"][:-1]
        return torch.stack(self.levels("embedding.table.weight")).mean(dim=0)

    def levels(self, name: str) -> list[Tensor]:
        """x_l of every item, (items + 1, dim) per level (method, section 2). All E_l lie in one table, after padding."""
        rows = torch.zeros(LEVELS, ITEMS + 1, dtype=torch.long)
        for level in range(LEVELS):
            for item in range(1, ITEMS + 1):
                rows[level, item] = 1 + level * CODES + int(IDS.codes[item - 1, level])
        return [self.weights[name][rows[level]] for level in range(LEVELS)]

    def inputs(self, vectors: Tensor) -> Tensor:
        """x · sqrt(d) + p (method, section 2)."""
        return vectors * math.sqrt(vectors.shape[-1]) + self.weights["inputs.positions"]

    def linear(self, values: Tensor, name: str) -> Tensor:
        return values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, values: Tensor, name: str) -> Tensor:
        return F.layer_norm(
            values, values.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], eps=1e-5
        )

    def encode(self, sequence: Tensor, seen: Tensor, name: str) -> Tensor:
        """SASRec (2018), section 3, normalised before each part."""
        for block in range(self.config.model.blocks):
            part = f"{name}.blocks.{block}"
            normal = self.norm(sequence, f"{part}.attention_norm")
            query, key, value = self.linear(normal, f"{part}.attention.inward").chunk(3, dim=-1)
            mixed = attention(query, key, value, self.config.model.heads, seen)
            sequence = sequence + self.linear(mixed, f"{part}.attention.outward")
            normal = self.norm(sequence, f"{part}.feed_forward_norm")
            hidden = self.linear(normal, f"{part}.feed_forward.0").relu()
            sequence = sequence + self.linear(hidden, f"{part}.feed_forward.3")
        return self.norm(sequence, f"{name}.norm")

    def losses(self, inputs: Tensor, targets: Tensor, sample: SoftmaxSample) -> dict[str, Tensor]:
        """Every part of the loss on `inputs` and `targets` (batch, LENGTH), and their weighted sum."""
        recommendation = self.recommendation(inputs, targets, sample)
        return {"total": recommendation, "recommendation": recommendation}

    def recommendation(self, inputs: Tensor, targets: Tensor, sample: SoftmaxSample) -> Tensor:
        """L_rec. `sample` and the generator draw what is random; what they draw is no part of the method."""
        settings, asked = self.config.training, targets > 0
        scores = self.states(inputs)[asked] @ self.vectors().T
        wanted = targets[asked]
        positive = scores.gather(1, wanted[:, None])
        if settings.loss == "cross_entropy":
            return F.cross_entropy(scores[:, 1:], wanted - 1)
        if settings.loss == "sampled_softmax":  # Yi et al. (2019), section 4: s − log Q
            drawn, _ = sample.draw(settings.softmax_sample, torch.device("cpu"))
            counts = torch.from_numpy(POPULARITY.counts).double()
            expected = settings.softmax_sample * (0.5 / ITEMS + 0.5 * counts / counts.sum())
            rivals = scores[:, drawn] - expected[drawn].log()
            rivals = rivals.masked_fill(drawn == wanted[:, None], -math.inf)
            return F.cross_entropy(torch.cat([positive, rivals], dim=1), torch.zeros_like(wanted))
        rows = torch.nonzero(asked)[:, 0]
        drawn = unseen_items(rows, torch.cat([inputs, targets], dim=1), ITEMS, settings.negatives)
        negative = scores.gather(1, drawn)
        losses = [F.binary_cross_entropy_with_logits(positive, torch.ones_like(positive))] + [
            F.binary_cross_entropy_with_logits(column, torch.zeros_like(column)) for column in negative.T
        ]
        return torch.stack(losses).sum()


class PlainH2Rec(PlainModel):
    """Both branches (method, section 3) and all three losses (section 4)."""

    def states(self, items: Tensor) -> Tensor:
        hashes = self.inputs(self.weights["hashes.table.weight"][items])
        fused = self.inputs(self.fused()[items])
        gate, seen = self.gate(items), seen_by(items)
        hash_branch = hashes
        for level, vectors in enumerate(self.levels("semantics.table.weight")):
            drawn = self.cross(self.inputs(vectors[items]), hashes, "into_hashes", level, seen)
            hash_branch = hash_branch + gate[:, :, level, None] * drawn
        semantic_branch = fused + self.cross(hashes, fused, "into_semantics", 0, seen)
        branches = [self.encode(branch, seen, "hash_encoder") for branch in (hash_branch, semantic_branch)]
        return torch.cat(branches, dim=-1)

    def vectors(self) -> Tensor:
        return torch.cat([self.weights["hashes.table.weight"][:-1], self.fused()], dim=1)

    def fused(self) -> Tensor:
        return torch.stack(self.levels("semantics.table.weight")).mean(dim=0)

    def gate(self, items: Tensor) -> Tensor:
        """α = softmax(MLP([u ; b]) + b), (batch, LENGTH, levels)."""
        states = self.inputs(self.weights["hashes.table.weight"][items])
        prior = torch.tensor([1.0 - 0.8 * level / (LEVELS - 1) for level in range(LEVELS)], dtype=states.dtype)
        joined = torch.cat([states, prior.expand(*items.shape, LEVELS)], dim=-1)
        return (self.linear(self.linear(joined, "gate.mlp.0").relu(), "gate.mlp.2") + prior).softmax(dim=-1)

    def cross(self, queries: Tensor, context: Tensor, name: str, level: int, seen: Tensor) -> Tensor:
        """CA_l(queries, context)."""
        query, key, value, outward = (
            self.weights[f"{name}.{part}"][level] for part in ("query", "key", "value", "outward")
        )
        heads = self.config.model.cross_heads
        return attention(queries @ query, context @ key, context @ value, heads, seen) @ outward

    def losses(self, inputs: Tensor, targets: Tensor, sample: SoftmaxSample) -> dict[str, Tensor]:
        settings = self.config.alignment
        recommendation = self.recommendation(inputs, targets, sample)
        alignment, granularity = self.alignment(targets), self.granularity(inputs)
        share = len(inputs) / MEAN_USERS  # so that every user counts the same in an epoch
        return {
            "total": recommendation + settings.alpha * alignment + settings.beta * share * granularity,
            "recommendation": recommendation,
            "alignment": alignment,
            "granularity": granularity,
        }

    def alignment(self, targets: Tensor) -> Tensor:
        """L_align over the distinct target items."""
        items = sorted(set(targets.flatten().tolist()) - {0})
        hashes, fused = self.weights["hashes.table.weight"][items], self.fused()[items]
        positives = torch.from_numpy(POSITIVES[np.ix_(items, items)])
        return contrast(fused, hashes, positives, self.config.alignment.temperature)

    def granularity(self, inputs: Tensor) -> Tensor:
        """L_gran: the half of the levels that weighs least at the last item is masked."""
        gate, last = self.gate(inputs), (inputs > 0).sum(dim=1) - 1
        masked = torch.zeros_like(gate, dtype=torch.bool)
        for row, place in enumerate(last.tolist()):
            masked[row, :, gate[row, place].argsort()[: LEVELS // 2]] = True
        full, partial = torch.zeros(()), torch.zeros(())
        for level, vectors in enumerate(self.levels("semantics.table.weight")):
            weight, own = gate[:, :, level, None], vectors[inputs]
            full = full + weight * own
            partial = partial + weight * torch.where(masked[:, :, level, None], self.weights["level_masks"][level], own)
        users = [
            self.encode(self.inputs(view), seen_by(inputs), "hash_encoder")[range(len(inputs)), last]
            for view in (partial, full)
        ]
        identity = torch.eye(len(inputs), dtype=torch.float64)
        return contrast(users[0], users[1], identity, self.config.alignment.temperature)


def seen_by(items: Tensor) -> Tensor:
    """(batch, LENGTH, LENGTH): position t sees the items up to t that are no padding."""
    earlier = torch.arange(LENGTH)[None, :] <= torch.arange(LENGTH)[:, None]
    return earlier & (items > 0)[:, None, :]


def attention(query: Tensor, key: Tensor, value: Tensor, heads: int, seen: Tensor) -> Tensor:
    """softmax(Q Kᵀ / sqrt(d)) V, head by head (Vaswani et al., 2017, equation 1)."""
    mixed = []
    for q, k, v in zip(query.chunk(heads, -1), key.chunk(heads, -1), value.chunk(heads, -1), strict=True):
        scores = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])).masked_fill(~seen, -math.inf)
        mixed.append(scores.softmax(dim=-1) @ v)
    return torch.cat(mixed, dim=-1)


def contrast(left: Tensor, right: Tensor, positives: Tensor, temperature: float) -> Tensor:
    """−log(Σ weighted positives / Σ all in batch) of every row, both ways (method, section 4)."""
    losses = []
    for one, other in ((left, right), (right, left)):
        for row in range(len(one)):
            closeness = (F.cosine_similarity(one[row], other, dim=-1) / temperature).exp()
            losses.append(-((positives[row] * closeness).sum() / closeness.sum()).log())
    return torch.stack(losses).mean()


def dense_positives() -> npt.NDArray[np.float64]:
    """(items + 1, items + 1) weights of the positives of L_align; there are fewer items than neighbours are kept."""
    settings: AlignmentSettings = parse({}).alignment
    counts = np.zeros((ITEMS + 1, ITEMS + 1))
    for row in range(USERS):
        items = TRAINING[row].tolist()
        for place, item in enumerate(items):
            for other in items[place + 1 : place + 1 + settings.cooccurrence_window]:
                if item != other:
                    counts[item, other] += 1
                    counts[other, item] += 1
    pmi = {
        (item, other): math.log(counts[item, other] * counts.sum() / (counts[item].sum() * counts[other].sum()))
        for item, other in np.argwhere(counts >= settings.min_cooccurrences)
    }
    kept = {pair: value for pair, value in pmi.items() if value > 0}
    least, most = min(kept.values()), max(kept.values())
    positives = np.eye(ITEMS + 1)
    for (item, other), value in kept.items():
        positives[item, other] = 0.3 + 0.7 * (value - least) / (most - least)
    for item in range(1, ITEMS + 1):
        for other in range(1, ITEMS + 1):
            if (IDS.codes[item - 1] == IDS.codes[other - 1]).all():
                positives[item, other] = 1
    return positives


POSITIVES = dense_positives()


def padded_latest(items: npt.NDArray[np.int32]) -> list[int]:
    """The latest LENGTH items, padded to it on the right."""
    latest = items[-LENGTH:].tolist()
    return latest + [0] * (LENGTH - len(latest))


def plain_rank(scores: list[float], target: int, ranked: set[int]) -> float:
    """The place of the target among `ranked` in order of score: the mean of the places that equal scores take."""
    if target not in ranked:
        return math.inf
    ordered = sorted((scores[item] for item in ranked), reverse=True)
    first = 1 + ordered.index(scores[target])
    return first + (ordered.count(scores[target]) - 1) / 2


def plain_metrics(ranks: list[float], targets: Targets) -> dict[str, dict[str, float]]:
    """Overall, and by whether the target is among the fifth of the items that training has most often."""
    counts = [TRAINING.items.tolist().count(item) for item in range(1, ITEMS + 1)]
    head = sorted(range(1, ITEMS + 1), key=lambda item: -counts[item - 1])[: ITEMS // 5]
    slices: dict[str, list[float]] = {"overall": ranks, "head": [], "tail": []}
    for rank, target in zip(ranks, targets.items.tolist(), strict=True):
        slices["head" if target in head else "tail"].append(rank)
    return {
        name: {
            "HR@10": sum(rank <= 10 for rank in part) / len(part),
            "NDCG@10": sum(1 / math.log2(rank + 1) for rank in part if rank <= 10) / len(part),
            "MRR": sum(1 / rank for rank in part) / len(part),
        }
        for name, part in slices.items()
    }


def plain_protocols(model: PlainModel, targets: Targets) -> dict[str, dict[str, dict[str, float]]]:
    ranks: dict[str, list[float]] = {"sampled": [], "with history": [], "without history": []}
    everything = set(range(1, ITEMS + 1))
    for row, target in enumerate(targets.items.tolist()):
        history = targets.histories[row]
        state = model.states(torch.tensor([padded_latest(history)]))[0, min(len(history), LENGTH) - 1]
        scores = (model.vectors() * state).sum(dim=1).tolist()
        ranks["sampled"].append(plain_rank(scores, target, {target, *NEGATIVES[row].tolist()}))
        ranks["with history"].append(plain_rank(scores, target, everything))
        ranks["without history"].append(plain_rank(scores, target, everything - set(history.tolist())))
    return {name: plain_metrics(values, targets) for name, values in ranks.items()}


# The engine


class DoubleSample(SoftmaxSample):
    """The engine's sample, for models in double precision."""

    def draw(self, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
        items, log_expected = super().draw(size, device)
        return items, log_expected.double()


def lively_model(config: ExperimentConfig) -> Recommender:
    """An engine's model in double precision, with weights so far from their start that every formula shows.

    Even the padding item has a vector: nothing may depend on it.
    """
    torch.manual_seed(0)
    model = build_model(config, Ingredients(ITEMS, POPULARITY.counts, IDS.codes, IDS.codebooks)).double()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return model


def questions() -> Iterator[Question]:
    """Every step's batch, padded only as far as the engine does."""
    batches = TrainingBatches(TRAINING, LENGTH, batch_size=8, seed=0)
    for epoch in range(1, EPOCHS + 1):
        for batch in batches.epoch(epoch):
            yield Question.of(batch, torch.device("cpu"))


def engine_protocols(model: Recommender, targets: Targets) -> dict[str, dict[str, dict[str, float]]]:
    ranker = Ranker(model.eval(), LENGTH, block=16, device=torch.device("cpu"))
    found = ranker.final(targets, NEGATIVES, remove_seen=True, tick=lambda done, total: None)
    ranks = {"sampled": found.sampled, "with history": found.with_history, "without history": found.without_history}
    slices = main_slices(targets, POPULARITY)
    return {name: slice_metrics(values, slices) for name, values in ranks.items()}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """With tensors this small, several threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_data_have_what_could_tell_the_two_apart() -> None:
    test, lengths = SPLIT.targets("test"), [asked.inputs.shape[1] for asked in questions()]
    assert min(lengths) < LENGTH == max(lengths)
    assert TRAINING.lengths.max() > LENGTH + 1
    assert ((POSITIVES > 0.3) & (POSITIVES < 1)).any()
    assert len(np.unique(IDS.tuple_numbers)) < ITEMS
    assert any(target in test.histories[row] for row, target in enumerate(test.items))


@pytest.mark.parametrize("loss", ["cross_entropy", "sampled_softmax", "bce"])
@pytest.mark.parametrize("kind", ["hid", "sid", "h2rec"])
def test_training_and_ranking_compute_what_the_plain_method_does(
    monkeypatch: pytest.MonkeyPatch, kind: str, loss: str
) -> None:
    monkeypatch.setattr(softmax, "CHUNK", 500)  # several chunks even for so few scores
    config: ExperimentConfig = parse(override({}, [*SETTINGS, f"model.kind={kind}", f"training.loss={loss}"]))
    model, sample = lively_model(config), DoubleSample(POPULARITY.counts)
    plain = (PlainH2Rec if kind == "h2rec" else PlainModel)(model, config)
    objective = Objective(config, sample, code_guided_alignment(config.alignment, IDS, TRAINING))
    optimiser = Optimiser(model, config.training)
    adam = torch.optim.Adam(plain.weights.values(), lr=config.training.learning_rate)
    for step, asked in enumerate(questions()):
        torch.manual_seed(step)
        losses = objective(model, asked)
        optimiser.backward(losses.total)
        optimiser.step()

        torch.manual_seed(step)
        rows = [TRAINING[user] for user in asked.users.tolist()]
        inputs = torch.tensor([padded_latest(row[:-1]) for row in rows])
        targets = torch.tensor([padded_latest(row[1:]) for row in rows])
        expected = plain.losses(inputs, targets, sample)
        adam.zero_grad()
        expected["total"].backward()
        adam.step()

        found = {name: part.item() for name, part in losses.parts.items()}
        assert found == pytest.approx({name: part.item() for name, part in expected.items()}, rel=TOLERANCE)

    test = SPLIT.targets("test")
    found_metrics = engine_protocols(model, test)
    for protocol, slices in plain_protocols(plain, test).items():
        for name, metrics in slices.items():
            ours = {metric: found_metrics[protocol][name][metric] for metric in metrics}
            assert ours == pytest.approx(metrics, rel=1e-12), f"{protocol}, {name}"
