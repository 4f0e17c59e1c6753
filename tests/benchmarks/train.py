"""How fast and how small training is, beside a deliberately plain way of computing the same.

    python tests/benchmarks/train.py DATA [--epochs 2] [--models hid,sid,h2rec] [--threads 1]

DATA is a folder or file that the workbench imports, such as ../shared/data/beauty. Hash IDs alone, semantic IDs alone
and H2Rec are trained with binary cross-entropy, width 64, 2 blocks, length 50 and batches of 128, each in a process of
its own: as the engine does it, and plainly: every sequence padded to the longest length, one Python object per sample
in a DataLoader, its negatives drawn one by one, all items' vectors made at every step, and ranking by sorting. Model
and losses are the same. Codes and text vectors are random, which costs as much as real ones. With as many epochs as
training needs, NDCG@10 of both ways (full ranking, history left out) says whether speed costs accuracy. Prints a table
and one JSON line.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from importing import imported
from torch import Tensor

from engine.config import ExperimentConfig, TrainingSettings
from engine.data.batches import Batch, TrainingBatches, padded
from engine.data.dataset import Dataset, Sequences
from engine.data.negatives import sampled_negatives
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut, Targets
from engine.evaluation.metrics import metrics_of
from engine.evaluation.protocols import Ranker
from engine.memory import part_large_arrays
from engine.models.build import Ingredients, build_model
from engine.models.recommender import Recommender
from engine.objectives.recommendation import binary_cross_entropy
from engine.objectives.sampling import SoftmaxSample
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import override, parse
from engine.training.averaging import WeightAverage
from engine.training.objective import Objective, Question, code_guided_alignment, make_objective
from engine.training.optimiser import Optimiser

KINDS = {"hid": "Hash IDs", "sid": "Semantic IDs", "h2rec": "H2Rec"}
SETTINGS = (
    "data.max_length=50",
    "model.dim=64",
    "model.blocks=2",
    "model.scoring=dot",
    "semantic_ids.codebook_size=256",
    "training.loss=bce",
    "training.batch_size=128",
)
TEXT_WIDTH = 384
NEGATIVES = 100


class PlainSamples(torch.utils.data.Dataset[tuple[int, Tensor, Tensor, Tensor, int]]):
    """One sample per user: user, inputs, targets and a negative for each target, padded to the longest length."""

    def __init__(self, training: Sequences, items: int, length: int) -> None:
        self._sequences = [training[row].tolist() for row in range(len(training)) if len(training[row]) >= 2]
        self._items = items
        self._length = length

    def __len__(self) -> int:
        return len(self._sequences)

    def __getitem__(self, user: int) -> tuple[int, Tensor, Tensor, Tensor, int]:
        sequence = self._sequences[user][-self._length - 1 :]
        had = set(self._sequences[user])
        negatives = []
        for _ in sequence[1:]:
            negative = random.randint(1, self._items)
            while negative in had:
                negative = random.randint(1, self._items)
            negatives.append(negative)
        padding = [0] * (self._length - len(negatives))
        rows = (sequence[:-1], sequence[1:], negatives)
        inputs, targets, negative_row = (torch.tensor(row + padding) for row in rows)
        return user, inputs, targets, negative_row, len(negatives)


class PlainBatches:
    """Batches from a DataLoader, in the place of the engine's; keeps the negatives of the latest one."""

    def __init__(self, samples: PlainSamples, batch_size: int) -> None:
        self._loader = torch.utils.data.DataLoader(samples, batch_size, shuffle=True)
        self.negatives = torch.empty(0)

    def __len__(self) -> int:
        return len(self._loader)

    def epoch(self, number: int) -> Iterator[Batch]:
        for users, inputs, targets, negatives, lengths in self._loader:
            self.negatives = negatives
            yield Batch(users.numpy(), inputs.numpy(), targets.numpy(), lengths.numpy())


