"""Keeping the window live while other threads load large libraries.

Two things stop every Python thread for up to a third of a second: loading torch's shared library, because importing
holds the interpreter's lock, and full garbage collections, because they walk over all objects of all libraries.
"""

import ctypes
import gc
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NEVER = 1_000_000  # collections of the middle generation before a full one

_lock = threading.Lock()
_calm_threads = 0
_usual = gc.get_threshold()
_done: set[str] = set()


def load_torch() -> None:
    """Import torch from a thread other than the window's, without stopping the window.

    Raises ImportError when torch is not installed or broken.
    """
    if "torch" not in sys.modules:
        _load_library()
        with calm():
            import torch  # noqa: F401 - the loading is the point


@contextmanager
def calm() -> Iterator[None]:
    """Import inside this: no full garbage collections while it lasts; the small, quick ones go on.

    What is there at its end is never looked through again, because what an import makes lives as long as the program.
    """
    global _calm_threads, _usual
    with _lock:
        if not _calm_threads:
            _usual = gc.get_threshold()
            gc.set_threshold(_usual[0], _usual[1], _NEVER)
        _calm_threads += 1
    try:
        yield
    finally:
        with _lock:
            _calm_threads -= 1
            if not _calm_threads:
                gc.freeze()
                gc.set_threshold(*_usual)


@contextmanager
def calm_once(what: str) -> Iterator[None]:
    """`calm` when `what` is done for the first time; later there is nothing left to import."""
    if what in _done:
        yield
    else:
        with calm():
            yield
        _done.add(what)


def _load_library() -> None:
    """Load the largest library that torch is linked with: a foreign call, unlike an import, lets the others go on."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None or not sys.platform.startswith("linux"):
        return
    library = Path(found.origin).parent / "lib" / "libtorch_cpu.so"
    if library.exists():
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
        dlopen(os.fsencode(library), os.RTLD_NOW)  # where it fails, the import says why
