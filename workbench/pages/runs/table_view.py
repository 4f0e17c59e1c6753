"""How the run table is looked at: query, columns, sorting, grouping, protocol and k; views by name, kept in the home."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from engine.files import write_whole
from engine.query import All, Any, Compare, Condition, parse
from engine.query.nodes import EVERYTHING
from workbench.models.run_columns import BY_FIELD, GROUPED_BY, USUAL, Cutoff, Protocol

if TYPE_CHECKING:
    from engine.store import Listing

CHIPS = ("status", "dataset", "model", "tag")
MOST_BYTES = 1_000_000


class TableView(BaseModel):
    """`chips` maps each of CHIPS to the values that are let through; `pinned` columns at the left stay in view."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    query: str = ""
    chips: dict[str, tuple[str, ...]] = {}
    columns: tuple[str, ...] = USUAL
    pinned: int = 2
    sort: str = "created_at"
    descending: bool = True
    protocol: Protocol = "full"
    k: Cutoff = 10
    folded: bool = False
    group: str | None = None
    heat: bool = False

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Columns that there are no more are left out."""
        return tuple(dict.fromkeys(column for column in columns if column in BY_FIELD)) or USUAL

    @field_validator("chips")
    @classmethod
    def _of_chips(cls, chips: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {name: values for name, values in chips.items() if name in CHIPS}

    @field_validator("sort")
    @classmethod
    def _sortable(cls, sort: str) -> str:
        return sort if sort in BY_FIELD else "created_at"

    @field_validator("group")
    @classmethod
    def _groupable(cls, group: str | None) -> str | None:
        return group if group in GROUPED_BY else None

    def but(self, **changes: object) -> "TableView":
        """The same view with some things otherwise."""
        return self.model_copy(update=changes)

    @property
    def is_filtered(self) -> bool:
        return bool(self.query.strip()) or any(self.chips.values())

    def listing(self) -> "Listing":
        """What is asked of the store. Raises QueryError for a query that cannot be understood."""
        from engine.store import Listing

        conditions = [parse(self.query), *(_one_of(name, values) for name, values in self.chips.items() if values)]
        condition: Condition = All(tuple(each for each in conditions if each != EVERYTHING))
        return Listing(condition, self.sort, self.descending, self.protocol, self.k, self.folded, self.group)


def _one_of(name: str, values: tuple[str, ...]) -> Condition:
    return Any(tuple(Compare("tags" if name == "tag" else name, "=", value) for value in values))


class SavedViews:
    """The views by name, in one JSON file. A file that cannot be read counts as empty."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self) -> dict[str, TableView]:
        """name -> view, by name."""
        try:
            if self._file.stat().st_size > MOST_BYTES:
                return {}
            stored = json.loads(self._file.read_text(encoding="utf-8"))
            found = {str(name): TableView.model_validate(view) for name, view in stored.items()}
        except (OSError, ValueError, AttributeError, ValidationError, RecursionError):
            return {}
        return dict(sorted(found.items(), key=lambda each: each[0].casefold()))

    def save(self, name: str, view: TableView) -> None:
        """Keep a view, in the place of one of the same name. Raises OSError."""
        self._write(self.all() | {name: view})

    def delete(self, name: str) -> None:
        """Forget a view. Raises OSError."""
        self._write({each: view for each, view in self.all().items() if each != name})

    def _write(self, views: Mapping[str, TableView]) -> None:
        text = json.dumps(
            {name: view.model_dump(mode="json") for name, view in views.items()}, ensure_ascii=False, indent=1
        )
        write_whole(self._file, lambda file: file.write_text(text, encoding="utf-8"))
