"""How smoothly the map of 20,033 items moves, and how quickly it and the tree answer.

    python tests/benchmarks/map.py [HOME RUN]

Without a home folder, points and semantic IDs are drawn at random. Prints milliseconds per frame of a full HD window
while the map is dragged, coloured by first code and with a code brought out, and of a search.
"""

import json
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from engine.coded_items import CodedItems
from engine.config import SemanticIdSettings, TextSettings
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.data.popularity import Popularity
from engine.home import Home
from engine.library import Library
from engine.semantic_ids.maps import item_map
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.store import Store
from workbench.application import make_application
from workbench.pages.semantic_ids.explore import Explore
from workbench.preferences import Preferences

ITEMS, FRAMES = 20_033, 120


def main() -> None:
    app = make_application()
    home, items = stored() if len(sys.argv) == 3 else at_random()
    explore = Explore(SimpleNamespace(home=home, preferences=Preferences(home.root / "benchmark.ini")))  # type: ignore[arg-type]
    explore.resize(1730, 960)
    explore.show()
    explore.show_items(items, has_texts=False, can_open=False)
    until(app.processEvents, lambda: not explore.map.work.is_working)
    view = explore.map.view
    found = {"items": len(items.counts)}

    def frames(name: str) -> None:
        took, before = [], time.process_time()
        for frame in range(FRAMES):
            start = time.perf_counter()
            step = (1 if frame % 20 < 10 else -1) * 6
            view.view.translateBy(x=step * view.view.viewPixelSize()[0])
            view.viewport().repaint()
            took.append(1000 * (time.perf_counter() - start))
        cpu = 1000 * (time.process_time() - before) / FRAMES
        median, p95 = np.percentile(took, [50, 95])
        found[name] = {  # type: ignore[assignment]
            "median_ms": round(median, 1),
            "p95_ms": round(p95, 1),
            "cpu_ms": round(cpu, 1),  # what a frame takes on a machine that does nothing else
            "frames_per_second": round(1000 / median, 1),
        }
        app.processEvents()

    def timed(name: str, act: Callable[[], object]) -> None:
        start = time.perf_counter()
        act()
        view.viewport().repaint()
        app.processEvents()
        found[name] = round(1000 * (time.perf_counter() - start), 1)  # type: ignore[assignment]

    frames("pan")
    timed("choose_code_ms", lambda: explore.choose_codes(items.semantic_id(0)[:1]))
    frames("pan_with_a_code_brought_out")
    timed("all_colours_ms", explore.clear)
    explore.tree.field.setText("a")

    def search() -> None:
        explore.tree.search()
        until(app.processEvents, lambda: view.brought_out is not None)

    timed("search_ms", search)
    place = view.mapFromScene(view.view.mapViewToScene(QPointF(*map(float, view.points[7]))))
    timed("click_ms", lambda: QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place)))
    print(json.dumps({"benchmark": "map", **found}))
    explore.map.forget()
    explore.close()


def stored() -> tuple[Home, CodedItems]:
    home = Home.locate(sys.argv[1])
    store = Store(home.database)
    items = CodedItems.of_run(store.runs.get(int(sys.argv[2])), home, Library(home, store))
    store.close()
    return home, items


def at_random() -> tuple[Home, CodedItems]:
    import tempfile

    random = np.random.default_rng(0)
    home = Home.locate(tempfile.mkdtemp())
    ids = SemanticIds(random.integers(0, 256, (ITEMS, 4)), random.normal(size=(4, 256, 32)).astype(np.float32), 0.3)
    names = np.array(["", *(f"Item {number} of a catalogue" for number in range(ITEMS))], dtype=object)
    counts = np.concatenate([[0], random.integers(0, 300, ITEMS)])
    nobody = Sequences(np.array([0]), np.empty(0, dtype=np.int32))
    dataset = Dataset("random", np.empty(0, dtype=object), nobody, Catalogue(names, names, names))
    item_map(ids.vectors(), "pca", home.cache / "maps", lambda *_: None)
    return home, CodedItems(dataset, ids, Popularity(counts, counts > 100), TextSettings(), SemanticIdSettings())


def until(live: Callable[[], object], done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not done() and time.monotonic() < end:
        live()
        time.sleep(0.001)


if __name__ == "__main__":
    main()
