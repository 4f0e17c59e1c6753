"""What a setting computes, and where that comes from: the longer help, beside the short one in `engine.config`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "resources" / "help" / "settings.toml"


@dataclass(frozen=True)
class Explanation:
    """`formula` in plain text, `source` in the literature; "" where there is none."""

    formula: str = ""
    source: str = ""


def explanation(key: str) -> Explanation:
    """That of a dotted setting; an empty one where nothing more is to be said."""
    return explanations().get(key, Explanation())


@cache
def explanations() -> dict[str, Explanation]:
    """All of them by dotted setting."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {key: Explanation(**{name: text.strip() for name, text in parts.items()}) for key, parts in found.items()}
