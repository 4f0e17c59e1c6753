"""How training grows with the catalogue and with the interactions.

    python tests/benchmarks/scale.py [--items 10000,100000,1000000] [--interactions 100000,1000000,10000000]
                                     [--model hid] [--seconds 20] [--threads 1] [--picture FILE]

Synthetic sequences over catalogues of each size: popularity falls as 1 / rank, users have 10 items. Each pair of sizes
is trained in a process of its own with sampled softmax, width 64 and batches of 128, for about `--seconds`; the time of
an epoch is worked out from the steps done (all of them where the epoch was shorter). Peak memory is the whole process,
about 400 MB of which are the libraries. Prints a table, one JSON line, and draws both against the sizes where
`--picture` asks for it.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from engine.config import ExperimentConfig
from engine.data.batches import TrainingBatches
from engine.data.dataset import Sequences
from engine.models.build import Ingredients, build_model
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import override, parse
from engine.training.averaging import WeightAverage
from engine.training.objective import Question, make_objective
from engine.training.optimiser import Optimiser

USER_ITEMS = 10
TEXT_WIDTH = 384


def synthetic(items: int, interactions: int) -> Sequences:
    """Users with `USER_ITEMS` items each, drawn with a popularity of 1 / rank."""
    draw = np.random.default_rng(0)
    cumulative = np.cumsum(1 / np.arange(1, items + 1))
    users = interactions // USER_ITEMS
    drawn = 1 + np.searchsorted(cumulative, draw.random(users * USER_ITEMS) * cumulative[-1])
    return Sequences(np.arange(users + 1) * USER_ITEMS, drawn.astype(np.int32))


def measure(kind: str, items: int, interactions: int, seconds: float) -> dict[str, float]:
    """Seconds of an epoch, milliseconds of a step, and the peak memory of this process in MB."""
    config: ExperimentConfig = parse(override({}, [f"model.kind={kind}", "training.batch_size=128"]))
    training = synthetic(items, interactions)
    counts = np.bincount(training.items, minlength=items + 1)
    ids = texts = None
    if kind != "hid":
        draw, depth, size = np.random.default_rng(1), config.semantic_ids.depth, config.semantic_ids.codebook_size
        codebooks = draw.normal(size=(depth, size, TEXT_WIDTH)).astype(np.float32)
        ids = SemanticIds(draw.integers(size, size=(items, depth)), codebooks, reconstruction_error=1)
        texts = draw.standard_normal((items, TEXT_WIDTH), dtype=np.float32)
    torch.manual_seed(0)
    codes, books = (None, None) if ids is None else (ids.codes, ids.codebooks)
    model = build_model(config, Ingredients(items, counts, codes, books, texts))
    objective = make_objective(config, training, counts, ids, texts)
    optimiser, average = Optimiser(model, config.training), WeightAverage(model, config.training.averaging)
    batches = TrainingBatches(training, config.data.max_length, config.training.batch_size, 0)
    model.train()
    begin, steps = time.perf_counter(), 0
    for batch in batches.epoch(1):
        losses = objective(model, Question.of(batch, torch.device("cpu")))
        optimiser.backward(losses.total)
        average.before_step()
        optimiser.step()
        steps += 1
        if time.perf_counter() - begin > seconds:
            break
    step = (time.perf_counter() - begin) / steps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"epoch_s": step * len(batches), "step_ms": 1000 * step, "peak_mb": peak}


def draw_picture(found: list[dict[str, Any]], path: Path) -> None:
    """Seconds of an epoch against interactions and peak memory against items, on logarithmic axes, into a PNG file."""
    import pyqtgraph as pg
    from pyqtgraph.exporters import ImageExporter

    from workbench.application import make_application
    from workbench.palette import LIGHT, Role

    app: Any = make_application()
    charts = pg.GraphicsLayoutWidget()
    charts.setBackground(LIGHT[Role.surface])
    charts.resize(900, 340)
    colours = [LIGHT[role] for role in (Role.run_1, Role.run_2, Role.run_3, Role.run_4)]
    axes = (("interactions", "epoch_s", "items", "Seconds per epoch"), ("items", "peak_mb", "interactions", "Peak MB"))
    for across, up, apart, words in axes:
        plot = charts.addPlot(labels={"bottom": across, "left": words})
        plot.setLogMode(x=True, y=True)
        plot.getViewBox().setDefaultPadding(0.15)  # room for the labels at both ends
        plot.addLegend()
        sizes = sorted({each[across] for each in found})
        plot.getAxis("bottom").setTicks([[(math.log10(size), f"{size:,}") for size in sizes]])
        for value, colour in zip(sorted({each[apart] for each in found}), colours, strict=False):
            points = [each for each in found if each[apart] == value]
            plot.plot(
                [each[across] for each in points],
                [each[up] for each in points],
                pen=pg.mkPen(colour, width=2),
                symbol="o",
                symbolBrush=colour,
                name=f"{value:,} {apart}",
            )
    charts.show()
    app.processEvents()
    ImageExporter(charts.scene()).export(str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", default="10000,100000,1000000")
    parser.add_argument("--interactions", default="100000,1000000,10000000")
    parser.add_argument("--model", default="hid", choices=("hid", "sid", "h2rec"))
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--part", nargs=2, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        torch.set_num_threads(arguments.threads)
        items, interactions = arguments.part
        print(json.dumps(measure(arguments.model, items, interactions, arguments.seconds)))
        return
    found = []
    print(f"{'items':>10}{'interactions':>14}{'s/epoch':>10}{'ms/step':>9}{'peak MB':>9}")
    for items in map(int, arguments.items.split(",")):
        for interactions in map(int, arguments.interactions.split(",")):
            options = ["--model", arguments.model, "--seconds", str(arguments.seconds)]
            options += ["--threads", str(arguments.threads), "--part", str(items), str(interactions)]
            done = subprocess.run([sys.executable, __file__, *options], capture_output=True, text=True, check=True)
            values = json.loads(done.stdout)
            found.append({"items": items, "interactions": interactions} | values)
            numbers = f"{values['epoch_s']:10,.1f}{values['step_ms']:9,.1f}{values['peak_mb']:9,.0f}"
            print(f"{items:10,}{interactions:14,}{numbers}", flush=True)
    print(json.dumps({"benchmark": "scale", "model": arguments.model, "found": found}))
    if arguments.picture:
        draw_picture(found, arguments.picture)


if __name__ == "__main__":
    main()
