"""The state of a training on disk: all that it needs to go on as if nothing had come between.

A state is flat: dotted name -> tensor or plain value. Tensors are written as safetensors, plain values as JSON in the
header of the same file, and with both their checksum.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import DataError
from engine.files import sha256_of, write_whole

State = dict[str, Any]


def save_state(state: Mapping[str, Any], path: Path) -> None:
    """Write a state, whole or not at all. Raises OSError."""
    tensors = {name: each.detach().cpu().contiguous() for name, each in state.items() if isinstance(each, Tensor)}
    plain = json.dumps({name: each for name, each in state.items() if name not in tensors})
    header = {"state": plain, "sha256": _checksum(plain, tensors)}
    write_whole(path, lambda partial: save_file(tensors, str(partial), header))


def load_state(path: Path) -> State:
    """The state in a file, its tensors on the CPU. Raises DataError when the file is missing or damaged."""
    try:
        with safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            # Copies, so that nothing refers to the file, which is written anew soon.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise DataError(f"The training state {path} is missing or damaged ({error}).") from error
    plain = header.get("state", "")
    if header.get("sha256") != _checksum(plain, tensors):
        raise DataError(f"The training state {path} is damaged: its checksum is another one.")
    return {**json.loads(plain), **tensors}


def prefixed(prefix: str, state: Mapping[str, Any]) -> State:
    """The state of a part under its name within the whole."""
    return {f"{prefix}.{name}": value for name, value in state.items()}


def part(prefix: str, state: Mapping[str, Any]) -> State:
    """What `prefixed` has put there."""
    start = f"{prefix}."
    return {name.removeprefix(start): value for name, value in state.items() if name.startswith(start)}


def _checksum(plain: str, tensors: Mapping[str, Tensor]) -> str:
    def parts() -> Iterator[bytes]:
        yield plain.encode()
        for name in sorted(tensors):
            yield name.encode()
            yield tensors[name].numpy().tobytes()

    return sha256_of(parts())
