"""How a run is called where one is chosen among many."""

from typing import TYPE_CHECKING

from workbench.models.run_columns import STATUS_WORDS, model_name

if TYPE_CHECKING:
    from engine.store import RunRow


def run_words(row: "RunRow", *, with_dataset: bool = True) -> str:
    """Number, name, and what the name does not say, in a line."""
    facts = (model_name(row.model), *([row.dataset] if with_dataset else []))
    unsaid = [word for word in facts if word.casefold() not in row.name.casefold()]
    parts = [f"{row.id}  {row.name}", *unsaid, f"seed {row.seed}"]
    if row.status != "finished":
        parts.append(STATUS_WORDS[row.status].lower())
    return "  ·  ".join(parts)
