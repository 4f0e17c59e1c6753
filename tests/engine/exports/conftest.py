"""Runs with known results and ranks, for every format."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.artefacts import RANKS
from engine.config import DataSettings, ExperimentConfig, ModelSettings
from engine.home import Home
from engine.store import Store
from engine.store.rows import Point

USERS = 300
Add = Callable[..., int]


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    made = Store(home.database)
    yield made
    made.close()


def part(value: float, users: int) -> dict[str, float]:
    return {"users": users, "HR@10": value, "NDCG@10": value / 2, "NDCG@5": value / 4}


@pytest.fixture
def add(home: Home, store: Store) -> Add:
    """Adds a run whose HR@10 is `value` overall, twice that on head and half of it on tail; NDCG@10 is half of HR@10.

    Its ranks hit with probability `hits`.
    """

    def add(
        name: str,
        kind: str,
        seed: int,
        value: float,
        dataset: str = "films",
        hits: float = 0.5,
        status: str = "finished",
    ) -> int:
        config = ExperimentConfig(
            name=name,
            seed=seed,
            model=ModelSettings(kind=kind),
            data=DataSettings(dataset=dataset),  # type: ignore[arg-type]
        )
        run = store.runs.create(config, f"{dataset:0<64}")
        changes: dict[str, Any] = {"status": status, "versions": {"workbench": "0.1.0", "commit": "abc123"}}
        if status == "finished":
            slices = {"overall": part(value, 300), "head": part(2 * value, 100), "tail": part(value / 2, 200)}
            slices["band_1-9"] = part(value, 200)
            changes["test"] = {"full": slices, "sampled": {name: part(0.9, 1) for name in ("overall", "head", "tail")}}
            folder = home.run_folder(run)
            folder.mkdir(parents=True)
            ranks = np.where(np.random.default_rng(seed).random(USERS) < hits, 1.0, 50.0)
            pd.DataFrame(
                {
                    "user": [f"u{user:03}" for user in range(USERS)],
                    "target": "i",
                    "head": np.arange(USERS) < 100,
                    "full": ranks,
                    "sampled": ranks,
                }
            ).to_parquet(folder / RANKS)
        points = [Point("validation/full/overall/NDCG@10", epoch, float(epoch), epoch / 10) for epoch in (1, 2, 3)]
        store.runs.record(run, points, changes=changes)
        return run

    return add
