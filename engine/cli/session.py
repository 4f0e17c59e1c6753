"""The home folder and the store, open for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import DataError
from engine.home import Home
from engine.settings import where_to_find

if TYPE_CHECKING:
    from engine.store import DatasetRow, Store


@contextmanager
def opened(folder: str | None) -> "Iterator[tuple[Home, Store]]":
    """The home folder (see `Home.locate`) and its store; runs whose process is gone are interrupted from now on."""
    from engine.store import Store

    home = Home.locate(folder)
    store = Store(home.database)
    try:
        store.runs.mark_dead()
        yield home, store
    finally:
        store.close()


def find_dataset(store: "Store", name: str) -> "DatasetRow":
    """Raises DataError when it is not there, listing those there are, or saying where it comes from."""
    row = store.datasets.get(name)
    if row is None:
        from engine.library import SAMPLE

        names = sorted({SAMPLE, *(each.name for each in store.datasets.list())})
        source = where_to_find(name)
        advice = f"\nImport it first: python -m engine import {name} PATH\n{source}" if source else ""
        raise DataError(f"There is no dataset “{name}”. There are: {', '.join(names)}.{advice}")
    return row
