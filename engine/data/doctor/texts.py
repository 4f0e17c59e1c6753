"""Whether texts tell items apart: semantic IDs are made from nothing else."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.data.doctor.finding import EXAMPLES, Finding, counted, graded, percent

LONGEST_EXAMPLE = 60


def items_without_text(dataset: Dataset) -> Finding | None:
    """Items of which no text is known."""
    without = np.flatnonzero(dataset.items.texts[1:] == "") + 1
    items = len(dataset.items)
    if not len(without):
        return None
    none = len(without) == items
    return Finding(
        "items_without_text",
        graded(len(without) / items, 0.01, 0.5),
        "No item has a text" if none else "Items without text",
        f"{'All ' if none else ''}{counted(len(without), 'item has', 'items have')} no text "
        f"({percent(len(without) / items)}). Items without text share one vector, and so their semantic ID.",
        "Import the file with titles or descriptions too, or train models that use hash IDs only.",
        {"items": len(without), "share": len(without) / items},
        tuple(str(dataset.items.ids[item]) for item in without[:EXAMPLES]),
    )


def shared_texts(dataset: Dataset) -> Finding | None:
    """Items whose text is that of another item."""
    import pyarrow as pa

    texts = pa.array(dataset.items.texts[1:], pa.string()).dictionary_encode()
    groups = np.asarray(texts.indices)
    sizes = np.bincount(groups, minlength=len(texts.dictionary))
    sizes[np.asarray(texts.dictionary) == ""] = 0  # told by the other check
    sharing = sizes > 1
    count, items = int(sizes[sharing].sum()), len(dataset.items)
    if not count:
        return None
    largest = int(sizes.max())
    return Finding(
        "shared_texts",
        graded(max(count / items, 2 * largest / items), 0.05, 0.5),
        "Items with one and the same text",
        f"{counted(count, 'item shares its text', 'items share their text')} with another ({percent(count / items)}); the "
        f"commonest text stands for {largest:,}. They get the same semantic ID, unless IDs are made unique.",
        "Add columns that tell them apart to the text, such as a place or a brand, or switch on the unique level.",
        {"items": count, "share": count / items, "largest_group": largest},
        tuple(
            f"{_short(str(texts.dictionary[int(group)]))} ({sizes[group]:,} items)"
            for group in np.argsort(-sizes, kind="stable")[:EXAMPLES]
            if sharing[group]
        ),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 1]}…"
