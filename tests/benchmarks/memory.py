"""How much memory a whole H2Rec run takes: import, item texts, semantic IDs, training and the final test.

    python tests/benchmarks/memory.py DATASET DATA [--epochs 1]

DATASET is the preset to run, such as beauty, DATA what it imports, such as ../shared/data/beauty. The run is
`python -m engine run` in a fresh home folder, so that the sentence encoder is loaded and reads every text. Prints the
highest resident memory of the run's process, torch and the text model included, and one JSON line.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.settings import preset


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("data", type=Path)
    parser.add_argument("--epochs", type=int, default=1)
    arguments = parser.parse_args()
    preset(arguments.dataset)  # an unknown name is refused before anything is imported
    with tempfile.TemporaryDirectory() as home:
        engine = [sys.executable, "-m", "engine"]
        peaks = {}
        for name, command in {
            "import": ["import", arguments.dataset, str(arguments.data)],
            "run": ["run", "--preset", arguments.dataset, "--set", f"training.epochs={arguments.epochs}"],
        }.items():
            subprocess.run([*engine, *command, "--home", home], check=True, stdout=subprocess.DEVNULL)
            # The highest of all children so far; the run, which comes last, is the larger one.
            peaks[name] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    for name, peak in peaks.items():
        print(f"{name:8}{peak:8,.0f} MB at most")
    print(json.dumps({"benchmark": "memory", "data": arguments.dataset, "peak_mb": round(peaks["run"])}))


if __name__ == "__main__":
    main()
