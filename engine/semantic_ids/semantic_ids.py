"""Semantic IDs: for every item a tuple of codes, and the codebooks that the codes point into."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.errors import DataError
from engine.files import write_whole

FloatArray = npt.NDArray[np.float32]
CodeArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SemanticIds:
    """`codes` (items, levels) of one catalogue; `codebooks` (depth, size, width), one for each level but the unique.

    There are `depth` levels with codes in 0..size-1, and perhaps one more, the unique level: it numbers the items that
    have all other codes in common, as high as that needs, and has no codebook because it means nothing.
    `reconstruction_error` is the share of the text vectors' variance that the codes do not explain.
    """

    codes: CodeArray
    codebooks: FloatArray
    reconstruction_error: float

    @property
    def depth(self) -> int:
        return len(self.codebooks)

    @property
    def codebook_size(self) -> int:
        return self.codebooks.shape[1]

    @property
    def has_unique_level(self) -> bool:
        return self.codes.shape[1] > self.depth

    @cached_property
    def tuple_numbers(self) -> CodeArray:
        """(items,) one number per distinct tuple: two items collide when their numbers are equal."""
        return self.prefix_numbers(self.codes.shape[1])

    def prefix_numbers(self, levels: int) -> CodeArray:
        """(items,) one number per distinct prefix of `levels` codes."""
        return np.unique(self.codes[:, :levels], axis=0, return_inverse=True)[1].reshape(-1)

    def vectors(self) -> FloatArray:
        """(items, width) what the codes stand for: the sum of each item's codebook vectors."""
        total = np.zeros((len(self.codes), self.codebooks.shape[2]), dtype=np.float32)
        for book, codes in zip(self.codebooks, self.codes.T, strict=False):  # the unique level stands for nothing
            total += book[codes]
        return total

    def with_unique_level(self) -> "SemanticIds":
        """The same with a unique level: 0 for the first item of a tuple, 1 for the next with the same codes, and on."""
        numbers = self.prefix_numbers(self.depth)
        order = np.argsort(numbers, kind="stable")
        places = np.empty_like(numbers)
        places[order] = np.arange(len(numbers)) - np.searchsorted(numbers[order], numbers[order])
        return replace(self, codes=np.column_stack([self.codes[:, : self.depth], places]))

    def save(self, path: Path) -> None:
        """Write to a safetensors file, whole or not at all."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "codes": self.codes,
            "codebooks": self.codebooks,
            "reconstruction_error": np.array([self.reconstruction_error]),
        }
        write_whole(path, lambda partial: save_file(arrays, partial))

    @classmethod
    def load(cls, path: Path) -> "SemanticIds":
        """Read what `save` wrote. Raises DataError when the file is missing or damaged."""
        try:
            arrays = load_file(path)
            return cls(arrays["codes"], arrays["codebooks"], float(arrays["reconstruction_error"][0]))
        except (OSError, SafetensorError, KeyError) as error:
            raise DataError(f"The semantic IDs in {path} are missing or damaged ({error}).") from error
