"""From `--column ROLE=COLUMN` to a column mapping."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import SettingsError

if TYPE_CHECKING:
    from engine.data.raw import ColumnMapping


def column_mapping(assignments: Sequence[str], paths: list[Path], format: str | None) -> "ColumnMapping | None":
    """The guessed mapping with the columns that were named; None when none was. Raises SettingsError."""
    if not assignments:
        return None
    from engine.data.formats import named as find_format
    from engine.data.formats import sniff
    from engine.data.raw import ColumnMapping

    roles = [field.name for field in fields(ColumnMapping)]
    named: dict[str, list[str]] = {}
    for assignment in assignments:
        role, equals, column = assignment.partition("=")
        if not equals or not column or role not in roles:
            raise SettingsError(
                f"--column {assignment}: it must be ROLE=COLUMN, and the role one of {', '.join(roles)}."
            )
        named.setdefault(role, []).append(column)
    chosen = sniff(paths) if format is None else find_format(format)
    guess = chosen.preview(paths, None).mapping
    if guess is None:
        raise SettingsError(f"--column: {chosen.title} has fixed columns; leave the option out.")
    columns: dict[str, Any] = {role: tuple(names) if role == "text" else names[-1] for role, names in named.items()}
    return replace(guess, **columns)
