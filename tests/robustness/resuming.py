"""Runs of every kind of model are stopped or killed at random points, resumed, and compared with runs that were not.

    python tests/robustness/resuming.py --interruptions 200

Test metrics, curves, weights and the last state have to be equal to the last bit. Prints a table and a line of JSON;
exits with 1 when anything differs.
"""

import argparse
import importlib.util
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from engine.models import embeddings
from engine.training import keeping

TESTS = Path(__file__).parents[1] / "engine" / "test_resuming.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interruptions", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    parts = _parts()
    keeping.SECONDS_WITHIN_EPOCH, keeping.SHARE = 0.0, float("inf")  # a state after every batch
    chance = random.Random(arguments.seed)
    done, lost = Counter[str](), Counter[str]()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lab = parts.Lab(Path(folder))
        for number in range(arguments.interruptions):
            kind = list(parts.KINDS)[number % len(parts.KINDS)]
            embeddings.ROW_BY_ROW_FROM = 1 if "row by row" in kind else 50_000
            whole, heard = lab.whole(*parts.KINDS[kind])
            way = chance.choice(("stop_at", "kill_at"))
            events = len(parts.since(parts.Stage.TRAIN, heard))
            run = getattr(lab, way)(chance.randrange(2, events), *parts.KINDS[kind])
            if lab.store.runs.get(run).status != "finished":
                lab.resume(run)
            done[kind] += 1
            try:
                lab.same(whole, run)
            except AssertionError as error:
                lost[kind] += 1
                print(f"{kind}, {way}: {error}", file=sys.stderr)
        lab.store.close()
    for kind in parts.KINDS:
        print(f"{kind:32} {done[kind]:4} interrupted and resumed, {lost[kind]:3} differ")
    total = {"interruptions": done.total(), "differ": lost.total(), "seconds": round(time.monotonic() - start)}
    print(json.dumps(total))
    return 1 if lost else 0


def _parts() -> Any:
    """The laboratory of the tests."""
    spec = importlib.util.spec_from_file_location("test_resuming", TESTS)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


if __name__ == "__main__":
    raise SystemExit(main())
