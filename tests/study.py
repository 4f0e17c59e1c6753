"""Twelve real runs of small budget on MovieLens 100K, for tests and pictures of the pages that read results.

    python tests/study.py HOME DATA

HOME becomes a home folder with the dataset `ml-100k`, read from the folder DATA, and the runs of the group `study`:
hash IDs, semantic IDs, their sum and H2Rec, each with seeds 0 and 1, then H2Rec without its alignment, LLM-ESR, the
text adapter and popularity with seed 0.
"""

import sys
from pathlib import Path

from engine.control import RunControl
from engine.experiment import run_recorded
from engine.home import Home
from engine.library import Library
from engine.settings import override, parse
from engine.store import Store

DATASET, GROUP = "ml-100k", "study"
BUDGET = (
    f"data.dataset={DATASET}", "data.max_length=15", "model.dim=16", "model.cross_heads=2", "semantic_ids.depth=3",
    "semantic_ids.quantiser=rq-kmeans", "semantic_ids.codebook_size=32", "training.epochs=2",
)  # fmt: skip
TWICE = {
    "HID": ("model.kind=hid",),
    "SID": ("model.kind=sid",),
    "HID + SID sum": ("model.kind=hid_sid_sum",),
    "H2Rec": (),
}
ONCE = {
    "H2Rec, no L_align": ("alignment.alpha=0",),
    "LLM-ESR": ("model.kind=llm_esr",),
    "Text adapter": ("model.kind=text",),
    "Popularity": ("model.kind=popularity",),
}


def make_study(home: Home, data: Path) -> None:
    """Import the data and train the runs, one after another."""
    store = Store(home.database)
    library = Library(home, store)
    library.import_files(DATASET, [data])
    fingerprint = str(library.load(DATASET).facts["fingerprint"])
    planned = [(label, seed) for seed in (0, 1) for label in TWICE] + [(label, 0) for label in ONCE]
    for label, seed in planned:
        config = parse(override({}, [*BUDGET, *(TWICE | ONCE)[label], f"seed={seed}", f"name={label}"]))
        run = store.runs.create(config, fingerprint, GROUP, label)
        run_recorded(run, config, home, store, library, lambda _event: None, RunControl())
    store.close()


if __name__ == "__main__":
    make_study(Home.locate(sys.argv[1]), Path(sys.argv[2]))
