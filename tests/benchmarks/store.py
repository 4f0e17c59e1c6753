"""How quick the runs page is over a large store: opening it, searching, sorting, drawing curves, and moving them.

    python tests/benchmarks/store.py [--runs 5000] [--points 5000000] [--long 1000000]

Fills a database in a temporary home folder with runs as the program writes them, one of them with a very long loss,
and uses the real window on it. A time runs from the request until what was asked for is painted. Prints a table and
one JSON line; needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import insert, select, update
from waiting import wait

from engine.ablations import ABLATIONS
from engine.config import ExperimentConfig
from engine.home import Home
from engine.settings import parse, settings_key
from engine.store import Store
from engine.store.packing import pack
from engine.store.schema import CurvePartRecord, RunRecord
from engine.store.summary import keep_test
from workbench.application import make_application
from workbench.background import is_busy
from workbench.main_window import MainWindow
from workbench.models.run_columns import COLUMNS
from workbench.preferences import Preferences

if TYPE_CHECKING:  # what a page needs is imported when it is first opened, and that is part of the time
    from workbench.pages.runs import RunsPage
    from workbench.widgets.chart import LineChart

REPEATS = 5
FRAMES = 120
STEPS_PER_EPOCH = 1000  # of the long loss
PARTS = ("overall", "head", "tail", "short", "long", "band_0", "band_1-9", "band_10-99", "band_100+")
METRICS = (*(f"{kind}@{k}" for kind in ("HR", "NDCG", "MRR") for k in (5, 10, 20)), "MRR")
VIEWS: dict[str, dict[str, object]] = {
    "finding runs": {"query": "h2rec ml 3"},
    "asking for runs": {"query": "model = h2rec and dataset = beauty and tail NDCG@10 > 0.02 and not tag = paper"},
    "folding seeds": {"folded": True},
    "grouping by dataset": {"group": "dataset"},
    "another protocol and k": {"protocol": "sampled", "k": 20},
    "heat colours": {"heat": True},
}
SORTED = ("ndcg_tail", "name", "created_at")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=5000)
    asked.add_argument("--points", type=int, default=5_000_000, help="points of all runs together")
    asked.add_argument("--long", type=int, default=1_000_000, help="points of the one long loss")
    sizes = asked.parse_args()
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.locate(folder)
        begin = time.perf_counter()
        long_run = fill(home, sizes.runs, sizes.points, sizes.long)
        megabytes = home.database.stat().st_size / 1e6
        print(
            f"{sizes.runs:,} runs and {sizes.points:,} points: {megabytes:.0f} MB in {time.perf_counter() - begin:.0f} s"
        )
        window = MainWindow(home, Preferences(home.root / "benchmark.ini"))
        window.resize(1920, 1080)
        window.show()
        wait(app, lambda: window.workbench is not None)
        times, frames = measure(app, window, long_run)
        window.close()
        wait(app, lambda: not window.isVisible())
    for name, seconds in times.items():
        print(f"{name:34}{statistics.median(seconds):7.3f} s   ({', '.join(f'{each:.3f}' for each in seconds)})")
    print(f"{'moving the long curve':34}{frames:7.0f} frames a second")
    medians = {name: round(statistics.median(seconds), 3) for name, seconds in times.items()}
    print(json.dumps({"benchmark": "store", "seconds": medians, "frames_per_second": round(frames)}))


def fill(home: Home, runs: int, points: int, long: int) -> int:
    """Write the database; gives the number of the run with the long loss, which is neither the first nor the last."""
    store = Store(home.database)
    first = store.runs.create(ExperimentConfig(), "f")
    long_run = runs // 2
    with store._database.writing() as session:
        connection = session.connection()
        template = dict(connection.execute(select(RunRecord.__table__)).mappings().one())
        connection.execute(insert(RunRecord), [row(template, number) for number in range(2, runs + 1)])
        connection.execute(
            update(RunRecord).values(**finished(np.random.default_rng(first))).where(RunRecord.id == first)
        )
        tests = session.execute(select(RunRecord.id, RunRecord.test)).all()
        for run, test in tests:
            keep_test(session, run, test)
        connection.execute(insert(CurvePartRecord), curves(first, (points - long) // (runs - 1)))
        others = (
            select(RunRecord.id, CurvePartRecord.series, CurvePartRecord.points)
            .join(RunRecord, RunRecord.id.not_in([first, long_run]))
            .where(CurvePartRecord.run_id == first)
            .order_by(RunRecord.id, CurvePartRecord.id)
        )
        connection.execute(insert(CurvePartRecord).from_select(["run_id", "series", "points"], others))
        steps = np.arange(1, long + 1)
        loss = 5 / (1 + steps / long * 20) + np.random.default_rng(0).normal(0, 0.1, long)
        part = {"run_id": long_run, "series": "loss/total", "points": pack(steps, steps / STEPS_PER_EPOCH, loss)}
        connection.execute(insert(CurvePartRecord), part)
    store.close()
    return long_run


def row(template: dict[str, Any], number: int) -> dict[str, Any]:
    """A finished run of a table with several models, datasets, groups and seeds."""
    chance = np.random.default_rng(number)
    kind = ("h2rec", "hid", "sid")[number % 3]
    dataset = ("ml-100k", "beauty", "yelp", "ml-1m")[number % 4]
    config = parse({"data": {"dataset": dataset}, "model": {"kind": kind}, "seed": number % 7})
    return template | {
        "id": number,
        "name": f"{config.title} {number}",
        "dataset": dataset,
        "model": kind,
        "seed": config.seed,
        "created_at": template["created_at"] + timedelta(minutes=number),
        "config": config.model_dump(mode="json"),
        "group": f"study {number // 24}" if number % 5 else None,
        "label": ABLATIONS[number % len(ABLATIONS)].label if number % 5 else None,
        "tags": ["paper"] if number % 9 == 0 else [],
        "settings_key": f"{settings_key(config.model_dump(mode='json'))[:8]}{number // 24}",  # as after many changes
        **finished(chance),
    }


def finished(chance: np.random.Generator) -> dict[str, Any]:
    """What the end of a run adds to its row."""
    test: dict[str, Any] = {
        protocol: {part: {"users": 1000} | {metric: float(chance.random()) for metric in METRICS} for part in PARTS}
        for protocol in ("full", "sampled", "full_with_history")
    }
    summary = {
        f"{prefix}{name}_{part}": test[protocol][part][metric]
        for protocol, prefix in (("full", ""), ("sampled", "sampled_"))
        for name, metric in (("hr", "HR@10"), ("ndcg", "NDCG@10"))
        for part in ("overall", "head", "tail")
    }
    ending = {"status": "finished", "best_epoch": int(chance.integers(1, 40)), "epochs": 40}
    return ending | summary | {"seconds": float(chance.uniform(30, 9000)), "test": test}


def curves(run: int, points: int) -> list[dict[str, Any]]:
    """So many points of one run, a tenth each for six validation curves and four losses, as rows of the table."""
    epochs = np.arange(1, max(1, points // 10) + 1)
    packed = pack(epochs, epochs, 0.1 + 0.4 * epochs / len(epochs))
    validation = [
        f"validation/full/{part}/{kind}@10" for part in ("overall", "head", "tail") for kind in ("HR", "NDCG")
    ]
    losses = [f"loss/{part}" for part in ("total", "recommendation", "alignment", "granularity")]
    return [{"run_id": run, "series": series, "points": packed} for series in (*validation, *losses)]


class Painted(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() == QEvent.Type.Paint
        return False


def measure(app: QApplication, window: MainWindow, long_run: int) -> tuple[dict[str, list[float]], float]:
    """Seconds of each thing a person does, and frames a second while the long curve moves."""
    times: dict[str, list[float]] = {}

    def note(name: str, act: Callable[[], object], painted: Painted, done: Callable[[], bool]) -> None:
        wait(app, lambda: not is_busy())
        before, begin = painted.times, time.perf_counter()
        act()
        wait(app, lambda: done() and painted.times > before)
        times.setdefault(name, []).append(time.perf_counter() - begin)

    wait(app, lambda: not is_busy())
    begin = time.perf_counter()
    window.show_page("runs")
    page = cast("RunsPage", window.page)
    model, table = page.list.model, page.list.table
    rows = Painted(table.viewport())
    wait(app, lambda: rows.times > 0 and model.rowCount() > 0)
    times["opening the runs page, first"] = [time.perf_counter() - begin]
    wait(app, lambda: page._contents is not None)  # charts are made with the first run that is shown
    charts = page.detail.charts
    loss = Painted(charts.loss._plot.viewport())
    wait(app, lambda: loss.times > 0)
    times["its newest run's curves, first"] = [time.perf_counter() - begin]

    def is_drawn(run: int) -> bool:
        shown = page._contents is not None and page._contents.run.id == run
        return shown and not charts.loss._dirty and charts.loss._plot.isVisible()

    total = model.total
    for repeat in range(REPEATS):
        window.show_page("setup")
        note("opening the runs page again", lambda: window.show_page("runs"), rows, lambda: model.rowCount() > 0)
        usual = page.list.view
        for name, changes in VIEWS.items():
            other_view = usual.but(**changes)
            note(name, partial(page.list.set_view, other_view), rows, lambda: 0 < model.total <= total)
            note("back to the usual view", partial(page.list.set_view, usual), rows, lambda: model.rowCount() > 0)
        order = Qt.SortOrder.DescendingOrder if repeat % 2 else Qt.SortOrder.AscendingOrder
        for field in SORTED:
            place = next(place for place, column in enumerate(COLUMNS) if column.field == field)
            note(f"sorting by {field}", partial(table.sortByColumn, place, order), rows, lambda: model.rowCount() > 0)
        other = 3 + repeat
        note("an ordinary run's curves", partial(page.list.choose, other), loss, partial(is_drawn, other))
        page.list.choose(long_run)  # loads as many rows as it takes
        page.list.choose(other)
        note("the long run's curves", partial(page.list.choose, long_run), loss, partial(is_drawn, long_run))
    return times, move(app, charts.loss, loss)


def move(app: QApplication, chart: "LineChart", painted: Painted) -> float:
    """Frames a second while the view goes along the curve, a tenth of it in view."""
    view = chart._plot.getPlotItem().vb
    left, right = view.viewRange()[0]
    width = (right - left) / 10
    before, begin = painted.times, time.perf_counter()
    for frame in range(FRAMES):
        start = left + (right - left - width) * frame / FRAMES
        view.setXRange(start, start + width, padding=0)
        wait(app, lambda target=before + frame + 1: painted.times >= target)
    return FRAMES / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
