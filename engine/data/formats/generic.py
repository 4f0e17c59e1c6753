"""Any CSV or TSV files: one with interactions and, if there is one, another with the items."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.formats.delimited import (
    Layout,
    TextTable,
    head_text,
    listed,
    read_head,
    read_table,
)
from engine.data.formats.guess import describes_items, guess_mapping, has_user_column, is_known_name
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, disk_faults_in_words, unheard
from engine.data.formats.values import check_numbers, identifiers, timestamps, whole_numbers
from engine.data.raw import ColumnMapping, Preview, RawData, TablePreview
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = (",", "\t", ";", "|")
SUFFIXES = (".csv", ".tsv")
SNIFFED_ROWS = 1000


class GenericFormat:
    """Columns are guessed from their names and contents, or chosen by the person."""

    name = "csv"
    title = "CSV or TSV"
    help = (
        "A file with one interaction per row (user, item and, if known, a timestamp or position) and, if you have one, "
        "a file with one item per row (id, title, text). Comma, tab, semicolon or | between the columns; UTF-8."
    )

    def recognises(self, paths: list[Path]) -> bool:
        try:
            files = _files(paths)
            return all(path.suffix.lower() in SUFFIXES or len(_preview(path, 1).columns) > 1 for path in files)
        except DataError:
            return False

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:
        interactions, items = _roles(_files(paths), mapping)
        return Preview(
            interactions=_shortened(interactions, rows),
            items=_shortened(items, rows) if items else None,
            mapping=mapping or guess_mapping(interactions, items),
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:  # noqa: ARG002 - the interface's
        """The files as interactions and items. Raises DataError naming file, line and column of a fault."""
        import pandas as pd

        head, items_head = _roles(_files(paths), mapping)
        mapping = mapping or guess_mapping(head, items_head)
        for role, column in (("user", mapping.user), ("item", mapping.item)):
            if not column:
                raise DataError(
                    f"{head.path.name}, line 1: no column looks like the {role}. The columns are: "
                    f"{listed(head.columns)}. Choose the column at import, or name it “{role}_id” in the file."
                )
        if mapping.user == mapping.item:
            raise DataError(f"{head.path.name}: column “{mapping.user}” cannot be both the user and the item.")
        table = read_table(head.path, _layout(head.path))
        columns: dict[str, object] = {
            "user": identifiers(table, mapping.user, "user"),
            "item": identifiers(table, mapping.item, "item"),
        }
        if mapping.timestamp:
            columns["timestamp"] = timestamps(table, mapping.timestamp)
        if mapping.position:
            columns["position"] = whole_numbers(table, mapping.position)
        if mapping.rating:
            check_numbers(table, mapping.rating)
        items = read_table(items_head.path, _layout(items_head.path)) if items_head else None
        return complete(
            format=self.name,
            interactions=pd.DataFrame(columns),
            items=_items(items, mapping) if items else None,
            item_ids=(items, mapping.item_id) if items else None,
            sources=(table.source, *([items.source] if items else [])),
            mapping=mapping,
        )


def _items(table: TextTable, mapping: ColumnMapping) -> pd.DataFrame:
    import pandas as pd

    if not mapping.item_id:
        raise DataError(
            f"{table.path.name}, line 1: no column looks like the item id. "
            f"The columns are: {listed(table.columns)}. Choose the column at import."
        )
    ids = identifiers(table, mapping.item_id, "item")
    texts = [table.column(name).to_pylist() for name in mapping.text]
    return pd.DataFrame(
        {
            "id": ids,
            "title": table.column(mapping.title).to_pandas() if mapping.title else ids,
            "text": [". ".join(filter(None, parts)) for parts in zip(*texts, strict=True)] if texts else "",
        }
    )


@disk_faults_in_words()
def _files(paths: list[Path]) -> list[Path]:
    """The one or two files meant by `paths`; of a folder, those in it. Raises DataError."""
    files: list[Path] = []
    for path in paths:
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        if not found:
            raise DataError(f"The folder {path} has no .csv or .tsv file in it.")
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
    return read_head(path, _layout(path), rows)


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