class PlainObjective(Objective):
    """The same losses with the negatives of the samples, looked up in the vectors of all items."""

    def __init__(self, batches: PlainBatches, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._batches = batches

    def _recommendation(self, model: Recommender, states: Tensor, asked: Question, valid: Tensor) -> Tensor:
        vectors = model.item_vectors()
        chosen = torch.stack([asked.targets[valid], self._batches.negatives[valid]], dim=1)
        scores = (states[:, None] * vectors[chosen]).sum(dim=-1)
        return binary_cross_entropy(scores[:, 0], scores[:, 1:])


def plain_ranks(model: Recommender, targets: Targets, negatives: Any, length: int) -> tuple[Any, Any]:
    """(users,) ranks among the whole catalogue and among the negatives, by sorting."""
    full, sampled = [], []
    for start in range(0, len(targets.users), 256):
        rows = np.arange(start, min(start + 256, len(targets.users)))
        items, lengths = padded(targets.histories, rows, length)
        items = np.pad(items, ((0, 0), (0, length - items.shape[1])))
        scores = model.last_states(torch.as_tensor(items), torch.as_tensor(lengths)) @ model.item_vectors().T
        wanted = torch.as_tensor(targets.items[rows].astype(np.int64))[:, None]
        named = torch.cat([wanted, torch.as_tensor(negatives[rows])], dim=1)
        places = scores.gather(1, named).argsort(dim=1, descending=True)
        sampled.append(1 + (places == 0).nonzero()[:, 1])
        for row, user in enumerate(rows):
            scores[row, torch.as_tensor(targets.histories[int(user)].astype(np.int64))] = -torch.inf
        full.append(1 + (scores[:, 1:].argsort(dim=1, descending=True) + 1 == wanted).nonzero()[:, 1])
    return torch.cat(full).numpy(), torch.cat(sampled).numpy()


def measure(folder: Path, kind: str, is_plain: bool, epochs: int, threads: int) -> dict[str, float]:
    """Seconds per epoch (the fastest), positions per second, seconds of the ranking, NDCG@10, peak memory."""
    torch.set_num_threads(threads)
    if not is_plain:
        part_large_arrays()
    torch.manual_seed(0)
    config: ExperimentConfig = parse(override({}, [*SETTINGS, f"model.kind={kind}"]))
    dataset = Dataset.load(folder)
    items, length = len(dataset.items), config.data.max_length
    split = LeaveOneOut(dataset.sequences)
    counts = Popularity.of(split.training, items, 0.2).counts
    draw = np.random.default_rng(0)
    depth, size = config.semantic_ids.depth, config.semantic_ids.codebook_size
    codebooks = draw.normal(size=(depth, size, TEXT_WIDTH)).astype(np.float32)
    ids = SemanticIds(draw.integers(size, size=(items, depth)), codebooks, reconstruction_error=1)
    texts = draw.normal(size=(items, TEXT_WIDTH)).astype(np.float32)
    model = build_model(config, Ingredients(items, counts, ids.codes, ids.codebooks, texts))
    batch_size = config.training.batch_size
    batches: PlainBatches | TrainingBatches
    if is_plain:
        batches = PlainBatches(PlainSamples(split.training, items, length), batch_size)
        alignment = code_guided_alignment(config.alignment, ids, split.training) if kind == "h2rec" else None
        objective: Objective = PlainObjective(batches, config, SoftmaxSample(counts), alignment)
    else:
        batches = TrainingBatches(split.training, length, batch_size, 0)
        objective = make_objective(config, split.training, counts, ids, texts)
    average = WeightAverage(model, config.training.averaging)
    seconds, positions = train(model, objective, batches, config.training, average, epochs)
    test = split.targets("test")
    negatives = sampled_negatives(dataset.sequences, test.users, items, NEGATIVES, seed=0)
    model.eval()
    begin = time.perf_counter()
    with torch.inference_mode(), average.in_place():
        if is_plain:
            ranks = plain_ranks(model, test, negatives, length)[0]
        else:
            ranker = Ranker(model, length, config.evaluation.batch_size, torch.device("cpu"))
            ranks = ranker.final(test, negatives, True, lambda *_: None).without_history
    ranking = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "epoch_s": seconds,
        "positions_per_s": positions / seconds,
        "ranking_s": ranking,
        "ndcg": metrics_of(ranks)["NDCG@10"],
        "peak_mb": peak,
    }


def train(
    model: Recommender,
    objective: Objective,
    batches: PlainBatches | TrainingBatches,
    settings: TrainingSettings,
    average: WeightAverage,
    epochs: int,
) -> tuple[float, int]:
    """Seconds of the fastest epoch, and how many targets it asked for."""
    optimiser = Optimiser(model, settings)
    seconds = []
    for epoch in range(1, epochs + 1):
        model.train()
        begin, positions = time.perf_counter(), 0
        for batch in batches.epoch(epoch):
            asked = Question.of(batch, torch.device("cpu"))
            losses = objective(model, asked)
            optimiser.backward(losses.total)
            average.before_step()
            optimiser.step()
            positions += int(batch.lengths.sum())
        seconds.append(time.perf_counter() - begin)
    return min(seconds), positions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--models", default=",".join(KINDS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        kind, way = arguments.part
        print(json.dumps(measure(arguments.data, kind, way == "plain", arguments.epochs, arguments.threads)))
        return
    found: dict[str, dict[str, dict[str, float]]] = {kind: {} for kind in arguments.models.split(",")}
    with tempfile.TemporaryDirectory() as home:
        folder = imported(Path(home), arguments.data)
        for kind in found:
            for way in ("engine", "plain"):
                options = ["--epochs", str(arguments.epochs), "--threads", str(arguments.threads), "--part", kind, way]
                command = [sys.executable, __file__, str(folder), *options]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                found[kind][way] = json.loads(done.stdout)
    print(f"{'':14}{'':8}{'s/epoch':>9}{'positions/s':>13}{'ranking s':>11}{'NDCG@10':>10}{'peak MB':>9}")
    for kind, ways in found.items():
        for way, values in ways.items():
            numbers = f"{values['epoch_s']:9.1f}{values['positions_per_s']:13,.0f}"
            ranked = f"{values['ranking_s']:11.1f}{values['ndcg']:10.4f}"
            print(f"{KINDS[kind]:14}{way:8}{numbers}{ranked}{values['peak_mb']:9,.0f}")
    ratios = {kind: round(ways["plain"]["epoch_s"] / ways["engine"]["epoch_s"], 1) for kind, ways in found.items()}
    print("times faster than plainly:", ", ".join(f"{KINDS[kind]} {ratio}" for kind, ratio in ratios.items()))
    print(json.dumps({"benchmark": "train", "data": arguments.data.name, "found": found, "times_faster": ratios}))


if __name__ == "__main__":
    main()
