"""Where the computation runs, and with how many threads."""

import os
from typing import Any

import numpy.typing as npt
import psutil
import torch
from torch import Tensor

from engine.config import TrainingSettings
from engine.errors import SettingsError


def choose_device(settings: TrainingSettings) -> torch.device:
    """The device that the settings ask for. Raises SettingsError when a GPU is asked for and there is none."""
    has_gpu = torch.cuda.is_available()
    if settings.device == "cuda" and not has_gpu:
        raise SettingsError(
            "training.device: “cuda” was chosen, but this machine has no usable GPU. Choose auto or cpu."
        )
    return torch.device("cuda" if has_gpu and settings.device != "cpu" else "cpu")


def limit_threads(settings: TrainingSettings) -> int:
    """Give torch the chosen number of threads, by default one core fewer than there are, and return it.

    Must be called in the thread that computes.
    """
    threads = settings.threads or max(1, (os.cpu_count() or 2) - 1)
    torch.set_num_threads(threads)
    return threads


def memory_used(device: torch.device) -> int:
    """Bytes that torch has taken on a GPU, or on the CPU those of this process that are in memory."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device)
    return int(psutil.Process().memory_info().rss)


def to_device(array: npt.NDArray[Any], device: torch.device) -> Tensor:
    """The array on the device; a GPU fetches it from pinned memory while the CPU goes on."""
    tensor = torch.as_tensor(array)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor
