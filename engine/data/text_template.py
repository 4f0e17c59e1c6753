"""What an item's text is made of: words around the names of columns, such as “{title}. {categories}”.

Nothing of a template is ever run: between its braces stands the name of a column, whatever signs are in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from engine.errors import DataError

JOINT = ". "  # between columns of which nothing else is said
SIGNS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
CLOSING = re.compile("""[])}»”"']*""")
SEPARATORS = " \t,;.:|/–-"
MOST_NAMES = 20


@dataclass(frozen=True)
class Part:
    """A column, the words before it, and what closes them after it, such as a bracket."""

    before: str
    column: str
    after: str = ""


@dataclass(frozen=True)
class TextTemplate:
    """Columns with the words around them, and the words at the `end`.

    An empty column is left out together with its words; a text without any column filled is empty.
    """

    parts: tuple[Part, ...]
    end: str = ""

    @classmethod
    def parse(cls, text: str) -> TextTemplate:
        """Read a template, in which {{ and }} are plain braces. Raises DataError saying what is wrong, and where."""
        columns: list[str] = []
        between = [""]
        place = 0
        for found in SIGNS.finditer(text):
            between[-1] += text[place : found.start()]
            place = found.end()
            match found.group():
                case "{{" | "}}" as braces:
                    between[-1] += braces[0]
                case "{" | "}" as brace:
                    wrong = "is never closed" if brace == "{" else "closes nothing"
                    raise DataError(
                        f"“{brace}” at character {found.start() + 1} {wrong}. A brace itself is written “{brace * 2}”."
                    )
                case _:
                    name = found.group(1).strip()
                    if not name:
                        raise DataError(f"The braces at character {found.start() + 1} hold no name of a column.")
                    columns.append(name)
                    between.append("")
        between[-1] += text[place:]
        if not columns:
            raise DataError("The text names no column. Put the name of one in braces, such as {title}.")
        closings = ["", *(_closing(words) for words in between[1:])]
        befores = [words[len(closing) :] for words, closing in zip(between, closings, strict=True)]
        return cls(tuple(map(Part, befores, columns, closings[1:])), befores[-1])

    @classmethod
    def joining(cls, columns: Sequence[str]) -> TextTemplate:
        """The columns one after the other, a full stop between."""
        return cls(tuple(Part(JOINT if place else "", column) for place, column in enumerate(columns)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are named, each once, in the order of the text."""
        return tuple(dict.fromkeys(part.column for part in self.parts))

    def check(self, there: Sequence[str]) -> None:
        """Raise DataError naming the first column that is not `there`."""
        for column in self.columns:
            if column not in there:
                close = get_close_matches(column, there, n=1)
                shown = ", ".join(there[:MOST_NAMES]) + (", …" if len(there) > MOST_NAMES else "")
                hint = f"Did you mean “{close[0]}”?" if close else f"The columns are: {shown}."
                raise DataError(f"There is no column “{column}”. {hint}")

    def fill(self, values: Sequence[str]) -> str:
        """The text of an item, from its values in the order of `columns`."""
        value_of = dict(zip(self.columns, values, strict=True))
        filled = [part for part in self.parts if value_of[part.column]]
        if not filled:
            return ""
        text = "".join(part.before + value_of[part.column] + part.after for part in filled) + self.end
        is_cut = filled[0] is not self.parts[0]
        return text.lstrip(SEPARATORS) if is_cut else text

    def __str__(self) -> str:
        """The template as it is written."""
        return "".join(f"{_plain(part.before)}{{{part.column}}}{_plain(part.after)}" for part in self.parts) + _plain(
            self.end
        )


def _closing(words: str) -> str:
    """The signs at the beginning of words that close what was opened before a column."""
    found = CLOSING.match(words)
    return found.group() if found else ""


def _plain(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")
