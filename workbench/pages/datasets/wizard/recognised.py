"""What the chosen files were recognised as, in words."""

from collections.abc import Sequence
from pathlib import Path

from engine.data.raw import Preview

MOST_FILES = 3


def recognised_words(paths: Sequence[Path], title: str, preview: Preview) -> str:
    """The format, which file holds what, and which of the files is not used."""
    used = [(preview.interactions.path, "interactions"), (preview.items.path if preview.items else None, "items")]
    roles = ", ".join(f"{role} from {path.name}" for path, role in used if path is not None)
    there = [each for path in paths for each in (_inside(path) if path.is_dir() else [path])]
    names = {path.name for path, _ in used if path is not None}
    left = [path.name for path in there if path.name not in names]
    shown = ", ".join(left[:MOST_FILES]) + (f" and {len(left) - MOST_FILES} more" if len(left) > MOST_FILES else "")
    items = "" if preview.items else " There is no file of items."
    return f"{title}: {roles}.{items}" + (f" Not used: {shown}." if left else "")


def suggested_name(paths: Sequence[Path]) -> str:
    """A name for the dataset, from the folder of its files or, of a lone file, its own."""
    if not paths:
        return ""
    path = paths[0].resolve()
    unpacked = Path(path.name.removesuffix(".gz"))
    plain = (
        path.name
        if path.is_dir()
        else unpacked.stem
        if len(paths) == 1 and unpacked.suffix in NAMED_FILES
        else path.parent.name
    )
    return "".join(letter if letter.isalnum() or letter in "-_. " else "-" for letter in plain).strip(".- ")[:60]


NAMED_FILES = (".csv", ".tsv", ".parquet", ".jsonl", ".json")  # whose own name says what they are


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that anybody would see in it."""
    try:
        return sorted(each for each in folder.iterdir() if each.is_file() and not each.name.startswith("."))
    except OSError:
        return []
