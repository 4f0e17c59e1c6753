"""How fast a finished run can be looked into, and how exactly a score's parts add up to it.

    python tests/benchmarks/inspector.py HOME RUN [--users 200] [--threads 1]

HOME is a home folder with a finished run of the number RUN. A search is one for a text that somebody types, for one that
nothing holds and for the empty one. A list is the top 20 of a user with the parts of every score. The largest gap is that
between the sum of a score's parts and the model's own score, over all lists. Export writes the top 20 of all users as
CSV; its memory is what the process grew by meanwhile. Prints a table and one JSON line.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import psutil
import torch

from engine.home import Home
from engine.inspection import RunInspector, export_recommendations
from engine.library import Library
from engine.store import Store

TOP = 20
MOMENT = 0.05  # seconds between two looks at the memory


def milliseconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("run", type=int)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    home = Home.locate(str(arguments.home))
    store = Store(home.database)
    details = store.runs.get(arguments.run)
    opened: list[RunInspector] = []
    found: dict[str, float | int | str] = {
        "run": arguments.run,
        "model": details.model,
        "dataset": details.dataset,
        "open_ms": milliseconds(lambda: opened.append(RunInspector.of_run(details, home, Library(home, store)))),
    }
    store.close()
    (inspector,) = opened
    random = np.random.default_rng(0)
    users = random.choice(inspector.dataset.user_ids, arguments.users, replace=False)
    items = random.integers(1, len(inspector.dataset.items) + 1, 100).tolist()
    titles = inspector.dataset.items.titles
    texts = ["", "zzqx", *(titles[item][:length] for item in items for length in (1, 3, 6) if titles[item])]
    found |= {"items": len(inspector.dataset.items), "users": len(inspector.dataset.user_ids)}
    found["search_first_ms"] = milliseconds(lambda: inspector.search_items("a"))
    found |= spread("search", [milliseconds(lambda text=text: inspector.search_items(text)) for text in texts])  # type: ignore[misc]
    found["list_first_ms"] = milliseconds(lambda: inspector.recommend(users[0], TOP))
    found |= spread("list", [milliseconds(lambda user=user: inspector.recommend(user, TOP)) for user in users])  # type: ignore[misc]
    for kind in inspector.kinds_of_nearness:
        inspector.nearest(items[0], kind, TOP)
        times = [milliseconds(lambda item=item, kind=kind: inspector.nearest(item, kind, TOP)) for item in items]  # type: ignore[misc]
        found |= spread(f"nearest_{kind}", times)
    found |= spread("path", [milliseconds(lambda item=item: inspector.path(item)) for item in items])  # type: ignore[misc]
    found["largest_gap"] = max(gap(inspector, user) for user in users)
    found |= export(inspector)
    for name, value in found.items():
        print(f"{name:>24}  {value:,.3g}" if isinstance(value, float) else f"{name:>24}  {value}")
    print(json.dumps(found))


def spread(name: str, times: list[float]) -> dict[str, float]:
    return {f"{name}_median_ms": statistics.median(times), f"{name}_worst_ms": max(times)}


@torch.inference_mode()
def gap(inspector: RunInspector, user: str) -> float:
    """The largest distance between the sum of a score's parts and the model's own score, in a user's list."""
    view = inspector.recommend(user, TOP)
    history = inspector.history(user)[-inspector.config.data.max_length :]
    model = inspector._model
    state = model.last_states(torch.tensor([history]), torch.tensor([len(history)]))[0]
    scores = model.item_vectors(torch.tensor([each.item.index for each in view.recommendations])) @ state
    gaps = [0.0]
    for place, score in zip(view.recommendations, scores.tolist(), strict=True):
        halves = [place.hid, place.text, *(place.levels if place.levels is not None else (place.sid,))]
        parts = [part for part in halves if part is not None]
        gaps.append(abs(sum(parts) - score) if parts else 0.0)
    return max(gaps)


def export(inspector: RunInspector) -> dict[str, float]:
    """Seconds and memory of writing the lists of all users."""
    process, done = psutil.Process(), threading.Event()
    before, most = process.memory_info().rss, [0]

    def watch() -> None:
        while not done.wait(MOMENT):
            most[0] = max(most[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            export_recommendations(inspector, Path(folder) / "lists.csv", TOP, lambda _done, _total: None)
            seconds = time.perf_counter() - start
    finally:
        done.set()
        watcher.join()
    return {"export_s": seconds, "export_memory_mb": (most[0] - before) / 1e6}


if __name__ == "__main__":
    main()
