"""What the formats hand over: interactions and items as they stand in the files, before any preparation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.text_template import TextTemplate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ColumnMapping:
    """Which columns of the files hold what; "" or None where there is no such column.

    `user` to `rating` name columns of the interactions file, `item_id`, `title` and `text` columns of the items
    file. The `text` columns, in this order, become the text that is encoded: with a full stop between, or as the
    `template` says, which names the same columns.
    """

    user: str = ""
    item: str = ""
    timestamp: str | None = None
    position: str | None = None
    rating: str | None = None
    item_id: str = ""
    title: str | None = None
    text: tuple[str, ...] = ()
    template: str = ""

    @property
    def text_template(self) -> TextTemplate:
        """How the text of an item is made of its columns."""
        return TextTemplate.parse(self.template) if self.template else TextTemplate.joining(self.text)

    def with_text(self, template: str) -> ColumnMapping:
        """The same with another text; an empty one means none. Raises DataError when the template is wrong."""
        if not template.strip():
            return replace(self, text=(), template="")
        parsed = TextTemplate.parse(template)
        is_plain = parsed == TextTemplate.joining(parsed.columns)
        return replace(self, text=parsed.columns, template="" if is_plain else template)

    def facts(self) -> dict[str, Any]:
        """What is kept of it with a dataset."""
        facts = asdict(self) | {"text": list(self.text)}
        if not self.template:
            del facts["template"]  # as it was before there were templates, so that fingerprints stay
        return facts


@dataclass(frozen=True)
class TablePreview:
    """The first rows of one file as text; every row has as many cells as there are `columns`."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Preview:
    """The first rows of the files and the mapping that would be used.

    `mapping` is None where the format itself says which column is which, so that there is nothing to choose.
    """

    interactions: TablePreview
    items: TablePreview | None
    mapping: ColumnMapping | None


@dataclass(frozen=True)
class Source:
    """A file that was read, and the SHA-256 of its bytes in hexadecimal."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class RawData:
    """Interactions and items as read.

    `interactions` has the columns user and item (text, or categories of text) and, where the source has them, timestamp (seconds since
    1970, int64 or, where the source is finer, float64), position (int64) and rating (float32, NaN where there is none);
    rows are in file order.
    `items` has id, title and text; ids are unique, and every interaction's item has a row. `report` holds counts
    of what was repaired, and under "examples" the first identifiers concerned (see `engine.data.report`).
    """

    interactions: pd.DataFrame
    items: pd.DataFrame
    format: str = ""
    sources: tuple[Source, ...] = ()
    mapping: ColumnMapping | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
