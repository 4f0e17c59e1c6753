"""Any CSV, TSV or Parquet files: one with interactions and, if there is one, another with the items."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.delimited import (
    Layout,
    head_text,
    listed,
    read_head,
)
from engine.data.formats.guess import describes_items, guess_mapping, has_user_column, is_known_name
from engine.data.formats.items import complete
from engine.data.formats.parquet import PARQUET, ParquetTable, read_parquet_head
from engine.data.formats.reading import GZIP, Progress, Reading, disk_faults_in_words, unheard
from engine.data.formats.streaming import DelimitedTable
from engine.data.formats.table import Table
from engine.data.formats.values import Column, Identifiers, Ratings, TemplatedTexts, Texts, Times, WholeNumbers, gather
from engine.data.raw import ColumnMapping, Preview, RawData, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = (",", "\t", ";", "|")
SUFFIXES = (".csv", ".tsv", PARQUET)
SNIFFED_ROWS = 1000


class GenericFormat:
    """Columns are guessed from their names and contents, or chosen by the person."""

    name = "csv"
    title = "CSV, TSV or Parquet"
    help = (
        "A file with one interaction per row (user, item and, if known, a timestamp or position) and, if you have one, "
        "a file with one item per row (id, title, text). Parquet, or text in UTF-8 with comma, tab, semicolon or | "
        "between the columns, which may be compressed with gzip."
    )

    def recognises(self, paths: list[Path]) -> bool:
        try:
            files = _files(paths)
            return all(_suffix(path) in SUFFIXES or len(_preview(path, 1).columns) > 1 for path in files)
        except DataError:
            return False

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:
        interactions, items = _roles(_files(paths), mapping)
        return Preview(
            interactions=_shortened(interactions, rows),
            items=_shortened(items, rows) if items else None,
            mapping=mapping or guess_mapping(interactions, items),
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:
        """The files as interactions and items. Raises DataError naming file, line and column of a fault."""
        import pandas as pd

        head, items_head = _roles(_files(paths), mapping)
        mapping = mapping or guess_mapping(head, items_head)
        for role, column in (("user", mapping.user), ("item", mapping.item)):
            if not column:
                raise DataError(
                    f"{_header(head.path)}: no column looks like the {role}. The columns are: "
                    f"{listed(head.columns)}. Choose the column at import, or name it “{role}_id” in the file."
                )
        if mapping.user == mapping.item:
            raise DataError(f"{head.path.name}: column “{mapping.user}” cannot be both the user and the item.")
        reading = Reading([head.path, *([items_head.path] if items_head else [])], progress)
        table = _table(head.path, reading)
        users, ids = Identifiers(mapping.user, "user"), Identifiers(mapping.item, "item")
        times = Times(mapping.timestamp) if mapping.timestamp else None
        positions = WholeNumbers(mapping.position) if mapping.position else None
        ratings = Ratings(mapping.rating) if mapping.rating else None
        wanted: tuple[Column | None, ...] = (users, ids, times, positions, ratings)
        gather(table, [column for column in wanted if column])
        columns: dict[str, object] = {"user": users.values(), "item": ids.values()}
        if times:
            columns["timestamp"] = times.values(table)
        if positions:
            columns["position"] = positions.values()
        if ratings:
            columns["rating"] = ratings.values()
        items = _table(items_head.path, reading) if items_head else None
        return complete(
            format=self.name,
            interactions=pd.DataFrame(columns),
            items=_items(items, mapping) if items else None,
            item_ids=(items, mapping.item_id) if items else None,
            sources=(table.source, *([items.source] if items else [])),
            mapping=mapping,
            noun=items.noun if items else "",
        )


def _items(table: Table, mapping: ColumnMapping) -> pd.DataFrame:
    import pandas as pd

    if not mapping.item_id:
        raise DataError(
            f"{_header(table.path)}: no column looks like the item id. "
            f"The columns are: {listed(table.columns)}. Choose the column at import."
        )
    ids = Texts((mapping.item_id,), "the item id is empty.")
    titles = Texts((mapping.title or mapping.item_id,))
    texts = TemplatedTexts(mapping.text_template) if mapping.template else Texts(mapping.text)
    gather(table, [ids, titles, *([texts] if mapping.text else [])])
    return pd.DataFrame({"id": ids.values(), "title": titles.values(), "text": texts.values() if mapping.text else ""})


@disk_faults_in_words()
def _files(paths: list[Path]) -> list[Path]:
    """The one or two files meant by `paths`; of a folder, those in it. Raises DataError."""
    files: list[Path] = []
    for path in paths:
        found = sorted(each for each in path.iterdir() if _suffix(each) in SUFFIXES) if path.is_dir() else [path]
        if not found:
            raise DataError(f"The folder {path} has no .csv or .tsv file in it, nor a {PARQUET} one.")
        files += [each for each in found if each not in files]
    if not files:
        raise DataError("Choose a file with interactions.")
    if len(files) > 2:
        raise DataError(
            f"{len(files)} files were given ({', '.join(path.name for path in files)}). "
            "Choose one with the interactions and at most one with the items."
        )
    return files


def _roles(files: list[Path], mapping: ColumnMapping | None) -> tuple[TablePreview, TablePreview | None]:
    """(interactions, items): by the columns of the mapping, or of users, or of titles and texts, else as given."""
    heads = [_preview(path, SNIFFED_ROWS) for path in files]
    if len(heads) == 1:
        return heads[0], None
    first, second = heads
    if mapping:
        fits = [mapping.user in head.columns and mapping.item in head.columns for head in heads]
    else:
        fits = [has_user_column(head) for head in heads]
        if not any(fits):
            fits = [not describes_items(head) for head in heads]
    return (second, first) if fits == [False, True] else (first, second)


def _preview(path: Path, rows: int) -> TablePreview:
    return read_parquet_head(path, rows) if _suffix(path) == PARQUET else read_head(path, _layout(path), rows)


def _table(path: Path, reading: Reading) -> Table:
    return ParquetTable(path, reading) if _suffix(path) == PARQUET else DelimitedTable(path, _layout(path), reading)


def _suffix(path: Path) -> str:
    """What kind of file it is, compressed or not."""
    return (path.with_suffix("") if path.suffix.lower() == GZIP else path).suffix.lower()


def _header(path: Path) -> str:
    """Where the names of the columns stand."""
    return path.name if _suffix(path) == PARQUET else f"{path.name}, line 1"


def _layout(path: Path) -> Layout:
    """The delimiter that cuts the first rows into most cells alike, and whether the first row is a header."""
    text = head_text(path, Layout(","))
    best, best_score, first = Layout(DELIMITERS[0]), (0.0, 0), list[str]()
    for delimiter in DELIMITERS:
        rows = [cells for _, (_, cells) in zip(range(20), Layout(delimiter).rows(text), strict=False)]
        widths = Counter(len(cells) for cells in rows)
        width, alike = max(widths.items(), key=lambda each: (each[1], each[0])) if widths else (0, 0)
        score = (alike / max(1, len(rows)), width) if width > 1 else (0.0, width)
        if score > best_score:
            best, best_score, first = Layout(delimiter), score, rows[0]
    cells = [cell.strip() for cell in first]
    if any(map(_is_number, cells)) and not any(map(is_known_name, cells)):
        return Layout(best.delimiter, names=tuple(f"column {number}" for number in range(1, len(cells) + 1)))
    return best


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _shortened(table: TablePreview, rows: int) -> TablePreview:
    return TablePreview(table.path, table.columns, table.rows[:rows])
