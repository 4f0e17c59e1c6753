"""MovieLens 100K as it is distributed: u.data with the ratings and u.item with titles and genres."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.delimited import Layout, TextTable, quoted, read_head, read_table
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, disk_faults_in_words, unheard
from engine.data.formats.values import check_numbers, identifiers, timestamps
from engine.data.raw import ColumnMapping, Preview, RawData
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

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

        ratings_file, items_file = _files(paths)
        ratings = read_table(ratings_file, RATINGS_LAYOUT)
        check_numbers(ratings, "rating")
        interactions = pd.DataFrame(
            {
                "user": identifiers(ratings, "user", "user"),
                "item": identifiers(ratings, "item", "item"),
                "timestamp": timestamps(ratings, "timestamp"),
            }
        )
        items = read_table(items_file, ITEMS_LAYOUT) if items_file else None
        return complete(
            format=self.name,
            interactions=interactions,
            items=_films(items) if items else None,
            item_ids=(items, "item") if items else None,
            sources=(ratings.source, *([items.source] if items else [])),
        )


def _films(table: TextTable) -> pd.DataFrame:
    import pandas as pd

    flags = {genre: table.column(genre).to_pylist() for genre in (UNKNOWN_GENRE, *GENRES)}
    for genre, cells in flags.items():
        row = next((row for row, cell in enumerate(cells) if cell not in ("0", "1")), None)
        if row is not None:
            raise table.fault(row, genre, f"{quoted(cells[row])} is neither 0 nor 1.")
    titles = table.column("title").to_pylist()
    genres = [", ".join(genre for genre in GENRES if flags[genre][row] == "1") for row in range(len(table))]
    return pd.DataFrame(
        {
            "id": identifiers(table, "item", "item"),
            "title": titles,
            "text": [". ".join(filter(None, parts)) for parts in zip(titles, genres, strict=True)],
        }
    )


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
