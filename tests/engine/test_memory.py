"""What memory an experiment gives back to the system."""

import platform
import weakref
from pathlib import Path

import numpy as np
import pytest

from engine.memory import give_back, part_large_arrays

MEGABYTE = 1 << 20


def resident() -> int:
    """Bytes of memory that this process has."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) << 10


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked")
def test_arrays_give_their_memory_back_whatever_lies_between_them() -> None:
    part_large_arrays()
    before = resident()
    arrays = [np.ones(2 * MEGABYTE, dtype=np.uint8) for _ in range(100)]
    assert resident() - before > 180 * MEGABYTE
    del arrays[::2]
    assert resident() - before < 120 * MEGABYTE


def test_what_only_holds_itself_is_let_go() -> None:
    class Model:
        def __init__(self) -> None:
            self.itself = self

    model = Model()
    watch = weakref.ref(model)
    del model
    give_back()
    assert watch() is None
