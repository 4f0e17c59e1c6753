"""Weights on disk: safetensors, written whole or not at all."""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_model, save_model

from engine.errors import DataError
from engine.files import write_whole


def save_weights(model: torch.nn.Module, path: Path) -> None:
    """Write the weights; tensors that the model shares are written once."""
    write_whole(path, lambda partial: save_model(model, str(partial)))


def shape_of(path: Path, ending: str) -> tuple[int, ...] | None:
    """Shape of the first tensor whose name ends like that; None where there is none or the file cannot be read."""
    try:
        with safe_open(str(path), framework="pt") as file:
            name = next((each for each in file.keys() if each.endswith(ending)), None)  # noqa: SIM118 - no mapping
            return None if name is None else tuple(file.get_slice(name).get_shape())
    except (OSError, SafetensorError):
        return None


def load_weights(model: torch.nn.Module, path: Path) -> None:
    """Read weights into a model of the same settings. Raises DataError when the file is missing or does not fit."""
    try:
        load_model(model, str(path), strict=True)
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"The weights in {path} are missing, damaged or of another model ({reason}).") from error
