"""From `--column ROLE=COLUMN` and `--text TEMPLATE` to a column mapping."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError, SettingsError

if TYPE_CHECKING:
    from engine.data.raw import ColumnMapping, Preview


def column_mapping(
    assignments: Sequence[str], text: str | None, paths: list[Path], format: str | None
) -> "ColumnMapping | None":
    """The guessed mapping with the columns and the text that were named; None when none was. Raises SettingsError."""
    if not assignments and text is None:
        return None
    from engine.data.formats import named as find_format
    from engine.data.formats import sniff
    from engine.data.raw import ColumnMapping

    roles = [field.name for field in fields(ColumnMapping) if field.name != "template"]  # no column, but made of some
    named: dict[str, list[str]] = {}
    for assignment in assignments:
        role, equals, column = assignment.partition("=")
        if not equals or not column or role not in roles:
            raise SettingsError(
                f"--column {assignment}: it must be ROLE=COLUMN, and the role one of {', '.join(roles)}."
            )
        named.setdefault(role, []).append(column)
    chosen = sniff(paths) if format is None else find_format(format)
    preview = chosen.preview(paths, None)
    guess = preview.mapping
    if guess is None:
        option = "--column" if assignments else "--text"
        raise SettingsError(f"{option}: {chosen.title} has fixed columns; leave the option out.")
    columns: dict[str, Any] = {role: tuple(names) if role == "text" else names[-1] for role, names in named.items()}
    mapping = replace(guess, **columns)
    if text is None:
        return mapping
    if "text" in named:
        raise SettingsError("--text and --column text=… both say what the texts are made of; leave one out.")
    return _with_text(mapping, text, preview)


def _with_text(mapping: "ColumnMapping", text: str, preview: "Preview") -> "ColumnMapping":
    if preview.items is None:
        raise SettingsError("--text: there is no file of items, so there are no columns to make a text of.")
    try:
        made = mapping.with_text(text)
        made.text_template.check(preview.items.columns)
    except DataError as error:
        raise SettingsError(f"--text: {error}") from error
    return made
