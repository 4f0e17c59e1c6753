"""Two columns without a header: a user and an item on every line, in order of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from engine.data.formats.delimited import quoted
from engine.data.formats.interactions import Interactions
from engine.data.formats.items import complete
from engine.data.formats.reading import Progress, Reading, SourceFile, disk_faults_in_words, unheard
from engine.data.raw import ColumnMapping, Preview, RawData, TablePreview
from engine.errors import DataError

SUFFIXES = (".txt", ".txt.gz")
SNIFFED_LINES = 1000
LONGEST_LINE = 1 << 16
IDENTIFIER = re.compile(r"""[^\s,;|"'{}\[\]<>:]+""")


class Pairs:
    """One file of lines with two words."""

    name = "pairs"
    title = "Lines of user and item"
    help = (
        "A file with a user and an item on every line, a blank or tab between them, no header; each user's lines in "
        "order of time. The authors of SASRec share their data so. UTF-8, plain or .gz."
    )

    def recognises(self, paths: list[Path]) -> bool:
        try:
            words = _first_lines(_file(paths), SNIFFED_LINES)
        except DataError:
            return False
        is_pair = [len(each) == 2 and all(map(IDENTIFIER.fullmatch, each)) for each in words]
        return len(is_pair) > 2 and all(is_pair) and not any(word.isalpha() for word in words[0])

    def preview(self, paths: list[Path], mapping: ColumnMapping | None, rows: int = 50) -> Preview:  # noqa: ARG002 - the interface's
        path = _file(paths)
        first = tuple((words[0], " ".join(words[1:])) for words in _first_lines(path, rows))
        return Preview(TablePreview(path, ("user", "item"), first), None, None)

    def read(self, paths: list[Path], mapping: ColumnMapping | None, progress: Progress = unheard) -> RawData:  # noqa: ARG002 - the interface's
        """Every line, in order. Raises DataError naming the line that has not two words."""
        path = _file(paths)
        gathered = Interactions()
        with Reading([path], progress).open(path) as file:
            for number, words in _words(file):
                if len(words) != 2:
                    told = " ".join(words)
                    raise DataError(f"{path.name}, line {number}: {quoted(told)} is not a user and an item.")
                gathered.add(words[0], words[1])
            source = file.source()
        if not len(gathered):
            raise DataError(f"{path.name} is empty.")
        frame = gathered.frame()
        frame["position"] = np.arange(len(frame))
        return complete(self.name, frame, None, None, (source,))


def _first_lines(path: Path, count: int) -> list[list[str]]:
    """The words of the first lines, without those that are blank."""
    with Reading([path]).open(path) as file:
        return [words for _, words in islice(_words(file), count)]


def _words(file: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """(line from 1, its words) of every line that is not blank. Raises DataError."""
    number = 0
    while line := file.content.readline(LONGEST_LINE):
        number += 1
        try:
            words = line.decode("utf-8-sig" if number == 1 else "utf-8").split()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            raise DataError(
                f"{file.path.name}, line {number}: byte 0x{byte:02X} is not UTF-8. Save the file as UTF-8."
            ) from error
        if words:
            yield number, words


@disk_faults_in_words()
def _file(paths: list[Path]) -> Path:
    files = [
        each
        for path in paths
        for each in (
            sorted(each for each in path.iterdir() if each.name.lower().endswith(SUFFIXES)) if path.is_dir() else [path]
        )
    ]
    if len(files) != 1:
        raise DataError(f"{len(files)} files were given. Choose one with a user and an item on every line.")
    return files[0]
