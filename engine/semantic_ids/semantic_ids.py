"""Semantic IDs: for every item a tuple of codes, and the codebooks that the codes point into."""

from dataclasses import dataclass
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
    """`codes` (items, levels) in 0..size-1; `codebooks` (levels, size, width), all of one catalogue.

    `reconstruction_error` is the share of the text vectors' variance that the codes do not explain.
    """

    codes: CodeArray
    codebooks: FloatArray
    reconstruction_error: float

    @property
    def depth(self) -> int:
        return self.codes.shape[1]

    @property
    def codebook_size(self) -> int:
        return self.codebooks.shape[1]

    @cached_property
    def tuple_numbers(self) -> CodeArray:
        """(items,) one number per distinct tuple: two items collide when their numbers are equal."""
        return np.unique(self.codes, axis=0, return_inverse=True)[1].reshape(-1)

    def prefix_numbers(self, levels: int) -> CodeArray:
        """(items,) one number per distinct prefix of `levels` codes."""
        return np.unique(self.codes[:, :levels], axis=0, return_inverse=True)[1].reshape(-1)

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
