"""Small builders for the tests of the data package."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.data.raw import RawData


class Build:
    """Data by hand."""

    @staticmethod
    def lengths(*numbers: int) -> np.ndarray:
        return np.array(numbers, dtype=np.int64)

    @staticmethod
    def sequences(*rows: Sequence[int]) -> Sequences:
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        return Sequences(offsets, np.array([item for row in rows for item in row], dtype=np.int32))

    @classmethod
    def dataset(cls, *rows: Sequence[int], items: int) -> Dataset:
        names = np.array(["", *(f"item {number}" for number in range(1, items + 1))], dtype=object)
        users = np.array([f"user {row}" for row in range(len(rows))], dtype=object)
        return Dataset("tiny", users, cls.sequences(*rows), Catalogue(names, names, names))

    @staticmethod
    def raw(rows: Sequence[tuple[str, str]], **columns: Sequence[float]) -> RawData:
        """Interactions (user, item) with optional timestamp and position; the items in alphabetical order."""
        interactions = pd.DataFrame({"user": [row[0] for row in rows], "item": [row[1] for row in rows], **columns})
        names = sorted(set(interactions["item"]))
        items = pd.DataFrame({"id": names, "title": names, "text": [f"about {name}" for name in names]})
        return RawData(interactions, items)


@pytest.fixture(scope="session")
def build() -> Build:
    return Build()


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder with small files in every format."""
    return Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file by name and give its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
