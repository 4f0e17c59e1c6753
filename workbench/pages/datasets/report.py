"""What an import did, as lines of rich text."""

from html import escape
from typing import TYPE_CHECKING

from engine.config import PreparationSettings
from engine.settings import settings_of

if TYPE_CHECKING:
    from engine.store import DatasetRow


def report_lines(row: "DatasetRow") -> list[str]:
    """What was read, dropped and repaired, how it was prepared, and where it came from."""
    from engine.data.report import sentences

    done = sentences(row.report) or ["Nothing was dropped or repaired."]
    return [
        "<b>What the import did</b>",
        *(escape(sentence) for sentence in done),
        "",
        "<b>Preparation</b>",
        *(f"{escape(title)}: {escape(value)}" for title, value in preparation_words(row)),
        *([f"Text of an item: {escape(row.report['text'])}"] if row.report.get("text") else []),
        "",
        "<b>Origin</b>",
        f"Source: {escape(row.source)}",
        f"Fingerprint: {escape(row.fingerprint)}",
    ]


def preparation_words(row: "DatasetRow") -> list[tuple[str, str]]:
    """(title, value) of every preparation setting that the dataset was made with."""
    known = {info.key: info for info in settings_of(PreparationSettings)}
    return [(known[key].title, known[key].words(value)) for key, value in row.preparation.items() if key in known]
