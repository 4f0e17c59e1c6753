"""The file formats that can be imported, and the registry that tells which one some files are in."""

from pathlib import Path
from typing import Protocol

from engine.data.formats.amazon import AMAZON_2014, AMAZON_2018, AMAZON_2023
from engine.data.formats.delimited import HEAD_BYTES, file_bytes
from engine.data.formats.generic import GenericFormat
from engine.data.formats.inter_json import InterJson
from engine.data.formats.json_lines import JsonLines
from engine.data.formats.movielens import MOVIELENS_1M, MOVIELENS_100K, MOVIELENS_CSV
from engine.data.formats.pairs import Pairs
from engine.data.formats.reading import Progress, disk_faults_in_words, unheard
from engine.data.formats.recbole import RecBole
from engine.data.formats.sequence_lines import SequenceLines
from engine.data.formats.yelp import YELP_OPEN
from engine.data.raw import ColumnMapping, Preview, RawData
from engine.errors import DataError


class Format(Protocol):
    """One file format. `name` is used in files and on the command line, `title` and `help` are shown."""

    name: str
    title: str
    help: str

    def recognises(self, paths: list[Path]) -> bool:
        """Whether the files look like this format; never raises DataError."""

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:
        """The first rows, and the given mapping or a guess. Raises DataError when the files are not readable."""

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:
        """Everything; columns are guessed when no mapping is given. `progress(done, total)` counts bytes of the files
        and may raise to stop. Raises DataError with file, line and column."""


# The first that recognises the files wins, so the choosy ones come first.
FORMATS: dict[str, Format] = {
    format.name: format
    for format in (
        MOVIELENS_100K,
        MOVIELENS_1M,
        MOVIELENS_CSV,
        RecBole(),
        InterJson(),
        AMAZON_2014,
        AMAZON_2018,
        AMAZON_2023,
        YELP_OPEN,
        JsonLines(),
        Pairs(),
        SequenceLines(),
        GenericFormat(),
    )
}


def named(name: str) -> Format:
    """A format by name. Raises DataError listing the names there are."""
    if name not in FORMATS:
        raise DataError(f"There is no format “{name}”. There are: {', '.join(FORMATS)}.")
    return FORMATS[name]


@disk_faults_in_words()
def sniff(paths: list[Path]) -> Format:
    """The format of the files. Raises DataError when one is missing or empty, or when none fits."""
    if not paths:
        raise DataError("Choose a file or a folder to import.")
    for path in paths:
        if not path.is_dir():
            file_bytes(path, HEAD_BYTES)
    found = next((format for format in FORMATS.values() if format.recognises(paths)), None)
    if found is None:
        raise DataError(
            f"No known format fits {', '.join(path.name or str(path) for path in paths)}. There are: "
            f"{', '.join(format.title for format in FORMATS.values())}.{_why_not(paths)}"
        )
    return found


def _why_not(paths: list[Path]) -> str:
    """What keeps the files from being read in the format that takes most."""
    try:
        preview = GenericFormat().preview(paths, None, 1)
    except DataError as error:
        return f"\n{error}"
    if len(preview.interactions.columns) == 1:
        return f"\n{preview.interactions.path.name}: no comma, tab, semicolon or | separates columns."
    return ""
