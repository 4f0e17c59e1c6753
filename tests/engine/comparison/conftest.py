"""Runs whose targets landed where a test says."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.artefacts import RANKS
from engine.config import ExperimentConfig
from engine.home import Home
from engine.store import RunDetails, Store

USERS = 400


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    made = Store(home.database)
    yield made
    made.close()


@pytest.fixture
def add(home: Home, store: Store) -> Callable[..., RunDetails]:
    """Adds a run whose targets landed at these places (users,): 400 users, the first hundred with head targets."""

    def add(ranks: Any, status: str = "finished", fingerprint: str = "abc", **changes: Any) -> RunDetails:
        users = len(ranks)
        table = pd.DataFrame(
            {
                "user": [f"u{user}" for user in range(users)],
                "target": "i1",
                "head": np.arange(users) < users // 4,
                "sampled": ranks,
                "full": ranks,
            }
        )
        settings = {name: changes.pop(name) for name in list(changes) if name in ExperimentConfig.model_fields}
        for column, values in changes.items():
            table[column] = values
        run = store.runs.create(ExperimentConfig(**settings), fingerprint)
        store.runs.record(run, changes={"status": status})
        folder = home.run_folder(run)
        folder.mkdir(parents=True)
        table.sample(frac=1, random_state=run).to_parquet(folder / RANKS)  # users are paired by name, not by place
        return store.runs.get(run)

    return add
