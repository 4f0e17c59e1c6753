"""The first experiment: how long it takes, whether it repeats, and how far it is above popularity.

    python tests/benchmarks/first_experiment.py

Runs the preset `sample` twice with H2Rec and once with the popularity ranking, each in a process of its own and
in one fresh home folder, and prints a table and one JSON line.
"""

import json
import subprocess
import sys
import tempfile
import time
from typing import Any


def run(home: str, *settings: str) -> dict[str, Any]:
    """The result line of a run, with the wall time of its process in seconds."""
    command = [sys.executable, "-m", "engine", "run", "--preset", "sample", "--json", "--home", home]
    start = time.perf_counter()
    done = subprocess.run([*command, *settings], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1]) | {"wall": time.perf_counter() - start}


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        first, second = run(home), run(home)
        popularity = run(home, "--set", "model.kind=popularity")
    print(f"{'':12}{'seconds':>9}{'NDCG@10':>10}{'head':>9}{'tail':>9}   (test, full ranking, history left out)")
    for name, result in (("H2Rec", first), ("H2Rec again", second), ("popularity", popularity)):
        values = [result["test"]["full"][part]["NDCG@10"] for part in ("overall", "head", "tail")]
        print(f"{name:12}{result['wall']:9.1f}{values[0]:10.4f}{values[1]:9.4f}{values[2]:9.4f}")
    ratio = first["test"]["full"]["overall"]["NDCG@10"] / popularity["test"]["full"]["overall"]["NDCG@10"]
    print(
        json.dumps(
            {
                "benchmark": "first_experiment",
                "seconds": round(first["wall"], 1),
                "stages": {stage: round(value, 1) for stage, value in first["seconds"].items()},
                "ndcg_over_popularity": round(ratio, 2),
                "repeats_exactly": first["test"] == second["test"],
            }
        )
    )


if __name__ == "__main__":
    main()
