"""How well the window answers while a model trains: lateness of a 10 ms timer in the GUI thread.

    python tests/benchmarks/window.py DATA

DATA is the folder of MovieLens 100K. Opens the real window on a fresh home folder, imports the dataset, starts
an H2Rec run and switches between the pages until three epochs are through. Prints a table and one JSON line.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from engine.events import Metrics
from engine.home import Home
from engine.settings import override, parse
from workbench.application import make_application
from workbench.main_window import MainWindow
from workbench.preferences import Preferences

INTERVAL_MS = 10
EPOCHS = 3
LIMIT_SECONDS = 300


def wait(app: QApplication, until: Callable[[], bool]) -> None:
    """Let the window live until something is true."""
    end = time.monotonic() + LIMIT_SECONDS
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window took too long")
        app.processEvents()
        time.sleep(0.001)


def main() -> None:
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.locate(folder)
        window = MainWindow(home, Preferences(home.root / "benchmark.ini"))
        window.resize(1280, 800)
        window.show()
        wait(app, lambda: window.workbench is not None)
        workbench = window.workbench
        assert workbench is not None
        workbench.library.import_files("ml-100k", [Path(sys.argv[1])])
        lateness = train_and_measure(app, window)
        window.close()
        wait(app, lambda: not window.isVisible())
    median, p99, worst = np.percentile(lateness, [50, 99, 100])
    print(f"{len(lateness):,} ticks while training: median {median:.1f} ms, p99 {p99:.1f} ms, max {worst:.1f} ms late")
    print(
        json.dumps(
            {
                "benchmark": "window",
                "ticks": len(lateness),
                "median_ms": round(median, 1),
                "p99_ms": round(p99, 1),
                "max_ms": round(worst, 1),
            }
        )
    )


def train_and_measure(app: QApplication, window: MainWindow) -> list[float]:
    """Milliseconds by which each tick of the timer was late, from the start of the run to its end."""
    workbench = window.workbench
    assert workbench is not None
    settings = ["data.dataset=ml-100k", f"training.epochs={EPOCHS}", "training.patience=99"]
    epochs: list[int] = []
    ended: list[str] = []
    workbench.controller.events.connect(
        lambda _run, events: epochs.extend(each.epoch for each in events if isinstance(each, Metrics))
    )
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
    workbench.controller.start(parse(override({}, settings)))
    last = time.perf_counter()
    ticker.start(INTERVAL_MS)
    turner.start(3000)
    loop_until(app, lambda: bool(ended))
    ticker.stop()
    turner.stop()
    assert ended == ["finished"], ended
    assert max(epochs) >= EPOCHS
    return lateness


def loop_until(app: QApplication, done: Callable[[], bool]) -> None:
    """Run the real event loop, as the program does, until something is true."""
    watch = QTimer()
    watch.timeout.connect(lambda: app.quit() if done() else None)
    watch.start(100)
    app.exec()
    watch.stop()


if __name__ == "__main__":
    main()
