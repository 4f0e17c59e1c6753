"""How much memory a whole H2Rec run takes: item texts, semantic IDs, training and the final test.

    python tests/benchmarks/memory.py PRESET DATA [--set SECTION.KEY=VALUE ...]

PRESET is the settings to run, such as beauty, for one epoch unless --set says otherwise; DATA what it imports, such as
../shared/data/beauty. The run has a process and a fresh home folder of its own, so that the sentence encoder is loaded
and reads every text. Prints the highest resident memory up to the end of every stage, torch and the text model
included, and one JSON line.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from importing import imported

from engine.control import RunControl
from engine.data.dataset import Dataset
from engine.events import Event, Failed, StageFinished
from engine.experiment import run_experiment
from engine.home import Home
from engine.settings import override, parse, preset


def run(name: str, folder: Path, assignments: list[str]) -> dict[str, float]:
    """Stage -> highest resident memory of this process up to its end, in MB."""
    values = preset(name).config.model_dump(mode="json")
    home, peaks = Home.locate(str(folder.parents[1])), {}

    def listen(event: Event) -> None:
        if isinstance(event, StageFinished):
            peaks[str(event.stage)] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if isinstance(event, Failed):
            raise SystemExit(event.message)

    config = parse(override(values, ["training.epochs=1", *assignments]))
    run_experiment(config, Dataset.load(folder), home, home.run_folder(1), listen, RunControl())
    return peaks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset")
    parser.add_argument("data", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="assignments")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(run(arguments.preset, arguments.data, arguments.assignments)))
        return
    with tempfile.TemporaryDirectory() as home:
        folder = imported(Path(home), arguments.data)
        changes = [f"--set={each}" for each in arguments.assignments]
        command = [sys.executable, __file__, arguments.preset, str(folder), *changes, "--part"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        peaks = json.loads(done.stdout.splitlines()[-1])
    for stage, peak in peaks.items():
        print(f"{stage:14}{peak:8,.0f} MB at most so far")
    print(
        json.dumps({"benchmark": "memory", "preset": arguments.preset, "set": arguments.assignments, "peak_mb": peaks})
    )


if __name__ == "__main__":
    main()
