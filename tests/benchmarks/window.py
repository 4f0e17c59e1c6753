"""How well the window answers while a model trains, and what the open window costs the training.

    python tests/benchmarks/window.py DATA [--preset NAME] [--epochs 3] [--rounds 2]

DATA is a folder or file that the workbench imports, such as ../shared/data/yelp, whose settings are `--preset yelp`.
H2Rec trains on it for so many epochs, in turn without a window (`python -m engine run`) and in the real window, whose
pages are switched every three seconds; every run is a process of its own with the same home folder, settings and seed.
A run of one epoch goes before and leaves text vectors and semantic IDs for all others. Lateness is that of a 10 ms
timer in the window's thread, from the start of a run to its end. An epoch lasts from one validation to the next, so
the first one, which loads libraries, is left out. The slowdown compares the fastest epochs of all runs, because other
work on the machine only ever makes an epoch longer; the medians stand beside them.
Prints a table and one JSON line; needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from importing import imported
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from waiting import wait

from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.events import Event, Listener, Metrics
from engine.home import Home
from engine.memory import share_one_arena
from engine.settings import override, parse, preset
from workbench.application import make_application
from workbench.background import is_busy
from workbench.main_window import MainWindow
from workbench.preferences import Preferences
from workbench.run_thread import Outcome, Runner

INTERVAL_MS = 10
TURN_MS = 3000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--preset", metavar="NAME", default="")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.epochs < 2:
        parser.error("--epochs: the first one is left out, so two are the least")
    if asked.home:  # a run in the window, started below
        print(json.dumps(run_in_window(asked.home, experiment(asked.preset, asked.epochs))))
        return
    alone, window, lateness = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        imported(home, asked.data)
        run_alone(home, asked.preset, 1)
        for _ in range(asked.rounds):
            alone += run_alone(home, asked.preset, asked.epochs)
            command = [sys.executable, __file__, *sys.argv[1:], "--home", folder]
            done = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1])
            window += done["epochs"]
            lateness += done["lateness"]
    slowdown = 100 * (min(window) / min(alone) - 1)
    median, p99, worst = np.percentile(lateness, [50, 99, 100])
    for name, seconds in (("without a window", alone), ("in the window", window)):
        print(f"{name:18}{min(seconds):8.2f} s per epoch, median {statistics.median(seconds):.2f} s of {len(seconds)}")
    print(f"{'slowdown':18}{slowdown:8.1f} %")
    print(f"{len(lateness):,} ticks while training: median {median:.1f} ms, p99 {p99:.1f} ms, max {worst:.1f} ms late")
    print(
        json.dumps(
            {
                "benchmark": "window",
                "data": asked.data.name,
                "ticks": len(lateness),
                "median_ms": round(median, 1),
                "p99_ms": round(p99, 1),
                "max_ms": round(worst, 1),
                "epoch_s": {"alone": round(min(alone), 3), "window": round(min(window), 3)},
                "slowdown_percent": round(slowdown, 1),
            }
        )
    )


def changes(epochs: int) -> list[str]:
    """What all runs set, so that none ends early."""
    return ["data.dataset=data", f"training.epochs={epochs}", f"training.patience={epochs}"]


def experiment(preset_name: str, epochs: int) -> ExperimentConfig:
    """What `run_alone` trains, as the window is given it."""
    values = preset(preset_name).config.model_dump(mode="json") if preset_name else {}
    return parse(override(values, changes(epochs)))


def run_alone(home: Path, preset_name: str, epochs: int) -> list[float]:
    """Seconds of each epoch but the first, without a window."""
    command = [sys.executable, "-m", "engine", "run", "--json", "--home", str(home)]
    command += ["--preset", preset_name] if preset_name else []
    for change in changes(epochs):
        command += ["--set", change]
    ends: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "metrics" and event["split"] == "validation":
                ends.append(time.perf_counter())
    assert process.returncode == 0
    assert len(ends) == epochs
    return np.diff(ends).tolist()


def run_in_window(home: Path, config: ExperimentConfig) -> dict[str, list[float]]:
    """Seconds of each epoch but the first, and by how many milliseconds each tick of the timer was late."""
    share_one_arena()
    app = make_application()
    window = MainWindow(Home.locate(home), Preferences(home / "benchmark.ini"))
    window.resize(1280, 800)
    window.show()
    wait(app, lambda: window.workbench is not None and not is_busy())
    assert window.workbench is not None
    ends: list[float] = []
    controller = window.workbench.controller
    controller._runner = noting(controller._runner, ends)
    lateness = train_and_measure(app, window, config)
    assert len(ends) == config.training.epochs
    window.close()
    wait(app, lambda: not window.isVisible())
    return {"epochs": np.diff(ends).tolist(), "lateness": lateness}


def noting(runner: Runner, ends: list[float]) -> Runner:
    """The same runner, noting when each epoch ends, where it ends: the window hears of it a little later."""

    def run(number: int, config: ExperimentConfig, listen: Listener, control: RunControl) -> Outcome:
        def note(event: Event) -> None:
            if isinstance(event, Metrics) and event.split == "validation":
                ends.append(time.perf_counter())
            listen(event)

        return runner(number, config, note, control)

    return run


def train_and_measure(app: QApplication, window: MainWindow, config: ExperimentConfig) -> list[float]:
    """Milliseconds by which each tick of the timer was late, from the start of the run to its end."""
    workbench = window.workbench
    assert workbench is not None
    ended: list[str] = []
    workbench.controller.run_ended.connect(lambda _run, status, _message: ended.append(status))

    lateness: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        lateness.append(max(0.0, 1000 * (now - last) - INTERVAL_MS))
        last = now

    pages = ["monitor", "setup", "datasets", "runs", "monitor"]

    def turn() -> None:
        pages.append(pages.pop(0))
        window.show_page(pages[0])

    ticker, turner = QTimer(), QTimer()
    ticker.setTimerType(Qt.TimerType.PreciseTimer)
    ticker.timeout.connect(tick)
    turner.timeout.connect(turn)
    for page in pages:  # a page is made once; what is measured is the window in use
        window.show_page(page)
        app.processEvents()
    workbench.controller.start(config)
    last = time.perf_counter()
    ticker.start(INTERVAL_MS)
    turner.start(TURN_MS)
    loop_until(app, lambda: bool(ended))
    ticker.stop()
    turner.stop()
    assert ended == ["finished"], ended
    return lateness


def loop_until(app: QApplication, done: Callable[[], bool]) -> None:
    """Run the real event loop, as the program does, until something is true."""
    watch = QTimer()
    watch.timeout.connect(lambda: app.exit() if done() else None)  # to quit would close the window, too
    watch.start(100)
    app.exec()
    watch.stop()


if __name__ == "__main__":
    main()
