"""Whether the batches that make training fast cost accuracy: hash IDs alone, trained until they get no better.

    python tests/benchmarks/convergence.py DATA PRESET [--seeds 0,1,2] [--set training.loss=bce ...]

DATA is a folder or file that the workbench imports, such as ../shared/data/beauty. With the settings of a preset, every
seed is trained by the engine's own loop with the engine's batches, and with those of the plain yardstick in train.py:
every sequence padded to the longest length, shuffled without regard to it, equally many in each batch; with BCE its
negatives are drawn sample by sample, too. Both stop by the same rule on the validation items, and the best epoch ranks
the test items (full ranking, history left out). Prints NDCG@10 of every training and one JSON line with the engine's
mean less the plain one's, and its 95 % interval over the users, whose values are averaged over the seeds.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from importing import imported
from train import PlainBatches, PlainObjective, PlainSamples

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.data.batches import TrainingBatches
from engine.data.dataset import Dataset
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut
from engine.evaluation.metrics import FloatArray, metric_values, metrics_of
from engine.evaluation.protocols import Ranker
from engine.evaluation.significance import bootstrap_interval
from engine.events import SliceMetrics
from engine.models.build import Ingredients, build_model
from engine.objectives.sampling import SoftmaxSample
from engine.settings import override, parse, preset
from engine.training.checkpoint import load_weights
from engine.training.loop import Training
from engine.training.objective import Objective, make_objective

METRIC = "NDCG@10"
WAYS = ("engine", "plain")


def converged(dataset: Dataset, config: ExperimentConfig, is_plain: bool, checkpoint: Path) -> tuple[FloatArray, int]:
    """NDCG@10 of every test user after a training, and its best epoch."""
    torch.manual_seed(config.seed)
    random.seed(config.seed)
    items, length = len(dataset.items), config.data.max_length
    split = LeaveOneOut(dataset.sequences)
    popularity = Popularity.by_settings(split.training, items, config.data)
    model = build_model(config, Ingredients(items, popularity.counts))
    ranker = Ranker(model, length, config.evaluation.batch_size, model.device)
    validation, test = split.targets("validation"), split.targets("test")

    def validate() -> SliceMetrics:
        model.eval()
        return {"overall": metrics_of(ranker.full(validation, True, lambda *_: None))}

    objective: Objective = make_objective(config, split.training, popularity.counts, None, None)
    batches: TrainingBatches | PlainBatches = TrainingBatches(
        split.training, length, config.training.batch_size, config.seed
    )
    if is_plain:
        batches = PlainBatches(PlainSamples(split.training, items, length), config.training.batch_size)
        if config.training.loss == "bce":
            objective = PlainObjective(batches, config, SoftmaxSample(popularity.counts), None)
    training = Training(
        model,
        objective,
        batches,  # type: ignore[arg-type]  # the plain ones are no subclass, they only look alike
        validate,
        config.training,
        checkpoint,
        checkpoint.with_name("state.safetensors"),
        lambda _event: None,
        RunControl(),
    )
    training.run()
    load_weights(model, checkpoint)
    model.eval()
    return metric_values(METRIC, ranker.full(test, True, lambda *_: None)), training.best_epoch or 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("preset")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    values = preset(arguments.preset).config.model_dump(mode="json")
    found: dict[str, list[FloatArray]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as home:
        dataset = Dataset.load(imported(Path(home), arguments.data))
        for seed in arguments.seeds.split(","):
            config: ExperimentConfig = parse(override(values, ["model.kind=hid", *arguments.set, f"seed={seed}"]))
            for way in WAYS:
                begin = time.perf_counter()
                users, epoch = converged(dataset, config, way == "plain", Path(home) / "best.safetensors")
                found[way].append(users)
                seconds = time.perf_counter() - begin
                print(
                    f"seed {seed}  {way:6}  {METRIC} {users.mean():.4f}  epoch {epoch:3}  {seconds:5.0f} s", flush=True
                )
    engine, plain = (np.mean(found[way], axis=0) for way in WAYS)
    differences = engine - plain
    low, high = bootstrap_interval(differences)
    print(
        f"engine {engine.mean():.4f}, plain {plain.mean():.4f}: {differences.mean():+.4f} ({low:+.4f} to {high:+.4f})"
    )
    result = {
        "benchmark": "convergence",
        "data": arguments.data.name,
        "settings": arguments.set,
        **{way: [float(users.mean()) for users in found[way]] for way in WAYS},
        "difference": float(differences.mean()),
        "interval": [low, high],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
