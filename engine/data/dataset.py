"""A prepared dataset: users' item sequences as flat arrays, and the catalogue of items with their texts."""

import json
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import DataError

IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Sequences:
    """Ragged item sequences in CSR form: sequence i is `items[offsets[i]:offsets[i + 1]]`.

    `offsets` (rows + 1,), `items` (interactions,) with item indices from 1.
    """

    offsets: IntArray
    items: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> npt.NDArray[np.int32]:
        return self.items[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> IntArray:
        """(rows,) number of items per sequence."""
        return np.diff(self.offsets)

    def prefixes(self, lengths: IntArray) -> "Sequences":
        """Every sequence cut to its first `lengths[i]` items; `lengths` (rows,)."""
        rows = np.repeat(np.arange(len(self)), self.lengths)
        places = np.arange(len(self.items)) - self.offsets[:-1][rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        return Sequences(offsets, self.items[places < lengths[rows]])

    def distinct(self) -> "Sequences":
        """Every sequence with each of its items once, in rising order."""
        width = int(self.items.max(initial=0)) + 1
        rows, items = np.divmod(np.unique(np.repeat(np.arange(len(self)), self.lengths) * width + self.items), width)
        offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(self)))])
        return Sequences(offsets, items.astype(np.int32))


@dataclass(frozen=True)
class Catalogue:
    """The items; row 0 of every array is the padding item and empty.

    `ids` are the source's own identifiers, `titles` what is shown, `texts` what is encoded. All (items + 1,).
    """

    ids: TextArray
    titles: TextArray
    texts: TextArray

    def __len__(self) -> int:
        """Number of items, the padding item not counted."""
        return len(self.ids) - 1

    @cached_property
    def index(self) -> dict[str, int]:
        """source identifier -> item index."""
        return {identifier: row for row, identifier in enumerate(self.ids) if row}


@dataclass(frozen=True)
class Dataset:
    """Users, items and who had what in which order. `timestamps` (interactions,) in seconds, where known.

    `facts` holds what is worth knowing of its origin: "source", "fingerprint", "synthetic", "preparation"
    and "report" (what was dropped or repaired at import).
    """

    name: str
    user_ids: TextArray
    sequences: Sequences
    items: Catalogue
    timestamps: IntArray | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def user_index(self) -> dict[str, int]:
        """source identifier -> user row."""
        return {identifier: row for row, identifier in enumerate(self.user_ids)}

    def save(self, folder: Path) -> None:
        """Write the dataset into `folder`, which appears whole or not at all."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            self._write(partial)
            _remove(folder)
            partial.rename(folder)
        except BaseException:
            _remove(partial)
            raise

    def _write(self, folder: Path) -> None:
        import pandas as pd

        pd.DataFrame({"id": self.items.ids, "title": self.items.titles, "text": self.items.texts}).to_parquet(
            folder / "items.parquet"
        )
        pd.DataFrame({"id": self.user_ids}).to_parquet(folder / "users.parquet")
        np.save(folder / "offsets.npy", self.sequences.offsets)
        np.save(folder / "items.npy", self.sequences.items)
        if self.timestamps is not None:
            np.save(folder / "timestamps.npy", self.timestamps)
        (folder / "facts.json").write_text(json.dumps({"name": self.name, **self.facts}, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Dataset":
        """Read a dataset that `save` wrote. Raises DataError when files are missing or damaged."""
        import pandas as pd

        try:
            facts = dict(json.loads((folder / "facts.json").read_text(encoding="utf-8")))
            items = pd.read_parquet(folder / "items.parquet")
            users = pd.read_parquet(folder / "users.parquet")
            times = folder / "timestamps.npy"
            dataset = cls(
                name=facts.pop("name"),
                user_ids=users["id"].to_numpy(dtype=object),
                sequences=Sequences(
                    np.load(folder / "offsets.npy", allow_pickle=False),
                    np.load(folder / "items.npy", allow_pickle=False),
                ),
                items=Catalogue(*(items[name].to_numpy(dtype=object) for name in ("id", "title", "text"))),
                timestamps=np.load(times, allow_pickle=False) if times.exists() else None,
                facts=facts,
            )
            dataset._check()
        except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
            raise DataError(f"The dataset in {folder} is damaged or incomplete ({error}). Import it again.") from error
        return dataset

    def _check(self) -> None:
        """Raise ValueError when the parts do not belong together."""
        offsets, items = self.sequences.offsets, self.sequences.items
        if (
            len(offsets) != len(self.user_ids) + 1
            or offsets[0]
            or offsets[-1] != len(items)
            or (np.diff(offsets) < 0).any()
        ):
            raise ValueError("sequences and users do not match")
        if len(items) and not 1 <= items.min() <= items.max() <= len(self.items):
            raise ValueError("sequences and catalogue do not match")
        if self.timestamps is not None and len(self.timestamps) != len(items):
            raise ValueError("sequences and timestamps do not match")


def _remove(folder: Path) -> None:
    import shutil

    if folder.exists():
        shutil.rmtree(folder)
