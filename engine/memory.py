"""How memory goes back to the system: arrays of all sizes come and go, and glibc by itself keeps the holes they leave."""

import ctypes
import gc
import platform

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # the names of glibc's malloc.h for mallopt
LARGE = 2 << 20  # bytes; smaller arrays are cheaper to keep at hand than to ask the system for again and again
KEPT = 1 << 30


def part_large_arrays() -> None:
    """Give every large array memory of its own, which goes back with it. Elsewhere than with glibc nothing is done.

    Without it the holes that batches of changing length leave are a third of a training's memory.
    """
    if _has_glibc():
        allocator = ctypes.CDLL(None)
        allocator.mallopt(MMAP_THRESHOLD, LARGE)
        allocator.mallopt(TRIM_THRESHOLD, KEPT)


def share_one_arena() -> None:
    """Let all threads take memory from the same place; to be called before there is a second one.

    The place that glibc makes for another thread is given back and asked for again all the time while a model trains,
    which makes a training in a thread up to a tenth slower than one in the program's first thread.
    """
    if _has_glibc():
        ctypes.CDLL(None).mallopt(ARENA_MAX, 1)


def let_go_of_cycles() -> None:
    """Free what only refers to itself, such as a model that nobody needs any more.

    All threads stand still for about a fifth of a second, so this is for after long work alone.
    """
    gc.collect()


def give_back() -> None:
    """Return to the system what is free in this process."""
    if _has_glibc():
        ctypes.CDLL(None).malloc_trim(0)


def _has_glibc() -> bool:
    return platform.libc_ver()[0] == "glibc"
