"""Runs that go for good: their rows and their folders."""

import shutil
from collections.abc import Sequence

from engine.home import Home
from engine.store.store import Store


def remove_runs(home: Home, store: Store, runs: Sequence[int]) -> None:
    """Delete runs with their files. Raises StoreError, deleting none, when one of them still runs."""
    store.runs.delete(runs)
    for run in runs:
        shutil.rmtree(home.run_folder(run), ignore_errors=True)


def remove_put_away(home: Home, store: Store) -> None:
    """Delete the runs whose deletion nobody can take back any more."""
    runs = store.runs.awaiting_deletion()
    if runs:
        remove_runs(home, store, runs)
