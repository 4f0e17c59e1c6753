"""What an import did, as lines of rich text."""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.store import DatasetRow


def report_lines(row: "DatasetRow") -> list[str]:
    """What was read, dropped and repaired, how it was prepared, and where it came from."""
    from engine.data.report import sentences
    from engine.data.versions import preparation_words

    done = sentences(row.report) or ["Nothing was dropped or repaired."]
    return [
        "<b>What the import did</b>",
        *(escape(sentence) for sentence in done),
        "",
        "<b>Preparation</b>",
        *(f"{escape(title)}: {escape(value)}" for title, value in preparation_words(row.preparation)),
        *([f"Text of an item: {escape(row.report['text'])}"] if row.report.get("text") else []),
        "",
        "<b>Origin</b>",
        f"Source: {escape(row.source)}",
        f"Fingerprint: {escape(row.fingerprint)}",
    ]
