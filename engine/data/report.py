"""What was dropped or repaired at import, in sentences."""

from collections.abc import Mapping
from typing import Any

_SENTENCES = {
    "interactions_read": ("1 interaction was read.", "{count} interactions were read."),
    "no_items_file": (
        "There is no items file: the item has its id as title and no text.",
        "There is no items file: all {count} items have their id as title and no text.",
    ),
    "items_without_entry": (
        "1 item has no entry in the items file; its title is its id, and it has no text",
        "{count} items have no entry in the items file; their titles are their ids, and they have no text",
    ),
    "items_without_text": ("1 item has no text", "{count} items have no text"),
    "items_described_again": (
        "1 later entry of an item was left out; its first one counts.",
        "{count} later entries of items were left out; the first one of each counts.",
    ),
    "items_without_title": (
        "1 item has no title; its id stands for it",
        "{count} items have no title; their ids stand for them",
    ),
    "entries_of_other_items": (
        "1 entry of the items file is about an item that nobody had; it was left out.",
        "{count} entries of the items file are about items that nobody had; they were left out.",
    ),
    "users_without_items": (
        "1 user without items was left out",
        "{count} users without items were left out",
    ),
    "ratings_missing": ("1 interaction has no rating.", "{count} interactions have no rating."),
    "items_never_used": ("1 item without interactions was left out.", "{count} items without interactions were left out."),
    # How imports told it before every filter had its step.
    "repeats_dropped": ("1 repeated interaction was dropped.", "{count} repeated interactions were dropped."),
    "users_below_k_core": (
        "1 user with too few interactions was removed (k-core).",
        "{count} users with too few interactions were removed (k-core).",
    ),
    "items_below_k_core": (
        "1 item with too few interactions was removed (k-core).",
        "{count} items with too few interactions were removed (k-core).",
    ),
    "interactions_below_k_core": (
        "1 interaction went with them.",
        "{count} interactions went with them.",
    ),
    "equal_timestamps": (
        "1 interaction has the same time as the user's one before it; the order of the file decides.",
        "{count} interactions have the same time as the user's one before; the order of the file decides.",
    ),
    "equal_positions": (
        "1 interaction has the same position as the user's one before it; the order of the file decides.",
        "{count} interactions have the same position as the user's one before; the order of the file decides.",
    ),
}  # fmt: skip
STEPS = {
    "dates": "outside the dates",
    "rating": "with too low a rating or none",
    "repeats": "repeated",
    "k-core": "of users and items with too few (k-core)",
    "users": "of users that were not drawn",
}


def sentences(report: Mapping[str, Any]) -> list[str]:
    """A sentence for every count above zero, with the first identifiers concerned where they are known."""
    found = []
    for key, (one, many) in _SENTENCES.items():
        count = report.get(key, 0)
        if not count:
            continue
        sentence = one if count == 1 else many.format(count=f"{count:,}")
        examples = report.get("examples", {}).get(key, [])
        if examples:
            sentence += f" ({', '.join(examples)}{', …' if count > len(examples) else ''})"
        found.append(sentence if sentence.endswith(".") else f"{sentence}.")
        if key == "interactions_read":
            found += [_of_step(step) for step in report.get("steps", []) if step["interactions"]]
    return found


def _of_step(step: Mapping[str, Any]) -> str:
    """What one filter dropped; see `engine.data.filters.Step`."""
    what = STEPS[step["filter"]]
    dropped = _counted(step["interactions"], "interaction")
    gone = [_counted(step[f"{noun}s"], noun) for noun in ("user", "item") if step[f"{noun}s"]]
    with_them = f", and with {'it' if step['interactions'] == 1 else 'them'} {' and '.join(gone)}" if gone else ""
    return f"{dropped} {what} {'was' if step['interactions'] == 1 else 'were'} dropped{with_them}."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
