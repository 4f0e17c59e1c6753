"""What memory an experiment gives back to the system."""

import platform
import subprocess
import sys
import weakref

import pytest

from engine.memory import let_go_of_cycles

KEPT = """
import sys
from pathlib import Path
import numpy as np
from engine.memory import part_large_arrays

def resident():
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) >> 10

if "parted" in sys.argv:
    part_large_arrays()
np.ones(30 << 20, dtype=np.uint8)  # glibc learns from such a one that arrays this large come and go
before = resident()
arrays = [np.ones(2 << 20, dtype=np.uint8) for _ in range(100)]
assert resident() - before > 180
del arrays[::2]
print(resident() - before)
"""


ARENAS = """
import ctypes
import sys
import threading
from engine.memory import share_one_arena

if "shared" in sys.argv:
    share_one_arena()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
thread = threading.Thread(target=libc.malloc, args=(100_000,))
thread.start()
thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked")
def test_threads_share_one_arena() -> None:
    usual, shared = (
        subprocess.run([sys.executable, "-c", ARENAS, *how], capture_output=True, text=True, check=True).stdout
        for how in ([], ["shared"])
    )
    assert usual.count("<heap nr=") == 2
    assert shared.count("<heap nr=") == 1


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked")
def test_arrays_give_their_memory_back_whatever_lies_between_them() -> None:
    usual, parted = (
        int(subprocess.run([sys.executable, "-c", KEPT, *how], capture_output=True, text=True, check=True).stdout)
        for how in ([], ["parted"])
    )
    assert usual > 180  # MB: every hole is kept
    assert parted < 120


def test_what_only_holds_itself_is_let_go() -> None:
    class Model:
        def __init__(self) -> None:
            self.itself = self

    model = Model()
    watch = weakref.ref(model)
    del model
    let_go_of_cycles()
    assert watch() is None
