"""MovieLens 100K as it is distributed: u.data with the ratings and u.item with titles and genres."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.delimited import Layout, quoted, read_head
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, Reading, disk_faults_in_words, unheard
from engine.data.formats.streaming import DelimitedTable
from engine.data.formats.table import Table
from engine.data.formats.values import BadCellError, Identifiers, Ratings, Texts, Times, gather
from engine.data.raw import ColumnMapping, Preview, RawData
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

RATINGS, ITEMS = "u.data", "u.item"
UNKNOWN_GENRE = "unknown"
GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
RATINGS_LAYOUT = Layout("\t", quoted=False, names=("user", "item", "rating", "timestamp"))
ITEMS_LAYOUT = Layout(
    "|",
    quoted=False,
    names=("item", "title", "release date", "video release date", "IMDb URL", UNKNOWN_GENRE, *GENRES),
    encodings=("utf-8-sig", "latin-1"),  # distributed in Latin-1; copies in UTF-8 exist
)


class MovieLens100K:
    """The folder, or u.data alone: then u.item is taken from beside it if it is there."""

    name = "ml-100k"
    title = "MovieLens 100K"
    help = "The folder with u.data (ratings) and u.item (titles and genres), as distributed by GroupLens."

    def recognises(self, paths: list[Path]) -> bool:
        return any(path.name in (RATINGS, ITEMS) or (path / RATINGS).is_file() for path in paths)

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:  # noqa: ARG002 - the interface's
        ratings, items = _files(paths)
        return Preview(
            interactions=read_head(ratings, RATINGS_LAYOUT, rows),
            items=read_head(items, ITEMS_LAYOUT, rows) if items else None,
            mapping=None,
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:  # noqa: ARG002 - the interface's
        """Ratings and films. Raises DataError naming file, line and column of a fault."""
        import pandas as pd

        files = [file for file in _files(paths) if file]
        reading = Reading(files, progress)
        ratings = DelimitedTable(files[0], RATINGS_LAYOUT, reading)
        users, items, times = Identifiers("user", "user"), Identifiers("item", "item"), Times("timestamp")
        stars = Ratings("rating")
        gather(ratings, [stars, users, items, times])
        films = DelimitedTable(files[1], ITEMS_LAYOUT, reading) if files[1:] else None
        interactions = {
            "user": users.values(),
            "item": items.values(),
            "timestamp": times.values(ratings),
            "rating": stars.values(),
        }
        return complete(
            format=self.name,
            interactions=pd.DataFrame(interactions),
            items=_films(films) if films else None,
            item_ids=(films, "item") if films else None,
            sources=(ratings.source, *([films.source] if films else [])),
        )


def _films(table: Table) -> pd.DataFrame:
    import pandas as pd

    ids, titles = Texts(("item",), "the item id is empty."), Texts(("title",))
    flags = [_Flags(genre) for genre in (UNKNOWN_GENRE, *GENRES)]
    gather(table, [ids, titles, *flags])
    genres = [
        ", ".join(genre for genre, flag in zip(GENRES, row, strict=True) if flag == "1")
        for row in zip(*(flag.cells for flag in flags[1:]), strict=True)
    ]
    texts = [". ".join(filter(None, parts)) for parts in zip(titles.values(), genres, strict=True)]
    return pd.DataFrame({"id": ids.values(), "title": titles.values(), "text": texts})


class _Flags:
    """Cells that must hold 0 or 1."""

    def __init__(self, name: str) -> None:
        self.names = (name,)
        self.cells: list[str] = []

    def add(self, cells: pyarrow.Array) -> None:
        for row, cell in enumerate(cells.to_pylist()):
            if cell not in ("0", "1"):
                raise BadCellError(row, f"{quoted(cell)} is neither 0 nor 1.")
            self.cells.append(cell)


@disk_faults_in_words()
def _files(paths: list[Path]) -> tuple[Path, Path | None]:
    """(u.data, u.item if there is one). Raises DataError when there is no u.data."""
    files = [file for path in paths for file in ((path / RATINGS, path / ITEMS) if path.is_dir() else (path,))]
    ratings = next((file for file in files if file.name == RATINGS), None)
    if ratings is None or not ratings.is_file():
        place = ratings.parent if ratings else files[0].parent if files else "what was chosen"
        raise DataError(f"There is no {RATINGS} in {place}. MovieLens 100K keeps its ratings there.")
    items = next((file for file in files if file.name == ITEMS), ratings.with_name(ITEMS))
    return ratings, items if items.is_file() else None
