"""The settings of an experiment in a TOML file: written as `run` takes them, read with faults told line by line."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.files import write_whole
from engine.settings import override, problems, read_toml, to_toml

_HEADER = re.compile(r"\s*\[\s*([\w.\s-]+?)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


def write_experiment(config: ExperimentConfig, path: Path) -> None:
    """Keep the settings in a file that `read_experiment` and the command line accept. Raises SettingsError."""
    try:
        write_whole(path, lambda file: file.write_text(to_toml(config), encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from error


def read_experiment(path: Path, assignments: Sequence[str] = ()) -> ExperimentConfig:
    """The settings in a file, with `section.key=value` assignments in their place.

    Raises SettingsError with every fault: in which line, which setting, what is wrong with it.
    """
    values = override(read_toml(path), assignments)
    try:
        return ExperimentConfig.model_validate(values)
    except ValidationError as error:
        lines = line_numbers(path.read_text(encoding="utf-8-sig"))
        assigned = {assignment.partition("=")[0].strip() for assignment in assignments}
        faults = []
        for key, words in problems(error, ExperimentConfig):
            line = 0 if key in assigned else _line_of(key, lines)
            place = f"{path.name}, line {line}: " if line else ""
            faults.append((line, f"{place}{key}: {words}" if key else f"{place}{words}"))
        raise SettingsError("\n".join(words for _, words in sorted(faults))) from error


def line_numbers(text: str) -> dict[str, int]:
    """Dotted key -> the line where it stands in a TOML text; a table stands where its header is."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = header[1].replace(" ", "")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            name = f"{table}.{key[1]}" if table else key[1]
            while name:  # model.dim = 64 begins the table “model”, too
                found.setdefault(name, number)
                name = name.rpartition(".")[0]
    return found


def _line_of(key: str, lines: dict[str, int]) -> int:
    """The line of a setting, or else of the table that it is in; 0 where the file has neither."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key, 0)
