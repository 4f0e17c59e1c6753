"""Ready-made text vectors from a file, keyed by item id."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.config import TextSettings
from engine.errors import DataError, SettingsError
from engine.text.encoders import FloatArray

if TYPE_CHECKING:
    import pandas

LARGEST = 1e15  # the squares of larger values, summed, leave the range of single precision


def read_vectors(settings: TextSettings, wanted: Sequence[str]) -> FloatArray:
    """(len(wanted), width) vectors of the items with the identifiers `wanted`, from a file.

    `.parquet`: a column `item_id` (or `id`) and either one list column or one number column per dimension.
    `.npy`: a float array (rows, width) with the ids in `<same name>.ids.txt`, one a line. Every item of the
    dataset needs a vector, others are ignored. Raises SettingsError when there is no such file, DataError naming it and the first missing ids.
    """
    path = Path(settings.source).expanduser()
    if not path.is_file():
        raise SettingsError(f"text.source: there is no file {path}.")
    readers = {".npy": _read_npy, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise SettingsError(f"text.source: {path.name} is neither a .npy nor a .parquet file.")
    ids, values = readers[path.suffix.lower()](path)
    rows: dict[str, int] = {}
    for row, identifier in enumerate(ids):
        if rows.setdefault(identifier, row) != row:
            raise DataError(f"{path.name}: item id “{identifier}” stands in rows {rows[identifier] + 1} and {row + 1}.")
    missing = [identifier for identifier in wanted if identifier not in rows]
    if missing:
        shown = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        raise DataError(f"{path.name} has no vector for {len(missing)} of {len(wanted)} items: {shown}")
    chosen = values[[rows[identifier] for identifier in wanted]]
    usable = np.abs(chosen) <= LARGEST  # false for NaN too
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        raise DataError(
            f"{path.name}: the vector of item “{wanted[row]}” holds {chosen[row, column]}; every value must be a number "
            f"between -{LARGEST:g} and {LARGEST:g}."
        )
    return np.asarray(chosen, dtype=np.float32)


def _read_npy(path: Path) -> tuple[list[str], FloatArray]:
    names = path.with_suffix(".ids.txt")
    if not names.is_file():
        raise DataError(f"{path.name} needs its item ids, one a line, in {names.name} beside it.")
    try:
        values = np.load(path, allow_pickle=False, mmap_mode="r")
        ids = names.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{names.name} is not a text file in UTF-8 ({error}).") from error
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read as an array of numbers ({error}).") from error
    if not isinstance(values, np.ndarray):
        raise DataError(f"{path.name} holds several arrays (.npz); save the one with the vectors as .npy.")
    if values.ndim != 2 or not values.shape[1] or values.dtype.kind not in "fiu":
        raise DataError(
            f"{path.name} must hold numbers in rows and columns; it holds {values.dtype} in the shape {values.shape}."
        )
    if len(ids) != len(values):
        raise DataError(f"{path.name} has {len(values)} rows but {names.name} has {len(ids)} ids.")
    return ids, values


def _read_parquet(path: Path) -> tuple[list[str], FloatArray]:
    import pandas as pd

    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read as Parquet ({error}).") from error
    key = next((name for name in ("item_id", "id") if name in table.columns), None)
    if key is None:
        raise DataError(f"{path.name} has no column “item_id”; it has {', '.join(map(str, table.columns))}.")
    values = table.drop(columns=key)
    if values.empty:
        raise DataError(f"{path.name} holds no vectors: {len(values)} rows, {values.shape[1]} columns beside “{key}”.")
    try:
        if values.shape[1] == 1 and values.iloc[:, 0].dtype == object:
            array = np.array([np.asarray(row, dtype=np.float64) for row in values.iloc[:, 0]])
        else:
            array = np.column_stack([_numbers(values[name]) for name in values])
        if array.ndim != 2 or not array.shape[1]:
            raise ValueError(f"they have the shape {array.shape}")
    except (ValueError, TypeError) as error:
        raise DataError(f"{path.name}: the vectors are not numbers of one width ({error}).") from error
    return table[key].astype(str).tolist(), array


def _numbers(column: "pandas.Series") -> npt.NDArray[np.float64]:
    if column.dtype.kind not in "fiu":
        raise ValueError(f"column “{column.name}” holds {column.dtype}")
    return column.to_numpy(dtype=np.float64)
