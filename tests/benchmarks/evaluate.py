"""How fast ranking is, beside the least that it can cost: the bare matrix product and one comparison per score.

    python tests/benchmarks/evaluate.py DATA [--repeats 3] [--threads 1]

DATA is a folder or file that the workbench imports, such as ../shared/data/beauty. An untrained model of width 64 ranks
every test user's target among the whole catalogue, history left out; then in every protocol at once, which is what the
final test does: against 100 negatives, with and without the history, and with the lists of the ten best. What the
sampled protocol costs there is the difference to the same with a single negative, and the drawing. The floor has the
users' states given and knows nothing of padding, history or ties. Times are the fastest of the repeats, taken in turn.
Prints a table and one JSON line.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from importing import imported

from engine.config import ExperimentConfig
from engine.data.dataset import Dataset
from engine.data.negatives import sampled_negatives
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut
from engine.evaluation.protocols import Ranker
from engine.models.build import Ingredients, build_model
from engine.settings import override, parse

NEGATIVES = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as home:
        dataset = Dataset.load(imported(Path(home), arguments.data))
    items = len(dataset.items)
    config: ExperimentConfig = parse(override({}, ["model.kind=hid", "model.scoring=dot"]))
    split = LeaveOneOut(dataset.sequences)
    model = build_model(config, Ingredients(items, Popularity.of(split.training, items, 0.2).counts)).eval()
    test = split.targets("test")
    negatives = sampled_negatives(dataset.sequences, test.users, items, NEGATIVES, seed=0)
    block = config.evaluation.batch_size
    ranker = Ranker(model, config.data.max_length, block, torch.device("cpu"))
    states, vectors = torch.randn(len(test.users), config.model.dim), model.item_vectors().detach()

    def floor() -> None:
        for start in range(0, len(states), block):
            scores = (states[start : start + block] @ vectors.T).numpy()
            np.count_nonzero(scores > scores[:, 1:2], axis=1)

    parts: dict[str, Callable[[], object]] = {
        "floor": floor,
        "full": lambda: ranker.full(test, True, lambda *_: None),
        "all protocols": lambda: ranker.final(test, negatives, True, lambda *_: None),
        "one negative": lambda: ranker.final(test, negatives[:, :1], True, lambda *_: None),
        "drawing": lambda: sampled_negatives(dataset.sequences, test.users, items, NEGATIVES, seed=0),
    }
    seconds = {name: float("inf") for name in parts}
    for _ in range(arguments.repeats):
        for name, part in parts.items():
            begin = time.perf_counter()
            part()
            seconds[name] = min(seconds[name], time.perf_counter() - begin)
    print(f"{len(states):,} users x {items:,} items")
    for name, each in seconds.items():
        print(f"{name:14}{each:7.2f} s{each / seconds['floor']:7.2f} x the floor")
    sampled = seconds["all protocols"] - seconds["one negative"] + seconds["drawing"]
    print(f"{NEGATIVES} negatives for every user, drawn and ranked beside the catalogue: {sampled:.2f} s")
    rounded = {name: round(each, 3) for name, each in {**seconds, "sampled": sampled}.items()}
    print(json.dumps({"benchmark": "evaluate", "data": arguments.data.name, "seconds": rounded}))


if __name__ == "__main__":
    main()
