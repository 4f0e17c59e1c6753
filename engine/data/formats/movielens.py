"""MovieLens as GroupLens distributes it: a file of ratings and one of films, written in another way every few years."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.delimited import Layout, quoted, read_head
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, Reading, disk_faults_in_words, unheard
from engine.data.formats.streaming import DelimitedTable
from engine.data.formats.table import Table
from engine.data.formats.tables import read_interactions
from engine.data.formats.values import BadCellError, Texts, gather
from engine.data.raw import ColumnMapping, Preview, RawData
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

UNKNOWN_GENRE, NO_GENRES = "unknown", "(no genres listed)"
GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
EITHER = ("utf-8-sig", "latin-1")  # distributed in Latin-1; later releases and copies are in UTF-8


class GenreFlags:
    """A column of 0 and 1 for every genre."""

    def __init__(self) -> None:
        self.columns = [_Flags(genre) for genre in (UNKNOWN_GENRE, *GENRES)]

    def words(self) -> list[str]:
        """(films,) the genres of each, a comma between."""
        rows = zip(*(column.cells for column in self.columns[1:]), strict=True)
        return [", ".join(genre for genre, flag in zip(GENRES, row, strict=True) if flag == "1") for row in rows]


class GenreLists:
    """One column that holds all genres, a | between."""

    def __init__(self) -> None:
        self._texts = Texts(("genres",))
        self.columns = [self._texts]

    def words(self) -> list[str]:
        """(films,) the genres of each, a comma between."""
        return ["" if text == NO_GENRES else ", ".join(text.split("|")) for text in self._texts.values()]


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


@dataclass
class MovieLens:
    """One way of writing: the names of both files, their layouts, the columns, and how a film's genres are told.

    Taken are the folder or any of its files; the films are taken from beside the ratings if they are there.
    """

    name: str
    title: str
    help: str
    ratings: str
    films: str
    ratings_layout: Layout
    films_layout: Layout
    columns: ColumnMapping
    genres: type[GenreFlags] | type[GenreLists]

    def recognises(self, paths: list[Path]) -> bool:
        if not any(path.name in (self.ratings, self.films) or (path / self.ratings).is_file() for path in paths):
            return False
        if self.ratings_layout.names is not None:
            return True  # nobody else calls a file so; a header could be anybody's
        try:
            columns = read_head(self._files(paths)[0], self.ratings_layout, 1).columns
        except DataError:
            return False
        return {self.columns.user, self.columns.item, self.columns.rating, self.columns.timestamp} <= set(columns)

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:  # noqa: ARG002 - the interface's
        ratings, films = self._files(paths)
        return Preview(
            interactions=read_head(ratings, self.ratings_layout, rows),
            items=read_head(films, self.films_layout, rows) if films else None,
            mapping=None,
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:  # noqa: ARG002 - the interface's
        """Ratings and films. Raises DataError naming file, line and column of a fault."""
        ratings_file, films_file = self._files(paths)
        reading = Reading([ratings_file, *([films_file] if films_file else [])], progress)
        ratings = DelimitedTable(ratings_file, self.ratings_layout, reading)
        interactions = read_interactions(ratings, self.columns)
        films = DelimitedTable(films_file, self.films_layout, reading) if films_file else None
        return complete(
            format=self.name,
            interactions=interactions,
            items=self._read_films(films) if films else None,
            item_ids=(films, self.columns.item_id) if films else None,
            sources=(ratings.source, *([films.source] if films else [])),
        )

    def _read_films(self, table: Table) -> pd.DataFrame:
        import pandas as pd

        ids, titles = Texts((self.columns.item_id,), "the item id is empty."), Texts(("title",))
        genres = self.genres()
        gather(table, [ids, titles, *genres.columns])
        texts = [". ".join(filter(None, parts)) for parts in zip(titles.values(), genres.words(), strict=True)]
        return pd.DataFrame({"id": ids.values(), "title": titles.values(), "text": texts})

    @disk_faults_in_words()
    def _files(self, paths: list[Path]) -> tuple[Path, Path | None]:
        """(ratings, films if there are any). Raises DataError when there are no ratings."""
        names = (self.ratings, self.films)
        files = [file for path in paths for file in ([path / name for name in names] if path.is_dir() else [path])]
        films = next((file for file in files if file.name == self.films), None)
        ratings = next((file for file in files if file.name == self.ratings), films and films.with_name(self.ratings))
        if ratings is None or not ratings.is_file():
            place = ratings.parent if ratings else files[0].parent if files else "what was chosen"
            raise DataError(f"There is no {self.ratings} in {place}. {self.title} keeps its ratings there.")
        films = films or ratings.with_name(self.films)
        return ratings, films if films.is_file() else None


MOVIELENS_100K = MovieLens(
    name="ml-100k",
    title="MovieLens 100K",
    help="The folder with u.data (ratings) and u.item (titles and genres), as distributed by GroupLens.",
    ratings="u.data",
    films="u.item",
    ratings_layout=Layout("\t", quoted=False, names=("user", "item", "rating", "timestamp")),
    films_layout=Layout(
        "|",
        quoted=False,
        names=("item", "title", "release date", "video release date", "IMDb URL", UNKNOWN_GENRE, *GENRES),
        encodings=EITHER,
    ),
    columns=ColumnMapping("user", "item", "timestamp", rating="rating", item_id="item"),
    genres=GenreFlags,
)

MOVIELENS_1M = MovieLens(
    name="ml-1m",
    title="MovieLens 1M or 10M",
    help="The folder with ratings.dat and movies.dat (titles and genres), as distributed by GroupLens.",
    ratings="ratings.dat",
    films="movies.dat",
    ratings_layout=Layout("::", quoted=False, names=("user", "item", "rating", "timestamp")),
    films_layout=Layout("::", quoted=False, names=("item", "title", "genres"), encodings=EITHER),
    columns=ColumnMapping("user", "item", "timestamp", rating="rating", item_id="item"),
    genres=GenreLists,
)

MOVIELENS_CSV = MovieLens(
    name="ml-csv",
    title="MovieLens 20M and later",
    help="The folder with ratings.csv and movies.csv (titles and genres), as distributed by GroupLens; other files in "
    "it are left alone.",
    ratings="ratings.csv",
    films="movies.csv",
    ratings_layout=Layout(","),
    films_layout=Layout(","),
    columns=ColumnMapping("userId", "movieId", "timestamp", rating="rating", item_id="movieId"),
    genres=GenreLists,
)
