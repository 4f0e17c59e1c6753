"""A run as read from the store and its folder in one go, on another thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.artefacts import BEST, CONFIG, MODEL, RANKS, REFIT_STATE, RESULT, SEMANTIC_IDS, STATE

if TYPE_CHECKING:
    from engine.home import Home
    from engine.store import Curve, LogLine, RunDetails, Store

FILE_WORDS = {
    CONFIG: "The settings, as the command line accepts them",
    MODEL: "Weights of the best epoch",
    SEMANTIC_IDS: "Codes of every item, and the codebooks",
    RESULT: "Test metrics, times, dataset and seed",
    STATE: "The training as it was last, to resume it or to train it further",
    REFIT_STATE: "The refit as it was last, to resume it",
    BEST: "Weights of the best epoch before the refit, to train it further",
    RANKS: "Where every test user's target landed, in every protocol",
}


@dataclass(frozen=True)
class FileFacts:
    """A file in the run's folder: its size in bytes, and what it is."""

    name: str
    size: int
    words: str


@dataclass(frozen=True)
class RunContents:
    """`missing` says in words what of its data is not here, or ""."""

    run: "RunDetails"
    curves: "Mapping[str, Curve]"
    log: "list[LogLine]"
    folder: Path
    files: tuple[FileFacts, ...]
    missing: str

    @classmethod
    def read(cls, store: "Store", home: "Home", run: int) -> "RunContents":
        """Raises StoreError when there is no such run."""
        details = store.runs.get(run)
        folder = home.run_folder(run)
        return cls(
            details, store.runs.curves(run), store.runs.log(run), folder, files_in(folder), missing_data(store, details)
        )


def files_in(folder: Path) -> tuple[FileFacts, ...]:
    """The plain files of a folder by name; none where the folder is not there."""
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return tuple(
        FileFacts(path.name, path.stat().st_size, FILE_WORDS.get(path.name, ""))
        for path in sorted(found, key=lambda path: path.name)
    )


def missing_data(store: "Store", run: "RunDetails") -> str:
    """Why the data that a run learned from are not here, or ""."""
    row = store.datasets.get(run.dataset)
    if row is None:
        return (
            f"Its dataset “{run.dataset}” is not here, so its results are shown but not its recommendations. Import the "
            "same files with the same preparation to look into it."
        )
    if row.fingerprint != run.dataset_fingerprint:
        return (
            f"“{run.dataset}” has another content here than the run learned from, so its results are shown but not its "
            "recommendations."
        )
    return ""
