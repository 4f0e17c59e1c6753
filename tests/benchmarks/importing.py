"""A dataset for a benchmark, imported as the workbench does it."""

from pathlib import Path

from engine.home import Home
from engine.library import Library
from engine.store import Store


def imported(home: Path, data: Path) -> Path:
    """The folder of the dataset that `data` becomes, in a home of its own."""
    place = Home.locate(home)
    store = Store(place.database)
    Library(place, store).import_files("data", [data])
    store.close()
    return place.datasets / "data"
