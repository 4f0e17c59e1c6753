"""RecBole's atomic files: tables whose header says of every column what kind it is, such as user_id:token."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from engine.data.formats.delimited import Layout, column_names, head_text, read_head
from engine.data.formats.guess import guess_mapping
from engine.data.formats.reading import Progress, Reading, disk_faults_in_words, unheard
from engine.data.formats.streaming import DelimitedTable
from engine.data.formats.tables import read_tables
from engine.data.raw import ColumnMapping, Preview, RawData, TablePreview
from engine.errors import DataError

INTERACTIONS, ITEMS = ".inter", ".item"
TYPED = re.compile(r"[^:]+:(token|token_seq|float|float_seq)")
WORDS = ":token_seq"
LAYOUT = Layout("\t", quoted=False)
SNIFFED_ROWS = 1000


class RecBole:
    """The file of interactions, that of the items of the same name beside it if there is one, or their folder."""

    name = "recbole"
    title = "RecBole atomic files"
    help = (
        "NAME.inter with one interaction per line and, for titles and texts, NAME.item; tabs between the columns, and a "
        "header such as user_id:token. Files about users (.user) and links (.link, .kg) are left alone."
    )

    def recognises(self, paths: list[Path]) -> bool:
        try:
            interactions, _ = _files(paths)
            columns = column_names(interactions, head_text(interactions, LAYOUT), LAYOUT)
        except DataError:
            return False
        return all(TYPED.fullmatch(name) for name in columns)

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:
        interactions, items = (read_head(path, LAYOUT, SNIFFED_ROWS) if path else None for path in _files(paths))
        assert interactions is not None
        return Preview(
            interactions=replace(interactions, rows=interactions.rows[:rows]),
            items=items and replace(items, rows=items.rows[:rows]),
            mapping=mapping or _mapping(interactions, items),
        )

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:
        """The files as interactions and items. Raises DataError naming file, line and column of a fault."""
        interactions_file, items_file = _files(paths)
        mapping = mapping or self.preview(paths, None).mapping
        assert mapping is not None
        reading = Reading([each for each in (interactions_file, items_file) if each], progress)
        items = DelimitedTable(items_file, LAYOUT, reading) if items_file else None
        return read_tables(self.name, DelimitedTable(interactions_file, LAYOUT, reading), items, mapping)


def _mapping(interactions: TablePreview, items: TablePreview | None) -> ColumnMapping:
    """Columns by their names; whatever is made of several words belongs to an item's text."""
    guessed = guess_mapping(interactions, items)
    if items is None:
        return guessed
    told = [name for name in items.columns if name.endswith(WORDS) or name in guessed.text]
    told.sort(key=lambda name: name != guessed.title)
    return replace(guessed, text=tuple(told))


@disk_faults_in_words()
def _files(paths: list[Path]) -> tuple[Path, Path | None]:
    """(interactions, items if there are any). Raises DataError."""
    files = [each for path in paths for each in (sorted(path.iterdir()) if path.is_dir() else [path])]
    interactions = [each for each in files if each.suffix == INTERACTIONS]
    items = [each for each in files if each.suffix == ITEMS]
    if not interactions and len(items) == 1:
        interactions = [items[0].with_suffix(INTERACTIONS)]
    if not interactions:
        raise DataError(f"There is no file whose name ends in {INTERACTIONS} in what was chosen.")
    if len(interactions) > 1 or len(items) > 1:
        several = interactions if len(interactions) > 1 else items
        raise DataError(f"{several[0].name} and {several[1].name} were given. Choose one dataset.")
    beside = interactions[0].with_suffix(ITEMS)
    return interactions[0], items[0] if items else beside if beside.is_file() else None
